/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/dump.h"

#include "base/address.h"
#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/grow.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/peer.h"
#include "jmx/jolokia/request.h"
#include "jmx/rmi/peer.h"
#include "jmx/rules/rules_plan.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

enum {
    AGENT_TIMEOUT_MS = 60000,      /* everything of a large JVM, read once, interactively */
    PIPE_WAIT_MS = 10 * 60 * 1000, /* large enough for everything of a slow agent */
};

SG_AUTO_DEFINE(struct sg_dump *, sg_dump_free);
SG_AUTO_DEFINE(struct sg_poll_plan *, sg_poll_plan_free);
SG_AUTO_DEFINE(struct sg_rmi_peer *, sg_rmi_peer_free);
SG_AUTO_DEFINE(struct sg_transport *, sg_transport_free);

#define JMX_URL "jmx://"
SG_AUTO_DEFINE(struct sg_peer *, sg_peer_free);

struct sg_dump *sg_dump_free(struct sg_dump *dump)
{
    if (!dump)
        return NULL;
    (void)sg_arena_unref(dump->arena);
    free(dump->entries);
    free(dump);
    return NULL;
}

/* ---- Keeping an answer ---- */

struct keeper {
    struct sg_dump *dump;
    int error;             /* -ENOMEM, or SG_DUMP_E_UNREADABLE past the cap */
    struct sg_error first; /* failure in the answer */
};

static bool keep_text(struct sg_dump *dump, struct sg_str *text)
{
    char *copy = sg_arena_copy(dump->arena, *text);

    text->ptr = copy;
    return copy != NULL;
}

static bool is_beside(const struct sg_attribute *one, const struct sg_attribute *other)
{
    if (one->depth != other->depth || one->n_index != other->n_index)
        return false;
    for (size_t i = 0; i + 1 < one->depth; i++) {
        if (!sg_str_equal(one->path[i], other->path[i]))
            return false;
    }
    for (size_t i = 0; i < one->n_index; i++) {
        if (!sg_str_equal(one->index[i].value, other->index[i].value))
            return false;
    }
    return true;
}

/* Searches the entries of the attribute's MBean: the answer that they are from is freed. */
static bool find_in_dump(const struct sg_attribute *attribute,
    enum sg_attribute_near near,
    const char *name,
    struct sg_attribute_value *ret_value)
{
    const struct sg_dump *dump = attribute->near[0];

    for (size_t i = (uintptr_t)attribute->near[1]; i < dump->n; i++) {
        const struct sg_dump_response *entry = &dump->entries[i];
        const struct sg_attribute *other = &entry->attribute;
        if (other->mbean.ptr != attribute->mbean.ptr)
            return false;
        bool is_near = near == SG_ATTRIBUTE_OF_MBEAN ? other->depth == 1 && other->n_index == 0
                                                     : is_beside(attribute, other);
        if (is_near && sg_str_equal(other->path[other->depth - 1], sg_str_of(name))) {
            *ret_value = entry->value;
            return true;
        }
    }
    return false;
}

static void keep(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct keeper *keeper = context;
    struct sg_dump *dump = keeper->dump;

    if (keeper->error)
        return;
    if (dump->n == SG_DUMP_ATTRIBUTES_MAX) {
        keeper->error = sg_error_set(&keeper->first, SG_DUMP_E_UNREADABLE,
            "more than %d attributes", SG_DUMP_ATTRIBUTES_MAX);
        return;
    }
    if (sg_grow(&dump->entries, dump->n, &dump->allocated, sizeof *dump->entries)) {
        keeper->error = -ENOMEM;
        return;
    }
    struct sg_dump_response *entry = &dump->entries[dump->n];
    entry->attribute = *attribute;
    entry->value = *value;
    entry->attribute.find = find_in_dump;
    entry->attribute.near[0] = dump;
    const struct sg_dump_response *before = dump->n ? entry - 1 : NULL;
    bool kept = true;
    if (before && sg_str_equal(before->attribute.mbean, attribute->mbean)) {
        entry->attribute.mbean = before->attribute.mbean;
        entry->attribute.near[1] = before->attribute.near[1];
    } else {
        kept = keep_text(dump, &entry->attribute.mbean);
        entry->attribute.near[1] = (const void *)(uintptr_t)dump->n; /* its MBean's first entry */
        dump->n_mbeans++;
    }
    for (size_t i = 0; i < attribute->depth; i++)
        kept = kept && keep_text(dump, &entry->attribute.path[i]);
    for (size_t i = 0; i < attribute->n_index; i++)
        kept = kept && keep_text(dump, &entry->attribute.index[i].column) &&
               keep_text(dump, &entry->attribute.index[i].value);
    if (value->kind == SG_ATTRIBUTE_TEXT)
        kept = kept && keep_text(dump, &entry->value.text);
    if (kept)
        dump->n++;
    else
        keeper->error = -ENOMEM;
}

/* The first one is reported when there was nothing else. */
static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct keeper *keeper = context;

    (void)kind;
    if (!keeper->first.text[0])
        keeper->first = *err;
}

static int read_answer(struct sg_dump *dump,
    const struct sg_poll_plan *plan,
    const struct sg_reply *reply,
    struct sg_error *err)
{
    struct keeper keeper = { .dump = dump };
    const struct sg_answer_handler handler = { &keeper, keep, NULL, NULL, note_failure };

    int r = reply->read(reply, plan, &handler);
    if (r || keeper.error || dump->n == 0) {
        if (keeper.error < 0)
            return keeper.error;
        return sg_error_set(err, SG_DUMP_E_UNREADABLE, "%s",
            keeper.first.text[0] ? keeper.first.text : "there are no MBeans in it");
    }
    return 0;
}

/* ---- A file ---- */

static int read_file(const char *path, struct sg_buf *body, struct sg_error *err)
{
    int r = sg_file_read(path, PIPE_WAIT_MS, body, err);

    if (r > 0)
        return SG_DUMP_E_UNREADABLE;
    if (!r && body->len > 2 && (unsigned char)body->ptr[0] == 0x1f)
        r = sg_error_set(
            err, SG_DUMP_E_UNREADABLE, "%s: it is compressed; unpack it first (gunzip)", path);
    return r;
}

/*
 * The request is not in a file, or only when the agent repeats requests. The answer's value shows
 * it: keys with a colon are ObjectNames. Anything else, such as a version, is left out.
 */
static bool is_keyed_by_mbean(const json_t *value)
{
    const char *key = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)value));

    return key && strchr(key, ':') && strchr(key, '=');
}

static bool keep_element(const json_t *element, struct sg_poll_request *request)
{
    const json_t *value = json_object_get(element, "value");
    const char *mbean =
        json_string_value(json_object_get(json_object_get(element, "request"), "mbean"));

    if (!json_is_object(value))
        return false;
    request->is_pattern = is_keyed_by_mbean(value);
    request->mbean = mbean ? mbean : "*:*";
    return request->is_pattern || (mbean && !strpbrk(mbean, "*?"));
}

/* Keep only the reads of MBeans in the answer, with the requests that they answer. */
static int keep_reads(json_t *root, struct sg_poll_plan *plan)
{
    plan->requests = calloc(json_array_size(root) + 1, sizeof *plan->requests);
    if (!plan->requests)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(root);) {
        if (keep_element(json_array_get(root, i), &plan->requests[plan->n])) {
            plan->n++;
            i++;
        } else {
            (void)json_array_remove(root, i);
        }
    }
    return 0;
}

static int read_text(struct sg_dump *dump, struct sg_str text, struct sg_error *err)
{
    struct sg_poll_plan plan = { 0 };
    json_error_t error;

    json_t *root = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
    if (!root)
        return sg_error_set(err, SG_DUMP_E_UNREADABLE, "not JSON: line %d, column %d: %s",
            error.line, error.column, error.text);
    if (json_is_object(root)) { /* the answer to one request */
        json_t *bulk = json_array();
        if (json_array_append_new(bulk, root)) {
            json_decref(bulk);
            return -ENOMEM;
        }
        root = bulk;
    }
    int r = keep_reads(root, &plan);
    char *body = r ? NULL : json_dumps(root, JSON_COMPACT);
    const struct sg_reply reply = {
        .read = sg_answer_read_reply, .body = body, .body_len = body ? strlen(body) : 0
    };
    if (!r)
        r = body ? read_answer(dump, &plan, &reply, err) : -ENOMEM;
    free(body);
    free(plan.requests);
    json_decref(root);
    return r;
}

/* ---- An agent, or a JMX port ---- */

struct exchange {
    struct sg_dump *dump;
    const struct sg_poll_plan *plan;
    struct sg_error *err;
    int result;
};

static void take_reply(void *context, const struct sg_reply *reply)
{
    struct exchange *exchange = context;

    exchange->result =
        reply->ok ? read_answer(exchange->dump, exchange->plan, reply, exchange->err)
                  : sg_error_set(exchange->err, SG_DUMP_E_UNREADABLE, "%s", reply->err->text);
}

static int64_t deadline_ms(void)
{
    return sg_clock_monotonic_ms(&sg_clock_system) + AGENT_TIMEOUT_MS;
}

static int run(struct sg_transport *transport, const struct exchange *exchange)
{
    const atomic_bool never = false;

    sg_transport_run(transport, &never);
    return exchange->result;
}

static int ask_agent(struct sg_transport *transport,
    const char *url,
    struct exchange *exchange,
    struct sg_error *err)
{
    sg_auto(sg_peer_free) struct sg_peer *peer = NULL;
    sg_auto_free char *body = NULL;

    int r = sg_peer_new(transport, &(struct sg_peer_options){ .url = url }, &peer, err);
    if (r)
        return r < 0 ? r : SG_DUMP_E_UNREADABLE;
    r = sg_request_body(exchange->plan, NULL, &body);
    if (!r)
        r = sg_peer_start(peer, sg_str_of(body), deadline_ms(), take_reply, exchange);
    return r ? r : run(transport, exchange);
}

static int ask_port(struct sg_transport *transport,
    const char *text,
    struct exchange *exchange,
    struct sg_error *err)
{
    sg_auto(sg_rmi_peer_free) struct sg_rmi_peer *peer = NULL;
    struct sg_address address;

    if (sg_address_parse(text, &address, err) || !address.host[0] || address.port <= 0)
        return sg_error_set(
            err, SG_DUMP_E_UNREADABLE, "\"jmx://%.80s\" is not jmx://HOST:PORT", text);
    int r = sg_rmi_peer_new(transport,
        &(struct sg_rmi_peer_options){ .host = address.host, .port = address.port }, &peer);
    if (!r)
        r = sg_rmi_peer_start(peer, exchange->plan, deadline_ms(), take_reply, exchange);
    return r ? r : run(transport, exchange);
}

static bool is_url(const char *from)
{
    return strncmp(from, "http://", 7) == 0 || strncmp(from, "https://", 8) == 0 ||
           strncmp(from, JMX_URL, sizeof JMX_URL - 1) == 0;
}

/* @param from  a URL */
static int ask(
    struct sg_dump *dump, const char *from, const struct sg_rules *rules, struct sg_error *err)
{
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *plan = NULL;
    sg_auto(sg_transport_free) struct sg_transport *transport = NULL;
    struct exchange exchange = { .dump = dump, .err = err, .result = -ENOMEM };

    int r = sg_rules_plan_new(rules, &plan);
    if (!r)
        r = sg_transport_new(&sg_clock_system, &transport);
    if (r)
        return r;
    exchange.plan = plan;
    return strncmp(from, JMX_URL, sizeof JMX_URL - 1) == 0
               ? ask_port(transport, from + sizeof JMX_URL - 1, &exchange, err)
               : ask_agent(transport, from, &exchange, err);
}

static struct sg_dump *dump_new(void)
{
    struct sg_dump *dump = calloc(1, sizeof *dump);

    if (dump && !(dump->arena = sg_arena_new()))
        return sg_dump_free(dump);
    return dump;
}

int sg_dump_parse(struct sg_str json, struct sg_dump **ret_dump, struct sg_error *err)
{
    sg_auto(sg_dump_free) struct sg_dump *dump = dump_new();

    int r = dump ? read_text(dump, json, err) : -ENOMEM;
    if (r)
        return r;
    *ret_dump = sg_take(&dump);
    return 0;
}

int sg_dump_read(
    const char *from, const struct sg_rules *rules, struct sg_dump **ret_dump, struct sg_error *err)
{
    sg_auto(sg_dump_free) struct sg_dump *dump = dump_new();
    struct sg_buf body;
    int r;

    if (!dump)
        return -ENOMEM;
    if (is_url(from)) {
        r = ask(dump, from, rules, err);
    } else {
        sg_buf_init(&body, SG_DUMP_BYTES_MAX);
        r = read_file(from, &body, err);
        if (!r) {
            r = read_text(dump, sg_buf_get(&body), err);
            if (r > 0)
                (void)sg_error_prefix(err, 0, "%s: ", from);
        }
        sg_buf_done(&body);
    }
    if (r)
        return r;
    *ret_dump = sg_take(&dump);
    return 0;
}
