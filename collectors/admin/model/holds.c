/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/holds.h"

#include "admin/model/lag.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct hold {
    int64_t stable; /* as they were read last, or SG_OFFSET_UNKNOWN */
    int64_t end;
    int64_t since_ms; /* SG_HOLDS_NONE: it was at the end */
    bool is_held;
};

static const struct hold nothing = { SG_OFFSET_UNKNOWN, SG_OFFSET_UNKNOWN, SG_HOLDS_NONE, false };

struct sg_holds {
    struct sg_topology *topology; /* NULL: none yet */
    struct hold *list;            /* by partition number */
};

int sg_holds_new(struct sg_holds **ret_holds)
{
    struct sg_holds *holds = calloc(1, sizeof *holds);

    if (!holds)
        return -ENOMEM;
    *ret_holds = holds;
    return 0;
}

struct sg_holds *sg_holds_free(struct sg_holds *holds)
{
    if (!holds)
        return NULL;
    (void)sg_topology_unref(holds->topology);
    free(holds->list);
    free(holds);
    return NULL;
}

/* What was known of the partition at the collection before. */
static const struct hold *find_before(
    const struct sg_holds *holds, const struct sg_topology *topology, uint32_t partition)
{
    const struct sg_partition *now = &topology->partitions[partition];
    int64_t at = SG_PARTITION_NONE;

    if (holds->topology)
        at = sg_topology_find_topic(holds->topology, topology->topics[now->topic].name);
    if (at != SG_PARTITION_NONE)
        at = sg_topology_find_partition(holds->topology, (uint32_t)at, now->id);
    return at == SG_PARTITION_NONE ? &nothing : &holds->list[at];
}

static struct hold follow(const struct hold *before, int64_t stable, int64_t end, int64_t now_ms)
{
    bool has_stayed = before->since_ms != SG_HOLDS_NONE && before->stable == stable;

    /* An end that has gone back is that of another log. */
    return (struct hold){
        .stable = stable,
        .end = end,
        .since_ms = has_stayed ? before->since_ms : now_ms,
        .is_held = stable < before->end && before->end <= end,
    };
}

int sg_holds_follow(struct sg_holds *holds,
    struct sg_topology *topology,
    const int64_t *stable,
    const int64_t *end,
    int64_t now_ms)
{
    struct hold *list = calloc(topology->n_partitions + 1, sizeof *list);

    if (!list)
        return -ENOMEM;
    for (uint32_t i = 0; i < topology->n_partitions; i++) {
        bool is_known = stable[i] != SG_OFFSET_UNKNOWN && end[i] != SG_OFFSET_UNKNOWN;
        list[i] = (struct hold){ stable[i], end[i], SG_HOLDS_NONE, false };
        if (is_known && stable[i] >= end[i])
            continue;
        const struct hold *before = find_before(holds, topology, i);
        list[i] = is_known ? follow(before, stable[i], end[i], now_ms) : *before;
        list[i].is_held = list[i].is_held && is_known;
    }
    free(holds->list);
    (void)sg_topology_unref(holds->topology);
    holds->list = list;
    holds->topology = sg_topology_ref(topology);
    return 0;
}

int64_t sg_holds_since(const struct sg_holds *holds, uint32_t partition)
{
    const struct hold *hold = &holds->list[partition];

    return hold->is_held ? hold->since_ms : SG_HOLDS_NONE;
}

int sg_holds_add_to(
    const struct sg_holds *holds, const struct sg_topology *topology, struct sg_ages_points *points)
{
    int r = 0;

    if (holds->topology != topology)
        return 0;
    for (uint32_t i = 0; !r && i < topology->n_partitions; i++) {
        if (holds->list[i].is_held)
            r = sg_ages_points_add(points, i, holds->list[i].stable);
    }
    return r;
}
