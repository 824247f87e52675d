/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * One lock guards all bookkeeping; it is held for copying a few words, never while encoding or
 * waiting for anybody. Slots are separate allocations, so that pointers to them stay good.
 */

enum {
    SLOTS_MAX = 100000,
    REPEAT_LOG_MS = 5 * 60 * 1000
};

struct sg_slot {
    struct sg_store *store;
    char *cluster;
    char *collector;
    char *target;
    int64_t stale_after_ms;
    struct sg_sample_set *set;
    bool has_run;
    bool success;
    bool failed_now; /* in the collection that is going on */
    int64_t begun_ms;
    int64_t duration_ms;
    int64_t last_success_ms; /* monotonic; samples are stale when it is too long ago */
    int64_t last_success_unix_ms;
    uint64_t n_failures[SG_FAILURE_KINDS];
    struct sg_error failure;

    /* what the log was told last, to say each thing once */
    int logged_kind; /* -1: nothing to recover from */
    int64_t logged_ms;
    uint64_t n_unlogged;
};

struct sg_store {
    const struct sg_clock *clock;
    int64_t stale_after_ms;
    pthread_mutex_t lock; /* guards what is below, and the slots */
    pthread_cond_t changed;
    uint64_t version;
    bool woken;
    size_t n_slots;
    struct sg_slot **slots;
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
    };
    return texts[reason];
}

int sg_store_new(const struct sg_clock *clock, int64_t stale_after_ms, struct sg_store **ret_store)
{
    struct sg_store *store = calloc(1, sizeof *store);
    pthread_condattr_t attributes;

    if (!store)
        return -ENOMEM;
    store->clock = clock;
    store->stale_after_ms = stale_after_ms;
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&store->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    *ret_store = store;
    return 0;
}

static struct sg_slot *slot_free(struct sg_slot *slot)
{
    if (!slot)
        return NULL;
    (void)sg_sample_set_unref(slot->set);
    free(slot->cluster);
    free(slot->collector);
    free(slot->target);
    free(slot);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_slot *, slot_free);

struct sg_store *sg_store_free(struct sg_store *store)
{
    if (!store)
        return NULL;
    for (size_t i = 0; i < store->n_slots; i++)
        (void)slot_free(store->slots[i]);
    free(store->slots);
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

static int add_slot(struct sg_store *store, struct sg_slot *slot)
{
    if (store->n_slots == SLOTS_MAX)
        return -ENOMEM;
    struct sg_slot **slots = realloc(store->slots, (store->n_slots + 1) * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    store->slots = slots;
    store->slots[store->n_slots++] = slot;
    return 0;
}

int sg_store_slot(struct sg_store *store,
    const char *cluster,
    const char *collector,
    const char *target,
    struct sg_slot **ret_slot)
{
    sg_auto(slot_free) struct sg_slot *slot = calloc(1, sizeof *slot);
    int r = 0;

    if (!slot)
        return -ENOMEM;
    slot->store = store;
    slot->logged_kind = -1;
    slot->stale_after_ms = store->stale_after_ms;
    slot->cluster = strdup(cluster);
    slot->collector = strdup(collector);
    slot->target = strdup(target);
    if (!slot->cluster || !slot->collector || !slot->target)
        return -ENOMEM;

    (void)lock(store);
    for (size_t i = 0; i < store->n_slots; i++) {
        struct sg_slot *other = store->slots[i];
        if (strcmp(other->cluster, cluster) == 0 && strcmp(other->collector, collector) == 0 &&
            strcmp(other->target, target) == 0) {
            unlock(store);
            *ret_slot = other;
            return 0;
        }
    }
    r = add_slot(store, slot);
    unlock(store);
    if (r)
        return r;
    *ret_slot = sg_take(&slot);
    return 0;
}

void sg_slot_set_stale_after(struct sg_slot *slot, int64_t stale_after_ms)
{
    struct sg_store *store = lock(slot->store);
    slot->stale_after_ms = stale_after_ms;
    unlock(store);
}

void sg_slot_begin(struct sg_slot *slot)
{
    struct sg_store *store = lock(slot->store);
    slot->begun_ms = sg_clock_monotonic_ms(store->clock);
    slot->failed_now = false;
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
    struct sg_log_about about = { slot->cluster, slot->collector, slot->target };
    struct sg_store *store = lock(slot->store);
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);
    uint64_t n_unlogged = slot->n_unlogged;

    slot->n_failures[kind]++;
    slot->failure = *err;
    bool is_new = slot->logged_kind != (int)kind;
    bool worth_a_line = is_new || now_ms - slot->logged_ms >= REPEAT_LOG_MS;
    /* A second failure of the same collection is a detail of the first. */
    worth_a_line = worth_a_line && !(slot->failed_now && slot->logged_ms == now_ms);
    slot->failed_now = true;
    if (worth_a_line) {
        slot->logged_kind = (int)kind;
        slot->logged_ms = now_ms;
        slot->n_unlogged = 0;
    } else {
        slot->n_unlogged++;
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

void sg_slot_end(struct sg_slot *slot, struct sg_sample_set *set)
{
    struct sg_log_about about = { slot->cluster, slot->collector, slot->target };
    struct sg_sample_set *old = NULL;
    struct sg_store *store = lock(slot->store);
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);
    bool recovered = false;

    if (!set && !slot->failed_now) { /* given up, because the program ends: nothing is learned */
        unlock(store);
        return;
    }
    slot->has_run = true;
    slot->success = !slot->failed_now;
    slot->duration_ms = now_ms - slot->begun_ms;
    if (set) {
        old = slot->set;
        slot->set = set;
        slot->last_success_ms = now_ms;
    }
    if (slot->success) {
        slot->last_success_unix_ms = sg_clock_unix_ms(store->clock);
        slot->failure.text[0] = '\0';
        recovered = slot->logged_kind >= 0;
        slot->logged_kind = -1;
        slot->n_unlogged = 0;
    }
    changed(store);
    unlock(store);

    (void)sg_sample_set_unref(old);
    if (recovered)
        sg_log(SG_LOG_INFO, &about, "works again");
}

/* Called with the lock held. */
static bool stale(const struct sg_store *store, const struct sg_slot *slot)
{
    return sg_clock_monotonic_ms(store->clock) - slot->last_success_ms > slot->stale_after_ms;
}

size_t sg_store_n_slots(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    size_t n = locked->n_slots;
    unlock(locked);
    return n;
}

void sg_store_slot_status(const struct sg_store *store, size_t i, struct sg_slot_status *ret_status)
{
    struct sg_store *locked = lock(store);
    const struct sg_slot *slot = locked->slots[i];
    bool shown = slot->set && !stale(locked, slot);

    *ret_status = (struct sg_slot_status){
        .cluster = slot->cluster,
        .collector = slot->collector,
        .target = slot->target,
        .has_run = slot->has_run,
        .success = slot->success,
        .stale = !shown,
        .duration_ms = slot->duration_ms,
        .last_success_unix_ms = slot->last_success_unix_ms,
        .n_series = shown ? slot->set->n_present : 0,
    };
    memcpy(ret_status->n_failures, slot->n_failures, sizeof slot->n_failures);
    ret_status->failure = slot->failure;
    unlock(locked);
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
    struct sg_slot *slot = locked->slots[i];
    struct sg_sample_set *set =
        slot->set && !stale(locked, slot) ? sg_sample_set_ref(slot->set) : NULL;
    unlock(locked);
    return set;
}

bool sg_store_is_ready(const struct sg_store *store)
{
    struct sg_store *locked = lock(store);
    bool ready = true;
    for (size_t i = 0; i < locked->n_slots; i++)
        ready = ready && locked->slots[i]->has_run;
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
    while (store->version == seen && !store->woken && r == 0)
        r = pthread_cond_timedwait(&store->changed, &store->lock, &until);
    uint64_t version = store->version;
    unlock(store);
    return version;
}

void sg_store_wake(struct sg_store *store)
{
    (void)lock(store);
    store->woken = true;
    (void)pthread_cond_broadcast(&store->changed);
    unlock(store);
}
