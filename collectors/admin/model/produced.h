/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * When records were last produced to each topic.
 *
 * Where a log's end has moved since the collection before, that was now. Of a log that has not
 * moved since it was first seen it is the timestamp of its last record, as the search of ages.h
 * finds it; once it is known it is not looked for again. A log whose end goes back is another one.
 *
 *     follow ──> add_to ──> (sg_ages_begin() to the last sg_ages_answer()) ──> learn ──> get
 *
 * One thread.
 */

#include "admin/model/ages.h"
#include "admin/model/topology.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_PRODUCED_UNKNOWN = -1,
    SG_PRODUCED_SEARCHES_MAX = 5000, /* in one collection */
};

struct sg_produced;

/** @return 0 or -ENOMEM */
int sg_produced_new(struct sg_produced **ret_produced);

/** @return NULL; produced may be NULL */
struct sg_produced *sg_produced_free(struct sg_produced *produced);

/**
 * A collection.
 * @param topology     a reference is kept
 * @param start, end   of the logs, by partition number, or SG_OFFSET_UNKNOWN; borrowed for the call
 * @param now_unix_ms  Unix time
 * @return 0 or -ENOMEM
 */
int sg_produced_follow(struct sg_produced *produced,
    struct sg_topology *topology,
    const int64_t *start,
    const int64_t *end,
    int64_t now_unix_ms);

/** Add the last records whose timestamps are not known; not all at once. @return 0 or -ENOMEM */
int sg_produced_add_to(struct sg_produced *produced, struct sg_ages_points *points);

/** Take what was found of them. */
void sg_produced_learn(struct sg_produced *produced, const struct sg_ages *ages);

/**
 * @param topic  of the topology that was followed last
 * @return Unix milliseconds, or SG_PRODUCED_UNKNOWN: there are no records, or one of its partitions
 *         is not known
 */
int64_t sg_produced_get(const struct sg_produced *produced, size_t topic);
