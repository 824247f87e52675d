/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The store from inside, shared by store.c and slot.c; for nobody else.
 *
 * One lock guards all bookkeeping; it is held for copying a few words, never while encoding or
 * waiting for anybody.
 *
 * What a slot's owner holds is a handle; what is kept is the entry behind it. During a reload an
 * old and a new collector may hold handles of one entry for a while: whoever began its collection
 * with the newer handle owns the entry, and what the other one says is not heard any more. With
 * the last handle the entry goes, and leaves its place free for another, so that the places of
 * the others stay.
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
    bool failed_now; /* in the collection that is going on */
    int64_t begun_ms;
    int64_t duration_ms;
    int64_t last_set_ms;     /* monotonic; samples are stale when it is too long ago */
    int64_t last_success_ms; /* monotonic */
    int64_t last_success_unix_ms;
    uint64_t n_collections;
    uint64_t n_failures[SG_FAILURE_KINDS];
    struct sg_error failure;
    struct sg_failure_log log;
    bool noted[SG_FAILURE_KINDS]; /* the log has a line of it */
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
    int64_t waited_ms; /* when somebody was last in sg_store_wait() */
    int64_t pause_ms;  /* between collections, as far as staleness goes */
    uint64_t n_serials;
    size_t n_places;
    struct entry **places; /* NULL: free */
    struct sg_keyed names; /* of the entries, as long as the store */
    uint64_t n_dropped[SG_DROP_REASONS];
};

/** A reader takes the lock as well; const means that the store looks the same afterwards. */
struct sg_store *sg_store_lock(const struct sg_store *store);
void sg_store_unlock(struct sg_store *store);

/** There is something new to see. Called with the lock held. */
void sg_store_changed(struct sg_store *store);
