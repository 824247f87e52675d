/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A short fair queue: turns rotate among the peers (addresses), and within a peer among the names
 * (users). When it is full, a newcomer with fewer places evicts the latest item of the one with
 * most. Bounded memory, no allocation. The owner locks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_FAIR_MAX = 16,
    SG_FAIR_TURNS = 64 /* latest turns in the history; whoever is not in it is next */
};

struct sg_fair_place {
    uint64_t peer;
    uint64_t name;
    void *item;
};

/* Zeroed: empty. */
struct sg_fair {
    size_t n;
    struct sg_fair_place places[SG_FAIR_MAX]; /* in order of arrival */
    uint64_t n_turns;                         /* in total; the oldest is overwritten */
    struct sg_fair_place turns[SG_FAIR_TURNS];
};

/** @param ret_evicted  the item that was evicted, or NULL @return was the item queued? */
bool sg_fair_put(struct sg_fair *fair, struct sg_fair_place place, void **ret_evicted);

/** @return the next item; NULL when the queue is empty */
void *sg_fair_next(struct sg_fair *fair);
