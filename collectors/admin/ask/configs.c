/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/configs.h"

#include "admin/ask/ask.h"
#include "admin/model/setting_defaults.h"
#include "base/auto.h"
#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETTINGS_MAX = 200, /* of a topic; Kafka 4 has some 35 */
};

struct entry {
    struct sg_keyed_text topic;
    struct sg_topic_config config;
    int64_t due_ms; /* monotonic: when to read it next */
    bool picked;    /* for the request in flight */
};

static void drop(void *thing)
{
    sg_topic_config_done(&((struct entry *)thing)->config);
}

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, topic),
    .seen_at = offsetof(struct entry, topic.seen),
    .terminated = true,
    .drop = drop,
};

struct sg_configs {
    struct sg_keyed topics; /* of struct entry; a generation is a collection */
    struct sg_setting_defaults defaults;
    uint64_t n_new;
    uint32_t last_version; /* of any configuration */
    int64_t denied_until_ms;
};

SG_AUTO_DEFINE(struct sg_configs *, sg_configs_free);

int sg_configs_new(struct sg_configs **ret_configs)
{
    sg_auto(sg_configs_free) struct sg_configs *configs = calloc(1, sizeof *configs);

    if (!configs)
        return -ENOMEM;
    sg_keyed_init(&configs->topics, &entry_kind);
    sg_setting_defaults_init(&configs->defaults);
    *ret_configs = sg_take(&configs);
    return 0;
}

struct sg_configs *sg_configs_free(struct sg_configs *configs)
{
    if (!configs)
        return NULL;
    sg_keyed_done(&configs->topics);
    sg_setting_defaults_done(&configs->defaults);
    free(configs);
    return NULL;
}

/* ---- Topics ---- */

static struct entry *find(const struct sg_configs *configs, struct sg_str topic)
{
    uint32_t id = sg_keyed_find(&configs->topics, topic);
    return id == SG_INDEX_NONE ? NULL : sg_keyed_at(&configs->topics, id);
}

const struct sg_topic_config *sg_configs_get(const struct sg_configs *configs, struct sg_str topic)
{
    static const struct sg_topic_config nothing = { .known = false };
    const struct entry *entry = find(configs, topic);
    return entry ? &entry->config : &nothing;
}

static int follow(struct sg_configs *configs, const struct sg_topology *topology)
{
    static const struct sg_keyed_rule rule = { .after = 0, .at_least = 64, .one_in = 4 };

    configs->topics.generation++;
    for (size_t i = 0; i < topology->n_topics; i++) {
        uint32_t id;
        bool is_new;
        int r = sg_keyed_add(&configs->topics, topology->topics[i].name, &id, &is_new);
        if (r)
            return r;
        *sg_keyed_seen(&configs->topics, id) = configs->topics.generation;
        configs->n_new += is_new;
    }
    (void)sg_keyed_forget_by(&configs->topics, &rule);
    return 0;
}

uint64_t sg_configs_n_new(const struct sg_configs *configs)
{
    return configs->n_new;
}

/* ---- Answers ---- */

/* The cluster's value: the first synonym that is not the topic's own. */
static const rd_kafka_ConfigEntry_t *fallback_of(const rd_kafka_ConfigEntry_t *from)
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **synonyms = rd_kafka_ConfigEntry_synonyms(from, &n);

    for (size_t i = 0; i < n; i++) {
        if (rd_kafka_ConfigEntry_source(synonyms[i]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
            return synonyms[i];
    }
    return NULL;
}

static struct sg_described describe_entry(const rd_kafka_ConfigEntry_t *from)
{
    const rd_kafka_ConfigEntry_t *fallback = fallback_of(from);

    return (struct sg_described){
        .name = rd_kafka_ConfigEntry_name(from),
        .value = rd_kafka_ConfigEntry_value(from),
        .is_own = rd_kafka_ConfigEntry_source(from) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG,
        .fallback_name = fallback ? rd_kafka_ConfigEntry_name(fallback) : NULL,
        .fallback = fallback ? rd_kafka_ConfigEntry_value(fallback) : NULL,
    };
}

/* @return how many */
static size_t describe_all(
    const rd_kafka_ConfigResource_t *from, struct sg_described described[SETTINGS_MAX])
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **values = rd_kafka_ConfigResource_configs(from, &n);

    if (n > SETTINGS_MAX)
        n = SETTINGS_MAX;
    for (size_t i = 0; i < n; i++)
        described[i] = describe_entry(values[i]);
    return n;
}

/* @return 0 or -ENOMEM */
static int learn_defaults(
    struct sg_setting_defaults *defaults, const rd_kafka_ConfigResource_t *from)
{
    struct sg_described described[SETTINGS_MAX];
    size_t n = rd_kafka_ConfigResource_error(from) ? 0 : describe_all(from, described);
    int r = 0;

    for (size_t i = 0; !r && i < n; i++)
        r = sg_setting_defaults_learn(defaults, &described[i]);
    return r;
}

/* @return 0 or -ENOMEM */
static int take_topic(struct sg_configs *configs, const rd_kafka_ConfigResource_t *from)
{
    struct entry *entry = find(configs, sg_str_of(rd_kafka_ConfigResource_name(from)));
    struct sg_described described[SETTINGS_MAX];

    if (!entry || rd_kafka_ConfigResource_error(from))
        return 0; /* deleted in between, or not allowed: keep what was known */
    size_t n = describe_all(from, described);
    for (size_t i = 0; i < n; i++)
        sg_setting_defaults_fill(&configs->defaults, &described[i]);
    return sg_topic_config_set(&entry->config, described, n, &configs->last_version);
}

/* Once for each answer. If no topic is allowed, the next request is after SG_CONFIGS_EVERY_MS. */
static void note_denied(
    struct sg_configs *configs, bool all, int64_t now_ms, struct sg_failures *failures)
{
    if (all)
        configs->denied_until_ms = now_ms + SG_CONFIGS_EVERY_MS;
    sg_failures_warn(failures, SG_FAILURE_DENIED, SG_REQUEST_DESCRIBE_CONFIGS,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        "not authorized to read topic configurations, so there is no min.insync.replicas and no "
        "retention: allow this client's principal DESCRIBE_CONFIGS on topics");
}

/* @return 0 or -ENOMEM */
static int take_answer(struct sg_configs *configs,
    rd_kafka_event_t *event,
    int64_t now_ms,
    struct sg_failures *failures)
{
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    size_t n = 0, n_denied = 0;
    int r = 0;

    if (code || !result) {
        sg_failures_add(failures, sg_failure_kind_of(code), SG_REQUEST_DESCRIBE_CONFIGS, code,
            "DescribeConfigs failed: %s%s", rd_kafka_event_error_string(event),
            sg_failure_advice(code));
        return 0;
    }
    const rd_kafka_ConfigResource_t **topics =
        rd_kafka_DescribeConfigs_result_resources(result, &n);
    for (size_t i = 0; !r && i < n; i++)
        r = learn_defaults(&configs->defaults, topics[i]);
    for (size_t i = 0; !r && i < n; i++) {
        if (rd_kafka_ConfigResource_error(topics[i]) ==
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
            n_denied++;
        r = take_topic(configs, topics[i]);
    }
    if (n_denied)
        note_denied(configs, n_denied == n, now_ms, failures);
    return r;
}

/* ---- Asking ---- */

/* Topics that are due; each is due again after SG_CONFIGS_EVERY_MS, whatever the answer … */
static size_t pick(
    struct sg_configs *configs, int64_t now_ms, rd_kafka_ConfigResource_t **resources)
{
    struct entry *entries = configs->topics.list;
    size_t n = 0;

    for (uint32_t i = 0; i < configs->topics.n; i++) {
        struct entry *entry = &entries[i];
        entry->picked = n < SG_CONFIGS_TOPICS_MAX && entry->due_ms <= now_ms &&
                        !sg_keyed_is_gone(&configs->topics, i, 0);
        if (!entry->picked)
            continue;
        resources[n] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, entry->topic.ptr);
        entry->picked = resources[n] != NULL;
        if (!entry->picked)
            continue;
        n++;
        entry->due_ms = now_ms + SG_CONFIGS_EVERY_MS;
    }
    return n;
}

/* … unless there was none: min.insync.replicas must not stay unknown because one broker hung. */
static void pick_again(struct sg_configs *configs, int64_t now_ms)
{
    struct entry *entries = configs->topics.list;

    for (size_t i = 0; i < configs->topics.n; i++) {
        if (entries[i].picked)
            entries[i].due_ms = now_ms + SG_CONFIGS_RETRY_MS;
    }
}

/* Request the topics. */
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
    r = take_answer(configs, event, now_ms, failures);
    rd_kafka_event_destroy(event);
    return r;
}
