/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A consumer group's status, judged by its offsets over time; and the records that it lost.
 *
 * For every partition that a group has committed to, it is remembered between collections when the
 * offset last moved, and the highest one. All limits are times, not numbers of commits, so that
 * groups that commit once an hour are judged like those that commit every second. Offsets that hold
 * nothing to read, such as the marker that ends a transaction, count as read once that is known
 * (look.h). One partition's judgement, the first that fits:
 *
 *     losing_data  the committed offset is before the log's start: records were deleted unread
 *     rewound      the offset went back in the last windows.rewound_ms, and is not where it was
 *     stalled      there has been something to read for windows.stalled_ms, and the offset has
 *                  not moved in that time
 *     lagging      the oldest record that is not read is older than windows.lagging_ms
 *     ok           none of these
 *
 * A group's status is the worst of its partitions, in the order above. A stalled group is stopped
 * when it has no consumers: it has no members, and its offset has moved in none of its partitions
 * in windows.stalled_ms. A consumer that assigns partitions to itself, as in Flink, is not a
 * member. A group none of whose partitions can be judged has no status. One thread.
 */

#include "admin/model/ages.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SG_STATUS_ENTRIES_MAX = 10000000, /* groups times partitions */
};

/* The worst last. */
enum sg_group_status {
    SG_STATUS_UNKNOWN,
    SG_STATUS_OK,
    SG_STATUS_LAGGING,
    SG_STATUS_STALLED,
    SG_STATUS_STOPPED,
    SG_STATUS_REWOUND,
    SG_STATUS_LOSING_DATA,
    SG_GROUP_STATUSES,
};

/** As the label has it. @param status not SG_STATUS_UNKNOWN */
const char *sg_group_status_text(enum sg_group_status status);

/* What a group's commit in one partition is measured against; all of one collection. */
struct sg_status_input {
    int64_t now_ms; /* monotonic */
    const struct sg_topology *topology;
    const int64_t *start; /* by partition number, or SG_OFFSET_UNKNOWN */
    const int64_t *end;
    const struct sg_ages *ages;
};

struct sg_statuses;

/** @param windows  copied @return 0 or -ENOMEM */
int sg_statuses_new(const struct sg_status_windows *windows, struct sg_statuses **ret_statuses);

/** @return NULL; statuses may be NULL */
struct sg_statuses *sg_statuses_free(struct sg_statuses *statuses);

/**
 * A collection: update the offsets of all groups, before any other call. What was not seen for some
 * collections is forgotten.
 * @param input   its ages are not used
 * @param groups  each commit's n_empty is set to what was found out about the offsets after it
 */
void sg_statuses_begin(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_groups *groups);

/**
 * Is it time to look whether there are records after the commit? When neither it nor the log's end
 * has moved for a while, there are few offsets between them, and there was no look yet.
 */
bool sg_statuses_wants_look(const struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed);

/**
 * The outcome of a look: there is nothing to read from the commit up to an offset.
 * @param is_record  is there a record at that offset? Otherwise the log ended there
 */
void sg_statuses_found(
    struct sg_statuses *statuses, struct sg_committed *committed, int64_t empty_to, bool is_record);

/**
 * A look failed or was undecided: the next one is later, by a pause that grows each time.
 * @return is it the first time since the commit or the end moved?
 */
bool sg_statuses_not_found(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed);

/* What is known of a group so far. Zeroed: nothing. */
struct sg_judgement {
    enum sg_group_status worst;
    bool moves; /* an offset has changed in windows.stalled_ms */
};

/**
 * Judge a group by one of its commits.
 * @param judgement  of the group; this partition is added to it, unless memory is short
 * @param ret_lost   offsets that were deleted before the group had read them, since it was first
 *                   seen
 */
void sg_statuses_judge(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed,
    struct sg_judgement *judgement,
    int64_t *ret_lost);

/** Add what is known by one commit to what is known of the group. */
void sg_judgement_add(struct sg_judgement *judgement, const struct sg_judgement *one);

/** After its last commit. @return the group's status */
enum sg_group_status sg_judgement_status(
    const struct sg_judgement *judgement, const struct sg_group *group);
