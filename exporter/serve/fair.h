/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A short queue in which no one keeps the others waiting: turns go round the peers (addresses),
 * and within a peer round the names (users). When it is full, who has fewer places takes the
 * latest one of who has most. Bounded memory, no allocation. The owner locks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_FAIR_MAX = 16,
    SG_FAIR_TURNS = 64 /* remembered; who had none of them is next */
};

struct sg_fair_place {
    uint64_t peer;
    uint64_t name;
    void *item;
};

/* Zeroed: empty. */
struct sg_fair {
    size_t n;
    struct sg_fair_place places[SG_FAIR_MAX]; /* as they came */
    uint64_t n_turns;                         /* ever; the oldest is overwritten */
    struct sg_fair_place turns[SG_FAIR_TURNS];
};

/**
 * @param ret_evicted  the item that lost its place, or NULL
 * @return was there a place?
 */
bool sg_fair_put(struct sg_fair *fair, struct sg_fair_place place, void **ret_evicted);

/** @return whose turn it is; NULL when nobody waits */
void *sg_fair_next(struct sg_fair *fair);
