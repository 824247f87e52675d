/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/sync.h"
#include "base/words.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * One lock guards all bookkeeping; it is held for copying a few words, never while encoding or
 * waiting for anybody.
 *
 * What a slot's owner holds is a handle; what is kept is the entry behind it. During a reload an
 * old and a new collector may hold handles of one entry for a while: whoever began its collection
 * with the newer handle owns the entry, and what the other one says is not heard any more. With
 * the last handle the entry goes, and leaves its place free for another, so that the places of
 * the others stay.
 */

enum {
    SLOTS_MAX = 100000,
    REPEAT_LOG_MS = 5 * 60 * 1000
};

/* Never freed before the store: readers borrow the texts. */
struct name {
    struct name *next;
    char text[];
};

struct entry {
    const char *cluster; /* three names */
    const char *collector;
    const char *target;
    size_t n_handles;
    uint64_t owner; /* serial of the handle that began the latest collection */
    int64_t stale_after_ms;
    struct sg_sample_set *set;
    bool has_run;
    bool success;
    bool failed_now; /* in the collection that is going on */
    int64_t begun_ms;
    int64_t duration_ms;
    int64_t last_set_ms;     /* monotonic; samples are stale when it is too long ago */
    int64_t last_success_ms; /* monotonic */
    int64_t last_success_unix_ms;
    int64_t failing_since_ms; /* monotonic; when logged_kind is not -1 */
    uint64_t n_collections;
    uint64_t n_failures[SG_FAILURE_KINDS];
    struct sg_error failure;

    /* what the log was told last, to say each thing once */
    int logged_kind; /* -1: nothing to recover from */
    int64_t logged_ms;
    uint64_t n_unlogged;
    bool noted[SG_FAILURE_KINDS];
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
    struct name *names;
    uint64_t n_dropped[SG_DROP_REASONS];
};

const char *sg_failure_kind_text(enum sg_failure_kind kind)
{
    static const char *const texts[SG_FAILURE_KINDS] = {
        [SG_FAILURE_CONNECT] = "connect",
        [SG_FAILURE_TIMEOUT] = "timeout",
        [SG_FAILURE_TLS] = "tls",
        [SG_FAILURE_AUTH] = "auth",
        [SG_FAILURE_DENIED] = "denied",
        [SG_FAILURE_HTTP] = "http",
        [SG_FAILURE_PARSE] = "parse",
        [SG_FAILURE_PROTOCOL] = "protocol",
        [SG_FAILURE_IDENTITY] = "identity",
        [SG_FAILURE_LIMIT] = "limit",
        [SG_FAILURE_INTERNAL] = "internal",
    };
    return texts[kind];
}

const char *sg_drop_reason_text(enum sg_drop_reason reason)
{
    static const char *const texts[SG_DROP_REASONS] = {
        [SG_DROP_DUPLICATE] = "duplicate",
        [SG_DROP_NAME] = "invalid_name",
        [SG_DROP_LABEL_TOO_LONG] = "label_too_long",
        [SG_DROP_SERIES_LIMIT] = "series_limit",
        [SG_DROP_BAD_VALUE] = "bad_value",
        [SG_DROP_MATCH_LIMIT] = "match_limit",
    };
    return texts[reason];
}

int sg_store_new(const struct sg_clock *clock, int64_t stale_after_ms, struct sg_store **ret_store)
{
    struct sg_store *store = calloc(1, sizeof *store);

    if (!store)
        return -ENOMEM;
    store->clock = clock;
    store->stale_after_ms = stale_after_ms;
    store->waited_ms = sg_clock_monotonic_ms(clock);
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
    while (store->names) {
        struct name *next = store->names->next;
        free(store->names);
        store->names = next;
    }
    (void)pthread_cond_destroy(&store->changed);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
    return NULL;
}

/* A reader takes the lock as well; const means that the store looks the same afterwards. */
static struct sg_store *lock(const struct sg_store *store)
{
    struct sg_store *writable = (struct sg_store *)(uintptr_t)store;
    (void)pthread_mutex_lock(&writable->lock);
    return writable;
}

static void unlock(struct sg_store *store)
{
    (void)pthread_mutex_unlock(&store->lock);
}

static void changed(struct sg_store *store)
{
    store->version++;
    (void)pthread_cond_broadcast(&store->changed);
}

/* Called with the lock held, as the next three. @return borrowed from the store, or NULL */
static const char *keep_name(struct sg_store *store, const char *text)
{
    for (const struct name *name = store->names; name; name = name->next) {
        if (strcmp(name->text, text) == 0)
            return name->text;
    }
    size_t len = strlen(text);
    struct name *name = malloc(sizeof *name + len + 1);
    if (!name)
        return NULL;
    memcpy(name->text, text, len + 1);
    name->next = store->names;
    store->names = name;
    return name->text;
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
        entry->logged_kind = -1;
        entry->stale_after_ms = store->stale_after_ms;
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
    int r = 0;
    struct sg_slot *slot = calloc(1, sizeof *slot);

    if (!slot)
        return -ENOMEM;
    (void)lock(store);
    if (!find_entry(store, cluster, collector, target, &place))
        r = add_entry(store, cluster, collector, target, &place);
    if (!r) {
        *slot = (struct sg_slot){ store, store->places[place], place, ++store->n_serials };
        slot->entry->n_handles++;
    }
    unlock(store);
    if (r) {
        free(slot);
        return r;
    }
    *ret_slot = slot;
    return 0;
}

struct sg_slot *sg_slot_free(struct sg_slot *slot)
{
    struct entry *gone = NULL;

    if (!slot)
        return NULL;
    struct sg_store *store = lock(slot->store);
    if (--slot->entry->n_handles == 0) {
        gone = slot->entry;
        store->places[slot->place] = NULL;
        changed(store);
    }
    unlock(store);
    if (gone)
        free_entry(gone);
    free(slot);
    return NULL;
}

/* Called with the lock held: has a newer handle taken over? */
static bool is_heard(const struct sg_slot *slot)
{
    return slot->serial >= slot->entry->owner;
}

void sg_slot_set_stale_after(struct sg_slot *slot, int64_t stale_after_ms)
{
    struct sg_store *store = lock(slot->store);
    slot->entry->stale_after_ms = stale_after_ms;
    unlock(store);
}

void sg_slot_begin(struct sg_slot *slot)
{
    struct sg_store *store = lock(slot->store);
    if (is_heard(slot)) {
        slot->entry->owner = slot->serial;
        slot->entry->begun_ms = sg_clock_monotonic_ms(store->clock);
        slot->entry->failed_now = false;
    }
    unlock(store);
}

void sg_slot_count_dropped(struct sg_slot *slot, enum sg_drop_reason reason, size_t n)
{
    struct sg_store *store = lock(slot->store);
    store->n_dropped[reason] += n;
    unlock(store);
}

void sg_slot_count_refused(struct sg_slot *slot, int series_error)
{
    switch (series_error) {
    case SG_SERIES_E_DUPLICATE:
        sg_slot_count_dropped(slot, SG_DROP_DUPLICATE, 1);
        break;
    case SG_SERIES_E_NAME:
        sg_slot_count_dropped(slot, SG_DROP_NAME, 1);
        break;
    case SG_SERIES_E_TOO_LONG:
        sg_slot_count_dropped(slot, SG_DROP_LABEL_TOO_LONG, 1);
        break;
    default: /* the cap, or no memory, which is a cap too */
        sg_slot_count_dropped(slot, SG_DROP_SERIES_LIMIT, 1);
        break;
    }
}

void sg_slot_fail(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_store *store = lock(slot->store);
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);
    uint64_t n_unlogged = entry->n_unlogged;

    if (!is_heard(slot)) {
        unlock(store);
        return;
    }

    entry->n_failures[kind]++;
    entry->failure = *err;
    bool is_new = entry->logged_kind != (int)kind;
    bool worth_a_line = is_new || now_ms - entry->logged_ms >= REPEAT_LOG_MS;
    /* A second failure of the same collection is a detail of the first. */
    worth_a_line = worth_a_line && !(entry->failed_now && entry->logged_ms == now_ms);
    entry->failed_now = true;
    if (entry->logged_kind < 0)
        entry->failing_since_ms = now_ms;
    if (worth_a_line) {
        entry->logged_kind = (int)kind;
        entry->logged_ms = now_ms;
        entry->n_unlogged = 0;
    } else {
        entry->n_unlogged++;
    }
    unlock(store);

    if (worth_a_line && !is_new && n_unlogged)
        sg_log(SG_LOG_WARN, &about, "%s (%llu more times since the last line)", err->text,
            (unsigned long long)n_unlogged);
    else if (worth_a_line)
        sg_log(SG_LOG_WARN, &about, "%s", err->text);
    else
        sg_log(SG_LOG_DEBUG, &about, "%s", err->text);
}

void sg_slot_note(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_store *store = lock(slot->store);
    bool heard = is_heard(slot);
    bool is_new = heard && !entry->noted[kind];

    if (heard) {
        entry->n_failures[kind]++;
        entry->noted[kind] = true;
    }
    unlock(store);
    if (heard)
        sg_log(is_new ? SG_LOG_WARN : SG_LOG_DEBUG, &about, "%s", err->text);
}

void sg_slot_end(struct sg_slot *slot, struct sg_sample_set *set)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_sample_set *old = NULL;
    struct sg_store *store = lock(slot->store);
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);
    int64_t failed_ms = 0;
    bool recovered = false;

    /* Given up, because the collector ends: nothing is learned. */
    if (!is_heard(slot) || (!set && !entry->failed_now)) {
        unlock(store);
        (void)sg_sample_set_unref(set);
        return;
    }
    entry->n_collections++;
    entry->has_run = true;
    entry->success = !entry->failed_now;
    entry->duration_ms = now_ms - entry->begun_ms;
    if (set) {
        old = entry->set;
        entry->set = set;
        entry->last_set_ms = now_ms;
    }
    if (entry->success) {
        entry->last_success_ms = now_ms;
        entry->last_success_unix_ms = sg_clock_unix_ms(store->clock);
        entry->failure.text[0] = '\0';
        recovered = entry->logged_kind >= 0;
        failed_ms = now_ms - entry->failing_since_ms;
        entry->logged_kind = -1;
        entry->n_unlogged = 0;
    }
    changed(store);
    unlock(store);

    (void)sg_sample_set_unref(old);
    if (recovered)
        sg_log(SG_LOG_INFO, &about, "works again, after %s", sg_words_duration(failed_ms).text);
}

/* Called with the lock held. Samples that come rarely stay until the next but one is due. */
static bool stale(const struct sg_store *store, const struct entry *entry)
{
    int64_t after_ms = entry->stale_after_ms;

    if (after_ms < 2 * store->pause_ms)
        after_ms = 2 * store->pause_ms;
    return sg_clock_monotonic_ms(store->clock) - entry->last_set_ms > after_ms;
}

void sg_store_set_stale_after(struct sg_store *store, int64_t stale_after_ms)
{
    (void)lock(store);
    for (size_t i = 0; i < store->n_places; i++) {
        struct entry *entry = store->places[i];
        if (entry && entry->stale_after_ms == store->stale_after_ms)
            entry->stale_after_ms = stale_after_ms;
    }
    store->stale_after_ms = stale_after_ms;
    unlock(store);
}

void sg_store_set_pause(struct sg_store *store, int64_t pause_ms)
{
    (void)lock(store);
    store->pause_ms = pause_ms;
    unlock(store);
}

size_t sg_store_n_slots(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    size_t n = locked->n_places;
    unlock(locked);
    return n;
}

bool sg_store_slot_status(const struct sg_store *store, size_t i, struct sg_slot_status *ret_status)
{
    struct sg_store *locked = lock(store);
    const struct entry *entry = locked->places[i];

    *ret_status = (struct sg_slot_status){ .cluster = "", .collector = "", .target = "" };
    if (entry) {
        bool shown = entry->set && !stale(locked, entry);
        *ret_status = (struct sg_slot_status){
            .cluster = entry->cluster,
            .collector = entry->collector,
            .target = entry->target,
            .has_run = entry->has_run,
            .success = entry->success,
            .stale = !shown,
            .duration_ms = entry->duration_ms,
            .last_success_unix_ms = entry->last_success_unix_ms,
            .last_success_ms_ago =
                entry->last_success_unix_ms
                    ? sg_clock_monotonic_ms(store->clock) - entry->last_success_ms
                    : 0,
            .n_series = shown ? entry->set->n_present : 0,
            .n_collections = entry->n_collections,
            .failure = entry->failure,
        };
        memcpy(ret_status->n_failures, entry->n_failures, sizeof entry->n_failures);
    }
    unlock(locked);
    return entry != NULL;
}

void sg_slot_get_status(const struct sg_slot *slot, struct sg_slot_status *ret_status)
{
    (void)sg_store_slot_status(slot->store, slot->place, ret_status);
}

uint64_t sg_store_n_dropped(const struct sg_store *store, enum sg_drop_reason reason)
{
    struct sg_store *locked = lock(store);
    uint64_t n = locked->n_dropped[reason];
    unlock(locked);
    return n;
}

struct sg_sample_set *sg_store_take_set(const struct sg_store *store, size_t i)
{
    struct sg_store *locked = lock(store);
    struct entry *entry = locked->places[i];
    struct sg_sample_set *set =
        entry && entry->set && !stale(locked, entry) ? sg_sample_set_ref(entry->set) : NULL;
    unlock(locked);
    return set;
}

bool sg_store_is_ready(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    bool ready = true;
    for (size_t i = 0; i < locked->n_places && !locked->was_ready; i++)
        ready = ready && (!locked->places[i] || locked->places[i]->has_run);
    locked->was_ready = ready;
    unlock(locked);
    return ready;
}

uint64_t sg_store_version(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    uint64_t version = locked->version;
    unlock(locked);
    return version;
}

uint64_t sg_store_wait(struct sg_store *store, uint64_t seen, int timeout_ms)
{
    struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, timeout_ms);
    int r = 0;

    (void)lock(store);
    store->waited_ms = sg_clock_monotonic_ms(store->clock);
    while (store->version == seen && !store->woken && r == 0)
        r = pthread_cond_timedwait(&store->changed, &store->lock, &until);
    store->waited_ms = sg_clock_monotonic_ms(store->clock);
    uint64_t version = store->version;
    unlock(store);
    return version;
}

void sg_store_touch(struct sg_store *store)
{
    (void)lock(store);
    changed(store);
    unlock(store);
}

int64_t sg_store_waited_ms_ago(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    int64_t ago_ms = sg_clock_monotonic_ms(locked->clock) - locked->waited_ms;
    unlock(locked);
    return ago_ms;
}

void sg_store_wake(struct sg_store *store)
{
    (void)lock(store);
    store->woken = true;
    (void)pthread_cond_broadcast(&store->changed);
    unlock(store);
}
