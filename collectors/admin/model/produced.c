/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/produced.h"

#include "admin/model/lag.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct log {
    int64_t end;   /* as it was read last, or SG_OFFSET_UNKNOWN */
    int64_t at_ms; /* Unix time, or SG_PRODUCED_UNKNOWN */
    bool is_empty;
    bool is_read; /* at this collection */
};

struct sg_produced {
    struct sg_topology *topology; /* NULL: none yet */
    struct log *logs;             /* by partition number */
    int64_t now_ms;
    uint32_t next; /* partition whose turn it is to be searched */
};

int sg_produced_new(struct sg_produced **ret_produced)
{
    struct sg_produced *produced = calloc(1, sizeof *produced);

    if (!produced)
        return -ENOMEM;
    *ret_produced = produced;
    return 0;
}

struct sg_produced *sg_produced_free(struct sg_produced *produced)
{
    if (!produced)
        return NULL;
    (void)sg_topology_unref(produced->topology);
    free(produced->logs);
    free(produced);
    return NULL;
}

static struct log follow(const struct log *before, int64_t start, int64_t end, int64_t now_ms)
{
    struct log log = *before;

    log.is_read = end != SG_OFFSET_UNKNOWN;
    if (!log.is_read)
        return log;
    log.end = end;
    log.is_empty = end == 0 || start == end;
    if (before->end == SG_OFFSET_UNKNOWN || end < before->end)
        log.at_ms = SG_PRODUCED_UNKNOWN;
    else if (end > before->end)
        log.at_ms = now_ms;
    return log;
}

/* @param before  the number of the same topic in the topology before, or SG_PARTITION_NONE */
static void follow_topic(const struct sg_produced *produced,
    const struct sg_topology *topology,
    const struct sg_topic *topic,
    int64_t before,
    const int64_t *start,
    const int64_t *end,
    int64_t now_ms,
    struct log *logs)
{
    static const struct log nothing = { .end = SG_OFFSET_UNKNOWN, .at_ms = SG_PRODUCED_UNKNOWN };

    for (uint32_t i = topic->first; i < topic->first + topic->n; i++) {
        int64_t at = SG_PARTITION_NONE;
        if (before != SG_PARTITION_NONE)
            at = sg_topology_find_partition(
                produced->topology, (uint32_t)before, topology->partitions[i].id);
        logs[i] = follow(
            at == SG_PARTITION_NONE ? &nothing : &produced->logs[at], start[i], end[i], now_ms);
    }
}

int sg_produced_follow(struct sg_produced *produced,
    struct sg_topology *topology,
    const int64_t *start,
    const int64_t *end,
    int64_t now_unix_ms)
{
    struct log *logs = calloc(topology->n_partitions + 1, sizeof *logs);

    if (!logs)
        return -ENOMEM;
    for (size_t i = 0; i < topology->n_topics; i++) {
        const struct sg_topic *topic = &topology->topics[i];
        int64_t before = SG_PARTITION_NONE;
        if (produced->topology)
            before = sg_topology_find_topic(produced->topology, topic->name);
        follow_topic(produced, topology, topic, before, start, end, now_unix_ms, logs);
    }
    free(produced->logs);
    (void)sg_topology_unref(produced->topology);
    produced->logs = logs;
    produced->topology = sg_topology_ref(topology);
    produced->now_ms = now_unix_ms;
    return 0;
}

static bool is_wanted(const struct log *log)
{
    return log->is_read && !log->is_empty && log->at_ms == SG_PRODUCED_UNKNOWN;
}

int sg_produced_add_to(struct sg_produced *produced, struct sg_ages_points *points)
{
    size_t n = produced->topology->n_partitions;
    size_t left = SG_PRODUCED_SEARCHES_MAX;
    int r = 0;

    for (size_t i = 0; !r && left && i < n; i++) {
        uint32_t at = (uint32_t)((produced->next + i) % n);
        if (!is_wanted(&produced->logs[at]))
            continue;
        r = sg_ages_points_add(points, at, produced->logs[at].end - 1);
        if (--left == 0)
            produced->next = at + 1;
    }
    return r;
}

void sg_produced_learn(struct sg_produced *produced, const struct sg_ages *ages)
{
    for (uint32_t i = 0; i < produced->topology->n_partitions; i++) {
        struct log *log = &produced->logs[i];
        int64_t age_ms = is_wanted(log) ? sg_ages_get(ages, i, log->end - 1) : SG_AGE_UNKNOWN;
        if (age_ms != SG_AGE_UNKNOWN)
            log->at_ms = produced->now_ms - age_ms;
    }
}

int64_t sg_produced_get(const struct sg_produced *produced, size_t topic)
{
    const struct sg_topic *t = &produced->topology->topics[topic];
    int64_t latest_ms = SG_PRODUCED_UNKNOWN;

    for (uint32_t i = t->first; i < t->first + t->n; i++) {
        const struct log *log = &produced->logs[i];
        if (log->at_ms == SG_PRODUCED_UNKNOWN && !log->is_empty)
            return SG_PRODUCED_UNKNOWN;
        latest_ms = log->at_ms > latest_ms ? log->at_ms : latest_ms;
    }
    return latest_ms;
}
