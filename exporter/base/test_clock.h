/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a clock that stands still until a test moves it. */

#include "base/clock.h"

#include <stdatomic.h>

extern atomic_llong now_ms; /* of both kinds of time */
extern const struct sg_clock test_clock;
