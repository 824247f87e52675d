/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Time to drain: when will a group have read everything, if its lag goes on falling as it has?
 *
 * The lag of a group in a topic, or in all, is remembered at two times of the last five minutes. It
 * falls by the difference between what the group reads and what is produced, so the lag over the
 * speed at which it has fallen since is the time that is left. A lag that does not fall is never
 * drained, and one that was first seen less than a minute ago has no speed yet. One thread.
 */

#include "base/str.h"

#include <stdint.h>

enum {
    SG_DRAIN_FIRST_MS = 60 * 1000, /* a speed over less is not known, see base/trend.h */
    SG_DRAIN_UNKNOWN = -1,
};

struct sg_drains;

/** @return 0 or -ENOMEM */
int sg_drains_new(struct sg_drains **ret_drains);

/** @return NULL; drains may be NULL */
struct sg_drains *sg_drains_free(struct sg_drains *drains);

/** A collection begins. What was not seen for some collections is forgotten. */
void sg_drains_begin(struct sg_drains *drains);

/**
 * The lag of a group at this collection.
 * @param topic   empty: in all topics
 * @param now_ms  monotonic
 * @return milliseconds until it is 0, or SG_DRAIN_UNKNOWN: it does not fall, or that is not known
 */
double sg_drains_follow(struct sg_drains *drains,
    struct sg_str group,
    struct sg_str topic,
    int64_t lag,
    int64_t now_ms);
