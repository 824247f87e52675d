/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How a number changes, from one of two remembered values: the change is that of half a window at
 * least, and of the whole one at most, or of the time since the first value. Pure functions.
 */

#include <stdint.h>

enum {
    SG_TREND_WINDOW_MS = 5 * 60 * 1000
};

struct sg_trend {
    double old, next; /* next takes the place of old half a window later */
    int64_t old_ms, next_ms;
};

/** The first value, or the first one that counts again. @param now_ms  monotonic */
void sg_trend_begin(struct sg_trend *trend, double value, int64_t now_ms);

/** The present value. */
void sg_trend_follow(struct sg_trend *trend, double value, int64_t now_ms);

/** How much the present value is above the old one. */
static inline double sg_trend_change(const struct sg_trend *trend, double value)
{
    return value - trend->old;
}

/** How long the change took. */
static inline int64_t sg_trend_span_ms(const struct sg_trend *trend, int64_t now_ms)
{
    return now_ms - trend->old_ms;
}
