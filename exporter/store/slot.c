/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/words.h"
#include "store/entry.h"
#include "store/store.h"

/* The calls of a collector through its handle. */

/* Called with the lock held. @return false: a newer handle is in use */
static bool is_current(const struct sg_slot *slot)
{
    return slot->serial >= slot->entry->owner;
}

void sg_slot_set_stale_after(struct sg_slot *slot, int64_t stale_after_ms)
{
    struct sg_store *store = sg_store_lock(slot->store);
    slot->entry->has_own_stale_after = true;
    slot->entry->stale_after_ms = stale_after_ms;
    sg_store_unlock(store);
}

void sg_slot_begin(struct sg_slot *slot)
{
    struct sg_store *store = sg_store_lock(slot->store);
    if (is_current(slot)) {
        slot->entry->owner = slot->serial;
        slot->entry->begun_ms = sg_clock_monotonic_ms(store->clock);
        slot->entry->failed_now = false;
    }
    sg_store_unlock(store);
}

void sg_slot_count_dropped(struct sg_slot *slot, enum sg_drop_reason reason, size_t n)
{
    struct sg_store *store = sg_store_lock(slot->store);
    store->n_dropped[reason] += n;
    sg_store_unlock(store);
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
    default: /* the cap, or no memory, which counts as one */
        sg_slot_count_dropped(slot, SG_DROP_SERIES_LIMIT, 1);
        break;
    }
}

void sg_slot_fail(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_store *store = sg_store_lock(slot->store);
    uint64_t n_more = 0;

    if (!is_current(slot)) {
        sg_store_unlock(store);
        return;
    }
    entry->n_failures[kind]++;
    entry->failure = *err;
    bool worth_a_line = sg_failure_log_fail(
        &entry->log, kind, sg_clock_monotonic_ms(store->clock), entry->failed_now, &n_more);
    entry->failed_now = true;
    sg_store_unlock(store);

    if (worth_a_line && n_more)
        sg_log(SG_LOG_WARN, &about, "%s (%llu more times since the last line)", err->text,
            (unsigned long long)n_more);
    else if (worth_a_line)
        sg_log(SG_LOG_WARN, &about, "%s", err->text);
    else
        sg_log(SG_LOG_DEBUG, &about, "%s", err->text);
}

void sg_slot_warn(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_store *store = sg_store_lock(slot->store);
    bool current = is_current(slot);
    bool is_new = current && !entry->logged[kind];

    if (current) {
        entry->n_failures[kind]++;
        entry->logged[kind] = true;
    }
    sg_store_unlock(store);
    if (current)
        sg_log(is_new ? SG_LOG_WARN : SG_LOG_DEBUG, &about, "%s", err->text);
}

void sg_slot_end(struct sg_slot *slot, struct sg_sample_set *set)
{
    struct entry *entry = slot->entry;
    struct sg_log_about about = { entry->cluster, entry->collector, entry->target };
    struct sg_sample_set *old = NULL;
    struct sg_store *store = sg_store_lock(slot->store);
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);
    int64_t failed_ms = 0;
    bool recovered = false;

    /* Aborted, because the collector stops: there is no result. */
    if (!is_current(slot) || (!set && !entry->failed_now)) {
        sg_store_unlock(store);
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
        recovered = sg_failure_log_work(&entry->log, now_ms, &failed_ms);
    }
    sg_store_changed(store);
    sg_store_unlock(store);

    (void)sg_sample_set_unref(old);
    if (recovered)
        sg_log(SG_LOG_INFO, &about, "works again, after %s", sg_words_duration(failed_ms).text);
}
