/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/wait.h"

#include "base/sync.h"

#include <time.h>

void sg_wait_init(struct sg_wait *wait)
{
    (void)pthread_mutex_init(&wait->lock, NULL);
    sg_cond_init(&wait->changed);
}

void sg_wait_done(struct sg_wait *wait)
{
    (void)pthread_cond_destroy(&wait->changed);
    (void)pthread_mutex_destroy(&wait->lock);
}

void sg_wait_lock(struct sg_wait *wait)
{
    (void)pthread_mutex_lock(&wait->lock);
}

void sg_wait_unlock(struct sg_wait *wait)
{
    (void)pthread_mutex_unlock(&wait->lock);
}

void sg_wait_signal(struct sg_wait *wait)
{
    (void)pthread_cond_broadcast(&wait->changed);
}

void sg_wait_for(struct sg_wait *wait, int64_t ms)
{
    if (ms <= 0)
        return;
    if (ms > SG_WAIT_SLICE_MS)
        ms = SG_WAIT_SLICE_MS;
    struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, ms);
    (void)pthread_cond_timedwait(&wait->changed, &wait->lock, &until);
}

rd_kafka_event_t *sg_wait_event(rd_kafka_queue_t *queue,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping)
{
    rd_kafka_event_t *event = NULL;
    int left_ms = sg_clock_left_ms(clock, deadline_ms);

    while (!event && left_ms > 0 && !atomic_load(stopping)) {
        event = rd_kafka_queue_poll(queue, left_ms < SG_WAIT_SLICE_MS ? left_ms : SG_WAIT_SLICE_MS);
        left_ms = sg_clock_left_ms(clock, deadline_ms);
    }
    return event;
}
