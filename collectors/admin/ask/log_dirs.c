/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/log_dirs.h"

#include "admin/ask/ask.h"
#include "base/auto.h"
#include "base/keyed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int32_t id; /* of the broker: the key */
    uint32_t seen;
    int64_t due_ms; /* monotonic: when to ask next */
    char *list;     /* NULL: not known */
};

static void drop_entry(void *thing)
{
    struct entry *entry = thing;

    free(entry->list);
}

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, id),
    .key_bytes = sizeof(int32_t),
    .seen_at = offsetof(struct entry, seen),
    .drop = drop_entry,
};

struct sg_log_dirs {
    struct sg_keyed brokers; /* of struct entry; a generation is a collection */
    int64_t denied_until_ms;
};

int sg_log_dirs_new(struct sg_log_dirs **ret_dirs)
{
    struct sg_log_dirs *dirs = calloc(1, sizeof *dirs);

    if (!dirs)
        return -ENOMEM;
    sg_keyed_init(&dirs->brokers, &entry_kind);
    *ret_dirs = dirs;
    return 0;
}

struct sg_log_dirs *sg_log_dirs_free(struct sg_log_dirs *dirs)
{
    if (!dirs)
        return NULL;
    sg_keyed_done(&dirs->brokers);
    free(dirs);
    return NULL;
}

struct sg_str sg_log_dirs_get(const struct sg_log_dirs *dirs, int32_t broker)
{
    uint32_t number = sg_keyed_find(&dirs->brokers, SG_KEYED_BYTES(broker));

    if (number == SG_INDEX_NONE)
        return SG_STR("");
    const struct entry *entry = sg_keyed_at(&dirs->brokers, number);
    return entry->list ? sg_str_of(entry->list) : SG_STR("");
}

/* ---- The list ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct sg_str trim(struct sg_str text)
{
    while (text.len && is_space(*text.ptr))
        text = (struct sg_str){ text.ptr + 1, text.len - 1 };
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    while (text.len > 1 && text.ptr[text.len - 1] == '/')
        text.len--;
    return text;
}

bool sg_log_dirs_next(struct sg_str *rest, struct sg_str *ret_dir)
{
    while (rest->len) {
        const char *comma = memchr(rest->ptr, ',', rest->len);
        size_t len = comma ? (size_t)(comma - rest->ptr) : rest->len;
        struct sg_str dir = trim((struct sg_str){ rest->ptr, len });
        size_t taken = comma ? len + 1 : len;
        *rest = (struct sg_str){ rest->ptr + taken, rest->len - taken };
        if (dir.len) {
            *ret_dir = dir;
            return true;
        }
    }
    return false;
}

/* ---- Asking ---- */

static void describe(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what)
{
    rd_kafka_ConfigResource_t *broker = what;

    rd_kafka_DescribeConfigs(rk, &broker, 1, options, queue);
}

/* @return owned, or NULL: no answer, or memory was short */
static rd_kafka_event_t *ask(const struct sg_log_dirs_env *env, int32_t broker)
{
    char name[16];

    (void)snprintf(name, sizeof name, "%" PRId32, broker);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, name);
    if (!resource)
        return NULL;
    rd_kafka_event_t *event = sg_ask(&(struct sg_ask){
        .client = env->client,
        .clock = env->clock,
        .op = RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
        .timeout_ms = sg_clock_left_ms(env->clock, env->deadline_ms),
        .deadline_ms = env->deadline_ms,
        .stopping = env->stopping,
        .send = describe,
        .what = resource,
    });
    rd_kafka_ConfigResource_destroy(resource);
    return event;
}

/* The one broker of the answer. @return NULL: there is none */
static const rd_kafka_ConfigResource_t *resource_of(rd_kafka_event_t *event)
{
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    size_t n = 0;

    if (!result)
        return NULL;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(result, &n);
    return n ? resources[0] : NULL;
}

static rd_kafka_resp_err_t code_of(rd_kafka_event_t *event)
{
    const rd_kafka_ConfigResource_t *resource = resource_of(event);

    if (rd_kafka_event_error(event))
        return rd_kafka_event_error(event);
    return resource ? rd_kafka_ConfigResource_error(resource) : RD_KAFKA_RESP_ERR__BAD_MSG;
}

static const char *value_of(const rd_kafka_ConfigResource_t *resource, const char *name)
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **values = rd_kafka_ConfigResource_configs(resource, &n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(rd_kafka_ConfigEntry_name(values[i]), name) == 0)
            return rd_kafka_ConfigEntry_value(values[i]);
    }
    return NULL;
}

/* Without `log.dirs` Kafka uses `log.dir`. @return 0 or -ENOMEM */
static int take_list(struct entry *entry, const rd_kafka_ConfigResource_t *resource)
{
    const char *value = value_of(resource, "log.dirs");

    if (!value || !*value)
        value = value_of(resource, "log.dir");
    if (!value || strlen(value) > SG_LOG_DIRS_TEXT_MAX)
        return 0;
    char *copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(entry->list);
    entry->list = copy;
    return 0;
}

static void note_failure(struct sg_log_dirs *dirs,
    const struct sg_log_dirs_env *env,
    int32_t broker,
    rd_kafka_resp_err_t code)
{
    if (code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) {
        dirs->denied_until_ms = sg_clock_monotonic_ms(env->clock) + SG_LOG_DIRS_EVERY_MS;
        sg_failures_warn(env->failures, SG_FAILURE_DENIED, SG_REQUEST_DESCRIBE_BROKER, code,
            "not authorized to read brokers' configurations, so there are no log directories: "
            "allow this client's principal DESCRIBE_CONFIGS on the cluster");
        return;
    }
    sg_failures_add(env->failures, sg_failure_kind_of(code), SG_REQUEST_DESCRIBE_BROKER, code,
        "DescribeConfigs of broker %" PRId32 " failed: %s%s", broker, rd_kafka_err2str(code),
        sg_failure_advice(code));
}

/* @return 0 or -ENOMEM */
static int read_broker(
    struct sg_log_dirs *dirs, const struct sg_log_dirs_env *env, struct entry *entry)
{
    rd_kafka_event_t *event = ask(env, entry->id);
    rd_kafka_resp_err_t code = event ? code_of(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    int64_t pause_ms = code ? SG_LOG_DIRS_RETRY_MS : SG_LOG_DIRS_EVERY_MS;
    int r = 0;

    entry->due_ms = sg_clock_monotonic_ms(env->clock) + pause_ms;
    if (!code)
        r = take_list(entry, resource_of(event));
    else if (!atomic_load(env->stopping))
        note_failure(dirs, env, entry->id, code);
    if (event)
        rd_kafka_event_destroy(event);
    return r;
}

static bool has_time(const struct sg_log_dirs *dirs, const struct sg_log_dirs_env *env)
{
    return sg_clock_monotonic_ms(env->clock) >= dirs->denied_until_ms &&
           sg_clock_left_ms(env->clock, env->deadline_ms) > 0 && !atomic_load(env->stopping);
}

int sg_log_dirs_read(struct sg_log_dirs *dirs, const struct sg_log_dirs_env *env)
{
    static const struct sg_keyed_rule rule = { .after = 0, .at_least = 8, .one_in = 2 };
    const struct sg_topology *t = env->topology;
    int64_t now_ms = sg_clock_monotonic_ms(env->clock);
    size_t n_asked = 0;

    dirs->brokers.generation++;
    for (size_t i = 0; i < t->n_brokers; i++) {
        uint32_t number;
        int r = sg_keyed_add(&dirs->brokers, SG_KEYED_BYTES(t->brokers[i].id), &number, NULL);
        if (r)
            return r;
        struct entry *entry = sg_keyed_at(&dirs->brokers, number);
        if (dirs->brokers.generation - entry->seen > 1)
            entry->due_ms = now_ms; /* it was away, and may have another configuration */
        entry->seen = dirs->brokers.generation;
        if (entry->due_ms > now_ms || !env->answered[i] || n_asked == SG_LOG_DIRS_BROKERS_MAX ||
            !has_time(dirs, env))
            continue;
        n_asked++;
        r = read_broker(dirs, env, entry);
        if (r)
            return r;
    }
    (void)sg_keyed_forget_by(&dirs->brokers, &rule);
    return 0;
}
