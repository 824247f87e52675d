/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is remembered of a group at a partition, from which status.c judges it: when its offset
 * moved, the highest offset, what was lost, and up to where there is nothing to read after its
 * commit. Used by status.c only; one thread.
 */

#include "admin/model/lag.h"

#include <stdbool.h>
#include <stdint.h>

struct sg_status_place {
    uint32_t names; /* of the group and the topic */
    int32_t partition;
};

/* A group at a partition. */
struct sg_group_partition {
    struct sg_status_place place;
    uint32_t seen;      /* collection */
    bool behind : 1;    /* at the latest collection */
    bool looked : 1;    /* after the commit, up to this end or to a record */
    bool is_record : 1; /* what is at empty_to */
    bool doubtful : 1;  /* no look was possible */
    uint8_t n_failed;   /* failed looks, since the commit or the end moved */
    int64_t committed;
    int64_t highest;      /* committed before it went back */
    int64_t moved_ms;     /* when the offset changed last; at first, when it was first seen */
    int64_t behind_ms;    /* since when there has been something to read */
    int64_t went_back_ms; /* INT64_MIN: never */
    int64_t start;        /* of the log, up to which losses are counted */
    int64_t lost;
    int64_t end;      /* of the log; negative: not known yet */
    int64_t empty_to; /* from the commit on there is nothing to read up to there */
    int64_t look_ms;  /* the next look, not before */
};

/** A zeroed entry, but for its place, of a group that is seen for the first time. */
void sg_group_partition_begin(
    struct sg_group_partition *entry, int64_t now_ms, int64_t committed, int64_t start);

/** A collection. @param look_after_ms  how long nothing moves before a look */
void sg_group_partition_follow(struct sg_group_partition *entry,
    const struct sg_log_bounds *log,
    int64_t look_after_ms,
    int64_t committed);

/**
 * Up to where the group is judged to have read. A single offset that could not be looked at counts
 * as read: a marker is likelier than one waiting record.
 */
int64_t sg_group_partition_judged_to(const struct sg_group_partition *entry);

/** As sg_statuses_wants_look(). */
bool sg_group_partition_wants_look(
    const struct sg_group_partition *entry, const struct sg_log_bounds *log);

/** As sg_statuses_found(). @return was it unknown before? */
bool sg_group_partition_found(struct sg_group_partition *entry, int64_t empty_to, bool is_record);

/** As sg_statuses_not_found(). */
bool sg_group_partition_not_found(struct sg_group_partition *entry, int64_t now_ms);
