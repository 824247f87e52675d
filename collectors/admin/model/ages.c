/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/ages.h"

#include "admin/model/lag.h"
#include "admin/model/search.h"
#include "base/auto.h"
#include "base/grow.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct sg_ages {
    struct sg_histories histories;
    int64_t latest_ms; /* that the clock has shown; later than now_ms: it was set back */
    /* Of one collection: */
    const struct sg_topology *topology;
    const int64_t *start;
    const int64_t *end;
    int64_t now_ms;
    size_t n, allocated;
    struct sg_search *searches; /* by partition and offset */
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

int sg_ages_points_add(struct sg_ages_points *points, uint32_t partition, int64_t offset)
{
    int r = sg_grow(&points->list, points->n, &points->allocated, sizeof *points->list);

    if (!r)
        points->list[points->n++] =
            (struct sg_committed){ .partition = partition, .offset = offset };
    return r;
}

void sg_ages_points_done(struct sg_ages_points *points)
{
    free(points->list);
    *points = (struct sg_ages_points){ .n = 0 };
}

static int by_offset(const void *a, const void *b)
{
    const struct sg_search *const x = a;
    const struct sg_search *const y = b;

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

/* @return is something unread, or (*ret_all_read) everything read? Neither: unknown. */
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
    ages->searches[ages->n++] = (struct sg_search){
        .partition = partition,
        .committed = oldest_unread(ages, partition, committed),
    };
    return 0;
}

static int add_searches(
    struct sg_ages *ages, const struct sg_committed *list, size_t n, bool *all_read)
{
    for (size_t i = 0; i < n; i++) {
        const struct sg_committed *committed = &list[i];
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

/* The log's end when everything was read tells when the next record arrived. */
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
    const struct sg_ages_points *more,
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
    int r = more ? add_searches(ages, more->list, more->n, all_read) : 0;
    for (size_t i = 0; !r && i < groups->n; i++)
        r = add_searches(
            ages, groups->groups[i].committed, groups->groups[i].n_committed, all_read);
    if (r)
        return r;
    if (ages->n)
        qsort(ages->searches, ages->n, sizeof *ages->searches, by_offset);
    size_t n = 0;
    for (size_t i = 0; i < ages->n; i++) {
        struct sg_search *search = &ages->searches[i];
        if (n && by_offset(&ages->searches[n - 1], search) == 0)
            continue; /* another group at the same offset */
        r = sg_histories_find(
            &ages->histories, ages->topology, search->partition, &search->history);
        if (r)
            return r;
        sg_histories_update(&ages->histories, search->history,
            &(struct sg_log_bounds){
                ages->start[search->partition], ages->end[search->partition], ages->now_ms },
            true);
        sg_search_begin(search, &ages->histories, search->committed);
        ages->searches[n++] = *search;
    }
    ages->n = n;
    return note_ends(ages, all_read);
}

size_t sg_ages_ask(struct sg_ages *ages, int64_t *times)
{
    size_t n = 0;

    for (size_t i = 0; i < ages->topology->n_partitions; i++)
        times[i] = SG_AGES_NOT_ASKED;
    for (size_t i = 0; i < ages->n; i++) {
        struct sg_search *search = &ages->searches[i];
        search->asked_ms = SG_AGES_NOT_ASKED;
        if (search->done)
            continue;
        sg_search_settle(search, &ages->histories, ages->now_ms);
        if (search->done || times[search->partition] != SG_AGES_NOT_ASKED)
            continue; /* one time per partition in a round */
        times[search->partition] = sg_search_ask(search, ages->now_ms);
        n++;
    }
    return n;
}

/* ---- Answers ---- */

void sg_ages_answer(struct sg_ages *ages, const int64_t *answers)
{
    for (size_t i = 0, n; i < ages->n; i += n) {
        struct sg_search *searches = &ages->searches[i];
        uint32_t partition = searches->partition;
        const struct sg_search *asked = NULL;
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
            if (answer == SG_OFFSET_UNKNOWN) /* its leader does not answer; asked again later */
                searches[j].done = searches[j].failed = true;
            else if (!searches[j].done)
                sg_search_answer(&searches[j], &ages->histories, &fact, &searches[j] == asked);
        }
    }
}

/* ---- Ages ---- */

static const struct sg_search *find_search(
    const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    const struct sg_search key = {
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
    const struct sg_search *search = find_search(ages, partition, committed);
    return search ? sg_search_age(search, ages->now_ms, ages->latest_ms) : SG_AGE_UNKNOWN;
}

bool sg_ages_has_unusable_time(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t lag;

    if (sg_lag_of(committed, ages->start[partition], ages->end[partition], &lag) != SG_LAG_KNOWN ||
        lag == 0)
        return false;
    const struct sg_search *search = find_search(ages, partition, committed);
    return search && search->done && !search->failed && !sg_search_is_usable(search, ages->now_ms);
}

/* ---- Remembering ---- */

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
