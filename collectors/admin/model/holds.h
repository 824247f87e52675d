/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Partitions whose last stable offset is held back by an open transaction.
 *
 * The last stable offset is that of the first record of the oldest open transaction, or the log's
 * end. The two are read by different requests, so a difference may be records that came in between.
 * But where it is before the end that an earlier collection saw, a transaction has been open since
 * then: nothing else keeps it there. So a transaction is seen once it has been open from one
 * collection to the next, and since when is at first the collection that saw the offset where it
 * is. One thread.
 */

#include "admin/model/ages.h"
#include "admin/model/topology.h"

#include <stdint.h>

enum {
    SG_HOLDS_NONE = -1 /* no transaction has been open for a collection, or it is not known */
};

struct sg_holds;

/** @return 0 or -ENOMEM */
int sg_holds_new(struct sg_holds **ret_holds);

/** @return NULL; holds may be NULL */
struct sg_holds *sg_holds_free(struct sg_holds *holds);

/**
 * A collection.
 * @param topology     a reference is kept
 * @param stable, end  by partition number, or SG_OFFSET_UNKNOWN; borrowed for the call
 * @param now_ms       monotonic
 * @return 0 or -ENOMEM
 */
int sg_holds_follow(struct sg_holds *holds,
    struct sg_topology *topology,
    const int64_t *stable,
    const int64_t *end,
    int64_t now_ms);

/**
 * @param partition  of the topology that was followed last
 * @return when the last stable offset was first seen where it is (monotonic milliseconds), if a
 *         transaction holds it there, or SG_HOLDS_NONE
 */
int64_t sg_holds_since(const struct sg_holds *holds, uint32_t partition);

/**
 * Add where the transactions begin: the ages of these records are theirs.
 * @param topology  of this collection; without the answers of this one there is nothing to add
 * @return 0 or -ENOMEM
 */
int sg_holds_add_to(const struct sg_holds *holds,
    const struct sg_topology *topology,
    struct sg_ages_points *points);
