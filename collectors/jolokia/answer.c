/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/answer.h"

#include "jolokia/mend.h"
#include "jolokia/value.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

enum {
    LARGE_BODY_BYTES = 4 * 1024 * 1024
};

struct reader {
    const struct sg_answer_handler *handler;
    const struct sg_request *request; /* whose answer is being read */
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

/* A row's other columns. One that is called "value" adds nothing to the attribute's name. */
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
    if (sg_value_read_scalar(json, &value)) {
        attribute->near[SG_ATTRIBUTE_SIBLING] = in;
        reader->handler->value(reader->handler->context, attribute, &value);
    } else if (json_is_null(json)) {
        if (reader->handler->absent)
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
        .find = find_near,
        .near = { attributes, attributes },
    };
    if (!sg_value_is_nothing(attributes))
        read_object(reader, attributes);
}

/* ---- Elements ---- */

static struct sg_str text_of(const json_t *object, const char *key)
{
    const json_t *text = json_object_get(object, key);
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

/* What to do about an error, where more can be said than the agent says. */
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
 * The MBeans or attributes that were asked for are not there. Up to 2.4.3 a pattern whose MBeans
 * all lack the named attributes is an IllegalArgumentException.
 */
static bool is_nothing_there(
    const struct sg_request *request, json_int_t status, struct sg_str type)
{
    if (status == 404)
        return true;
    return status == 400 && request->is_pattern && request->has_attributes &&
           sg_str_equal(type, SG_STR("java.lang.IllegalArgumentException"));
}

static void read_element(struct reader *reader, json_t *element)
{
    const struct sg_answer_handler *handler = reader->handler;
    const char *mbean = reader->request->mbean;
    json_t *value = json_object_get(element, "value");
    json_t *status_json = json_object_get(element, "status");
    json_int_t status = json_integer_value(status_json);
    struct sg_str type = text_of(element, "error_type");
    struct sg_str error = text_of(element, "error");

    if (!json_is_integer(status_json)) {
        fail(handler, SG_FAILURE_PROTOCOL, "%s: the answer has no status", mbean);
        return;
    }
    if (status != 200) {
        if (!is_nothing_there(reader->request, status, type))
            fail(handler, kind_of(status, type),
                "%s: status %lld, " SG_STR_FMT ": " SG_STR_FMT "%s", mbean, (long long)status,
                SG_STR_ARG(type), SG_STR_ARG(error), advice(status, type));
        return;
    }
    if (!json_is_object(value)) {
        fail(handler, SG_FAILURE_PROTOCOL, "%s: expected an object of attributes", mbean);
        return;
    }
    if (!reader->request->is_pattern) {
        read_mbean(reader, sg_str_of(mbean), value);
        return;
    }
    for (void *iter = json_object_iter(value); iter; iter = json_object_iter_next(value, iter)) {
        if (!json_is_object(json_object_iter_value(iter))) {
            fail(handler, SG_FAILURE_PROTOCOL,
                "%s: expected an object of attributes for each MBean", mbean);
            return;
        }
        read_mbean(reader, sg_str_of(json_object_iter_key(iter)), json_object_iter_value(iter));
    }
}

/* ---- The whole answer ---- */

static bool is_mendable(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_numeric_overflow:
    case json_error_null_character:
    case json_error_null_byte_in_key:
    case json_error_invalid_utf8:
        return true;
    default:
        return false;
    }
}

/* A tree takes many times the memory of its text: count before it is made. */
static bool is_too_many(const char *body, size_t len)
{
    size_t n = 0;

    if (len < LARGE_BODY_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        n += body[i] == ',' || body[i] == '[' || body[i] == '{';
    return n > SG_ANSWER_ELEMENTS_MAX;
}

/* Web pages come from proxies, from other services on the port, from a wrong path. */
static bool is_html(const char *body, size_t len)
{
    while (len && (unsigned char)*body <= ' ') {
        body++;
        len--;
    }
    return len && *body == '<';
}

static json_t *parse(const struct sg_answer_handler *handler, char *body, size_t len)
{
    json_error_t error;

    if (is_too_many(body, len)) {
        fail(handler, SG_FAILURE_LIMIT,
            "the answer has more than %d JSON values; read fewer MBeans", SG_ANSWER_ELEMENTS_MAX);
        return NULL;
    }
    json_t *root = json_loadb(body, len, JSON_ALLOW_NUL, &error);
    if (!root && is_mendable(&error)) {
        sg_mend_json(body, len);
        root = json_loadb(body, len, JSON_ALLOW_NUL, &error);
    }
    if (root)
        return root;
    if (len == 0)
        fail(handler, SG_FAILURE_PARSE, "the answer is empty");
    else if (is_html(body, len))
        fail(handler, SG_FAILURE_HTTP,
            "the answer is a web page, not Jolokia's JSON; does the URL lead to the agent?");
    else if (json_error_code(&error) == json_error_out_of_memory)
        fail(handler, SG_FAILURE_INTERNAL, "out of memory");
    else
        fail(handler, SG_FAILURE_PARSE, "the answer is not JSON: line %d, column %d: %s",
            error.line, error.column, error.text);
    return NULL;
}

/* Anything but an array of as many elements as requests is about the request as a whole. */
static bool is_answer(
    const struct sg_request_plan *plan, const struct sg_answer_handler *handler, const json_t *root)
{
    if (json_is_object(root)) {
        json_int_t status = json_integer_value(json_object_get(root, "status"));
        struct sg_str type = text_of(root, "error_type");
        struct sg_str error = text_of(root, "error");
        fail(handler, kind_of(status, type),
            "the agent refuses the request: status %lld, " SG_STR_FMT ": " SG_STR_FMT "%s",
            (long long)status, SG_STR_ARG(type), SG_STR_ARG(error), advice(status, type));
        return false;
    }
    if (!json_is_array(root) || json_array_size(root) != plan->n) {
        fail(handler, SG_FAILURE_PROTOCOL,
            "the answer has %zu elements for %zu requests; does the URL lead to a Jolokia agent?",
            json_array_size(root), plan->n);
        return false;
    }
    return true;
}

int sg_answer_read(const struct sg_request_plan *plan,
    char *body,
    size_t len,
    const struct sg_answer_handler *handler)
{
    struct reader reader = { .handler = handler };
    size_t i;
    json_t *element;

    json_t *root = parse(handler, body, len);
    if (!root)
        return SG_ANSWER_E_UNUSABLE;
    if (!is_answer(plan, handler, root)) {
        json_decref(root);
        return SG_ANSWER_E_UNUSABLE;
    }
    json_array_foreach(root, i, element)
    {
        reader.request = &plan->requests[i];
        read_element(&reader, element);
    }
    json_decref(root);
    return 0;
}
