/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/auto.h"
#include "base/sync.h"
#include "store/entry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLOTS_MAX = 100000,
};

/* Names of clusters, collectors and targets. They are freed only with the store: readers borrow the
 * texts.
 */
static const struct sg_keyed_kind name_kind = {
    .size = sizeof(struct sg_keyed_text),
    .seen_at = offsetof(struct sg_keyed_text, seen),
    .terminated = true,
};

int sg_store_new(const struct sg_clock *clock, int64_t stale_after_ms, struct sg_store **ret_store)
{
    struct sg_store *store = calloc(1, sizeof *store);

    if (!store)
        return -ENOMEM;
    store->clock = clock;
    store->stale_after_ms = stale_after_ms;
    store->waited_ms = sg_clock_monotonic_ms(clock);
    sg_keyed_init(&store->names, &name_kind);
    (void)pthread_mutex_init(&store->lock, NULL);
    sg_cond_init(&store->changed);
    *ret_store = store;
    return 0;
}

static void free_entry(struct entry *entry)
{
    (void)sg_sample_set_unref(entry->set);
    free(entry);
}

struct sg_store *sg_store_free(struct sg_store *store)
{
    if (!store)
        return NULL;
    for (size_t i = 0; i < store->n_places; i++) {
        if (store->places[i])
            free_entry(store->places[i]);
    }
    free(store->places);
    sg_keyed_done(&store->names);
    (void)pthread_cond_destroy(&store->changed);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
    return NULL;
}

void sg_store_changed(struct sg_store *store)
{
    store->version++;
    (void)pthread_cond_broadcast(&store->changed);
}

/* Called with the lock held, as the next three. @return borrowed from the store, or NULL */
static const char *keep_name(struct sg_store *store, const char *text)
{
    uint32_t number;

    if (sg_keyed_add(&store->names, sg_str_of(text), &number, NULL))
        return NULL;
    return sg_keyed_key(&store->names, number).ptr;
}

/* @return 0 or -ENOMEM */
static int find_place(struct sg_store *store, size_t *ret_place)
{
    for (size_t i = 0; i < store->n_places; i++) {
        if (!store->places[i]) {
            *ret_place = i;
            return 0;
        }
    }
    if (store->n_places == SLOTS_MAX)
        return -ENOMEM;
    struct entry **places = realloc(store->places, (store->n_places + 1) * sizeof *places);
    if (!places)
        return -ENOMEM;
    store->places = places;
    places[store->n_places] = NULL;
    *ret_place = store->n_places++;
    return 0;
}

static int add_entry(struct sg_store *store,
    const char *cluster,
    const char *collector,
    const char *target,
    size_t *ret_place)
{
    size_t place = 0;
    struct entry *entry = calloc(1, sizeof *entry);
    int r = entry ? find_place(store, &place) : -ENOMEM;

    if (!r) {
        entry->cluster = keep_name(store, cluster);
        entry->collector = keep_name(store, collector);
        entry->target = keep_name(store, target);
        if (!entry->cluster || !entry->collector || !entry->target)
            r = -ENOMEM;
    }
    if (r) {
        free(entry);
        return r;
    }
    store->places[place] = entry;
    *ret_place = place;
    return 0;
}

static bool find_entry(const struct sg_store *store,
    const char *cluster,
    const char *collector,
    const char *target,
    size_t *ret_place)
{
    for (size_t i = 0; i < store->n_places; i++) {
        const struct entry *entry = store->places[i];
        if (entry && strcmp(entry->cluster, cluster) == 0 &&
            strcmp(entry->collector, collector) == 0 && strcmp(entry->target, target) == 0) {
            *ret_place = i;
            return true;
        }
    }
    return false;
}

int sg_store_slot(struct sg_store *store,
    const char *cluster,
    const char *collector,
    const char *target,
    struct sg_slot **ret_slot)
{
    size_t place = 0;
    sg_auto_free struct sg_slot *slot = calloc(1, sizeof *slot);

    if (!slot)
        return -ENOMEM;
    sg_locked(&store->lock);
    if (!find_entry(store, cluster, collector, target, &place)) {
        int r = add_entry(store, cluster, collector, target, &place);
        if (r)
            return r;
    }
    *slot = (struct sg_slot){ store, store->places[place], place, ++store->n_serials };
    slot->entry->n_handles++;
    *ret_slot = sg_take(&slot);
    return 0;
}

/* @return the entry, when that was its last handle; NULL: it has others */
static struct entry *let_go(struct sg_slot *slot)
{
    struct sg_store *store = slot->store;

    sg_locked(&store->lock);
    if (--slot->entry->n_handles > 0)
        return NULL;
    store->places[slot->place] = NULL;
    sg_store_changed(store);
    return slot->entry;
}

struct sg_slot *sg_slot_free(struct sg_slot *slot)
{
    if (!slot)
        return NULL;
    struct entry *gone = let_go(slot);
    if (gone)
        free_entry(gone);
    free(slot);
    return NULL;
}

/* Called with the lock held. Samples of a slow collection stay until the second next one is due. */
static bool stale(const struct sg_store *store, const struct entry *entry)
{
    int64_t after_ms = entry->has_own_stale_after ? entry->stale_after_ms : store->stale_after_ms;

    if (after_ms < 2 * store->pause_ms)
        after_ms = 2 * store->pause_ms;
    return sg_clock_monotonic_ms(store->clock) - entry->last_set_ms > after_ms;
}

void sg_store_set_stale_after(struct sg_store *store, int64_t stale_after_ms)
{
    sg_locked(&store->lock);
    store->stale_after_ms = stale_after_ms;
}

void sg_store_set_pause(struct sg_store *store, int64_t pause_ms)
{
    sg_locked(&store->lock);
    store->pause_ms = pause_ms;
}

size_t sg_store_n_slots(const struct sg_store *store)
{
    sg_locked(&store->lock);
    return store->n_places;
}

/* Called with the lock held. @return the samples that are shown, borrowed; or NULL */
static struct sg_sample_set *shown(const struct sg_store *store, const struct entry *entry)
{
    return entry && entry->set && !stale(store, entry) ? entry->set : NULL;
}

/* Called with the lock held. @return is there one? */
static bool copy_status(
    const struct sg_store *store, const struct entry *entry, struct sg_slot_status *ret_status)
{
    const struct sg_sample_set *set = shown(store, entry);

    *ret_status = (struct sg_slot_status){ .cluster = "", .collector = "", .target = "" };
    if (!entry)
        return false;
    *ret_status = (struct sg_slot_status){
        .cluster = entry->cluster,
        .collector = entry->collector,
        .target = entry->target,
        .has_run = entry->has_run,
        .success = entry->success,
        .stale = !set,
        .duration_ms = entry->duration_ms,
        .last_success_unix_ms = entry->last_success_unix_ms,
        .last_end_ms = entry->last_end_ms,
        .last_set_ms = entry->last_set_ms,
        .certificate_end_unix_s = entry->certificate_end_unix_s,
        .last_success_ms_ago = entry->last_success_unix_ms
                                   ? sg_clock_monotonic_ms(store->clock) - entry->last_success_ms
                                   : 0,
        .n_series = set ? set->n_present : 0,
        .n_collections = entry->n_collections,
        .failure = entry->failure,
    };
    memcpy(ret_status->n_failures, entry->n_failures, sizeof entry->n_failures);
    return true;
}

bool sg_store_slot_status(const struct sg_store *store, size_t i, struct sg_slot_status *ret_status)
{
    sg_locked(&store->lock);
    return copy_status(store, store->places[i], ret_status);
}

bool sg_store_take_slot(const struct sg_store *store,
    size_t i,
    struct sg_slot_status *ret_status,
    struct sg_sample_set **ret_set)
{
    sg_locked(&store->lock);
    struct sg_sample_set *set = shown(store, store->places[i]);

    *ret_set = set ? sg_sample_set_ref(set) : NULL;
    return copy_status(store, store->places[i], ret_status);
}

void sg_slot_get_status(const struct sg_slot *slot, struct sg_slot_status *ret_status)
{
    (void)sg_store_slot_status(slot->store, slot->place, ret_status);
}

uint64_t sg_store_n_dropped(const struct sg_store *store, enum sg_drop_reason reason)
{
    sg_locked(&store->lock);
    return store->n_dropped[reason];
}

struct sg_sample_set *sg_store_take_set(const struct sg_store *store, size_t i)
{
    sg_locked(&store->lock);
    struct sg_sample_set *set = shown(store, store->places[i]);
    return set ? sg_sample_set_ref(set) : NULL;
}

bool sg_store_is_ready(struct sg_store *store)
{
    bool ready = true;

    sg_locked(&store->lock);
    for (size_t i = 0; i < store->n_places && !store->was_ready; i++)
        ready = ready && (!store->places[i] || store->places[i]->has_run);
    store->was_ready = ready;
    return ready;
}

uint64_t sg_store_version(const struct sg_store *store)
{
    sg_locked(&store->lock);
    return store->version;
}

uint64_t sg_store_wait(struct sg_store *store, uint64_t seen, int timeout_ms)
{
    struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, timeout_ms);
    int r = 0;

    sg_locked(&store->lock);
    store->waited_ms = sg_clock_monotonic_ms(store->clock);
    while (store->version == seen && !store->woken && r == 0)
        r = pthread_cond_timedwait(&store->changed, &store->lock, &until);
    store->waited_ms = sg_clock_monotonic_ms(store->clock);
    return store->version;
}

void sg_store_touch(struct sg_store *store)
{
    sg_locked(&store->lock);
    sg_store_changed(store);
}

int64_t sg_store_waited_ms_ago(const struct sg_store *store)
{
    sg_locked(&store->lock);
    return sg_clock_monotonic_ms(store->clock) - store->waited_ms;
}

void sg_store_wake(struct sg_store *store)
{
    sg_locked(&store->lock);
    store->woken = true;
    (void)pthread_cond_broadcast(&store->changed);
}
