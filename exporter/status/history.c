/* SPDX-License-Identifier: Apache-2.0 */
#include "status/history.h"

#include "base/keyed.h"
#include "base/sync.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    COUNTER_MS_MIN = 900, /* between two values of a counter used for a rate */
};

struct series {
    struct sg_keyed_text key; /* a generation is a point's time */
    int64_t latest; /* number of the latest point, counted from the monotonic clock's zero */
    int64_t seen_ms;
    double value; /* of a counter; NaN: none yet */
    double rate;
    int64_t value_ms;
    float ring[SG_HISTORY_POINTS]; /* see point_of() */
};

static const struct sg_keyed_kind series_kind = {
    .size = sizeof(struct series),
    .key_at = offsetof(struct series, key),
    .seen_at = offsetof(struct series, key.seen),
};

struct sg_history {
    pthread_mutex_t lock;   /* guards what is below */
    struct sg_keyed series; /* of struct series */
};

int sg_history_new(struct sg_history **ret_history)
{
    struct sg_history *history = calloc(1, sizeof *history);

    if (!history)
        return -ENOMEM;
    (void)pthread_mutex_init(&history->lock, NULL);
    sg_keyed_init(&history->series, &series_kind);
    history->series.max = SG_HISTORY_SERIES_MAX;
    *ret_history = history;
    return 0;
}

struct sg_history *sg_history_free(struct sg_history *history)
{
    if (!history)
        return NULL;
    sg_keyed_done(&history->series);
    (void)pthread_mutex_destroy(&history->lock);
    free(history);
    return NULL;
}

/* ---- All with the lock held ---- */

/*
 * The index of a point by its number. The clock starts at boot: in the first hour the previous hour
 * has numbers below 0, and so have their remainders.
 */
static float *point_of(struct series *series, int64_t number)
{
    int64_t place = number % SG_HISTORY_POINTS;
    return &series->ring[place < 0 ? place + SG_HISTORY_POINTS : place];
}

static struct series *find(const struct sg_history *history, struct sg_str key)
{
    uint32_t id = sg_keyed_find(&history->series, key);
    return id == SG_INDEX_NONE ? NULL : sg_keyed_at(&history->series, id);
}

/* Series without a point in the last hour are removed. */
static struct series *find_or_add(struct sg_history *history, struct sg_str key, int64_t now_ms)
{
    static const struct sg_keyed_rule rule = { SG_HISTORY_POINTS - 1, 1,
        SG_HISTORY_SERIES_MAX + 1 };
    uint32_t id;
    bool is_new;

    history->series.generation = (uint32_t)(now_ms / SG_HISTORY_POINT_MS);
    int r = sg_keyed_add(&history->series, key, &id, &is_new);
    if (r == SG_KEYED_E_FULL && sg_keyed_forget_by(&history->series, &rule))
        r = sg_keyed_add(&history->series, key, &id, &is_new);
    if (r)
        return NULL;
    struct series *series = sg_keyed_at(&history->series, id);
    if (is_new) {
        series->value = (double)NAN;
        series->rate = (double)NAN;
        series->latest = now_ms / SG_HISTORY_POINT_MS;
        for (size_t i = 0; i < SG_HISTORY_POINTS; i++)
            series->ring[i] = NAN;
    }
    return series;
}

static void add_point(struct series *series, int64_t now_ms, double value)
{
    int64_t now = now_ms / SG_HISTORY_POINT_MS;
    float *point = point_of(series, now);

    if (now - series->latest > SG_HISTORY_POINTS)
        series->latest = now - SG_HISTORY_POINTS;
    while (series->latest < now)
        *point_of(series, ++series->latest) = NAN;
    if (isnan(*point) || (float)value > *point)
        *point = (float)value;
    series->key.seen = (uint32_t)(now_ms / SG_HISTORY_POINT_MS);
}

/* ---- */

void sg_history_add_gauge(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value)
{
    sg_locked(&history->lock);
    struct series *series = find_or_add(history, key, now_ms);
    if (series && !isnan(value))
        add_point(series, now_ms, value);
}

/* An equal value may be the same sample; a smaller one means that the counter was reset. */
void sg_history_add_counter(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value)
{
    sg_locked(&history->lock);
    struct series *series = find_or_add(history, key, now_ms);
    if (series && !isnan(value)) {
        bool is_first = !(value >= series->value);
        int64_t elapsed_ms = now_ms - series->value_ms;
        if (!is_first && elapsed_ms >= COUNTER_MS_MIN) {
            series->rate = (value - series->value) * 1000 / (double)elapsed_ms;
            add_point(series, now_ms, series->rate);
        }
        if (is_first || elapsed_ms >= COUNTER_MS_MIN) {
            series->value = value;
            series->value_ms = now_ms;
        }
        series->seen_ms = now_ms;
        series->key.seen = (uint32_t)(now_ms / SG_HISTORY_POINT_MS);
    }
}

double sg_history_rate(struct sg_history *history, struct sg_str key, int64_t now_ms)
{
    sg_locked(&history->lock);
    const struct series *series = find(history, key);
    bool is_fresh = series && now_ms - series->seen_ms < 4 * (int64_t)SG_HISTORY_POINT_MS;
    return is_fresh ? series->rate : (double)NAN;
}

void sg_history_points(struct sg_history *history,
    struct sg_str key,
    int64_t now_ms,
    float ret_points[SG_HISTORY_POINTS])
{
    int64_t first = now_ms / SG_HISTORY_POINT_MS - SG_HISTORY_POINTS + 1;

    sg_locked(&history->lock);
    struct series *series = find(history, key);
    for (int64_t i = 0; i < SG_HISTORY_POINTS; i++) {
        bool is_kept =
            series && first + i <= series->latest && first + i > series->latest - SG_HISTORY_POINTS;
        ret_points[i] = is_kept ? *point_of(series, first + i) : NAN;
    }
}
