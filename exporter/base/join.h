/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Waiting for a thread, but not for ever. */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * By the monotonic clock, unlike pthread_timedjoin_np(), which would wait an hour longer when the
 * machine's clock is set back by one.
 * @return has it ended? Then it is joined
 */
bool sg_join_within(pthread_t thread, int64_t timeout_ms);
