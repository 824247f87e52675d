/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/answer.h"

#include "jolokia/mend.h"

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

static void tell(struct reader *reader, const struct sg_attribute_value *value)
{
    reader->handler->value(reader->handler->context, &reader->attribute, value);
}

/* What agents write in place of a value that they could not give. */
static bool is_excuse(struct sg_str text)
{
    return sg_str_starts_with(text, SG_STR("ERROR: ")) ||
           sg_str_equal(text, SG_STR("Unsupported")) ||
           sg_str_starts_with(text, SG_STR("[Object limit exceeded"));
}

static void read_value(struct reader *reader, struct sg_str name, json_t *json);

/* Composite data, a row of tabular data, a map; or an error, or an Optional, whose value is lost.
 */
static void read_object(struct reader *reader, json_t *json)
{
    void *iter;

    if (json_object_get(json, ".error"))
        return;
    if (json_object_size(json) == 2 && json_object_get(json, "present") &&
        json_object_get(json, "empty"))
        return;
    for (iter = json_object_iter(json); iter; iter = json_object_iter_next(json, iter))
        read_value(reader, sg_str_of(json_object_iter_key(iter)), json_object_iter_value(iter));
}

/* The recursion is as deep as an attribute's path may be. */
static void read_value(struct reader *reader, struct sg_str name, json_t *json)
{
    struct sg_attribute *attribute = &reader->attribute;
    struct sg_str text;

    if (attribute->depth == SG_ATTRIBUTE_DEPTH_MAX)
        return;
    attribute->path[attribute->depth++] = name;
    switch (json_typeof(json)) {
    case JSON_INTEGER:
        tell(reader, &(struct sg_attribute_value){
                         .kind = SG_ATTRIBUTE_INT, .integer = json_integer_value(json) });
        break;
    case JSON_REAL:
        tell(reader, &(struct sg_attribute_value){
                         .kind = SG_ATTRIBUTE_DOUBLE, .number = json_real_value(json) });
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        tell(reader,
            &(struct sg_attribute_value){ .kind = SG_ATTRIBUTE_BOOL, .flag = json_is_true(json) });
        break;
    case JSON_STRING:
        text = (struct sg_str){ json_string_value(json), json_string_length(json) };
        if (!is_excuse(text))
            tell(reader, &(struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = text });
        break;
    case JSON_OBJECT:
        read_object(reader, json);
        break;
    case JSON_NULL:
    case JSON_ARRAY:
        break;
    }
    attribute->depth--;
}

static void read_mbean(struct reader *reader, struct sg_str name, json_t *attributes)
{
    reader->attribute.mbean = name;
    reader->attribute.depth = 0;
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
