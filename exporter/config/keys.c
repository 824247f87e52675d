/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"

#include "base/address.h"
#include "config/client.h"
#include "config/compat.h"
#include "config/config.h"
#include "config/kinds.h"
#include "config/labels.h"
#include "config/urls.h"

#include <string.h>

/* All keys except those for polling JVMs, which are in keys_jmx.c. */

enum {
    E_WRONG = 1
};

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* ---- Collections ---- */

/* Values that were not given follow from the interval. */
static void finish_collect(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    struct sg_config *config = base;

    if (config->timeout_ms == 0)
        config->timeout_ms = config->interval_ms * 2 / 3;
    if (config->stale_after_ms == 0)
        config->stale_after_ms = config->interval_ms * 2;
    if (config->timeout_ms < 100 || config->timeout_ms > config->interval_ms)
        sg_problem(reading, sg_at(sg_yaml_find(node, "timeout")),
            "\"timeout\" must be from 100ms to the interval");
    if (config->stale_after_ms < config->interval_ms)
        sg_problem(reading, sg_at(sg_yaml_find(node, "stale_after")),
            "\"stale_after\" is shorter than the interval: series would come and go");
}

static const struct sg_key collect_list[] = {
    { "interval", &sg_kind_duration, SG_AT(sg_config, interval_ms), .number = 15 * SECOND,
        .min = SECOND, .max = HOUR, .restarts = SG_RESTARTS_NOTHING,
        .doc = "time between collections when no scraper sets the rhythm" },
    { "timeout", &sg_kind_duration, SG_AT(sg_config, timeout_ms),
        .follows = "two thirds of the interval", .bounds = "100ms to the interval",
        .restarts = SG_RESTARTS_NOTHING, .doc = "time limit of one collection" },
    { "stale_after", &sg_kind_duration, SG_AT(sg_config, stale_after_ms),
        .follows = "two intervals", .bounds = "at least the interval",
        .restarts = SG_RESTARTS_NOTHING, .doc = "samples older than this are no longer exported" },
};
static const struct sg_map collect_keys = { .what = "\"collect\"",
    .size = sizeof(struct sg_config),
    SG_KEYS(collect_list),
    .finish = finish_collect };

/* ---- Labels ---- */

static const struct sg_key label_list[] = {
    { "cluster", &sg_kind_text, SG_AT(sg_config, cluster_label), .text = "kafka_cluster",
        .check = sg_label_check_own, .restarts = SG_RESTARTS_EVERYTHING,
        .doc = "the label with the cluster's name" },
    { "constant", &sg_kind_labels, SG_LIST_AT(sg_config, constant, n_constant),
        .max = SG_CONSTANT_LABELS_MAX, .check = sg_label_check_own,
        .restarts = SG_RESTARTS_EVERYTHING,
        .doc = "labels of every series of every cluster; not of `streamgauge_*` and `process_*`" },
};
static const struct sg_map label_keys = {
    .what = "\"labels\"", .size = sizeof(struct sg_config), SG_KEYS(label_list)
};

/* ---- A cluster ---- */

static const struct sg_key topic_list[] = {
    { "include", &sg_kind_pattern, SG_AT(sg_cluster_config, topics.include), .follows = "all",
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "topics to export: PCRE2, searched anywhere in the name" },
    { "exclude", &sg_kind_pattern, SG_AT(sg_cluster_config, topics.exclude), .follows = "none",
        .restarts = SG_RESTARTS_ADMIN, .doc = "topics not to export" },
    { "last_produced", &sg_kind_boolean, SG_AT(sg_cluster_config, last_produced),
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "when records were last produced to each topic: [topics.md](topics.md)" },
    { "last_stable_offset", &sg_kind_boolean, SG_AT(sg_cluster_config, last_stable_offset),
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "how far read_committed consumers can read, their lag up to there, and open "
               "transactions: [lag.md](lag.md), \"Transactions\"" },
    { "overrides", &sg_kind_count, SG_AT(sg_cluster_config, overrides), .number = 0, .min = 0,
        .max = SG_LIMIT_OVERRIDES_MAX, .restarts = SG_RESTARTS_ADMIN,
        .doc = "at most so many settings are shown that topics have of their own; 0: none. "
               "[topics.md](topics.md)" },
    { "racks", &sg_kind_boolean, SG_AT(sg_cluster_config, racks), .restarts = SG_RESTARTS_ADMIN,
        .doc = "how many partitions have all replicas in one rack; needs librdkafka 2.3 or later: "
               "[topics.md](topics.md)" },
};
static const struct sg_map topic_keys = {
    .what = "topics", .size = sizeof(struct sg_cluster_config), SG_KEYS(topic_list)
};

#define WINDOW(key_name, member, default_ms, said)                                                \
    {                                                                                             \
        key_name, &sg_kind_duration, SG_AT(sg_status_windows, member),                            \
            .number = (default_ms), .min = SECOND, .max = 7 * DAY, .restarts = SG_RESTARTS_ADMIN, \
            .doc = (said)                                                                         \
    }

static const struct sg_key window_list[] = {
    WINDOW("lagging",
        lagging_ms,
        MINUTE,
        "lagging when the oldest unread record is older: [lag.md](lag.md)"),
    WINDOW("rewound",
        rewound_ms,
        10 * MINUTE,
        "rewound when the committed offset went back within this time"),
    WINDOW("stalled", stalled_ms, 5 * MINUTE, "stalled when nothing was consumed for this long"),
};
static const struct sg_map window_keys = {
    .what = "\"status\"", .size = sizeof(struct sg_status_windows), SG_KEYS(window_list)
};

/* In the order of enum sg_granularity. */
static const char *const granularity_names[] = { "partition", "topic", "group", NULL };

/* In the order of enum sg_share_lag. */
static const char *const share_lag_names[] = { "none", "state_topic", NULL };

const char *const sg_group_state_names[SG_GROUP_STATE_NAMES + 1] = {
    "CompletingRebalance",
    "Dead",
    "Empty",
    "PreparingRebalance",
    "Stable",
    NULL,
};

static const struct sg_key group_list[] = {
    { "include", &sg_kind_pattern, SG_AT(sg_cluster_config, groups.include), .follows = "all",
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "consumer groups to export: PCRE2, searched anywhere in the name" },
    { "exclude", &sg_kind_pattern, SG_AT(sg_cluster_config, groups.exclude), .follows = "none",
        .restarts = SG_RESTARTS_ADMIN, .doc = "consumer groups not to export" },
    { "granularity", &sg_kind_choice, SG_AT(sg_cluster_config, granularity),
        .words = granularity_names, .restarts = SG_RESTARTS_ADMIN,
        .doc = "what one series of a group covers: \"Large clusters\"" },
    { "owners", &sg_kind_count, SG_AT(sg_cluster_config, owners), .number = 0, .min = 0,
        .max = SG_LIMIT_OWNERS_MAX, .restarts = SG_RESTARTS_ADMIN,
        .doc = "at most so many partitions are shown with the member that reads them; 0: none. "
               "[lag.md](lag.md), \"Members\"" },
    { "partition_status", &sg_kind_boolean, SG_AT(sg_cluster_config, partition_status),
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "show the status of each partition of a group, too: [lag.md](lag.md), \"Status\"" },
    { "share_lag", &sg_kind_choice, SG_AT(sg_cluster_config, share_lag), .words = share_lag_names,
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "experimental: read the lag of share groups from Kafka's topic "
               "`__share_group_state`. [lag.md](lag.md), \"Share groups\"" },
    { "states", &sg_kind_choices, SG_AT(sg_cluster_config, group_states),
        .words = sg_group_state_names, .must = "must be a list of states, such as [Stable, Empty]",
        .item = "a group's state", .follows = "all", .restarts = SG_RESTARTS_ADMIN,
        .doc = "groups in another state are left out: \"Large clusters\"" },
    { "status", &sg_kind_map, SG_AT(sg_cluster_config, status_windows), .map = &window_keys,
        .restarts = SG_RESTARTS_ADMIN, .doc = "thresholds for a group's status" },
};
static const struct sg_map group_keys = {
    .what = "groups", .size = sizeof(struct sg_cluster_config), SG_KEYS(group_list)
};

#define LIMIT(key_name, member, default_number, most, what, said)                                  \
    {                                                                                              \
        key_name, &sg_kind_count, SG_AT(sg_limits, member),                                        \
            .number = (default_number), .min = 1, .max = (most), .restarts = (what), .doc = (said) \
    }

static const struct sg_key limit_list[] = {
    LIMIT("groups",
        groups,
        SG_LIMIT_GROUPS,
        SG_LIMIT_GROUPS_MAX,
        SG_RESTARTS_ADMIN,
        "consumer groups; \"Large clusters\" says what happens above the limit, here and below"),
    LIMIT("partitions",
        partitions,
        SG_LIMIT_PARTITIONS,
        SG_LIMIT_PARTITIONS_MAX,
        SG_RESTARTS_ADMIN,
        "partitions"),
    LIMIT("series",
        series,
        SG_LIMIT_SERIES,
        SG_LIMIT_SERIES_MAX,
        SG_RESTARTS_ADMIN,
        "series of the admin collector"),
    LIMIT("jvm_series",
        jvm_series,
        SG_LIMIT_JVM_SERIES,
        SG_LIMIT_SERIES_MAX,
        SG_RESTARTS_TARGETS,
        "attributes of all JVMs together"),
};
static const struct sg_map limit_keys = {
    .what = "\"limits\"", .size = sizeof(struct sg_limits), SG_KEYS(limit_list)
};

static int check_query_name(const char *name, struct sg_error *err)
{
    return name[0] ? 0 : sg_error_set(err, E_WRONG, "a Spark query needs a \"name\"");
}

#define NEEDS_CHECKPOINT                                                                 \
    "a Spark query needs a \"checkpoint\": its checkpointLocation, a directory of this " \
    "machine that starts with /"

static int check_checkpoint(const char *path, struct sg_error *err)
{
    return path[0] == '/' ? 0 : sg_error_set(err, E_WRONG, NEEDS_CHECKPOINT);
}

static const struct sg_key spark_list[] = {
    { "name", &sg_kind_text, SG_AT(sg_spark_config, name), .check = check_query_name,
        .needed = "a Spark query needs a \"name\"", .flags = SG_KEY_UNIQUE | SG_KEY_AT_MAP,
        .restarts = SG_RESTARTS_ADMIN, .doc = "the consumer group as which the query is exported" },
    { "checkpoint", &sg_kind_text, SG_AT(sg_spark_config, checkpoint), .check = check_checkpoint,
        .needed = NEEDS_CHECKPOINT, .flags = SG_KEY_AT_MAP, .restarts = SG_RESTARTS_ADMIN,
        .doc = "its `checkpointLocation`, a directory of this machine" },
};
static const struct sg_map spark_keys = {
    .what = "a Spark query", .size = sizeof(struct sg_spark_config), SG_KEYS(spark_list)
};

static int check_cluster_name(const char *name, struct sg_error *err)
{
    return name[0] ? 0 : sg_error_set(err, E_WRONG, "the name is empty");
}

/* A cluster has bootstrap servers, JVMs or both; some keys are only for a Kafka client. */
static void finish_cluster(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    struct sg_cluster_config *cluster = base;

    sg_jvms_finish(reading, cluster);
    if (cluster->has_jolokia && cluster->has_jmx)
        sg_problem(reading, sg_at(sg_yaml_find(node, "jmx")),
            "brokers are read by agents (\"jolokia\") or by their JMX ports (\"jmx\"), not both");
    if (cluster->bootstrap_servers || sg_yaml_find(node, "bootstrap_servers"))
        return;
    if (!sg_yaml_find(node, "jvms")) {
        sg_problem(reading, sg_at(node),
            "a cluster needs \"bootstrap_servers\", HOST:PORT,HOST:PORT, or \"jvms\"");
        return;
    }
    for (size_t i = 0; i < sg_cluster_keys.n_keys; i++) {
        const struct sg_key *key = &sg_cluster_keys.keys[i];
        if (key->flags & SG_KEY_KAFKA && sg_yaml_find(node, key->name))
            sg_problem(reading, sg_at(sg_yaml_find(node, key->name)),
                "\"%s\" needs \"bootstrap_servers\"; a cluster without it has only \"jvms\"",
                key->name);
    }
}

static const struct sg_key cluster_list[] = {
    { "name", &sg_kind_text, SG_AT(sg_cluster_config, name), .check = check_cluster_name,
        .needed = "a cluster needs a \"name\"", .flags = SG_KEY_UNIQUE,
        .restarts = SG_RESTARTS_CLUSTER, .doc = "its name, which is on all its series" },
    { "bootstrap_servers", &sg_kind_texts, SG_AT(sg_cluster_config, bootstrap_servers),
        .check = sg_address_check_servers, .follows = "no Kafka client, only `jvms`",
        .restarts = SG_RESTARTS_CLUSTER | SG_RESTARTS_ADMIN, .doc = "`HOST:PORT` of brokers" },
    { "client", &sg_kind_properties, SG_LIST_AT(sg_cluster_config, client, n_client),
        .place_at = offsetof(struct sg_cluster_config, client_place), .max = 500,
        .flags = SG_KEY_KAFKA, .restarts = SG_RESTARTS_ADMIN,
        .doc = "librdkafka's properties, passed on unchanged; changed contents of the files that "
               "they name count too" },
    { "topics", &sg_kind_map, .map = &topic_keys, .flags = SG_KEY_KAFKA,
        .restarts = SG_RESTARTS_ADMIN, .doc = "which topics are exported, and what of them" },
    { "groups", &sg_kind_map, .map = &group_keys, .flags = SG_KEY_KAFKA,
        .restarts = SG_RESTARTS_ADMIN, .doc = "which consumer groups are exported, and how" },
    { "limits", &sg_kind_map, SG_AT(sg_cluster_config, limits), .map = &limit_keys,
        .flags = SG_KEY_KAFKA, .restarts = SG_RESTARTS_ADMIN | SG_RESTARTS_TARGETS,
        .doc = "caps; what exceeds them is left out and counted" },
    { "jolokia", &sg_kind_map, .at = offsetof(struct sg_cluster_config, jolokia),
        .n_at = offsetof(struct sg_cluster_config, has_jolokia), .map = &sg_jolokia_keys,
        .flags = SG_KEY_OPTIONAL | SG_KEY_KAFKA, .restarts = SG_RESTARTS_JMX,
        .doc = "how the JMX of brokers and controllers is read; without this key, it is not read" },
    { "jmx", &sg_kind_map, .at = offsetof(struct sg_cluster_config, jmx),
        .n_at = offsetof(struct sg_cluster_config, has_jmx), .map = &sg_jmx_keys,
        .flags = SG_KEY_OPTIONAL | SG_KEY_KAFKA, .restarts = SG_RESTARTS_JMX,
        .doc = "instead of `jolokia`: by the JMX ports of brokers and controllers, without an "
               "agent" },
    { "log_dirs", &sg_kind_boolean, SG_AT(sg_cluster_config, log_dirs), .flags = SG_KEY_KAFKA,
        .restarts = SG_RESTARTS_ADMIN,
        .doc = "export the log directories that brokers have in their configuration, every 10 "
               "minutes: [sizes.md](sizes.md)" },
    { "jvms", &sg_kind_list, SG_LIST_AT(sg_cluster_config, jvms, n_jvms), .map = &sg_jvm_keys,
        .min = 1, .max = 10000, .must = "must be a list of 1 to 10000 JVMs", .item = "JVMs",
        .restarts = SG_RESTARTS_JMX, .doc = "other JVMs of the streaming layer" },
    { "spark", &sg_kind_list, SG_LIST_AT(sg_cluster_config, spark, n_spark), .map = &spark_keys,
        .max = 1000,
        .must = "must be a list of at most 1000 queries, each "
                "{ name: NAME, checkpoint: DIRECTORY }",
        .item = "Spark queries", .flags = SG_KEY_KAFKA, .restarts = SG_RESTARTS_ADMIN,
        .doc = "structured streaming queries, which commit no offsets" },
};
const struct sg_map sg_cluster_keys = { .what = "a cluster",
    .size = sizeof(struct sg_cluster_config),
    SG_KEYS(cluster_list),
    .finish = finish_cluster };

/* ---- Links ---- */

static const struct sg_key link_list[] = {
    { "dashboards", &sg_kind_text, SG_AT(sg_config, links.dashboards), .follows = "none",
        .check = sg_url_check_link_base, .restarts = SG_RESTARTS_NOTHING,
        .doc = "Grafana with the boards of this project: `https://grafana.example.com`" },
    { "prometheus", &sg_kind_text, SG_AT(sg_config, links.prometheus), .follows = "none",
        .check = sg_url_check_link_base, .restarts = SG_RESTARTS_NOTHING,
        .doc = "a Prometheus that scrapes this: `https://prometheus.example.com`" },
    { "runbooks", &sg_kind_text, SG_AT(sg_config, links.runbooks), .follows = "none",
        .check = sg_url_check_link, .restarts = SG_RESTARTS_NOTHING,
        .doc = "the runbooks, up to their names, as `--runbooks` of `alerts/generate`: "
               "`https://git.example.com/runbooks/`" },
};
static const struct sg_map link_keys = {
    .what = "\"links\"", .size = sizeof(struct sg_config), SG_KEYS(link_list)
};

/* ---- The file ---- */

/* In the order in which they are read: brokers' rules follow from the tables of "compat". */
static const struct sg_key root_list[] = {
    { "collect", &sg_kind_map, .map = &collect_keys, .restarts = SG_RESTARTS_NOTHING,
        .doc = "when collections happen" },
    { "labels", &sg_kind_map, .map = &label_keys, .restarts = SG_RESTARTS_EVERYTHING,
        .doc = "labels of all series" },
    { "compat", &sg_kind_compat, SG_LIST_AT(sg_config, compat, n_compat),
        .must = "must be a list of tables, such as [kminion]", .restarts = SG_RESTARTS_EVERYTHING,
        .doc = "other exporters' names as well: [migrating.md](migrating.md)" },
    { "links", &sg_kind_map, .map = &link_keys, .restarts = SG_RESTARTS_NOTHING,
        .doc = "where the status page leads for more" },
    { "clusters", &sg_kind_list, SG_LIST_AT(sg_config, clusters, n_clusters),
        .map = &sg_cluster_keys, .min = 1, .max = 1000, .must = "must be a list of at least one",
        .item = "clusters", .needed = "\"clusters\" must be a list of at least one",
        .restarts = SG_RESTARTS_OF_CLUSTER, .doc = "what to watch" },
};
const struct sg_map sg_root_keys = {
    .what = "the configuration", .size = sizeof(struct sg_config), SG_KEYS(root_list)
};
