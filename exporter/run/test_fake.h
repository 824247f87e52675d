/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a collector that only counts. */

#include "base/test_clock.h"
#include "collectors/collector.h"

#include <stdatomic.h>

enum {
    WAIT_MS = 10000, /* real time, for a thread to get to where it has to be */
    START_MS = 1000, /* the clock's time at first */
};

extern const struct sg_collector fake_collector;

/* Collectors are numbered in the order in which they were made, from 1. */
extern atomic_int n_made, n_destroyed, latest_adopted, latest_collected;
extern atomic_int n_collections, n_ended; /* begun; and those that have returned */
extern atomic_llong latest_time_limit_ms; /* of a collection */
extern atomic_bool stuck;                 /* collect() does not return, whoever asks */
extern atomic_int refused_after;          /* once so many were made, create() fails; 0: never */

/** Everything as at the start. */
void reset_fake(void);

/** Wait for threads. Fails the test. */
void wait_for(atomic_int *number, int value);
