/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The latest sizes of each broker's logs, and until when they count.
 *
 * The jolokia collector puts them there, one broker at a time; the admin collector, which knows
 * which brokers have replicas of a topic, takes all of them. Thread-safe; what is taken is
 * immutable.
 */

#include "store/log_sizes.h"

#include <stddef.h>
#include <stdint.h>

struct sg_size_board;

/** @return 0 or -ENOMEM */
int sg_size_board_new(struct sg_size_board **ret_board);

/** @return NULL; board may be NULL */
struct sg_size_board *sg_size_board_free(struct sg_size_board *board);

/**
 * Replace a broker's sizes.
 * @param sizes  consumed: one reference, also when this fails @param until_ms  monotonic
 * @return 0 or -ENOMEM
 */
int sg_size_board_put(
    struct sg_size_board *board, int32_t broker, struct sg_log_sizes *sizes, int64_t until_ms);

/* The sizes of a broker. */
struct sg_broker_sizes {
    int32_t broker;
    int64_t until_ms;
    struct sg_log_sizes *sizes; /* one reference */
};

/* An array of them. */
struct sg_sizes_taken {
    size_t n;
    struct sg_broker_sizes *brokers; /* by id */
};

/** What counts now. @param ret_taken  owned, sg_sizes_taken_done() @return 0 or -ENOMEM */
int sg_size_board_take(
    const struct sg_size_board *board, int64_t now_ms, struct sg_sizes_taken *ret_taken);

void sg_sizes_taken_done(struct sg_sizes_taken *taken);

/** @return borrowed, or NULL: its sizes are not known */
const struct sg_log_sizes *sg_sizes_taken_find(const struct sg_sizes_taken *taken, int32_t broker);
