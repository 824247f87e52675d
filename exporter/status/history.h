/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The last hour of a few numbers, for the plots of the status page, in bounded memory.
 *
 * Each number has SG_HISTORY_POINTS points, each the largest value of half a minute; there are at
 * most SG_HISTORY_SERIES_MAX numbers, about one megabyte. When there is no room for a new one, the
 * one not seen for the longest time is replaced, if that is at least an hour. Thread-safe.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_HISTORY_POINTS = 120,
    SG_HISTORY_POINT_MS = 30 * 1000,
    SG_HISTORY_SERIES_MAX = 2000,
};

struct sg_history;

/** @return 0 or -ENOMEM */
int sg_history_new(struct sg_history **ret_history);

/** @return NULL; history may be NULL */
struct sg_history *sg_history_free(struct sg_history *history);

/** Record the current value of a gauge. Without memory or room nothing is recorded. */
void sg_history_add_gauge(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value);

/** Record the current value of a counter: stored is its rate per second. */
void sg_history_add_counter(
    struct sg_history *history, struct sg_str key, int64_t now_ms, double value);

/** The rate of a counter between its latest two values, or NaN. */
double sg_history_rate(struct sg_history *history, struct sg_str key, int64_t now_ms);

/** The points up to now, oldest first; NaN where nothing was recorded. */
void sg_history_points(struct sg_history *history,
    struct sg_str key,
    int64_t now_ms,
    float ret_points[SG_HISTORY_POINTS]);
