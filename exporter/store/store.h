/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The store: one slot per cluster × target × collector, each holding the latest sample set.
 *
 * A collector publishes into its slot by swapping one pointer; nothing that it does, or fails to
 * do, affects another slot. A slot whose latest samples are older than its stale_after returns
 * none. The store keeps, per slot, what the self metrics need. Thread-safe, but a handle is used by
 * its owner only. A slot exists as long as there is a handle of it.
 */

#include "base/clock.h"
#include "base/error.h"
#include "metric/series.h"
#include "store/kinds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_store;
struct sg_slot;

/** @param stale_after_ms  of slots that do not set their own @param clock borrowed @return 0 or
 * -ENOMEM */
int sg_store_new(const struct sg_clock *clock, int64_t stale_after_ms, struct sg_store **ret_store);

/** @return NULL; store may be NULL */
struct sg_store *sg_store_free(struct sg_store *store);

/** The staleness of slots that do not set their own, from now on. */
void sg_store_set_stale_after(struct sg_store *store, int64_t stale_after_ms);

/** Set the time between collections; no samples are stale before twice this time. */
void sg_store_set_pause(struct sg_store *store, int64_t pause_ms);

/**
 * A handle of a slot, which is added when it is new. Once a collection has begun through the newest
 * of several handles of one slot, calls through older ones have no effect.
 *
 * @param cluster    name of the cluster, or "" for the exporter's own slot; copied, as the others
 * @param collector  e.g. "jolokia"
 * @param target     e.g. the broker's id
 * @param ret_slot   owned
 * @return 0 or -ENOMEM
 */
int sg_store_slot(struct sg_store *store,
    const char *cluster,
    const char *collector,
    const char *target,
    struct sg_slot **ret_slot);

/**
 * The slot is freed with its last handle, with its samples and counts. @return NULL; may be NULL
 */
struct sg_slot *sg_slot_free(struct sg_slot *slot);

/* ---- For the collector that owns a slot ---- */

/** Set a staleness of its own, for a slot that is collected less often. */
void sg_slot_set_stale_after(struct sg_slot *slot, int64_t stale_after_ms);

/** A collection starts. */
void sg_slot_begin(struct sg_slot *slot);

/** Count samples that were not exported. */
void sg_slot_count_dropped(struct sg_slot *slot, enum sg_drop_reason reason, size_t n);

/** The same for one sample that the series table refused with SG_SERIES_E_* or -ENOMEM. */
void sg_slot_count_refused(struct sg_slot *slot, int series_error);

/**
 * Count a failure of this collection, and log it: at once when it is of a kind that is new since
 * the slot last worked, then every five minutes with a count. Several per collection are fine; the
 * collection then counts as failed even when it publishes what it has.
 */
void sg_slot_fail(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err);

/**
 * Count something that is missing from this collection but is not a failure, because everything
 * available was collected: a missing permission. It is logged once for each kind.
 */
void sg_slot_warn(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err);

/** When the earliest certificate ends that the target has sent. @param end_unix_s  0: none is known
 */
void sg_slot_note_certificate(struct sg_slot *slot, int64_t end_unix_s);

/**
 * End the collection. A set, if there is one, replaces the slot's samples, also after failures:
 * partial results are results. Without a set and without a failure the collection was aborted, and
 * the slot is unchanged.
 * @param set  consumed; NULL keeps the previous samples until they are stale
 */
void sg_slot_end(struct sg_slot *slot, struct sg_sample_set *set);

/* ---- For readers ---- */

struct sg_slot_status {
    const char *cluster; /* these three are borrowed from the store */
    const char *collector;
    const char *target;
    bool has_run;
    bool success;                   /* the latest collection was complete */
    bool stale;                     /* its samples are no longer shown */
    int64_t duration_ms;            /* of the latest collection */
    int64_t last_success_unix_ms;   /* 0: never */
    int64_t certificate_end_unix_s; /* of the target; 0: none */
    int64_t last_success_ms_ago;    /* by the monotonic clock; 0 when never */
    int64_t last_end_ms;            /* monotonic: when the latest collection ended; 0 when never */
    int64_t last_set_ms;            /* likewise, the one that its samples are of */
    size_t n_series;                /* that are on the page now */
    uint64_t n_collections;         /* finished ones */
    uint64_t n_failures[SG_FAILURE_KINDS];
    struct sg_error failure; /* text of the latest failure, empty after a success */
};

/** The number of slot indexes; some may be unused. */
size_t sg_store_n_slots(const struct sg_store *store);

/** The state of slot i, below sg_store_n_slots(). @return is there one? */
bool sg_store_slot_status(
    const struct sg_store *store, size_t i, struct sg_slot_status *ret_status);

/**
 * Both of slot i at one moment: a status of one collection with the samples of the next would say
 * what never was.
 * @param ret_set  owned: one reference; NULL when there are none or they are stale
 */
bool sg_store_take_slot(const struct sg_store *store,
    size_t i,
    struct sg_slot_status *ret_status,
    struct sg_sample_set **ret_set);

/** The state of the handle's slot. */
void sg_slot_get_status(const struct sg_slot *slot, struct sg_slot_status *ret_status);

/** Dropped samples of all slots. */
uint64_t sg_store_n_dropped(const struct sg_store *store, enum sg_drop_reason reason);

/**
 * The samples of slot i, or NULL when there are none or they are stale.
 * @return owned: one reference
 */
struct sg_sample_set *sg_store_take_set(const struct sg_store *store, size_t i);

/**
 * Has every slot finished a collection? Once true, it stays true: a reload is not a second start.
 */
bool sg_store_is_ready(struct sg_store *store);

/** A number that changes whenever a slot has finished a collection or was removed. */
uint64_t sg_store_version(const struct sg_store *store);

/**
 * Wait until the version is no longer `seen`, or the timeout, or sg_store_wake().
 * @return the version now
 */
uint64_t sg_store_wait(struct sg_store *store, uint64_t seen, int timeout_ms);

/** Something else has changed that belongs on the page: the version changes. */
void sg_store_touch(struct sg_store *store);

/** How long ago a thread last began or ended an sg_store_wait(): is the page's thread alive? */
int64_t sg_store_waited_ms_ago(const struct sg_store *store);

/** Make every sg_store_wait() return at once, from now on. */
void sg_store_wake(struct sg_store *store);
