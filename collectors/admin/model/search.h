/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The search for the timestamp of the record at one offset of one partition, over answers of
 * ListOffsets to times: see ages.h. It begins with what is remembered of the partition, and decides
 * what to ask next, when it is done, and which age results. Used by ages.c only; one thread.
 */

#include "admin/model/history.h"

#include <stdbool.h>
#include <stdint.h>

struct sg_search {
    uint32_t partition;
    uint32_t history;
    int64_t committed; /* what the groups committed, or the log's start if that is later */
    int64_t offset;    /* whose timestamp is looked for: later than committed where those before the
                          log's first answer have none */
    struct sg_fact low;     /* answers at or before the offset; time_ms SG_ALWAYS: none yet */
    struct sg_fact high;    /* answers past it; time_ms SG_NEVER: none yet */
    int64_t seen_before_ms; /* hints: the end was at or before the offset then, … */
    int64_t seen_after_ms;  /* … and past it then; SG_ALWAYS and SG_NEVER: not known */
    int64_t step_ms;
    int64_t asked_ms; /* or SG_AGES_NOT_ASKED */
    int64_t width_ms; /* between low and high before the latest answer */
    unsigned n_rounds;
    bool check_low; /* remembered, to be requested again */
    bool check_high;
    bool unusable; /* its timestamp is later than now, or it has none */
    bool done;
    bool failed;
};

/** Begin, or begin again, with what is remembered. The partition and its history are set. */
void sg_search_begin(
    struct sg_search *search, const struct sg_histories *histories, int64_t offset);

/** Decide whether to ask more; otherwise it is done or has failed. */
void sg_search_settle(
    struct sg_search *search, const struct sg_histories *histories, int64_t now_ms);

/** For a search that is not done. @return the time to ask for, in Unix milliseconds */
int64_t sg_search_ask(struct sg_search *search, int64_t now_ms);

/** Process an answer. @param own  to this search, not to another one of the partition */
void sg_search_answer(struct sg_search *search,
    const struct sg_histories *histories,
    const struct sg_fact *fact,
    bool own);

/** For a search that is done: is the timestamp that was found plausible? */
bool sg_search_is_usable(const struct sg_search *search, int64_t now_ms);

/** @param latest_ms  the latest time of the clock @return milliseconds, or SG_AGE_UNKNOWN */
int64_t sg_search_age(const struct sg_search *search, int64_t now_ms, int64_t latest_ms);
