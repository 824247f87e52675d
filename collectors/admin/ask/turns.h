/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The order in which the groups of a collection are queried, which of them are waited for and how
 * long, and which come first at the next collection.
 *
 * Groups that there was no time for come first, those that have waited longest before the others.
 * Groups whose coordinator does not answer come last, because each occupies one of the requests in
 * flight until it is given up. No request is sent from here. One thread.
 */

#include "admin/model/groups.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_turn; /* of a group */

/* Initialised with clock and groups alone, both borrowed. */
struct sg_turns {
    const struct sg_clock *clock;
    struct sg_groups *groups;
    size_t n_in_flight;    /* requests that are waited for; public, read-only */
    int64_t answer_ms;     /* how long an answer takes, about; 0: not known; public, read-only */
    size_t n_listed;       /* groups that have been looked at */
    size_t n_order;        /* of them in order[] */
    size_t next;           /* in order[], to be queried */
    size_t oldest;         /* in order[]; those before are answered or given up */
    uint32_t *order;       /* numbers of groups */
    struct sg_turn *turns; /* per group */
    size_t n_allocated;    /* of both */
};

/* Groups without an answer at the end of a collection. */
struct sg_turns_rest {
    size_t n_silent; /* groups without an answer, whose requests librdkafka keeps in flight … */
    uint32_t silent; /* … and the first of them */
    size_t n_left;   /* groups that were not queried … */
    uint32_t left;   /* … and the first of them */
};

void sg_turns_done(struct sg_turns *turns);

/**
 * Add the groups that were listed since.
 * @param wanted  NULL: all of them are @return 0 or -ENOMEM
 */
int sg_turns_add_listed(struct sg_turns *turns, bool (*wanted)(const struct sg_group *group));

/** The next group to query. @return false: there is none */
bool sg_turns_next(struct sg_turns *turns, uint32_t *ret_number);

/** So many requests were sent for the group. */
void sg_turns_sent(struct sg_turns *turns, uint32_t number, uint8_t n_requests);

/** One of them was answered; also when it has been given up. */
void sg_turns_answered(struct sg_turns *turns, uint32_t number);

/** Groups that have taken longer do not count as in flight any more. */
void sg_turns_give_up(struct sg_turns *turns, int64_t after_ms);

/** The collection is over: decide the order of the next one. */
struct sg_turns_rest sg_turns_end(struct sg_turns *turns);
