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
