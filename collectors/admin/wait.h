/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A lock and a condition, waited for in slices so short that the end of the program is noticed.
 * Embedded in what it guards. Any thread.
 */

#include <pthread.h>
#include <stdint.h>

enum {
    SG_WAIT_SLICE_MS = 100 /* nobody waits longer without looking around */
};

struct sg_wait {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

void sg_wait_init(struct sg_wait *wait);
void sg_wait_done(struct sg_wait *wait);
void sg_wait_lock(struct sg_wait *wait);
void sg_wait_unlock(struct sg_wait *wait);

/** Something changed. Called with the lock held. */
void sg_wait_signal(struct sg_wait *wait);

/** Wait for a change, for ms or one slice, whichever is shorter. Called with the lock held. */
void sg_wait_for(struct sg_wait *wait, int64_t ms);
