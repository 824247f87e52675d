/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whose turn it is: in which order the groups of a collection are asked for, which of them are
 * waited for and how long, and who goes first at the next collection.
 *
 * Groups that there was no time for go first, those that have waited longest before the others.
 * Groups whose coordinator keeps silent go last, because each holds a place among those in flight
 * until it is given up. Nothing is asked from here. One thread.
 */

#include "admin/model/groups.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_turn; /* of a group */

/* Begins with clock and groups alone, both borrowed. */
struct sg_turns {
    const struct sg_clock *clock;
    struct sg_groups *groups;
    size_t n_in_flight;    /* requests that are waited for; to be read */
    int64_t answer_ms;     /* that an answer takes, about; 0: not known; to be read */
    size_t n_listed;       /* groups that have been looked at */
    size_t n_order;        /* of them in order[] */
    size_t next;           /* in order[], to be asked for */
    size_t oldest;         /* in order[]; those before are answered or given up */
    uint32_t *order;       /* numbers of groups */
    struct sg_turn *turns; /* per group */
    size_t n_allocated;    /* of both */
};

/* What there is at the end of a collection. */
struct sg_turns_rest {
    size_t n_silent; /* groups that have not answered; librdkafka goes on with their requests … */
    uint32_t silent; /* … and the first of them */
    size_t n_left;   /* groups that were not asked for … */
    uint32_t left;   /* … and the first of them */
};

void sg_turns_done(struct sg_turns *turns);

/**
 * Give places to the groups that were listed since.
 * @param wanted  NULL: all of them are @return 0 or -ENOMEM
 */
int sg_turns_add_listed(struct sg_turns *turns, bool (*wanted)(const struct sg_group *group));

/** The next group to ask for. @return false: there is none */
bool sg_turns_next(struct sg_turns *turns, uint32_t *ret_number);

/** So many requests were sent for the group. */
void sg_turns_sent(struct sg_turns *turns, uint32_t number, uint8_t n_requests);

/** One of them was answered; also when it has been given up. */
void sg_turns_answered(struct sg_turns *turns, uint32_t number);

/** Groups that have taken longer hold no places in flight any more. */
void sg_turns_give_up(struct sg_turns *turns, int64_t after_ms);

/** The collection is over: say whose turn it is at the next one. */
struct sg_turns_rest sg_turns_end(struct sg_turns *turns);
