/* SPDX-License-Identifier: Apache-2.0 */
#include "base/test_clock.h"

atomic_llong now_ms;

static int64_t read_now(const struct sg_clock *clock)
{
    (void)clock;
    return atomic_load(&now_ms);
}

const struct sg_clock test_clock = { read_now, read_now };
