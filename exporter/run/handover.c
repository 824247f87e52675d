/* SPDX-License-Identifier: Apache-2.0 */
#include "run/handover.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct change {
    struct change *next; /* allocated later */
    struct sg_worker *leaving;
    struct sg_worker *following;
    int64_t wait_until_ms;
};

struct sg_handover {
    const struct sg_clock *clock;
    struct change *first;
};

int sg_handover_new(const struct sg_clock *clock, struct sg_handover **ret_handover)
{
    struct sg_handover *handover = calloc(1, sizeof *handover);

    if (!handover)
        return -ENOMEM;
    handover->clock = clock;
    *ret_handover = handover;
    return 0;
}

struct sg_handover *sg_handover_free(struct sg_handover *handover)
{
    if (!handover)
        return NULL;
    while (handover->first) {
        struct change *next = handover->first->next;
        (void)sg_worker_free(handover->first->leaving);
        free(handover->first);
        handover->first = next;
    }
    free(handover);
    return NULL;
}

static void start(struct sg_worker *worker)
{
    int r = sg_worker_start(worker);

    if (r)
        sg_log(SG_LOG_ERROR, NULL, "a collector cannot be started, its series are missing: %s",
            strerror(-r));
}

void sg_handover_add(
    struct sg_handover *handover, struct sg_worker *leaving, struct sg_worker *following)
{
    struct change **end = &handover->first;
    struct change *change = calloc(1, sizeof *change);

    if (leaving)
        sg_worker_ask_to_stop(leaving);
    if (!change) {
        /* Out of memory: leaking the old worker is better than not starting the new one. */
        if (following)
            start(following);
        return;
    }
    change->leaving = leaving;
    change->following = following;
    change->wait_until_ms = sg_clock_monotonic_ms(handover->clock) + SG_HANDOVER_WAIT_MS;
    while (*end)
        end = &(*end)->next;
    *end = change;
}

/* A worker that is stopped before it was started is still waiting in an earlier change. */
static bool is_awaited(const struct sg_handover *handover, const struct sg_worker *worker)
{
    for (const struct change *change = handover->first; change; change = change->next) {
        if (worker && change->following == worker)
            return true;
    }
    return false;
}

/* @return is it finished? */
static bool step(struct sg_handover *handover, struct change *change)
{
    if (is_awaited(handover, change->leaving))
        return false;
    bool ended = !change->leaving || sg_worker_join(change->leaving, 0);
    bool late = sg_clock_monotonic_ms(handover->clock) >= change->wait_until_ms;

    if (change->following && (ended || late)) {
        if (ended && change->leaving)
            sg_worker_adopt(change->following, change->leaving);
        if (!sg_worker_is_stopping(change->following))
            start(change->following);
        change->following = NULL;
    }
    if (ended)
        change->leaving = sg_worker_free(change->leaving);
    return ended;
}

bool sg_handover_step(struct sg_handover *handover)
{
    struct change **at = &handover->first;
    bool awaited = false;

    while (*at) {
        struct change *change = *at;
        if (step(handover, change)) {
            *at = change->next;
            free(change);
        } else {
            awaited = awaited || change->following || is_awaited(handover, change->leaving);
            at = &change->next;
        }
    }
    return awaited;
}

bool sg_handover_end(struct sg_handover *handover, int64_t deadline_ms)
{
    bool all_ended = true;

    for (struct change *change = handover->first; change; change = change->next) {
        change->following = NULL;
        if (change->leaving)
            all_ended = sg_worker_join(change->leaving, deadline_ms) && all_ended;
    }
    return all_ended;
}
