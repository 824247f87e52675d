/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Consumer lag in messages, from three offsets. Pure functions; any thread.
 *
 * Lag is what is left to read: from the committed offset, or from the log's start where
 * retention has already deleted what came after the commit, to the log's end. It is never negative,
 * because the end is read after the commit (collector.c), and it is never invented: where it cannot
 * be known there is none, and the outcome says why.
 */

#include <stdbool.h>
#include <stdint.h>

/* A log at one collection. */
struct sg_log_bounds {
    int64_t start; /* or SG_OFFSET_UNKNOWN, as the end */
    int64_t end;
    int64_t seen_ms;
};

enum {
    SG_OFFSET_UNKNOWN = -1, /* of a log's start or end: not read this time */
    SG_OFFSET_NOTHING = -2, /* of a time: no record is as young as that */
};

enum sg_lag_outcome {
    SG_LAG_KNOWN,
    SG_LAG_NO_END,   /* the log's end was not read this time */
    SG_LAG_PAST_END, /* the committed offset is past the log's end */
};

/**
 * @param committed  0 or more
 * @param start      of the log, or SG_OFFSET_UNKNOWN
 * @param end        of the log, or SG_OFFSET_UNKNOWN
 * @param ret_lag    written only with SG_LAG_KNOWN
 */
enum sg_lag_outcome sg_lag_of(int64_t committed, int64_t start, int64_t end, int64_t *ret_lag);

/* The lag of one group in one topic. A zeroed struct is an empty sum. */
struct sg_lag_sum {
    int64_t lag;
    uint32_t n_known;
    bool incomplete;
};

/** Add one partition's lag, or the reason why it has none. */
void sg_lag_sum_add(struct sg_lag_sum *sum, enum sg_lag_outcome outcome, int64_t lag);

/**
 * Is there a sum that can be shown? Not when an end is missing: the sum would be too small and look
 * like a consumer that catches up. Partitions past the end do not count: they stay that way until
 * the group is reset, and must not hide the lag of the topic's other partitions.
 */
bool sg_lag_sum_known(const struct sg_lag_sum *sum);
