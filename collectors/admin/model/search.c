/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/search.h"

#include "admin/model/age.h"

enum {
    ROUNDS_MAX = 80,  /* of one search; 1970 is some 50 away */
    CHECK_EVERY = 20, /* collections, after which remembered answers are requested again */
    FIRST_STEP_MS = 1000,
    STEP_FACTOR = 4,
};

/* Timestamps before 2000 are errors of producers. */
static const int64_t OLDEST_TIME_MS = INT64_C(946684800000);

/* ---- Answers of a search ---- */

static void take_fact(struct sg_search *search, const struct sg_fact *fact)
{
    bool past = fact->offset > search->offset;

    if (past && fact->time_ms < search->high.time_ms)
        search->high = *fact;
    else if (!past && !fact->nothing && fact->time_ms > search->low.time_ms)
        search->low = *fact;
}

static void take_history(struct sg_search *search, const struct sg_history *history)
{
    for (size_t i = 0; i < history->n_facts; i++)
        take_fact(search, &history->facts[i]);
    for (size_t i = 0; i < history->n_ends; i++) {
        const struct sg_end_seen *end = &history->ends[i];
        if (end->offset <= search->offset)
            search->seen_before_ms = end->time_ms;
        else if (search->seen_after_ms == SG_NEVER)
            search->seen_after_ms = end->time_ms;
    }
    if (search->low.time_ms >= search->high.time_ms) { /* timestamps out of order */
        search->low.time_ms = SG_ALWAYS;
        search->high.time_ms = SG_NEVER;
    }
}

void sg_search_begin(struct sg_search *search, const struct sg_histories *histories, int64_t offset)
{
    const struct sg_history *history = sg_histories_at(histories, search->history);

    search->offset = offset;
    search->low = (struct sg_fact){ .time_ms = SG_ALWAYS };
    search->high = (struct sg_fact){ .time_ms = SG_NEVER };
    search->seen_before_ms = SG_ALWAYS;
    search->seen_after_ms = SG_NEVER;
    search->step_ms = FIRST_STEP_MS;
    search->asked_ms = SG_AGES_NOT_ASKED;
    search->width_ms = SG_NEVER;
    take_history(search, history);
    bool check = (search->history + histories->all.generation) % CHECK_EVERY == 0;
    search->check_low = check && search->low.time_ms != SG_ALWAYS;
    search->check_high = check && search->high.time_ms != SG_NEVER;
}

/* There is nothing to read at the offset; the age is that of the next record. */
static void move_to_next(struct sg_search *search, const struct sg_histories *histories)
{
    struct sg_fact next = search->high;

    sg_search_begin(search, histories, next.offset);
    take_fact(search, &next);
}

/* ---- Where to look next ---- */

static int64_t middle(int64_t low, int64_t high)
{
    return low + (high - low) / 2;
}

/* Between two answers: interpolate, or halve if that did not help. */
static int64_t between(const struct sg_search *search)
{
    const struct sg_fact *low = &search->low;
    const struct sg_fact *high = &search->high;
    int64_t width = high->time_ms - low->time_ms;
    int64_t offsets = high->offset - low->offset;

    if (width > search->width_ms / 2 || offsets <= 0 || high->nothing)
        return middle(low->time_ms, high->time_ms);
    double share = (double)(search->offset - low->offset + 1) / (double)offsets;
    int64_t time = low->time_ms + (int64_t)(share * (double)width);
    int64_t margin = width / 16 + 1;
    if (time < low->time_ms + margin)
        time = low->time_ms + margin;
    return time < high->time_ms - margin ? time : high->time_ms - margin;
}

/*
 * No answer at or before the offset yet: go back, faster and faster, or halfway to a hint. Just
 * before the log's end, where healthy groups are, the first short step is enough.
 */
static int64_t search_back(struct sg_search *search, int64_t from, int64_t now_ms)
{
    int64_t hint = search->seen_before_ms;
    bool at_end = from == now_ms && search->step_ms == FIRST_STEP_MS;

    if (hint != SG_ALWAYS && hint < from && !at_end) {
        if (from - hint <= 2 * SG_AGES_PRECISION)
            return hint;
        return middle(hint, from);
    }
    if (search->step_ms < now_ms - from) /* known from an earlier collection */
        search->step_ms = now_ms - from;
    int64_t time = from - search->step_ms;
    if (time <= 0)
        return 0;
    search->step_ms *= STEP_FACTOR;
    return time;
}

/* The same forward: to the time at which the log was seen past the offset, or to now. */
static int64_t search_forward(const struct sg_search *search, int64_t now_ms)
{
    int64_t low = search->low.time_ms;
    int64_t hint = search->seen_after_ms;

    if (hint == SG_NEVER || hint <= low)
        hint = now_ms + 1;
    if (hint <= low)
        return low + 1; /* later than now already */
    if (hint == now_ms && hint - low > 2 * SG_AGES_PRECISION)
        return now_ms - SG_AGES_PRECISION;
    return hint - low <= 2 * SG_AGES_PRECISION ? hint : middle(low, hint);
}

static int64_t where_to_look(struct sg_search *search, int64_t now_ms)
{
    if (search->check_low)
        return search->low.time_ms;
    if (search->check_high)
        return search->high.time_ms;
    if (search->low.time_ms == SG_ALWAYS) {
        int64_t from =
            search->high.time_ms == SG_NEVER ? search->seen_after_ms : search->high.time_ms;
        return search_back(search, from == SG_NEVER || from > now_ms ? now_ms : from, now_ms);
    }
    return search->high.time_ms == SG_NEVER ? search_forward(search, now_ms) : between(search);
}

int64_t sg_search_ask(struct sg_search *search, int64_t now_ms)
{
    search->n_rounds++;
    search->asked_ms = where_to_look(search, now_ms);
    return search->asked_ms;
}

/* ---- When to stop ---- */

/*
 * When no answer was the offset itself, either its timestamp is not later than that of a record
 * before it, as in a burst within one millisecond, or there is no record at it (compaction). The
 * first is assumed: if that is wrong, the age is too old.
 */
static void finish(struct sg_search *search, int64_t now_ms)
{
    if (search->low.time_ms > now_ms) {
        search->unusable = true;
        search->done = true;
        return;
    }
    if (search->high.time_ms == SG_NEVER) {
        /* Younger than the precision, and not there at the collection before. */
        search->done = now_ms - search->low.time_ms <= SG_AGES_PRECISION &&
                       search->seen_before_ms != SG_ALWAYS;
        return;
    }
    if (search->low.time_ms == SG_ALWAYS)
        return;
    int64_t width = search->high.time_ms - search->low.time_ms;
    search->done = width <= SG_AGES_PRECISION;
}

void sg_search_settle(
    struct sg_search *search, const struct sg_histories *histories, int64_t now_ms)
{
    if (!search->done && !search->check_low && !search->check_high)
        finish(search, now_ms);
    /* The answer for the earliest time is a later record: the ones before have no timestamp. */
    if (!search->done && search->high.time_ms == 0 && search->low.time_ms == SG_ALWAYS) {
        if (search->high.nothing)
            search->done = search->unusable = true;
        else
            move_to_next(search, histories);
    }
    if (!search->done && search->n_rounds > ROUNDS_MAX)
        search->done = search->failed = true;
}

/* A remembered answer is confirmed, or all remembered ones are discarded. */
static void check(
    struct sg_search *search, const struct sg_histories *histories, const struct sg_fact *fact)
{
    bool past = fact->offset > search->offset;
    bool holds = search->check_low ? !past && !fact->nothing : past;

    if (!holds) {
        sg_search_begin(search, histories, search->committed);
        search->low.time_ms = SG_ALWAYS;
        search->high.time_ms = SG_NEVER;
        search->check_low = search->check_high = false;
    } else if (search->check_low) {
        search->check_low = false;
    } else {
        search->check_high = false;
    }
}

void sg_search_answer(struct sg_search *search,
    const struct sg_histories *histories,
    const struct sg_fact *fact,
    bool own)
{
    const struct sg_fact *low = &search->low;
    const struct sg_fact *high = &search->high;

    if (own && (search->check_low || search->check_high))
        check(search, histories, fact);
    if (own && low->time_ms != SG_ALWAYS && high->time_ms != SG_NEVER)
        search->width_ms = high->time_ms - low->time_ms;
    take_fact(search, fact);
}

/* ---- What was found ---- */

/* Of a search that is done. */
static int64_t time_found(const struct sg_search *search, int64_t now_ms)
{
    int64_t low = search->low.time_ms;
    int64_t high = search->high.time_ms < now_ms ? search->high.time_ms : now_ms;

    return middle(low, high > low ? high : low);
}

bool sg_search_is_usable(const struct sg_search *search, int64_t now_ms)
{
    return !search->unusable && time_found(search, now_ms) >= OLDEST_TIME_MS;
}

/* In the future only because the clock was set back: the age may be anything from 0 on. */
static bool is_future_set_back(const struct sg_search *search, int64_t now_ms, int64_t latest_ms)
{
    return search->low.time_ms > now_ms && search->low.time_ms <= latest_ms;
}

int64_t sg_search_age(const struct sg_search *search, int64_t now_ms, int64_t latest_ms)
{
    if (!search->done || search->failed)
        return SG_AGE_UNKNOWN;
    int64_t time = time_found(search, now_ms);
    if (!sg_search_is_usable(search, now_ms) && !is_future_set_back(search, now_ms, latest_ms)) {
        if (search->seen_after_ms == SG_NEVER || search->seen_before_ms == SG_ALWAYS)
            return SG_AGE_UNKNOWN; /* it is older than the first collection */
        time = search->seen_after_ms;
    }
    return time < now_ms ? now_ms - time : 0;
}
