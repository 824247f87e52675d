/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/moves.h"

#include "base/auto.h"

#include <errno.h>
#include <stdlib.h>

/*
 * What is remembered of a partition is one word: bit i is the replica in place i of its list, set
 * while that replica is being added. A replica past the last of these bits is never seen as added;
 * no replica list is that long.
 */

#define UNKNOWN (UINT32_C(1) << SG_PARTITION_PLACES_MAX)

struct sg_moves {
    struct sg_topology *topology; /* NULL: none yet */
    uint32_t *adding;             /* by partition number */
};

int sg_moves_new(struct sg_moves **ret_moves)
{
    struct sg_moves *moves = calloc(1, sizeof *moves);

    if (!moves)
        return -ENOMEM;
    *ret_moves = moves;
    return 0;
}

struct sg_moves *sg_moves_free(struct sg_moves *moves)
{
    if (!moves)
        return NULL;
    (void)sg_topology_unref(moves->topology);
    free(moves->adding);
    free(moves);
    return NULL;
}

/* @return the place of the broker among the partition's replicas, or -1 */
static int find_replica(const struct sg_partition *partition, int32_t id)
{
    for (int i = 0; i < partition->n_replicas && i < SG_PARTITION_PLACES_MAX; i++) {
        if (partition->replicas[i] == id)
            return i;
    }
    return -1;
}

/* @param before  the same partition, with what was being added to it then */
static uint32_t follow_partition(
    const struct sg_partition *now, const struct sg_partition *before, uint32_t adding)
{
    uint32_t still = 0;

    for (int i = 0; i < now->n_replicas && i < SG_PARTITION_PLACES_MAX; i++) {
        if (!(now->trouble->out_of_sync & UINT32_C(1) << i))
            continue;
        int place = find_replica(before, now->replicas[i]);
        if (place < 0 || adding & UINT32_C(1) << place)
            still |= UINT32_C(1) << i;
    }
    return still ? still : adding & UNKNOWN;
}

int sg_moves_follow(struct sg_moves *moves, struct sg_topology *topology)
{
    const struct sg_topology *before = moves->topology;
    uint32_t *adding = calloc(topology->n_partitions + 1, sizeof *adding);

    if (!adding)
        return -ENOMEM;
    for (uint32_t i = 0; i < topology->n_partitions; i++) {
        const struct sg_partition *partition = &topology->partitions[i];
        int64_t at = SG_PARTITION_NONE;
        if (!partition->trouble || !partition->trouble->out_of_sync)
            continue;
        if (before)
            at = sg_topology_find_topic(before, topology->topics[partition->topic].name);
        if (at != SG_PARTITION_NONE)
            at = sg_topology_find_partition(before, (uint32_t)at, partition->id);
        adding[i] = at == SG_PARTITION_NONE
                        ? UNKNOWN
                        : follow_partition(partition, &before->partitions[at], moves->adding[at]);
    }
    free(moves->adding);
    (void)sg_topology_unref(moves->topology);
    moves->adding = adding;
    moves->topology = sg_topology_ref(topology);
    return 0;
}

enum sg_move sg_moves_get(const struct sg_moves *moves, uint32_t partition)
{
    uint32_t adding = moves->adding[partition];

    return adding == UNKNOWN ? SG_MOVE_UNKNOWN : adding ? SG_MOVE_YES : SG_MOVE_NO;
}
