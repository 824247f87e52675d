/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/turns.h"

#include <errno.h>
#include <stdlib.h>

/* A group that was queried. */
struct sg_turn {
    int64_t sent_ms;
    uint8_t n_pending; /* answers that are missing */
    bool given_up;     /* no longer waited for; a late answer is still used */
};

void sg_turns_done(struct sg_turns *turns)
{
    free(turns->order);
    free(turns->turns);
    *turns = (struct sg_turns){ .clock = turns->clock, .groups = turns->groups };
}

static int compare_turns(const void *a, const void *b, void *context)
{
    const struct sg_groups *groups = context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int32_t turn_x = groups->groups[x].turn;
    int32_t turn_y = groups->groups[y].turn;

    if (turn_x != turn_y)
        return turn_x > turn_y ? -1 : 1;
    return (x > y) - (x < y);
}

static int make_room(struct sg_turns *turns)
{
    const struct sg_groups *groups = turns->groups;

    if (groups->n <= turns->n_allocated)
        return 0;
    uint32_t *order = realloc(turns->order, groups->allocated * sizeof *order);
    if (order)
        turns->order = order;
    struct sg_turn *more = realloc(turns->turns, groups->allocated * sizeof *more);
    if (more)
        turns->turns = more;
    if (!order || !more)
        return -ENOMEM;
    turns->n_allocated = groups->allocated;
    return 0;
}

int sg_turns_add_listed(struct sg_turns *turns, bool (*wanted)(const struct sg_group *group))
{
    struct sg_groups *groups = turns->groups;
    bool sorted = true;

    int r = make_room(turns);
    if (r)
        return r;
    for (; turns->n_listed < groups->n; turns->n_listed++) {
        const struct sg_group *group = &groups->groups[turns->n_listed];
        turns->turns[turns->n_listed] = (struct sg_turn){ .n_pending = 0 };
        if (wanted && !wanted(group))
            continue;
        turns->order[turns->n_order++] = (uint32_t)turns->n_listed;
        sorted = sorted && group->turn == 0;
    }
    if (!sorted)
        qsort_r(turns->order + turns->next, turns->n_order - turns->next, sizeof *turns->order,
            compare_turns, groups);
    return 0;
}

bool sg_turns_next(struct sg_turns *turns, uint32_t *ret_number)
{
    if (turns->next == turns->n_order)
        return false;
    *ret_number = turns->order[turns->next++];
    return true;
}

void sg_turns_sent(struct sg_turns *turns, uint32_t number, uint8_t n_requests)
{
    turns->turns[number] = (struct sg_turn){
        .sent_ms = sg_clock_monotonic_ms(turns->clock),
        .n_pending = n_requests,
    };
    turns->n_in_flight += n_requests;
}

void sg_turns_answered(struct sg_turns *turns, uint32_t number)
{
    struct sg_turn *turn = &turns->turns[number];

    turn->n_pending--;
    if (turn->given_up)
        return;
    turns->n_in_flight--;
    int64_t took_ms = sg_clock_monotonic_ms(turns->clock) - turn->sent_ms;
    turns->answer_ms = (3 * turns->answer_ms + took_ms + 3) / 4; /* rounded up: it is not 0 */
}

/* Groups are queried in order, so those that have waited longest come first. */
void sg_turns_give_up(struct sg_turns *turns, int64_t after_ms)
{
    int64_t now_ms = sg_clock_monotonic_ms(turns->clock);

    for (; turns->oldest < turns->next; turns->oldest++) {
        struct sg_turn *turn = &turns->turns[turns->order[turns->oldest]];
        if (turn->n_pending == 0)
            continue;
        if (now_ms - turn->sent_ms < after_ms)
            break;
        turn->given_up = true;
        turns->n_in_flight -= turn->n_pending;
    }
}

struct sg_turns_rest sg_turns_end(struct sg_turns *turns)
{
    struct sg_turns_rest rest = { .n_left = turns->n_order - turns->next };

    if (rest.n_left)
        rest.left = turns->order[turns->next];
    for (size_t i = 0; i < turns->n_order; i++) {
        struct sg_group *group = &turns->groups->groups[turns->order[i]];
        if (i >= turns->next) {
            group->turn = group->turn > 0 ? group->turn + 1 : 1;
        } else if (turns->turns[turns->order[i]].n_pending) {
            group->turn = -1;
            if (rest.n_silent++ == 0)
                rest.silent = turns->order[i];
        } else {
            group->turn = 0;
        }
    }
    return rest;
}
