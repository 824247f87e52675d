/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/status_entry.h"

#include "admin/model/lag.h"

enum {
    LOOK_AGAIN_MS = 15000,    /* after a failure; the pause doubles with each, … */
    LOOK_DOUBLINGS_MAX = 8,   /* … up to about an hour */
    LOOK_OFFSETS_MAX = 10000, /* between the commit and the end; more are records */
};

void sg_group_partition_begin(
    struct sg_group_partition *entry, int64_t now_ms, int64_t committed, int64_t start)
{
    entry->committed = entry->highest = committed;
    entry->moved_ms = entry->behind_ms = now_ms;
    entry->went_back_ms = INT64_MIN;
    entry->start = start;
    entry->end = -1;
    entry->look_ms = now_ms;
    entry->empty_to = committed;
}

int64_t sg_group_partition_judged_to(const struct sg_group_partition *entry)
{
    bool is_marker = entry->doubtful && entry->end == entry->empty_to + 1;

    return entry->empty_to + is_marker;
}

/* The commit or the end has changed: what was found after the old commit is not valid any more. */
static void follow_end(struct sg_group_partition *entry,
    int64_t now_ms,
    int64_t after_ms,
    int64_t committed,
    int64_t end)
{
    bool moved = committed != entry->committed;
    bool gone_back = end >= 0 && end < entry->end;

    if (moved || gone_back) {
        entry->empty_to = committed;
        entry->looked = entry->is_record = entry->doubtful = false;
    }
    if (end >= 0 && end != entry->end) {
        entry->looked = entry->is_record;
        entry->end = end;
        moved = true;
    }
    if (moved) {
        entry->look_ms = now_ms + after_ms;
        entry->n_failed = 0;
    }
}

static void follow(struct sg_group_partition *entry, int64_t now_ms, int64_t committed, bool behind)
{
    if (committed != entry->committed)
        entry->moved_ms = now_ms;
    if (committed < entry->committed && entry->went_back_ms == INT64_MIN) {
        entry->went_back_ms = now_ms;
        entry->highest = entry->committed;
    } else if (committed < entry->committed) {
        entry->went_back_ms = now_ms;
    }
    if (committed >= entry->highest)
        entry->went_back_ms = INT64_MIN;
    entry->highest = committed > entry->highest ? committed : entry->highest;
    entry->committed = committed;
    if (behind && !entry->behind)
        entry->behind_ms = now_ms;
    entry->behind = behind;
}

/* What the log's start has passed since the latest collection. */
static void count_lost(struct sg_group_partition *entry, int64_t start, int64_t committed)
{
    if (start < 0)
        return;
    if (entry->start >= 0 && start > entry->start && start > committed) {
        int64_t from = committed > entry->start ? committed : entry->start;
        entry->lost += start - from;
    }
    entry->start = start;
}

void sg_group_partition_follow(struct sg_group_partition *entry,
    const struct sg_log_bounds *log,
    int64_t look_after_ms,
    int64_t committed)
{
    int64_t lag = 0;

    if (entry->doubtful && log->start >= sg_group_partition_judged_to(entry)) {
        entry->empty_to = sg_group_partition_judged_to(entry); /* cannot be known any more */
        entry->doubtful = false;
    }
    follow_end(entry, log->seen_ms, look_after_ms, committed, log->end);
    /* Without an answer of the leader nothing is known to have changed. */
    bool is_known =
        sg_lag_of(sg_group_partition_judged_to(entry), log->start, log->end, &lag) == SG_LAG_KNOWN;
    follow(entry, log->seen_ms, committed, is_known ? lag > 0 : entry->behind);
    count_lost(entry, log->start, sg_group_partition_judged_to(entry));
}

/* ---- Looking ---- */

bool sg_group_partition_wants_look(
    const struct sg_group_partition *entry, const struct sg_log_bounds *log)
{
    if (log->end != entry->end)
        return false; /* its leader does not answer */
    if (entry->end <= entry->empty_to || log->start > entry->empty_to || entry->looked ||
        log->seen_ms < entry->look_ms)
        return false;
    return entry->end - entry->empty_to <= LOOK_OFFSETS_MAX;
}

bool sg_group_partition_found(struct sg_group_partition *entry, int64_t empty_to, bool is_record)
{
    if (empty_to < entry->empty_to)
        return false;
    entry->empty_to = empty_to < entry->end ? empty_to : entry->end;
    entry->looked = true;
    entry->doubtful = false;
    entry->is_record = is_record && empty_to < entry->end;
    return true;
}

bool sg_group_partition_not_found(struct sg_group_partition *entry, int64_t now_ms)
{
    bool is_first = entry->n_failed == 0;

    entry->look_ms = now_ms + ((int64_t)LOOK_AGAIN_MS << entry->n_failed);
    entry->n_failed += entry->n_failed < LOOK_DOUBLINGS_MAX;
    entry->doubtful = true;
    return is_first;
}
