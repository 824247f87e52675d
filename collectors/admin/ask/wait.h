/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Waiting in slices so short that a stop of the program is noticed: on a lock and a condition,
 * which are embedded in what they guard, and for librdkafka's answers. Any thread.
 */

#include "base/clock.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
    SG_WAIT_SLICE_MS = 100 /* the longest wait before `stopping` is checked */
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

/**
 * Wait for an answer.
 * @param deadline_ms  monotonic @param stopping  borrowed; the program is stopping
 * @return owned, or NULL: no answer
 */
rd_kafka_event_t *sg_wait_event(rd_kafka_queue_t *queue,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping);
