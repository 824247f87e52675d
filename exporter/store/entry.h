/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Internals of the store, shared by store.c and slot.c only.
 *
 * One lock guards all bookkeeping; it is held only while copying a few words, never while encoding
 * or waiting.
 *
 * A slot's owner holds a handle; the state is in the entry behind it. During a reload an old and a
 * new collector may hold handles of one entry for a while: once a collection has begun through the
 * newer handle, calls through the older one are ignored. The entry is freed with its last handle,
 * and its index becomes free for another entry, so that the others keep theirs.
 */

#include "base/clock.h"
#include "base/error.h"
#include "base/keyed.h"
#include "metric/sample_set.h"
#include "store/failure_log.h"

#include <pthread.h>

struct entry {
    const char *cluster; /* three names */
    const char *collector;
    const char *target;
    size_t n_handles;
    uint64_t owner; /* serial of the handle that began the latest collection */
    bool has_own_stale_after;
    int64_t stale_after_ms; /* if it has */
    struct sg_sample_set *set;
    bool has_run;
    bool success;
    bool failed_now; /* in the current collection */
    int64_t begun_ms;
    int64_t duration_ms;
    int64_t last_end_ms;     /* monotonic; of the latest collection */
    int64_t last_set_ms;     /* monotonic; samples are stale when it is too long ago */
    int64_t last_success_ms; /* monotonic */
    int64_t last_success_unix_ms;
    int64_t certificate_end_unix_s; /* 0: none */
    uint64_t n_collections;
    uint64_t n_failures[SG_FAILURE_KINDS];
    struct sg_error failure;
    struct sg_failure_log log;
    bool logged[SG_FAILURE_KINDS];
};

struct sg_slot {
    struct sg_store *store;
    struct entry *entry;
    size_t place;
    uint64_t serial;
};

struct sg_store {
    const struct sg_clock *clock;
    int64_t stale_after_ms;
    pthread_mutex_t lock; /* guards what is below, and the slots */
    pthread_cond_t changed;
    uint64_t version;
    bool woken;
    bool was_ready;
    int64_t waited_ms; /* when a thread was last in sg_store_wait() */
    int64_t pause_ms;  /* time between collections, for staleness */
    uint64_t n_serials;
    size_t n_places;
    struct entry **places; /* NULL: free */
    struct sg_keyed names; /* of the entries, as long as the store */
    uint64_t n_dropped[SG_DROP_REASONS];
};

/** Announce a change to waiting threads. Called with the lock held. */
void sg_store_changed(struct sg_store *store);
