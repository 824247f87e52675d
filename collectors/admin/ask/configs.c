/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/configs.h"

#include "admin/ask/ask.h"
#include "base/arena.h"
#include "base/auto.h"
#include "base/grow.h"
#include "base/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct sg_str topic;
    struct sg_topic_config config;
    int64_t due_ms; /* monotonic: to be read then */
    uint32_t seen;  /* collection */
};

struct sg_configs {
    struct sg_arena *arena;
    struct sg_index index;
    size_t n, allocated;
    struct entry *entries;
    uint32_t collection;
    uint64_t n_new;
    int64_t denied_until_ms;
};

SG_AUTO_DEFINE(struct sg_configs *, sg_configs_free);

int sg_configs_new(struct sg_configs **ret_configs)
{
    sg_auto(sg_configs_free) struct sg_configs *configs = calloc(1, sizeof *configs);

    if (!configs)
        return -ENOMEM;
    configs->arena = sg_arena_new();
    if (!configs->arena)
        return -ENOMEM;
    *ret_configs = sg_take(&configs);
    return 0;
}

struct sg_configs *sg_configs_free(struct sg_configs *configs)
{
    if (!configs)
        return NULL;
    sg_index_done(&configs->index);
    free(configs->entries);
    (void)sg_arena_unref(configs->arena);
    free(configs);
    return NULL;
}

/* ---- Topics ---- */

static bool entry_equal(const void *owner, uint32_t id, const void *key)
{
    return sg_str_equal(
        ((const struct sg_configs *)owner)->entries[id].topic, *(const struct sg_str *)key);
}

static struct entry *find(const struct sg_configs *configs, struct sg_str topic)
{
    uint32_t id = sg_index_find(&configs->index, sg_hash(topic), entry_equal, configs, &topic);
    return id == SG_INDEX_NONE ? NULL : &configs->entries[id];
}

const struct sg_topic_config *sg_configs_get(const struct sg_configs *configs, struct sg_str topic)
{
    static const struct sg_topic_config nothing = { .known = false };
    const struct entry *entry = find(configs, topic);
    return entry ? &entry->config : &nothing;
}

static int add(struct sg_configs *configs, struct sg_str topic)
{
    if (sg_grow(&configs->entries, configs->n, &configs->allocated, sizeof *configs->entries))
        return -ENOMEM;
    const char *copy = sg_arena_copy(configs->arena, topic);
    if (!copy || sg_index_add(&configs->index, sg_hash(topic), (uint32_t)configs->n))
        return -ENOMEM;
    configs->entries[configs->n++] = (struct entry){ .topic = { copy, topic.len } };
    return 0;
}

/* Make everything anew without the topics that are gone, when they have become many. */
static int forget_gone(struct sg_configs *configs)
{
    struct sg_configs fresh = { .collection = configs->collection };
    size_t n_gone = 0;
    int r = 0;

    for (size_t i = 0; i < configs->n; i++)
        n_gone += configs->entries[i].seen != configs->collection;
    if (n_gone < 64 || n_gone * 4 < configs->n)
        return 0;
    fresh.arena = sg_arena_new();
    if (!fresh.arena)
        return -ENOMEM;
    for (size_t i = 0; i < configs->n && !r; i++) {
        if (configs->entries[i].seen != configs->collection)
            continue;
        r = add(&fresh, configs->entries[i].topic);
        if (r)
            break;
        struct sg_str topic = fresh.entries[fresh.n - 1].topic;
        fresh.entries[fresh.n - 1] = configs->entries[i];
        fresh.entries[fresh.n - 1].topic = topic;
    }
    sg_index_done(&configs->index);
    free(configs->entries);
    (void)sg_arena_unref(configs->arena);
    configs->arena = fresh.arena;
    configs->index = fresh.index;
    configs->entries = fresh.entries;
    configs->n = fresh.n;
    configs->allocated = fresh.allocated;
    return r;
}

static int follow(struct sg_configs *configs, const struct sg_topology *topology)
{
    configs->collection++;
    for (size_t i = 0; i < topology->n_topics; i++) {
        struct entry *entry = find(configs, topology->topics[i].name);
        if (!entry) {
            int r = add(configs, topology->topics[i].name);
            if (r)
                return r;
            entry = &configs->entries[configs->n - 1];
            configs->n_new++;
        }
        entry->seen = configs->collection;
    }
    return forget_gone(configs);
}

uint64_t sg_configs_n_new(const struct sg_configs *configs)
{
    return configs->n_new;
}

/* ---- Answers ---- */

static int64_t number_of(const char *text)
{
    return text ? strtoll(text, NULL, 10) : -1;
}

static void take_config(struct sg_topic_config *config, const rd_kafka_ConfigEntry_t *from)
{
    const char *name = rd_kafka_ConfigEntry_name(from);
    const char *value = rd_kafka_ConfigEntry_value(from);

    if (strcmp(name, "min.insync.replicas") == 0)
        config->min_in_sync = (int32_t)number_of(value);
    else if (strcmp(name, "retention.ms") == 0)
        config->retention_ms = number_of(value);
    else if (strcmp(name, "retention.bytes") == 0)
        config->retention_bytes = number_of(value);
    else if (strcmp(name, "cleanup.policy") == 0)
        config->deletes = value && strstr(value, "delete");
}

static void take_topic(struct sg_configs *configs, const rd_kafka_ConfigResource_t *from)
{
    struct entry *entry = find(configs, sg_str_of(rd_kafka_ConfigResource_name(from)));
    size_t n = 0;

    if (!entry || rd_kafka_ConfigResource_error(from))
        return; /* deleted in between, or not allowed: what was known goes on */
    const rd_kafka_ConfigEntry_t **values = rd_kafka_ConfigResource_configs(from, &n);
    entry->config = (struct sg_topic_config){
        .known = true,
        .min_in_sync = -1,
        .retention_ms = -1,
        .retention_bytes = -1,
    };
    for (size_t i = 0; i < n; i++)
        take_config(&entry->config, values[i]);
}

/* Once for each answer. Where nothing is allowed nothing is asked for until the whole time is over.
 */
static void note_denied(
    struct sg_configs *configs, bool all, int64_t now_ms, struct sg_failures *failures)
{
    if (all)
        configs->denied_until_ms = now_ms + SG_CONFIGS_EVERY_MS;
    sg_failures_note(failures, SG_FAILURE_DENIED, SG_REQUEST_DESCRIBE_CONFIGS,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        "topic configurations may not be read: allow this client's principal DESCRIBE_CONFIGS on "
        "topics, or go without min.insync.replicas and retention");
}

static void take_answer(struct sg_configs *configs,
    rd_kafka_event_t *event,
    int64_t now_ms,
    struct sg_failures *failures)
{
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    size_t n = 0, n_denied = 0;

    if (code || !result) {
        sg_failures_add(failures, sg_failure_kind_of(code), SG_REQUEST_DESCRIBE_CONFIGS, code,
            "DescribeConfigs failed: %s%s", rd_kafka_event_error_string(event),
            sg_failure_advice(code));
        return;
    }
    const rd_kafka_ConfigResource_t **topics =
        rd_kafka_DescribeConfigs_result_resources(result, &n);
    for (size_t i = 0; i < n; i++) {
        if (rd_kafka_ConfigResource_error(topics[i]) ==
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
            n_denied++;
        take_topic(configs, topics[i]);
    }
    if (n_denied)
        note_denied(configs, n_denied == n, now_ms, failures);
}

/* ---- Asking ---- */

/* Topics that are due, whose turn comes again only after the whole time, whatever is answered … */
static size_t pick(
    struct sg_configs *configs, int64_t now_ms, rd_kafka_ConfigResource_t **resources)
{
    size_t n = 0;

    for (size_t i = 0; i < configs->n && n < SG_CONFIGS_TOPICS_MAX; i++) {
        struct entry *entry = &configs->entries[i];
        if (entry->seen != configs->collection || entry->due_ms > now_ms)
            continue;
        resources[n] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, entry->topic.ptr);
        if (!resources[n])
            break;
        n++;
        entry->due_ms = now_ms + SG_CONFIGS_EVERY_MS;
    }
    return n;
}

/* … unless nothing was: what a topic needs in sync must not stay unknown because one broker hung.
 */
static void pick_again(struct sg_configs *configs, int64_t now_ms)
{
    for (size_t i = 0; i < configs->n; i++) {
        if (configs->entries[i].due_ms == now_ms + SG_CONFIGS_EVERY_MS)
            configs->entries[i].due_ms = now_ms + SG_CONFIGS_RETRY_MS;
    }
}

/* Topics that are asked for. */
struct picked {
    rd_kafka_ConfigResource_t *resources[SG_CONFIGS_TOPICS_MAX];
    size_t n;
};

static void describe(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what)
{
    struct picked *picked = what;

    rd_kafka_DescribeConfigs(rk, picked->resources, picked->n, options, queue);
}

int sg_configs_read(struct sg_configs *configs,
    struct sg_client *client,
    const struct sg_clock *clock,
    const struct sg_topology *topology,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures)
{
    struct picked picked;
    int64_t now_ms = sg_clock_monotonic_ms(clock);

    int r = follow(configs, topology);
    if (r || now_ms < configs->denied_until_ms || sg_clock_left_ms(clock, deadline_ms) == 0)
        return r;
    picked.n = pick(configs, now_ms, picked.resources);
    if (picked.n == 0)
        return 0;
    rd_kafka_event_t *event = sg_ask(&(struct sg_ask){
        .client = client,
        .clock = clock,
        .op = RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
        .timeout_ms = sg_clock_left_ms(clock, deadline_ms),
        .deadline_ms = deadline_ms,
        .stopping = stopping,
        .send = describe,
        .what = &picked,
    });
    rd_kafka_ConfigResource_destroy_array(picked.resources, picked.n);
    if (!event || rd_kafka_event_error(event))
        pick_again(configs, now_ms);
    if (!event) {
        if (!atomic_load(stopping))
            sg_failures_add(failures, SG_FAILURE_TIMEOUT, SG_REQUEST_DESCRIBE_CONFIGS, 0,
                "DescribeConfigs was not answered in time");
        return 0;
    }
    take_answer(configs, event, now_ms, failures);
    rd_kafka_event_destroy(event);
    return 0;
}
