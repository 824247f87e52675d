/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lag in seconds: how old is the oldest record that a group has not read?
 *
 * ListOffsets with a time answers "the first offset whose timestamp is that or later". So the
 * largest time whose answer is not past the committed offset is the timestamp of the record there,
 * and a search over time finds it without reading a message. Every partition has a time of its own
 * in a request: one round of requests brings all partitions' searches one step on.
 *
 *     begin ──> ask ──> (ListOffsets) ──> answer ──┐
 *                └──────────── while there is something to ask ──┘──> get … ──> end
 *
 * What was answered is remembered per partition, so that a group whose offset does not move costs
 * nothing and one that moves costs a few rounds. The log's end at earlier collections is remembered
 * too, as a hint where to search; only the latest where everything was read. Both are forgotten
 * when a log's start or end goes back, as when a topic was deleted and recreated; and answers are
 * requested again from time to time.
 *
 * Timestamps are the producers', or the brokers' with LogAppendTime, and need not be in order: then
 * the answer is the largest timestamp up to the record. A timestamp in the future, or none at all,
 * gives the time at which the log was first seen past the record, or nothing. One thread.
 *
 * Source: Kafka's protocol, ListOffsets; UnifiedLog.fetchOffsetByTimestamp.
 */

#include "admin/model/age.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_ages;

/* Offsets whose records' ages are wanted besides those that groups have read to. Zeroed: none. */
struct sg_ages_points {
    size_t n, allocated;
    struct sg_committed *list;
};

/** @return 0 or -ENOMEM */
int sg_ages_points_add(struct sg_ages_points *points, uint32_t partition, int64_t offset);
void sg_ages_points_done(struct sg_ages_points *points);

/** @return 0 or -ENOMEM */
int sg_ages_new(struct sg_ages **ret_ages);

/** @return NULL; ages may be NULL */
struct sg_ages *sg_ages_free(struct sg_ages *ages);

/**
 * A collection: which groups' offsets are behind the logs' ends.
 *
 * @param groups       how far they have read: sg_committed_read_to()
 * @param more         other offsets, or NULL; both are borrowed for the call
 * @param start, end   by partition number, or SG_OFFSET_UNKNOWN; borrowed until sg_ages_end(), as
 *                     is the topology
 * @param now_unix_ms  when the ends were read
 * @return 0 or -ENOMEM
 */
int sg_ages_begin(struct sg_ages *ages,
    const struct sg_topology *topology,
    const struct sg_groups *groups,
    const struct sg_ages_points *more,
    const int64_t *start,
    const int64_t *end,
    int64_t now_unix_ms);

/**
 * What to ask next.
 * @param times  by partition number: set to a time in Unix milliseconds or SG_AGES_NOT_ASKED
 * @return how many times were set; 0: all is known that can be
 */
size_t sg_ages_ask(struct sg_ages *ages, int64_t *times);

/**
 * The answers to the latest sg_ages_ask().
 * @param answers  by partition number: an offset, SG_OFFSET_NOTHING or SG_OFFSET_UNKNOWN
 */
void sg_ages_answer(struct sg_ages *ages, const int64_t *answers);

/**
 * The age of the oldest record that is not read.
 * @param committed  up to where a group has read, as sg_ages_begin() saw it in this partition
 * @return milliseconds, 0 when everything is read, or SG_AGE_UNKNOWN
 */
int64_t sg_ages_get(const struct sg_ages *ages, uint32_t partition, int64_t committed);

/**
 * Has the oldest record that is not read a timestamp in the future, before 2000, or none? Its age
 * is not the timestamp's then. @param committed  as above
 */
bool sg_ages_has_unusable_time(const struct sg_ages *ages, uint32_t partition, int64_t committed);

/** End the collection: keep what the next one needs. */
void sg_ages_end(struct sg_ages *ages);
