/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For benchmarks. */

#include <time.h>

/** Seconds of a clock that is never set. */
static inline double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
