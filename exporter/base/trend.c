/* SPDX-License-Identifier: Apache-2.0 */
#include "base/trend.h"

void sg_trend_begin(struct sg_trend *trend, double value, int64_t now_ms)
{
    *trend = (struct sg_trend){ value, value, now_ms, now_ms };
}

void sg_trend_follow(struct sg_trend *trend, double value, int64_t now_ms)
{
    if (now_ms - trend->next_ms < SG_TREND_WINDOW_MS / 2)
        return;
    trend->old = trend->next;
    trend->old_ms = trend->next_ms;
    trend->next = value;
    trend->next_ms = now_ms;
}
