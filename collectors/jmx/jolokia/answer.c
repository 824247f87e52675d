/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/answer.h"

#include "jmx/jolokia/json_walk.h"
#include "jmx/jolokia/repair.h"
#include "jmx/jolokia/value.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/*
 * The answer is walked over as text; each MBean in it becomes a tree, is read, and is freed, before
 * the next one. So it costs the memory of its text and of its largest MBean, and an error in one
 * MBean's text fails that MBean alone.
 */

enum {
    SMALL_BYTES = 64 * 1024, /* of text in which no MBean can have too many values */
};

struct reader {
    const struct sg_answer_handler *handler;
    const struct sg_poll_request *request; /* whose answer is being read */
    unsigned reported; /* kinds of failure of it, as bits: each is reported once */
    size_t n_lost;     /* requests of which nothing could be read */
    struct sg_attribute attribute;
};

static void fail(
    const struct sg_answer_handler *handler, enum sg_failure_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(
    const struct sg_answer_handler *handler, enum sg_failure_kind kind, const char *format, ...)
{
    struct sg_error err;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    handler->failure(handler->context, kind, &err);
}

static void fail_request(struct reader *reader, enum sg_failure_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What is wrong with the answer to one request; many of its MBeans may have the same failure. */
static void fail_request(struct reader *reader, enum sg_failure_kind kind, const char *format, ...)
{
    struct sg_error err;
    va_list args;

    if (reader->request->is_identity || reader->reported & 1U << kind)
        return; /* the identity is optional, and may be denied */
    reader->reported |= 1U << kind;
    va_start(args, format);
    (void)vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    (void)sg_error_prefix(&err, 0, "%s: ", reader->request->mbean);
    reader->handler->failure(reader->handler->context, kind, &err);
}

static void put(struct reader *reader, const struct sg_attribute_value *value)
{
    const struct sg_answer_handler *handler = reader->handler;

    if (!reader->request->is_identity)
        handler->value(handler->context, &reader->attribute, value);
    else if (handler->identity)
        handler->identity(handler->context, &reader->attribute, value);
}

static void fail_element(struct reader *reader, enum sg_failure_kind kind, const char *text)
{
    reader->n_lost++;
    fail_request(reader, kind, "%s", text);
}

/* The text says that the agent has left out the value. */
static void report_cut(struct reader *reader, const char *option)
{
    fail_request(reader, SG_FAILURE_LIMIT,
        "the agent truncates its answer; remove \"%s\" from its options, or raise it", option);
}

/* ---- Values ---- */

static void read_value(struct reader *reader, const char *name, json_t *json, const json_t *in);

/* Composite data, a map, or the attributes of an MBean. */
static void read_object(struct reader *reader, json_t *json)
{
    for (void *iter = json_object_iter(json); iter; iter = json_object_iter_next(json, iter))
        read_value(reader, json_object_iter_key(iter), json_object_iter_value(iter), json);
}

static bool is_index_column(const struct sg_value_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i], name) == 0)
            return true;
    }
    return false;
}

/* A row's other columns. A column named "value" adds nothing to the attribute's name. */
static void read_row(struct reader *reader, json_t *row, const struct sg_value_table *table)
{
    struct sg_attribute *attribute = &reader->attribute;
    const char *name;
    json_t *value;

    json_object_foreach(row, name, value)
    {
        if (is_index_column(table, name))
            continue;
        if (strcasecmp(name, "value") != 0) {
            read_value(reader, name, value, row);
            continue;
        }
        struct sg_str last = attribute->path[--attribute->depth];
        read_value(reader, last.ptr, value, row);
        attribute->path[attribute->depth++] = last;
    }
}

/* @param level  of the keys: the number of the index column */
static void read_table(
    struct reader *reader, json_t *json, const struct sg_value_table *table, size_t level)
{
    struct sg_attribute *attribute = &reader->attribute;
    const char *key;
    json_t *below;

    json_object_foreach(json, key, below)
    {
        attribute->index[attribute->n_index++] = (struct sg_attribute_index){
            .column = sg_str_of(table->columns[level]),
            .value = sg_str_of(key),
        };
        if (level + 1 < table->n_columns) {
            read_table(reader, below, table, level + 1);
        } else if (table->row_is_value) {
            struct sg_str last = attribute->path[--attribute->depth];
            read_value(reader, last.ptr, below, json);
            attribute->path[attribute->depth++] = last;
        } else {
            read_row(reader, below, table);
        }
        attribute->n_index--;
    }
}

/* The recursion is as deep as an attribute's path may be. */
static void read_value(struct reader *reader, const char *name, json_t *json, const json_t *in)
{
    struct sg_attribute *attribute = &reader->attribute;
    struct sg_attribute_value value;
    struct sg_value_table table;

    if (attribute->depth == SG_ATTRIBUTE_DEPTH_MAX)
        return;
    attribute->path[attribute->depth++] = sg_str_of(name);
    if (sg_value_cut_by(json)) {
        report_cut(reader, sg_value_cut_by(json));
    } else if (sg_value_read_scalar(json, &value)) {
        attribute->near[SG_ATTRIBUTE_SIBLING] = in;
        put(reader, &value);
    } else if (json_is_null(json)) {
        if (reader->handler->absent && !reader->request->is_identity)
            reader->handler->absent(reader->handler->context, attribute);
    } else if (json_is_object(json) && !sg_value_is_nothing(json)) {
        if (sg_value_is_table(json, attribute, &table))
            read_table(reader, json, &table, 0);
        else
            read_object(reader, json);
    }
    attribute->depth--;
}

static bool find_near(const struct sg_attribute *attribute,
    enum sg_attribute_near near,
    const char *name,
    struct sg_attribute_value *ret_value)
{
    const json_t *json = json_object_get(attribute->near[near], name);
    return json && sg_value_read_scalar(json, ret_value);
}

static void read_mbean(struct reader *reader, struct sg_str name, json_t *attributes)
{
    reader->attribute = (struct sg_attribute){
        .mbean = name,
        .part = reader->request->part,
        .find = find_near,
        .near = { attributes, attributes },
    };
    if (!sg_value_is_nothing(attributes))
        read_object(reader, attributes);
}

/* ---- Errors ---- */

static struct sg_str text_of(const json_t *text)
{
    struct sg_str str = { json_string_value(text), json_string_length(text) };

    if (!str.ptr)
        return SG_STR("");
    if (str.len > 200) /* agents up to 2.4.3 list every MBean that a pattern matched */
        str.len = 200;
    return str;
}

/* A proxy's failure to reach the target, and to log in there, look like this. */
static bool is_unreachable(struct sg_str type)
{
    return sg_str_equal(type, SG_STR("java.io.IOException")) ||
           sg_str_starts_with(type, SG_STR("java.rmi."));
}

static bool is_login_refused(struct sg_str type)
{
    return sg_str_equal(type, SG_STR("java.lang.SecurityException"));
}

static enum sg_failure_kind kind_of(json_int_t status, struct sg_str type)
{
    switch (status) {
    case 500:
        return is_unreachable(type)     ? SG_FAILURE_CONNECT
               : is_login_refused(type) ? SG_FAILURE_AUTH
                                        : SG_FAILURE_PROTOCOL;
    case 401:
        return SG_FAILURE_AUTH;
    case 403:
        return SG_FAILURE_DENIED;
    default:
        return SG_FAILURE_PROTOCOL;
    }
}

/* How to fix an error, where the agent's text does not tell. */
static const char *advice(json_int_t status, struct sg_str type)
{
    if (status == 403)
        return "; allow it in the agent's policy (jolokia-access.xml)";
    if (status == 500 && is_unreachable(type))
        return "; is the target up, with its JMX port (JMX_PORT) open for the proxy?";
    if (status == 500 && is_login_refused(type))
        return "; set the proxy's \"username\" and \"password_file\", which are the target's";
    if (sg_str_equal(type, SG_STR("java.lang.NumberFormatException")))
        return "; Jolokia 2.4.0 to 2.4.3 cannot send NaN, use a later one";
    return "";
}

/*
 * The requested MBeans or attributes are not there. Up to 2.4.3 a pattern whose MBeans
 * all lack the named attributes is an IllegalArgumentException.
 */
static bool is_nothing_there(
    const struct sg_poll_request *request, json_int_t status, struct sg_str type)
{
    if (status == 404)
        return true;
    return status == 400 && request->is_pattern && request->n_attributes &&
           sg_str_equal(type, SG_STR("java.lang.IllegalArgumentException"));
}

/* ---- Parsing ---- */

/* A tree takes many times the memory of its text: count before it is made. */
static bool is_too_many(struct sg_str text)
{
    size_t n = 0;

    if (text.len < SMALL_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == ',' || text.ptr[i] == '[' || text.ptr[i] == '{';
    return n > SG_ANSWER_VALUES_MAX;
}

/*
 * The tree of one value. Where jansson rejects it because of a character or a number, these are
 * replaced.
 * @param text  a part of the answer, which is overwritten then @return owned; NULL: reported
 */
static json_t *parse(struct reader *reader, struct sg_str text)
{
    const size_t flags = JSON_DECODE_ANY;
    json_error_t error;

    if (is_too_many(text)) {
        fail_request(reader, SG_FAILURE_LIMIT,
            "an MBean has more than %d values; name the attributes that are wanted",
            SG_ANSWER_VALUES_MAX);
        return NULL;
    }
    json_t *json = json_loadb(text.ptr, text.len, flags, &error);
    if (!json && json_error_code(&error) != json_error_out_of_memory) {
        sg_repair_json((char *)(uintptr_t)text.ptr, text.len);
        json = json_loadb(text.ptr, text.len, flags, &error);
    }
    if (json)
        return json;
    if (json_error_code(&error) == json_error_out_of_memory)
        fail_request(reader, SG_FAILURE_INTERNAL, "out of memory");
    else
        fail_request(reader, SG_FAILURE_PARSE, "a part of the answer is not JSON: %s: \"%.*s\"",
            error.text, (int)(text.len < 80 ? text.len : 80), text.ptr);
    return NULL;
}

/* ---- Elements ---- */

struct element {
    struct sg_str value; /* the text of it; without a pointer: none */
    json_t *status;      /* owned; NULL: none */
    json_t *error_type;
    json_t *error;
};

/* The parts of an element that matter here. */
static void parse_element(struct reader *reader, struct sg_str text, struct element *ret_element)
{
    struct sg_json_walk walk = { .text = text.ptr, .len = text.len };
    struct sg_str key;
    struct sg_str value;

    *ret_element = (struct element){ .status = NULL };
    if (sg_json_walk_peek(&walk) != '{' || !sg_json_walk_enter(&walk, '{'))
        return;
    for (bool first = true; sg_json_walk_more(&walk, '}', first); first = false) {
        if (!sg_json_walk_key(&walk, &key) || !sg_json_walk_value(&walk, &value))
            break;
        json_t **part = sg_str_equal(key, SG_STR("\"status\""))       ? &ret_element->status
                        : sg_str_equal(key, SG_STR("\"error_type\"")) ? &ret_element->error_type
                        : sg_str_equal(key, SG_STR("\"error\""))      ? &ret_element->error
                                                                      : NULL;
        if (sg_str_equal(key, SG_STR("\"value\"")))
            ret_element->value = value;
        if (!part)
            continue;
        json_decref(*part);
        *part = parse(reader, value);
    }
    if (walk.why)
        fail_request(reader, SG_FAILURE_PARSE, "the answer is not JSON: %s", walk.why);
}

static void element_done(struct element *element)
{
    json_decref(element->status);
    json_decref(element->error_type);
    json_decref(element->error);
}

/* @return was it an object of attributes? */
static bool read_mbean_text(struct reader *reader, struct sg_str name, struct sg_str text)
{
    bool is_object = text.len && text.ptr[0] == '{';
    json_t *attributes = parse(reader, text);

    if (json_is_object(attributes))
        read_mbean(reader, name, attributes);
    else if (json_is_string(attributes))
        report_cut(reader, sg_value_cut_by(attributes) ? sg_value_cut_by(attributes) : "maxDepth");
    else if (attributes || !is_object)
        fail_request(
            reader, SG_FAILURE_PROTOCOL, "expected an object of attributes for each MBean");
    json_decref(attributes);
    return is_object;
}

/* What a pattern has matched: an object of MBeans. @return was there anything to read? */
static bool read_mbeans(struct reader *reader, struct sg_str text)
{
    struct sg_json_walk walk = { .text = text.ptr, .len = text.len };
    struct sg_str key;
    struct sg_str attributes;
    bool any = false;
    bool any_good = false;

    (void)sg_json_walk_enter(&walk, '{');
    for (bool first = true; sg_json_walk_more(&walk, '}', first); first = false) {
        if (!sg_json_walk_key(&walk, &key) || !sg_json_walk_value(&walk, &attributes))
            break;
        json_t *name = parse(reader, key);
        struct sg_str name_text = { json_string_value(name), json_string_length(name) };
        any = true;
        if (name)
            any_good |= read_mbean_text(reader, name_text, attributes);
        json_decref(name);
    }
    if (walk.why)
        fail_request(reader, SG_FAILURE_PARSE, "the answer is not JSON: %s", walk.why);
    return any_good || (!any && !walk.why);
}

static void read_value_text(struct reader *reader, struct sg_str text)
{
    const struct sg_poll_request *request = reader->request;
    bool is_object = text.len && text.ptr[0] == '{';

    if (is_object) {
        if (!(request->is_pattern ? read_mbeans(reader, text)
                                  : read_mbean_text(reader, sg_str_of(request->mbean), text)))
            reader->n_lost++;
        return;
    }
    json_t *json = text.len && text.ptr[0] == '"' ? parse(reader, text) : NULL;
    const char *option = json ? sg_value_cut_by(json) : NULL;
    reader->n_lost++;
    if (option)
        report_cut(reader, option);
    else
        fail_request(reader, SG_FAILURE_PROTOCOL, "expected an object of attributes");
    json_decref(json);
}

static void read_element(struct reader *reader, struct sg_str text)
{
    struct element element;

    reader->reported = 0;
    parse_element(reader, text, &element);
    json_int_t status = json_integer_value(element.status);
    struct sg_str type = text_of(element.error_type);
    struct sg_str error = text_of(element.error);

    if (!json_is_integer(element.status)) {
        fail_element(reader, SG_FAILURE_PROTOCOL, "the answer has no status");
    } else if (status == 200) {
        read_value_text(reader, element.value);
    } else if (!is_nothing_there(reader->request, status, type)) {
        reader->n_lost++;
        fail_request(reader, kind_of(status, type), "status %lld, " SG_STR_FMT ": " SG_STR_FMT "%s",
            (long long)status, SG_STR_ARG(type), SG_STR_ARG(error), advice(status, type));
    }
    element_done(&element);
}

/* ---- The whole answer ---- */

/* Web pages come from proxies, from other services on the port, from a wrong path. */
static bool is_html(const char *body, size_t len)
{
    while (len && (unsigned char)*body <= ' ') {
        body++;
        len--;
    }
    return len && *body == '<';
}

static void report_not_json(
    const struct sg_answer_handler *handler, const struct sg_json_walk *walk, const char *why)
{
    size_t line;
    size_t column;

    if (walk->len == 0) {
        fail(handler, SG_FAILURE_PARSE, "the answer is empty");
    } else if (is_html(walk->text, walk->len)) {
        fail(handler, SG_FAILURE_HTTP,
            "the answer is a web page, not Jolokia's JSON; does the URL lead to the agent?");
    } else {
        sg_json_walk_place((struct sg_str){ walk->text, walk->len }, walk->at, &line, &column);
        fail(handler, SG_FAILURE_PARSE, "the answer is not JSON: line %zu, column %zu: %s", line,
            column, why);
    }
}

/* Instead of an array, one object: about the request as a whole. */
static void report_refusal(const struct sg_answer_handler *handler, char *body, size_t len)
{
    const struct sg_poll_request whole = { .mbean = "the whole request" };
    struct reader reader = { .handler = handler, .request = &whole };
    struct element element;

    parse_element(&reader, (struct sg_str){ body, len }, &element);
    json_int_t status = json_integer_value(element.status);
    struct sg_str type = text_of(element.error_type);
    struct sg_str error = text_of(element.error);
    fail(handler, kind_of(status, type),
        "the agent refuses the request: status %lld, " SG_STR_FMT ": " SG_STR_FMT "%s",
        (long long)status, SG_STR_ARG(type), SG_STR_ARG(error), advice(status, type));
    element_done(&element);
}

/* Is the text complete, with nothing after the closing bracket? @return its elements */
static bool count_elements(struct sg_json_walk *walk, size_t *ret_n)
{
    *ret_n = 0;
    if (sg_json_walk_peek(walk) == '{')
        (void)sg_json_walk_value(walk, NULL);
    else if (sg_json_walk_enter(walk, '['))
        for (; sg_json_walk_more(walk, ']', *ret_n == 0); ++*ret_n) {
            if (!sg_json_walk_value(walk, NULL))
                break;
        }
    if (!walk->why && !sg_json_walk_at_end(walk))
        walk->why = "there is text after its end";
    return !walk->why;
}

int sg_answer_read(const struct sg_poll_plan *plan,
    char *body,
    size_t len,
    const struct sg_answer_handler *handler)
{
    struct reader reader = { .handler = handler };
    struct sg_json_walk walk = { .text = body, .len = len };
    size_t n_wanted = plan->n - plan->n_identity;
    struct sg_str element;
    size_t n;

    if (!count_elements(&walk, &n)) {
        report_not_json(handler, &walk, walk.why);
        return SG_ANSWER_E_UNUSABLE;
    }
    walk.at = 0;
    if (sg_json_walk_peek(&walk) == '{') {
        report_refusal(handler, body, len);
        return SG_ANSWER_E_UNUSABLE;
    }
    if (n != plan->n) {
        fail(handler, SG_FAILURE_PROTOCOL,
            "the answer has %zu elements for %zu requests; does the URL lead to a Jolokia agent?",
            n, plan->n);
        return SG_ANSWER_E_UNUSABLE;
    }
    (void)sg_json_walk_enter(&walk, '[');
    for (size_t i = 0;
         i < n && sg_json_walk_more(&walk, ']', i == 0) && sg_json_walk_value(&walk, &element);
         i++) {
        reader.request = &plan->requests[i];
        read_element(&reader, element);
        if (i + 1 == n_wanted && reader.n_lost == n_wanted)
            return SG_ANSWER_E_UNUSABLE;
    }
    return 0;
}

int sg_answer_read_reply(const struct sg_reply *reply,
    const struct sg_poll_plan *plan,
    const struct sg_answer_handler *handler)
{
    return sg_answer_read(plan, reply->body, reply->body_len, handler);
}
