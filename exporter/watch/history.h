/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The last hour and the last day of a few numbers, for the plots of the status page, in bounded
 * memory.
 *
 * A point is the largest value of its time: half a minute in the hour, ten minutes in the day.
 * There are at most SG_HISTORY_SERIES_MAX numbers, of about 1.2 kB each. When there is no room for
 * a new one, those not seen for a day are removed. Thread-safe.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum sg_history_span {
    SG_HISTORY_HOUR,
    SG_HISTORY_DAY,
    SG_HISTORY_SPANS,
};

enum {
    SG_HISTORY_HOUR_POINTS = 120,
    SG_HISTORY_DAY_POINTS = 144,
    SG_HISTORY_POINTS_MAX = 144,
    SG_HISTORY_SERIES_MAX = 12000,
};

struct sg_history;

/** @return 0 or -ENOMEM */
int sg_history_new(struct sg_history **ret_history);

/** @return NULL; history may be NULL */
struct sg_history *sg_history_free(struct sg_history *history);

/** How many points it has, and how long one of them is. */
size_t sg_history_n_points(enum sg_history_span span);
int64_t sg_history_point_ms(enum sg_history_span span);

/** Record the current value of a gauge. Without memory or room nothing is recorded. */
void sg_history_add_gauge(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value);

/** Record the current value of a counter: stored is its rate per second. */
void sg_history_add_counter(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value);

/** The rate of a counter between its latest two values, or NaN. */
double sg_history_rate(struct sg_history *history, struct sg_str key, int64_t now_ms);

/**
 * The points up to now, oldest first; NaN where nothing was recorded.
 * @param ret_points  room for sg_history_n_points()
 */
void sg_history_points(struct sg_history *history,
    struct sg_str key,
    enum sg_history_span span,
    int64_t now_ms,
    float *ret_points);
