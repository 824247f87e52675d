/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/sync.h"
#include "base/words.h"
#include "store/entry.h"
#include "store/store.h"

/* The calls of a collector through its handle. */

/* Called with the lock held. @return false: a newer handle is in use */
static bool is_current(const struct sg_slot *slot)
{
    return slot->serial >= slot->entry->owner;
}

static struct sg_log_about about_of(const struct sg_slot *slot)
{
    const struct entry *entry = slot->entry;

    return (struct sg_log_about){ entry->cluster, entry->collector, entry->target };
}

void sg_slot_set_stale_after(struct sg_slot *slot, int64_t stale_after_ms)
{
    sg_locked(&slot->store->lock);
    slot->entry->has_own_stale_after = true;
    slot->entry->stale_after_ms = stale_after_ms;
}

void sg_slot_begin(struct sg_slot *slot)
{
    sg_locked(&slot->store->lock);
    if (!is_current(slot))
        return;
    slot->entry->owner = slot->serial;
    slot->entry->begun_ms = sg_clock_monotonic_ms(slot->store->clock);
    slot->entry->failed_now = false;
}

void sg_slot_count_dropped(struct sg_slot *slot, enum sg_drop_reason reason, size_t n)
{
    sg_locked(&slot->store->lock);
    slot->store->n_dropped[reason] += n;
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

/* Nothing is logged with the lock held. @return false: a newer handle is in use */
static bool add_failure(struct sg_slot *slot,
    enum sg_failure_kind kind,
    const struct sg_error *err,
    bool *ret_worth_a_line,
    uint64_t *ret_n_more)
{
    struct entry *entry = slot->entry;

    sg_locked(&slot->store->lock);
    if (!is_current(slot))
        return false;
    entry->n_failures[kind]++;
    entry->failure = *err;
    *ret_worth_a_line = sg_failure_log_fail(&entry->log, kind,
        sg_clock_monotonic_ms(slot->store->clock), entry->failed_now, ret_n_more);
    entry->failed_now = true;
    return true;
}

void sg_slot_fail(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct sg_log_about about = about_of(slot);
    bool worth_a_line = false;
    uint64_t n_more = 0;

    if (!add_failure(slot, kind, err, &worth_a_line, &n_more))
        return;
    if (worth_a_line && n_more)
        sg_log(SG_LOG_WARN, &about, "%s (%llu more times since the last line)", err->text,
            (unsigned long long)n_more);
    else if (worth_a_line)
        sg_log(SG_LOG_WARN, &about, "%s", err->text);
    else
        sg_log(SG_LOG_DEBUG, &about, "%s", err->text);
}

/* @return false: a newer handle is in use */
static bool add_warning(struct sg_slot *slot, enum sg_failure_kind kind, bool *ret_is_new)
{
    struct entry *entry = slot->entry;

    sg_locked(&slot->store->lock);
    if (!is_current(slot))
        return false;
    *ret_is_new = !entry->logged[kind];
    entry->n_failures[kind]++;
    entry->logged[kind] = true;
    return true;
}

void sg_slot_warn(struct sg_slot *slot, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct sg_log_about about = about_of(slot);
    bool is_new = false;

    if (add_warning(slot, kind, &is_new))
        sg_log(is_new ? SG_LOG_WARN : SG_LOG_DEBUG, &about, "%s", err->text);
}

void sg_slot_note_certificate(struct sg_slot *slot, int64_t end_unix_s)
{
    sg_locked(&slot->store->lock);
    if (is_current(slot))
        slot->entry->certificate_end_unix_s = end_unix_s;
}

/*
 * @param set  consumed @param ret_old  the samples before; owned, or NULL
 * @return has the collector recovered from a failure, which lasted for *ret_failed_ms?
 */
static bool end_collection(struct sg_slot *slot,
    struct sg_sample_set *set,
    struct sg_sample_set **ret_old,
    int64_t *ret_failed_ms)
{
    struct entry *entry = slot->entry;
    struct sg_store *store = slot->store;
    int64_t now_ms = sg_clock_monotonic_ms(store->clock);

    sg_locked(&store->lock);
    *ret_old = set;
    /* Aborted, because the collector stops: there is no result. */
    if (!is_current(slot) || (!set && !entry->failed_now))
        return false;
    entry->n_collections++;
    entry->has_run = true;
    entry->last_end_ms = now_ms;
    entry->success = !entry->failed_now;
    entry->duration_ms = now_ms - entry->begun_ms;
    if (set) {
        *ret_old = entry->set;
        entry->set = set;
        entry->last_set_ms = now_ms;
    }
    sg_store_changed(store);
    if (!entry->success)
        return false;
    entry->last_success_ms = now_ms;
    entry->last_success_unix_ms = sg_clock_unix_ms(store->clock);
    entry->failure.text[0] = '\0';
    return sg_failure_log_work(&entry->log, now_ms, ret_failed_ms);
}

void sg_slot_end(struct sg_slot *slot, struct sg_sample_set *set)
{
    struct sg_log_about about = about_of(slot);
    struct sg_sample_set *old = NULL;
    int64_t failed_ms = 0;
    bool recovered = end_collection(slot, set, &old, &failed_ms);

    (void)sg_sample_set_unref(old);
    if (recovered)
        sg_log(SG_LOG_INFO, &about, "works again, after %s", sg_words_duration(failed_ms).text);
}
