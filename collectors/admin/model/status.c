/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/status.h"

#include "admin/model/lag.h"
#include "admin/model/name_pairs.h"
#include "base/auto.h"
#include "base/keyed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORGET_AFTER = 20, /* collections */
    FORGET_AT_LEAST = 1024,
    LOOK_AFTER_MS = 10000,    /* longer than consumers take to commit what they have read */
    LOOK_AGAIN_MS = 15000,    /* after a failure; the pause doubles with each, … */
    LOOK_DOUBLINGS_MAX = 8,   /* … up to about an hour */
    LOOK_OFFSETS_MAX = 10000, /* between the commit and the end; more are records */
};

struct place {
    uint32_t names; /* of the group and the topic */
    int32_t partition;
};

/* A group at a partition. */
struct entry {
    struct place place;
    uint32_t seen;      /* collection */
    bool behind : 1;    /* at the latest collection */
    bool looked : 1;    /* behind the commit, up to this end or to a record */
    bool is_record : 1; /* what is at empty_to */
    bool doubtful : 1;  /* nobody could look */
    uint8_t n_in_vain;  /* looks, since the commit or the end moved */
    int64_t committed;
    int64_t highest;      /* committed before it went back */
    int64_t moved_ms;     /* when the offset changed last; at first, when it was first seen */
    int64_t behind_ms;    /* since when there has been something to read */
    int64_t went_back_ms; /* INT64_MIN: never */
    int64_t start;        /* of the log, up to which losses are counted */
    int64_t lost;
    int64_t end;      /* of the log; negative: not known yet */
    int64_t empty_to; /* from the commit on there is nothing to read up to there */
    int64_t look_ms;  /* not before */
};

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, place),
    .key_bytes = sizeof(struct place),
    .seen_at = offsetof(struct entry, seen),
};

struct sg_statuses {
    struct sg_status_windows windows;
    struct sg_name_pairs names;
    struct sg_keyed entries; /* a generation is a collection */
};

SG_AUTO_DEFINE(struct sg_statuses *, sg_statuses_free);

const char *sg_group_status_text(enum sg_group_status status)
{
    static const char *const texts[SG_GROUP_STATUSES] = {
        [SG_STATUS_OK] = "ok",
        [SG_STATUS_LAGGING] = "lagging",
        [SG_STATUS_STALLED] = "stalled",
        [SG_STATUS_STOPPED] = "stopped",
        [SG_STATUS_REWOUND] = "rewound",
        [SG_STATUS_LOSING_DATA] = "losing_data",
    };
    return texts[status];
}

int sg_statuses_new(const struct sg_status_windows *windows, struct sg_statuses **ret_statuses)
{
    sg_auto(sg_statuses_free) struct sg_statuses *statuses = calloc(1, sizeof *statuses);

    if (!statuses)
        return -ENOMEM;
    statuses->windows = *windows;
    sg_name_pairs_init(&statuses->names);
    sg_keyed_init(&statuses->entries, &entry_kind);
    statuses->entries.max = SG_STATUS_ENTRIES_MAX;
    *ret_statuses = sg_take(&statuses);
    return 0;
}

struct sg_statuses *sg_statuses_free(struct sg_statuses *statuses)
{
    if (!statuses)
        return NULL;
    sg_keyed_done(&statuses->entries);
    sg_name_pairs_done(&statuses->names);
    free(statuses);
    return NULL;
}

/* ---- Entries ---- */

static struct entry *entry_at(const struct sg_statuses *statuses, uint32_t number)
{
    return (struct entry *)statuses->entries.list + number;
}

/* @return 0, SG_KEYED_E_FULL or -ENOMEM */
static int find_entry(struct sg_statuses *statuses,
    struct sg_str group,
    struct sg_str topic,
    int32_t partition,
    uint32_t *ret_number,
    bool *ret_is_new)
{
    struct place place = { .partition = partition };

    int r = sg_name_pairs_add(&statuses->names, group, topic, &place.names);
    return r ? r : sg_keyed_add(&statuses->entries, SG_KEYED_BYTES(place), ret_number, ret_is_new);
}

/* What is gone, and the names that are then nobody's; these stay when memory is short. */
static void forget(struct sg_statuses *statuses)
{
    static const struct sg_keyed_rule rule = { FORGET_AFTER, FORGET_AT_LEAST, 4 };
    sg_auto_free uint32_t *numbers = NULL;

    if (!sg_keyed_forget_by(&statuses->entries, &rule))
        return;
    sg_name_pairs_begin(&statuses->names);
    for (uint32_t i = 0; i < statuses->entries.n; i++)
        sg_name_pairs_see(&statuses->names, entry_at(statuses, i)->place.names);
    if (sg_name_pairs_forget(&statuses->names, &numbers))
        return;
    for (uint32_t i = 0; i < statuses->entries.n; i++) {
        struct place *place = &entry_at(statuses, i)->place;
        place->names = numbers[place->names];
    }
    sg_keyed_rekey(&statuses->entries);
}

/* ---- Following ---- */

static bool in_window(int64_t then_ms, int64_t now_ms, int64_t window_ms)
{
    return now_ms - then_ms < window_ms;
}

static void begin_entry(struct entry *entry, int64_t now_ms, int64_t committed, int64_t start)
{
    entry->committed = entry->highest = committed;
    entry->moved_ms = entry->behind_ms = now_ms;
    entry->went_back_ms = INT64_MIN;
    entry->start = start;
    entry->end = -1;
    entry->look_ms = now_ms;
    entry->empty_to = committed;
}

/* Before a marker would make a group lagging, where those windows are short. */
static int64_t look_after_ms(const struct sg_status_windows *windows)
{
    return windows->lagging_ms / 2 < LOOK_AFTER_MS ? windows->lagging_ms / 2 : LOOK_AFTER_MS;
}

/* A commit or an end that is another one: what was found behind the commit before is of no use. */
static void follow_end(
    struct entry *entry, int64_t now_ms, int64_t after_ms, int64_t committed, int64_t end)
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
        entry->n_in_vain = 0;
    }
}

static void follow(struct entry *entry, int64_t now_ms, int64_t committed, bool behind)
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

/* What the log's start passed over since it was last looked at. */
static void count_lost(struct entry *entry, int64_t start, int64_t committed)
{
    if (start < 0)
        return;
    if (entry->start >= 0 && start > entry->start && start > committed) {
        int64_t from = committed > entry->start ? committed : entry->start;
        entry->lost += start - from;
    }
    entry->start = start;
}

static struct entry *entry_of(
    const struct sg_statuses *statuses, const struct sg_committed *committed)
{
    return committed->entry ? entry_at(statuses, committed->entry - 1) : NULL;
}

/*
 * Up to where the group is judged to have read. A single offset that nobody could look at is given
 * the benefit of the doubt: a marker is likelier than one record that waits.
 */
static int64_t judged_to(const struct entry *entry)
{
    bool is_marker = entry->doubtful && entry->end == entry->empty_to + 1;

    return entry->empty_to + is_marker;
}

static void follow_commit(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_group *group,
    struct sg_committed *committed)
{
    const struct sg_partition *partition = &input->topology->partitions[committed->partition];
    int64_t start = input->start[committed->partition];
    int64_t end = input->end[committed->partition];
    uint32_t number;
    bool is_new;
    int64_t lag = 0;

    committed->entry = 0;
    committed->n_empty = 0;
    if (committed->offset < 0 ||
        find_entry(statuses, group->name, input->topology->topics[partition->topic].name,
            partition->id, &number, &is_new))
        return;
    committed->entry = number + 1;
    struct entry *entry = entry_at(statuses, number);
    if (is_new)
        begin_entry(entry, input->now_ms, committed->offset, start);
    entry->seen = statuses->entries.generation;
    if (entry->doubtful && start >= judged_to(entry)) { /* nobody will know any more */
        entry->empty_to = judged_to(entry);
        entry->doubtful = false;
    }
    follow_end(entry, input->now_ms, look_after_ms(&statuses->windows), committed->offset, end);
    committed->n_empty = entry->empty_to - committed->offset;
    (void)sg_lag_of(judged_to(entry), start, end, &lag);
    follow(entry, input->now_ms, committed->offset, lag > 0);
    count_lost(entry, start, judged_to(entry));
}

void sg_statuses_begin(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_groups *groups)
{
    statuses->entries.generation++;
    forget(statuses);
    for (size_t i = 0; i < groups->n; i++) {
        const struct sg_group *group = &groups->groups[i];
        for (size_t j = 0; j < group->n_committed; j++)
            follow_commit(statuses, input, group, &group->committed[j]);
    }
}

bool sg_statuses_wants_look(const struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed)
{
    const struct entry *entry = entry_of(statuses, committed);
    int64_t start = input->start[committed->partition];

    if (!entry || input->end[committed->partition] != entry->end)
        return false; /* its leader does not answer */
    if (entry->end <= entry->empty_to || start > entry->empty_to || entry->looked ||
        input->now_ms < entry->look_ms)
        return false;
    return entry->end - entry->empty_to <= LOOK_OFFSETS_MAX;
}

void sg_statuses_found(
    struct sg_statuses *statuses, struct sg_committed *committed, int64_t empty_to, bool is_record)
{
    struct entry *entry = entry_of(statuses, committed);

    if (!entry || empty_to < entry->empty_to)
        return;
    entry->empty_to = empty_to < entry->end ? empty_to : entry->end;
    entry->looked = true;
    entry->doubtful = false;
    entry->is_record = is_record && empty_to < entry->end;
    /* The age of a record is searched for from the next collection on. */
    if (entry->empty_to == entry->end)
        committed->n_empty = entry->empty_to - committed->offset;
}

bool sg_statuses_not_found(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed)
{
    struct entry *entry = entry_of(statuses, committed);

    if (!entry)
        return false;
    bool is_first = entry->n_in_vain == 0;
    entry->look_ms = input->now_ms + ((int64_t)LOOK_AGAIN_MS << entry->n_in_vain);
    entry->n_in_vain += entry->n_in_vain < LOOK_DOUBLINGS_MAX;
    entry->doubtful = true;
    return is_first;
}

/* ---- Judging ---- */

static enum sg_group_status judge_partition(const struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct entry *entry,
    const struct sg_committed *committed)
{
    const struct sg_status_windows *windows = &statuses->windows;
    int64_t start = input->start[committed->partition];
    int64_t read_to = judged_to(entry);
    int64_t lag = 0;
    enum sg_lag_outcome outcome = sg_lag_of(read_to, start, input->end[committed->partition], &lag);

    /* In an empty log nothing can be lost any more; what was lost of it may have been a marker. */
    if (start >= 0 && read_to < start && outcome == SG_LAG_KNOWN && (lag > 0 || entry->lost))
        return SG_STATUS_LOSING_DATA;
    if (entry->went_back_ms != INT64_MIN &&
        input->now_ms - entry->went_back_ms <= windows->rewound_ms)
        return SG_STATUS_REWOUND;
    if (outcome != SG_LAG_KNOWN)
        return SG_STATUS_UNKNOWN;
    if (lag == 0)
        return SG_STATUS_OK;
    if (!in_window(entry->moved_ms, input->now_ms, windows->stalled_ms) &&
        !in_window(entry->behind_ms, input->now_ms, windows->stalled_ms))
        return SG_STATUS_STALLED;
    if (sg_ages_get(input->ages, committed->partition, sg_committed_read_to(committed)) >
        windows->lagging_ms)
        return SG_STATUS_LAGGING;
    return SG_STATUS_OK;
}

void sg_statuses_judge(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed,
    struct sg_judgement *judgement,
    int64_t *ret_lost)
{
    const struct entry *entry = entry_of(statuses, committed);

    *ret_lost = entry ? entry->lost : 0;
    if (!entry)
        return;
    enum sg_group_status status = judge_partition(statuses, input, entry, committed);
    if (status > judgement->worst)
        judgement->worst = status;
    if (in_window(entry->moved_ms, input->now_ms, statuses->windows.stalled_ms))
        judgement->moves = true;
}

enum sg_group_status sg_judgement_status(
    const struct sg_judgement *judgement, const struct sg_group *group)
{
    bool has_no_members = group->has_members && group->n_members == 0;

    if (judgement->worst == SG_STATUS_STALLED && has_no_members && !judgement->moves)
        return SG_STATUS_STOPPED;
    return judgement->worst;
}
