/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/ages.h"

#include "admin/model/history.h"

#include "admin/model/lag.h"
#include "base/auto.h"
#include "base/grow.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    ROUNDS_MAX = 80,  /* of one search; 1970 is some 50 away */
    CHECK_EVERY = 20, /* collections, after which remembered answers are asked for anew */
    FIRST_STEP_MS = 1000,
    STEP_FACTOR = 4,
};

/* Timestamps before 2000 are mistakes of producers. */
static const int64_t OLDEST_TIME_MS = INT64_C(946684800000);

/* The search for the timestamp of the record at one offset of one partition. */
struct search {
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
    bool check_low; /* from memory, to be asked for anew */
    bool check_high;
    bool unusable; /* its timestamp is later than now, or it has none */
    bool done;
    bool failed;
};

struct sg_ages {
    struct sg_histories histories;
    int64_t latest_ms; /* that the clock has shown; later than now_ms: it was set back */
    /* Of one collection: */
    const struct sg_topology *topology;
    const int64_t *start;
    const int64_t *end;
    int64_t now_ms;
    size_t n, allocated;
    struct search *searches; /* by partition and offset */
};

int sg_ages_new(struct sg_ages **ret_ages)
{
    struct sg_ages *ages = calloc(1, sizeof *ages);

    if (!ages)
        return -ENOMEM;
    sg_histories_init(&ages->histories);
    *ret_ages = ages;
    return 0;
}

struct sg_ages *sg_ages_free(struct sg_ages *ages)
{
    if (!ages)
        return NULL;
    free(ages->searches);
    sg_histories_done(&ages->histories);
    free(ages);
    return NULL;
}

/* ---- What a search knows ---- */

static void take_fact(struct search *search, const struct sg_fact *fact)
{
    bool past = fact->offset > search->offset;

    if (past && fact->time_ms < search->high.time_ms)
        search->high = *fact;
    else if (!past && !fact->nothing && fact->time_ms > search->low.time_ms)
        search->low = *fact;
}

static void take_history(struct search *search, const struct sg_history *history)
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
    if (search->low.time_ms >= search->high.time_ms) { /* timestamps out of order, asked at odds */
        search->low.time_ms = SG_ALWAYS;
        search->high.time_ms = SG_NEVER;
    }
}

static void begin_search(const struct sg_ages *ages, struct search *search, int64_t offset)
{
    const struct sg_history *history = sg_histories_at(&ages->histories, search->history);

    search->offset = offset;
    search->low = (struct sg_fact){ .time_ms = SG_ALWAYS };
    search->high = (struct sg_fact){ .time_ms = SG_NEVER };
    search->seen_before_ms = SG_ALWAYS;
    search->seen_after_ms = SG_NEVER;
    search->step_ms = FIRST_STEP_MS;
    search->asked_ms = SG_AGES_NOT_ASKED;
    search->width_ms = SG_NEVER;
    take_history(search, history);
    bool check = (search->history + ages->histories.all.generation) % CHECK_EVERY == 0;
    search->check_low = check && search->low.time_ms != SG_ALWAYS;
    search->check_high = check && search->high.time_ms != SG_NEVER;
}

/* There is nothing to read at the offset; the age is that of the next record. */
static void move_to_next(const struct sg_ages *ages, struct search *search)
{
    struct sg_fact next = search->high;

    begin_search(ages, search, next.offset);
    take_fact(search, &next);
}

static int by_offset(const void *a, const void *b)
{
    const struct search *const x = a;
    const struct search *const y = b;

    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->committed > y->committed) - (x->committed < y->committed);
}

/* The oldest offset that the group has to read; the log may have begun later than its commit. */
static int64_t oldest_unread(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t start = ages->start[partition];
    int64_t end = ages->end[partition];
    int64_t from = start > committed ? start : committed;
    return from < end ? from : end;
}

/* @return is something unread, or (*ret_all_read) everything read? Neither: it is not known. */
static bool is_behind(
    const struct sg_ages *ages, const struct sg_committed *committed, bool *ret_all_read)
{
    uint32_t p = committed->partition;
    int64_t offset = sg_committed_read_to(committed);
    int64_t lag = 0;
    bool is_known =
        offset >= 0 && sg_lag_of(offset, ages->start[p], ages->end[p], &lag) == SG_LAG_KNOWN;

    *ret_all_read = is_known && lag == 0;
    return is_known && lag > 0;
}

static int add_search(struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int r = sg_grow(&ages->searches, ages->n, &ages->allocated, sizeof *ages->searches);
    if (r)
        return r;
    ages->searches[ages->n++] = (struct search){
        .partition = partition,
        .committed = oldest_unread(ages, partition, committed),
    };
    return 0;
}

static int add_searches(struct sg_ages *ages, const struct sg_group *group, bool *all_read)
{
    for (size_t i = 0; i < group->n_committed; i++) {
        const struct sg_committed *committed = &group->committed[i];
        bool is_read;
        if (is_behind(ages, committed, &is_read)) {
            int r = add_search(ages, committed->partition, sg_committed_read_to(committed));
            if (r)
                return r;
        } else if (is_read) {
            all_read[committed->partition] = true;
        }
    }
    return 0;
}

/* How far a log was when everything was read tells when the next record came. */
static int note_ends(struct sg_ages *ages, const bool *all_read)
{
    for (size_t i = 0; i < ages->topology->n_partitions; i++) {
        uint32_t history;
        if (!all_read[i])
            continue;
        int r = sg_histories_find(&ages->histories, ages->topology, (uint32_t)i, &history);
        if (r)
            return r;
        sg_histories_update(&ages->histories, history,
            &(struct sg_log_bounds){ ages->start[i], ages->end[i], ages->now_ms }, false);
    }
    return 0;
}

int sg_ages_begin(struct sg_ages *ages,
    const struct sg_topology *topology,
    const struct sg_groups *groups,
    const int64_t *start,
    const int64_t *end,
    int64_t now_unix_ms)
{
    ages->topology = topology;
    ages->start = start;
    ages->end = end;
    ages->now_ms = now_unix_ms;
    if (now_unix_ms > ages->latest_ms)
        ages->latest_ms = now_unix_ms;
    ages->histories.all.generation++;
    ages->n = 0;
    sg_auto_free bool *all_read = calloc(topology->n_partitions + 1, sizeof *all_read);
    if (!all_read)
        return -ENOMEM;
    for (size_t i = 0; i < groups->n; i++) {
        int r = add_searches(ages, &groups->groups[i], all_read);
        if (r)
            return r;
    }
    if (ages->n)
        qsort(ages->searches, ages->n, sizeof *ages->searches, by_offset);
    size_t n = 0;
    for (size_t i = 0; i < ages->n; i++) {
        struct search *search = &ages->searches[i];
        if (n && by_offset(&ages->searches[n - 1], search) == 0)
            continue; /* another group at the same offset */
        int r = sg_histories_find(
            &ages->histories, ages->topology, search->partition, &search->history);
        if (r)
            return r;
        sg_histories_update(&ages->histories, search->history,
            &(struct sg_log_bounds){
                ages->start[search->partition], ages->end[search->partition], ages->now_ms },
            true);
        begin_search(ages, search, search->committed);
        ages->searches[n++] = *search;
    }
    ages->n = n;
    return note_ends(ages, all_read);
}

/* ---- Where to look next ---- */

static int64_t middle(int64_t low, int64_t high)
{
    return low + (high - low) / 2;
}

/* Between two answers: as if records came evenly, or halfway if that did not help. */
static int64_t between(const struct search *search)
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
 * No answer at or before the offset yet: go back, faster and faster, or halfway to a hint. Right
 * behind the log's end, where healthy groups are, the first short step will do.
 */
static int64_t backwards(struct search *search, int64_t from, int64_t now_ms)
{
    int64_t hint = search->seen_before_ms;
    bool at_end = from == now_ms && search->step_ms == FIRST_STEP_MS;

    if (hint != SG_ALWAYS && hint < from && !at_end) {
        if (from - hint <= 2 * SG_AGES_PRECISION)
            return hint;
        return middle(hint, from);
    }
    if (search->step_ms < now_ms - from) /* an earlier collection has come so far */
        search->step_ms = now_ms - from;
    int64_t time = from - search->step_ms;
    search->step_ms *= STEP_FACTOR;
    return time > 0 ? time : 0;
}

/* The same forward: to the time at which the log was seen past the offset, or to now. */
static int64_t forwards(const struct search *search, int64_t now_ms)
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

static int64_t where_to_look(struct search *search, int64_t now_ms)
{
    if (search->check_low)
        return search->low.time_ms;
    if (search->check_high)
        return search->high.time_ms;
    if (search->low.time_ms == SG_ALWAYS) {
        int64_t from =
            search->high.time_ms == SG_NEVER ? search->seen_after_ms : search->high.time_ms;
        return backwards(search, from == SG_NEVER || from > now_ms ? now_ms : from, now_ms);
    }
    return search->high.time_ms == SG_NEVER ? forwards(search, now_ms) : between(search);
}

/* ---- When to stop ---- */

/*
 * When no answer was the offset itself, either its timestamp is not later than that of a record
 * before it, as in a burst within one millisecond, or there is no record at it (compaction). The
 * first is taken for granted: then the answer is right, and otherwise it errs towards the older.
 */
static void finish(const struct sg_ages *ages, struct search *search)
{
    if (search->low.time_ms > ages->now_ms) {
        search->unusable = true;
        search->done = true;
        return;
    }
    if (search->high.time_ms == SG_NEVER) {
        /* Younger than the precision, and not there at the collection before. */
        search->done = ages->now_ms - search->low.time_ms <= SG_AGES_PRECISION &&
                       search->seen_before_ms != SG_ALWAYS;
        return;
    }
    if (search->low.time_ms == SG_ALWAYS)
        return;
    int64_t width = search->high.time_ms - search->low.time_ms;
    search->done = width <= SG_AGES_PRECISION;
}

/* The search goes on until it is done, fails, or has nothing more to ask. */
static void settle(const struct sg_ages *ages, struct search *search)
{
    if (!search->done && !search->check_low && !search->check_high)
        finish(ages, search);
    /* Even the beginning of time answers with a later record: the ones before have no timestamp. */
    if (!search->done && search->high.time_ms == 0 && search->low.time_ms == SG_ALWAYS) {
        if (search->high.nothing)
            search->done = search->unusable = true;
        else
            move_to_next(ages, search);
    }
    if (!search->done && search->n_rounds > ROUNDS_MAX)
        search->done = search->failed = true;
}

size_t sg_ages_ask(struct sg_ages *ages, int64_t *times)
{
    size_t n = 0;

    for (size_t i = 0; i < ages->topology->n_partitions; i++)
        times[i] = SG_AGES_NOT_ASKED;
    for (size_t i = 0; i < ages->n; i++) {
        struct search *search = &ages->searches[i];
        search->asked_ms = SG_AGES_NOT_ASKED;
        if (search->done)
            continue;
        settle(ages, search);
        if (search->done || times[search->partition] != SG_AGES_NOT_ASKED)
            continue; /* a partition can be asked for one time in a round */
        search->n_rounds++;
        search->asked_ms = where_to_look(search, ages->now_ms);
        times[search->partition] = search->asked_ms;
        n++;
    }
    return n;
}

/* ---- Answers ---- */

/* An answer that was remembered still holds, or nothing that is remembered does. */
static void check(const struct sg_ages *ages, struct search *search, const struct sg_fact *fact)
{
    bool past = fact->offset > search->offset;
    bool holds = search->check_low ? !past && !fact->nothing : past;

    if (!holds) {
        begin_search(ages, search, search->committed);
        search->low.time_ms = SG_ALWAYS;
        search->high.time_ms = SG_NEVER;
        search->check_low = search->check_high = false;
    } else if (search->check_low) {
        search->check_low = false;
    } else {
        search->check_high = false;
    }
}

static void take_answer(
    const struct sg_ages *ages, struct search *search, const struct sg_fact *fact, bool own)
{
    const struct sg_fact *low = &search->low;
    const struct sg_fact *high = &search->high;

    if (own && (search->check_low || search->check_high))
        check(ages, search, fact);
    if (own && low->time_ms != SG_ALWAYS && high->time_ms != SG_NEVER)
        search->width_ms = high->time_ms - low->time_ms;
    take_fact(search, fact);
}

void sg_ages_answer(struct sg_ages *ages, const int64_t *answers)
{
    for (size_t i = 0, n; i < ages->n; i += n) {
        struct search *searches = &ages->searches[i];
        uint32_t partition = searches->partition;
        const struct search *asked = NULL;
        for (n = 0; i + n < ages->n && searches[n].partition == partition; n++) {
            if (searches[n].asked_ms != SG_AGES_NOT_ASKED)
                asked = &searches[n];
        }
        if (!asked)
            continue;
        int64_t answer = answers[partition];
        const struct sg_fact fact = {
            .time_ms = asked->asked_ms,
            .offset = answer == SG_OFFSET_NOTHING ? ages->end[partition] : answer,
            .nothing = answer == SG_OFFSET_NOTHING,
        };
        for (size_t j = 0; j < n; j++) {
            if (answer == SG_OFFSET_UNKNOWN) /* its leader does not answer; the next one knows */
                searches[j].done = searches[j].failed = true;
            else if (!searches[j].done)
                take_answer(ages, &searches[j], &fact, &searches[j] == asked);
        }
    }
}

/* ---- Ages ---- */

/* Of a search that is done. */
static int64_t time_found(const struct sg_ages *ages, const struct search *search)
{
    int64_t low = search->low.time_ms;
    int64_t high = search->high.time_ms < ages->now_ms ? search->high.time_ms : ages->now_ms;

    return middle(low, high > low ? high : low);
}

static bool is_usable(const struct sg_ages *ages, const struct search *search)
{
    return !search->unusable && time_found(ages, search) >= OLDEST_TIME_MS;
}

/* From the future only by a clock that was set back: it may be any age from 0 on. */
static bool is_future_set_back(const struct sg_ages *ages, const struct search *search)
{
    return search->low.time_ms > ages->now_ms && search->low.time_ms <= ages->latest_ms;
}

static int64_t age_of(const struct sg_ages *ages, const struct search *search)
{
    if (!search->done || search->failed)
        return SG_AGE_UNKNOWN;
    int64_t time = time_found(ages, search);
    if (!is_usable(ages, search) && !is_future_set_back(ages, search)) {
        if (search->seen_after_ms == SG_NEVER || search->seen_before_ms == SG_ALWAYS)
            return SG_AGE_UNKNOWN; /* it was there before anybody looked */
        time = search->seen_after_ms;
    }
    return time < ages->now_ms ? ages->now_ms - time : 0;
}

static const struct search *find_search(
    const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    const struct search key = {
        .partition = partition,
        .committed = oldest_unread(ages, partition, committed),
    };

    return ages->n ? bsearch(&key, ages->searches, ages->n, sizeof key, by_offset) : NULL;
}

int64_t sg_ages_get(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t lag;

    if (sg_lag_of(committed, ages->start[partition], ages->end[partition], &lag) != SG_LAG_KNOWN)
        return SG_AGE_UNKNOWN;
    if (lag == 0)
        return 0;
    const struct search *search = find_search(ages, partition, committed);
    return search ? age_of(ages, search) : SG_AGE_UNKNOWN;
}

bool sg_ages_has_unusable_time(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t lag;

    if (sg_lag_of(committed, ages->start[partition], ages->end[partition], &lag) != SG_LAG_KNOWN ||
        lag == 0)
        return false;
    const struct search *search = find_search(ages, partition, committed);
    return search && search->done && !search->failed && !is_usable(ages, search);
}

/* ---- Keeping ---- */

void sg_ages_end(struct sg_ages *ages)
{
    for (size_t i = 0; i < ages->n; i++) {
        struct sg_history *history = sg_histories_at(&ages->histories, ages->searches[i].history);
        if (i == 0 || ages->searches[i].history != ages->searches[i - 1].history)
            history->n_facts = 0;
        sg_history_keep(history, &ages->searches[i].low);
        sg_history_keep(history, &ages->searches[i].high);
    }
    free(ages->searches);
    ages->searches = NULL;
    ages->n = ages->allocated = 0;
    ages->topology = NULL;
    ages->start = ages->end = NULL;
    sg_histories_forget(&ages->histories);
}
