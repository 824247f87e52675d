/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Time, passed in, so that tests set it instead of sleeping. Whoever is given a clock borrows it;
 * it lives as long as the program. Any thread.
 */

#include <stdint.h>
#include <time.h>

struct sg_clock {
    int64_t (*monotonic_ms)(const struct sg_clock *clock); /* for durations and deadlines */
    int64_t (*unix_ms)(const struct sg_clock *clock);      /* for timestamps */
};

/** The machine's clock. */
extern const struct sg_clock sg_clock_system;

static inline int64_t sg_clock_monotonic_ms(const struct sg_clock *clock)
{
    return clock->monotonic_ms(clock);
}

static inline int64_t sg_clock_unix_ms(const struct sg_clock *clock)
{
    return clock->unix_ms(clock);
}

/** Milliseconds from now to a monotonic deadline, never negative, at most INT_MAX. */
int sg_clock_left_ms(const struct sg_clock *clock, int64_t deadline_ms);

/**
 * The absolute time that many milliseconds from now, for the pthread functions with a timeout. It
 * is always the machine's clock: those functions support no other. @param id  the clock that the
 * function uses
 */
struct timespec sg_clock_timespec_in(clockid_t id, int64_t ms);
