/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The change of shift: workers on their way out, and those that follow them.
 *
 * A worker that is asked to stop may be stuck in a request until its time-out. Its follower waits
 * SG_SHIFT_WAIT_MS for it, to take over what has not changed, and then starts without; the one that
 * is stuck is freed when it has ended. Main's thread calls sg_shift_step() now and then; nothing
 * here waits.
 */

#include "run/worker.h"

#include <stdbool.h>

enum {
    SG_SHIFT_WAIT_MS = 2000
};

struct sg_shift;

/** @param clock borrowed @return 0 or -ENOMEM */
int sg_shift_new(const struct sg_clock *clock, struct sg_shift **ret_shift);

/** All threads have ended. @return NULL; shift may be NULL */
struct sg_shift *sg_shift_free(struct sg_shift *shift);

/**
 * @param leaving    asked to stop here; consumed; or NULL
 * @param following  started when its time has come; stays its crew's; or NULL
 */
void sg_shift_add(struct sg_shift *shift, struct sg_worker *leaving, struct sg_worker *following);

/** Go on as far as it goes now. @return is there somebody whom another is waiting for? */
bool sg_shift_step(struct sg_shift *shift);

/** Start nobody any more, wait for those that leave until the deadline. @return have all ended? */
bool sg_shift_end(struct sg_shift *shift, int64_t deadline_ms);
