/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/history.h"

#include "base/keyed.h"
#include "base/sync.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    COUNTER_MS_MIN = 900,        /* between two values of a counter used for a rate */
    RATE_MS_MAX = 2 * 60 * 1000, /* a rate is known for this long */
    GENERATION_MS = 10 * 60 * 1000,
};

static const struct span {
    size_t n;
    int64_t point_ms;
} spans[SG_HISTORY_SPANS] = {
    [SG_HISTORY_HOUR] = { SG_HISTORY_HOUR_POINTS, 30 * 1000 },
    [SG_HISTORY_DAY] = { SG_HISTORY_DAY_POINTS, 10 * 60 * 1000 },
};

struct ring {
    int64_t latest; /* number of the latest point, counted from the monotonic clock's zero */
    float points[SG_HISTORY_POINTS_MAX]; /* see point_of() */
};

struct series {
    struct sg_keyed_text key;
    int64_t seen_ms;
    double value; /* of a counter; NaN: none yet */
    double rate;
    int64_t value_ms;
    struct ring rings[SG_HISTORY_SPANS];
};

static const struct sg_keyed_kind series_kind = {
    .size = sizeof(struct series),
    .key_at = offsetof(struct series, key),
    .seen_at = offsetof(struct series, key.seen),
};

struct sg_history {
    pthread_mutex_t lock;   /* guards what is below */
    struct sg_keyed series; /* of struct series */
    uint32_t full_in;       /* generation in which there was no room, or 0 */
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
static float *point_of(struct ring *ring, const struct span *span, int64_t number)
{
    int64_t place = number % (int64_t)span->n;
    return &ring->points[place < 0 ? place + (int64_t)span->n : place];
}

static struct series *find(const struct sg_history *history, struct sg_str key)
{
    uint32_t id = sg_keyed_find(&history->series, key);
    return id == SG_INDEX_NONE ? NULL : sg_keyed_at(&history->series, id);
}

static void init(struct series *series, int64_t now_ms)
{
    series->value = (double)NAN;
    series->rate = (double)NAN;
    for (int i = 0; i < SG_HISTORY_SPANS; i++) {
        series->rings[i].latest = now_ms / spans[i].point_ms;
        for (size_t j = 0; j < SG_HISTORY_POINTS_MAX; j++)
            series->rings[i].points[j] = NAN;
    }
}

/* Series without a point in the last day are removed. */
static struct series *find_or_add(struct sg_history *history, struct sg_str key, int64_t now_ms)
{
    static const struct sg_keyed_rule rule = { SG_HISTORY_DAY_POINTS - 1, 1,
        SG_HISTORY_SERIES_MAX + 1 };
    uint32_t id;
    bool is_new;

    history->series.generation = (uint32_t)(now_ms / GENERATION_MS);
    int r = sg_keyed_add(&history->series, key, &id, &is_new);
    if (r == SG_KEYED_E_FULL && history->full_in != history->series.generation) {
        history->full_in = history->series.generation; /* looked for once in a generation */
        if (sg_keyed_forget_by(&history->series, &rule))
            r = sg_keyed_add(&history->series, key, &id, &is_new);
    }
    if (r)
        return NULL;
    struct series *series = sg_keyed_at(&history->series, id);
    if (is_new)
        init(series, now_ms);
    return series;
}

static void add_to_ring(struct ring *ring, const struct span *span, int64_t now_ms, double value)
{
    int64_t now = now_ms / span->point_ms;
    float *point = point_of(ring, span, now);

    if (now - ring->latest > (int64_t)span->n)
        ring->latest = now - (int64_t)span->n;
    while (ring->latest < now)
        *point_of(ring, span, ++ring->latest) = NAN;
    if (isnan(*point) || (float)value > *point)
        *point = (float)value;
}

static void add_point(
    const struct sg_history *history, struct series *series, int64_t now_ms, double value)
{
    for (int i = 0; i < SG_HISTORY_SPANS; i++)
        add_to_ring(&series->rings[i], &spans[i], now_ms, value);
    series->key.seen = history->series.generation;
}

/* ---- */

void sg_history_add_gauge(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value)
{
    sg_locked(&history->lock);
    struct series *series = find_or_add(history, key, now_ms);
    if (series && !isnan(value))
        add_point(history, series, now_ms, value);
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
            add_point(history, series, now_ms, series->rate);
        }
        if (is_first || elapsed_ms >= COUNTER_MS_MIN) {
            series->value = value;
            series->value_ms = now_ms;
        }
        series->seen_ms = now_ms;
        series->key.seen = history->series.generation;
    }
}

double sg_history_rate(struct sg_history *history, struct sg_str key, int64_t now_ms)
{
    sg_locked(&history->lock);
    const struct series *series = find(history, key);
    bool is_fresh = series && now_ms - series->seen_ms < RATE_MS_MAX;
    return is_fresh ? series->rate : (double)NAN;
}

void sg_history_points(struct sg_history *history,
    struct sg_str key,
    enum sg_history_span span,
    int64_t now_ms,
    float *ret_points)
{
    int64_t n = (int64_t)spans[span].n;
    int64_t first = now_ms / spans[span].point_ms - n + 1;

    sg_locked(&history->lock);
    struct series *series = find(history, key);
    struct ring *ring = series ? &series->rings[span] : NULL;
    for (int64_t i = 0; i < n; i++) {
        bool is_kept = ring && first + i <= ring->latest && first + i > ring->latest - n;
        ret_points[i] = is_kept ? *point_of(ring, &spans[span], first + i) : NAN;
    }
}

size_t sg_history_n_points(enum sg_history_span span)
{
    return spans[span].n;
}

int64_t sg_history_point_ms(enum sg_history_span span)
{
    return spans[span].point_ms;
}
