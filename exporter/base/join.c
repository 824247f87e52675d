/* SPDX-License-Identifier: Apache-2.0 */
#include "base/join.h"

#include "base/clock.h"

#include <time.h>

enum {
    NAP_MS_MAX = 10
};

/* Not pthread_clockjoin_np(): ThreadSanitizer does not support it. */
bool sg_join_within(pthread_t thread, int64_t timeout_ms)
{
    int64_t deadline_ms = sg_clock_monotonic_ms(&sg_clock_system) + timeout_ms;
    int64_t nap_ms = 1;

    while (pthread_tryjoin_np(thread, NULL)) {
        int64_t left_ms = deadline_ms - sg_clock_monotonic_ms(&sg_clock_system);
        if (left_ms <= 0)
            return false;
        const struct timespec nap = { 0, (left_ms < nap_ms ? left_ms : nap_ms) * 1000000 };
        (void)nanosleep(&nap, NULL);
        nap_ms = nap_ms < NAP_MS_MAX ? nap_ms * 2 : nap_ms;
    }
    return true;
}
