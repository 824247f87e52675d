/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The sums of the sizes of each topic's logs.
 *
 * Brokers tell the sizes of their own logs (store/size_board.h); which logs a topic has, only
 * Metadata knows. A sum is made when every log of it is known: a topic with a replica on a broker
 * that does not answer, or is still starting, or on a directory that has failed, has none, and the
 * other topics have theirs. Any thread.
 */

#include "admin/model/topology.h"
#include "store/size_board.h"

#include <stdint.h>

/* In bytes, or SG_LOG_SIZE_UNKNOWN. */
struct sg_topic_sizes {
    int64_t all;     /* of all replicas */
    int64_t leaders; /* of the leaders' replicas: every partition once … */
    int64_t largest; /* … and the largest of them */
};

/**
 * @param now_ms  monotonic
 * @param ret_sizes  owned, free(): by number of the topic; NULL: no broker has told sizes
 * @return 0 or -ENOMEM
 */
int sg_topic_sizes_new(const struct sg_topology *topology,
    const struct sg_size_board *board,
    int64_t now_ms,
    struct sg_topic_sizes **ret_sizes);
