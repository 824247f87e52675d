/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a store with one cluster, "<c>", and its watch, whose samples a test writes. */

#include "base/test_clock.h"
#include "metric/series.h"
#include "watch/watch.h"

struct watched {
    struct sg_store *store;
    struct sg_roster *roster;
    struct sg_cluster *cluster;
    struct sg_slot *slot; /* of the admin collector */
    struct sg_series_table *table;
    struct sg_watch *watch;
    struct sg_slot *other_slot; /* of a second cluster; NULL: there is none */
};

/** For cmocka: set-up and tear-down; the state is a struct watched. Now is 1000 s. */
int watched_set_up(void **state);
int watched_tear_down(void **state);

/** The value of a series. @param labels  "topic=t partition=0" */
void watched_put(struct watched *w, const char *family, const char *labels, double value);

/** What was put is collected, completely; a second passes, and the watch looks. */
void watched_collect(struct watched *w);

/** What was put is collected, and the watch has not looked yet. */
void watched_publish(struct watched *w);

/** As watched_collect(), with a failure. */
void watched_fail(struct watched *w, const char *error);

/** A second cluster, of which one series was collected. */
void watched_add_cluster(
    struct watched *w, const char *cluster, const char *family, const char *labels);

/** The number of a moment of time goes on, and the watch looks. */
void watched_wait(struct watched *w, int64_t ms);

/** Events from the first one, or those after `seen`, one a line, as their sentences. */
const char *watched_events(struct watched *w, uint64_t *seen);
