/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The partitions that a group reads: what the metrics page and the view know of each. */

#include "base/arena.h"
#include "base/keyed.h"
#include "status/page.h"
#include "watch/paces.h"

struct sg_group_row {
    struct sg_keyed_text key;
    struct sg_str topic;
    int32_t partition;
    /* NaN: not known. They are of one collection, and the view may still be of the one before */
    double committed, lag, lag_seconds, end;
    int64_t collected_ms;
    struct sg_pace pace;
    enum sg_group_status status; /* of the partition; known with groups.partition_status */
    struct sg_str member, client_id, host;
    const struct sg_view_partition *of; /* NULL: not known */
};

struct sg_group_rows {
    struct sg_keyed list; /* of struct sg_group_row */
    struct sg_arena *arena;
};

/**
 * Its offsets are compared with those of earlier readings, see watch/paces.h.
 * @param cluster  number in the view @param group  its name @param rows  initialised by it; free
 * with sg_group_rows_done(), also after an error
 * @return 0 or -ENOMEM
 */
int sg_group_rows_read(
    const struct sg_page *page, uint32_t cluster, struct sg_str group, struct sg_group_rows *rows);

void sg_group_rows_done(struct sg_group_rows *rows);
