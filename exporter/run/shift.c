/* SPDX-License-Identifier: Apache-2.0 */
#include "run/shift.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct change {
    struct change *next; /* made later */
    struct sg_worker *leaving;
    struct sg_worker *following;
    int64_t wait_until_ms;
};

struct sg_shift {
    const struct sg_clock *clock;
    struct change *first;
};

int sg_shift_new(const struct sg_clock *clock, struct sg_shift **ret_shift)
{
    struct sg_shift *shift = calloc(1, sizeof *shift);

    if (!shift)
        return -ENOMEM;
    shift->clock = clock;
    *ret_shift = shift;
    return 0;
}

struct sg_shift *sg_shift_free(struct sg_shift *shift)
{
    if (!shift)
        return NULL;
    while (shift->first) {
        struct change *next = shift->first->next;
        (void)sg_worker_free(shift->first->leaving);
        free(shift->first);
        shift->first = next;
    }
    free(shift);
    return NULL;
}

static void start(struct sg_worker *worker)
{
    int r = sg_worker_start(worker);

    if (r)
        sg_log(SG_LOG_ERROR, NULL, "a collector cannot be started, its series are missing: %s",
            strerror(-r));
}

void sg_shift_add(struct sg_shift *shift, struct sg_worker *leaving, struct sg_worker *following)
{
    struct change **end = &shift->first;
    struct change *change = calloc(1, sizeof *change);

    if (leaving)
        sg_worker_ask_to_stop(leaving);
    if (!change) {
        /* Rather a worker that is never freed than one that is missing. */
        if (following)
            start(following);
        return;
    }
    change->leaving = leaving;
    change->following = following;
    change->wait_until_ms = sg_clock_monotonic_ms(shift->clock) + SG_SHIFT_WAIT_MS;
    while (*end)
        end = &(*end)->next;
    *end = change;
}

/* One that leaves before it has started is itself waiting in an earlier change. */
static bool is_awaited(const struct sg_shift *shift, const struct sg_worker *worker)
{
    for (const struct change *change = shift->first; change; change = change->next) {
        if (worker && change->following == worker)
            return true;
    }
    return false;
}

/* @return is it over? */
static bool step(struct sg_shift *shift, struct change *change)
{
    if (is_awaited(shift, change->leaving))
        return false;
    bool ended = !change->leaving || sg_worker_join(change->leaving, 0);
    bool late = sg_clock_monotonic_ms(shift->clock) >= change->wait_until_ms;

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

bool sg_shift_step(struct sg_shift *shift)
{
    struct change **at = &shift->first;
    bool awaited = false;

    while (*at) {
        struct change *change = *at;
        if (step(shift, change)) {
            *at = change->next;
            free(change);
        } else {
            awaited = awaited || change->following || is_awaited(shift, change->leaving);
            at = &change->next;
        }
    }
    return awaited;
}

bool sg_shift_end(struct sg_shift *shift, int64_t deadline_ms)
{
    bool all_ended = true;

    for (struct change *change = shift->first; change; change = change->next) {
        change->following = NULL;
        if (change->leaving)
            all_ended = sg_worker_join(change->leaving, deadline_ms) && all_ended;
    }
    return all_ended;
}
