/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <limits.h>
#include <time.h>

static int64_t read_clock_ms(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now); /* cannot fail for these clocks */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic_ms(const struct sg_clock *clock)
{
    (void)clock;
    return read_clock_ms(CLOCK_MONOTONIC);
}

static int64_t system_unix_ms(const struct sg_clock *clock)
{
    (void)clock;
    return read_clock_ms(CLOCK_REALTIME);
}

const struct sg_clock sg_clock_system = { system_monotonic_ms, system_unix_ms };

int sg_clock_left_ms(const struct sg_clock *clock, int64_t deadline_ms)
{
    int64_t left = deadline_ms - sg_clock_monotonic_ms(clock);
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

struct timespec sg_clock_timespec_in(clockid_t id, int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(id, &until); /* cannot fail for these clocks */
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}
