/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The handover: workers on their way out, and those that follow them.
 *
 * A worker that is asked to stop may be stuck in a request until its time-out. Its follower waits
 * SG_HANDOVER_WAIT_MS for it, to take over what has not changed, and then starts without; the one
 * that is stuck is freed when it has ended. Main's thread calls sg_handover_step() now and then;
 * nothing here waits.
 */

#include "run/worker.h"

#include <stdbool.h>

enum {
    SG_HANDOVER_WAIT_MS = 2000
};

struct sg_handover;

/** @param clock borrowed @return 0 or -ENOMEM */
int sg_handover_new(const struct sg_clock *clock, struct sg_handover **ret_handover);

/** All threads have ended. @return NULL; handover may be NULL */
struct sg_handover *sg_handover_free(struct sg_handover *handover);

/**
 * @param leaving    asked to stop here; consumed; or NULL
 * @param following  started when its time has come; stays its crew's; or NULL
 */
void sg_handover_add(
    struct sg_handover *handover, struct sg_worker *leaving, struct sg_worker *following);

/** Go on as far as it goes now. @return is there somebody whom another is waiting for? */
bool sg_handover_step(struct sg_handover *handover);

/** Start nobody any more, wait for those that leave until the deadline. @return have all ended? */
bool sg_handover_end(struct sg_handover *handover, int64_t deadline_ms);
