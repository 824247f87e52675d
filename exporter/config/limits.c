/* SPDX-License-Identifier: Apache-2.0 */
#include "config/read.h"

#include <stdlib.h>
#include <string.h>

/* How much of a cluster is exported, and how groups are judged. */

enum {
    WINDOW_MS_MAX = 7 * 24 * 3600 * 1000
};

const char *const sg_group_state_names[SG_GROUP_STATE_NAMES] = {
    "CompletingRebalance",
    "Dead",
    "Empty",
    "PreparingRebalance",
    "Stable",
};

static void read_granularity(
    struct sg_yaml *yaml, const struct sg_yaml_node *groups, struct sg_cluster_config *cluster)
{
    static const char *const names[] = { "partition", "topic", "group" };
    struct sg_str text;

    if (!sg_yaml_read_text(yaml, groups, "granularity", &text))
        return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sg_str_equal(text, sg_str_of(names[i]))) {
            cluster->granularity = (enum sg_granularity)i;
            return;
        }
    }
    sg_yaml_problem(
        yaml, sg_yaml_find(groups, "granularity"), "\"granularity\" is partition, topic or group");
}

/* @return its bit, or 0 */
static unsigned state_bit(struct sg_str text)
{
    for (unsigned i = 0; i < SG_GROUP_STATE_NAMES; i++) {
        if (sg_str_equal(text, sg_str_of(sg_group_state_names[i])))
            return 1U << i;
    }
    return 0;
}

static void read_states(
    struct sg_yaml *yaml, const struct sg_yaml_node *list, struct sg_cluster_config *cluster)
{
    if (!list)
        return;
    if (!sg_yaml_is_list(list) || sg_yaml_count(list) == 0) {
        sg_yaml_problem(yaml, list, "\"states\" must be a list of states, such as [Stable, Empty]");
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        unsigned bit = sg_yaml_is_scalar(item) ? state_bit(sg_yaml_text(item)) : 0;
        if (!bit)
            sg_yaml_problem(yaml, item,
                "a group's state is CompletingRebalance, Dead, Empty, PreparingRebalance or "
                "Stable");
        cluster->group_states |= bit;
    }
}

static void read_window(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, int64_t *ms)
{
    if (sg_yaml_read_duration_ms(yaml, map, key, ms) && (*ms < 1000 || *ms > WINDOW_MS_MAX))
        sg_yaml_problem(yaml, sg_yaml_find(map, key), "\"%s\" must be from 1s to 7d", key);
}

static void read_windows(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_status_windows *windows)
{
    static const char *const keys[] = { "lagging", "rewound", "stalled", NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"status\"", keys))
        return;
    read_window(yaml, node, "lagging", &windows->lagging_ms);
    read_window(yaml, node, "rewound", &windows->rewound_ms);
    read_window(yaml, node, "stalled", &windows->stalled_ms);
}

void sg_config_read_group_keys(
    struct sg_yaml *yaml, const struct sg_yaml_node *groups, struct sg_cluster_config *cluster)
{
    if (!groups || !sg_yaml_is_map(groups))
        return; /* told by who reads include and exclude */
    read_granularity(yaml, groups, cluster);
    read_states(yaml, sg_yaml_find(groups, "states"), cluster);
    read_windows(yaml, sg_yaml_find(groups, "status"), &cluster->status_windows);
}

static void read_limit(struct sg_yaml *yaml,
    const struct sg_yaml_node *map,
    const char *key,
    size_t max,
    size_t *limit)
{
    struct sg_str text;
    char *end = NULL;

    if (!sg_yaml_read_text(yaml, map, key, &text))
        return;
    unsigned long long value = strtoull(text.ptr, &end, 10);
    if (!text.len || text.len > 9 || *end || text.ptr[0] == '-' || value < 1 || value > max) {
        sg_yaml_problem(yaml, sg_yaml_find(map, key), "\"%s\" must be from 1 to %zu", key, max);
        return;
    }
    *limit = (size_t)value;
}

void sg_config_default_limits(struct sg_cluster_config *cluster)
{
    cluster->status_windows = (struct sg_status_windows){
        .lagging_ms = 60 * 1000,
        .stalled_ms = 5 * 60 * 1000,
        .rewound_ms = 10 * 60 * 1000,
    };
    cluster->limits = (struct sg_limits){
        .groups = SG_LIMIT_GROUPS,
        .partitions = SG_LIMIT_PARTITIONS,
        .series = SG_LIMIT_SERIES,
        .jvm_series = SG_LIMIT_JVM_SERIES,
    };
}

void sg_config_read_limits(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_limits *limits)
{
    static const char *const keys[] = { "groups", "jvm_series", "partitions", "series", NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"limits\"", keys))
        return;
    read_limit(yaml, node, "groups", SG_LIMIT_GROUPS_MAX, &limits->groups);
    read_limit(yaml, node, "jvm_series", SG_LIMIT_SERIES_MAX, &limits->jvm_series);
    read_limit(yaml, node, "partitions", SG_LIMIT_PARTITIONS_MAX, &limits->partitions);
    read_limit(yaml, node, "series", SG_LIMIT_SERIES_MAX, &limits->series);
}
