/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How fast groups read single partitions, measured while somebody looks.
 *
 * The metrics page has no such series: there would be one for each group and partition. So the
 * offsets that a reader of a group's page is shown are remembered, and those that it is shown next
 * are compared with them. A rate is that of the last two and a half to five minutes, or of the time
 * since the first reading. Thread-safe.
 */

#include "base/str.h"

#include <stdint.h>

enum {
    SG_PACES_MAX = 20000,                /* partitions of groups, of about 200 bytes each */
    SG_PACES_FIRST_MS = 5 * 1000,        /* a rate over less is not known, see base/trend.h */
    SG_PACES_FORGET_MS = 10 * 60 * 1000, /* after the latest reading */
};

struct sg_paces;

/** @return 0 or -ENOMEM */
int sg_paces_new(struct sg_paces **ret_paces);

/** @return NULL; paces may be NULL */
struct sg_paces *sg_paces_free(struct sg_paces *paces);

/* Of a group in a partition, in one collection. */
struct sg_pace_reading {
    int64_t ms;            /* monotonic: when it was collected */
    double committed, lag; /* NaN: not known */
};

/* NaN: not known. */
struct sg_pace {
    double read_per_s;
    double drain_s; /* until the lag is 0, if it goes on falling like this; 0: it is */
};

/**
 * A reader is shown this.
 * @param key  of the cluster, group, topic and partition; copied
 * @return what follows from it and from earlier readings
 */
struct sg_pace sg_paces_follow(
    struct sg_paces *paces, struct sg_str key, const struct sg_pace_reading *reading);
