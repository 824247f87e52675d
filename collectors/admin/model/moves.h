/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which partitions are being reassigned, as far as Metadata shows it.
 *
 * Metadata does not say it, and the request that does, ListPartitionReassignments (KIP-455), is in
 * no librdkafka. But only a reassignment adds a broker to the replicas of a partition, and that
 * replica is out of sync until it has copied the log. So a replica that appeared since the first
 * collection, and has not been in sync since, is being added by a reassignment. A replica that was
 * out of sync at the first collection may be either: unknown. One thread.
 */

#include "admin/model/topology.h"

#include <stdint.h>

enum sg_move {
    SG_MOVE_NO,
    SG_MOVE_YES,
    SG_MOVE_UNKNOWN,
};

struct sg_moves;

/** @return 0 or -ENOMEM */
int sg_moves_new(struct sg_moves **ret_moves);

/** @return NULL; moves may be NULL */
struct sg_moves *sg_moves_free(struct sg_moves *moves);

/** Compare with the topology before. @param topology  a reference is kept @return 0 or -ENOMEM */
int sg_moves_follow(struct sg_moves *moves, struct sg_topology *topology);

/** Is the partition being reassigned? @param partition  of the topology that was followed last */
enum sg_move sg_moves_get(const struct sg_moves *moves, uint32_t partition);
