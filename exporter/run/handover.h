/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The handover: workers that are stopping, and their successors.
 *
 * A worker that is asked to stop may be stuck in a request until its time-out. Its successor waits
 * SG_HANDOVER_WAIT_MS for it, to take over what has not changed, and then starts without that; the
 * stuck worker is freed when it has stopped. Main's thread calls sg_handover_step() periodically;
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

/** All threads have stopped. @return NULL; handover may be NULL */
struct sg_handover *sg_handover_free(struct sg_handover *handover);

/**
 * @param leaving    asked to stop by this call; consumed; or NULL
 * @param following  started after leaving has stopped or timed out; still owned by its crew; or
 * NULL
 */
void sg_handover_add(
    struct sg_handover *handover, struct sg_worker *leaving, struct sg_worker *following);

/** Do what can be done now, without waiting. @return is a successor still waiting? */
bool sg_handover_step(struct sg_handover *handover);

/**
 * Start no more workers, wait for the stopping ones until the deadline. @return have all stopped?
 */
bool sg_handover_end(struct sg_handover *handover, int64_t deadline_ms);
