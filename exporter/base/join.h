/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Joining a thread, with a timeout. */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Uses the monotonic clock, unlike pthread_timedjoin_np(), which would wait an hour longer when the
 * machine's clock is set back by one.
 * @return has it stopped? Then it is joined
 */
bool sg_join_within(pthread_t thread, int64_t timeout_ms);
