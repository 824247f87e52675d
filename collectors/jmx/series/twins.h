/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Duplicate series, of which one has "_" where the other has ".".
 *
 * Kafka's Java clients from 4.1 to 4.x register metrics by topic under the topic's name and, for
 * older dashboards, under the name with "_" for "."; earlier ones have only the latter. A rule that
 * says `dots: LABEL` makes one series of the two: the one with "_" is left out while the other
 * exists. A cluster cannot have both a.b and a_b: Kafka refuses to create a topic whose name
 * collides so with another's. One thread.
 *
 * Source: KIP-1109; org.apache.kafka.common.internals.Topic, hasCollision().
 */

#include "jmx/rules/matcher.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The series, with "_" for "." in the label. @return 0 when it can have no twin */
uint64_t sg_twin_of(const struct sg_outcome *outcome, const char *label, bool *ret_has_dot);

/* The twins of one poll's series that have dots. */
struct sg_twins {
    uint64_t *all;
    size_t n;
    size_t allocated;
};

/** @return 0 or -ENOMEM */
int sg_twins_add(struct sg_twins *twins, uint64_t twin);

/** After all were added, before sg_twins_have(). */
void sg_twins_sort(struct sg_twins *twins);

bool sg_twins_have(const struct sg_twins *twins, uint64_t twin);

/** Free the memory; empty afterwards. */
void sg_twins_done(struct sg_twins *twins);
