/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/status.h"

#include "admin/model/lag.h"
#include "admin/model/name_pairs.h"
#include "admin/model/status_entry.h"
#include "base/auto.h"
#include "base/keyed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORGET_AFTER = 20, /* collections */
    FORGET_AT_LEAST = 1024,
    LOOK_AFTER_MS = 10000, /* longer than consumers take to commit what they have read */
};

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct sg_group_partition),
    .key_at = offsetof(struct sg_group_partition, place),
    .key_bytes = sizeof(struct sg_status_place),
    .seen_at = offsetof(struct sg_group_partition, seen),
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

static struct sg_group_partition *entry_at(const struct sg_statuses *statuses, uint32_t number)
{
    return (struct sg_group_partition *)statuses->entries.list + number;
}

/* @return 0, SG_KEYED_E_FULL or -ENOMEM */
static int find_entry(struct sg_statuses *statuses,
    struct sg_str group,
    struct sg_str topic,
    int32_t partition,
    uint32_t *ret_number,
    bool *ret_is_new)
{
    struct sg_status_place place = { .partition = partition };

    int r = sg_name_pairs_add(&statuses->names, group, topic, &place.names);
    return r ? r : sg_keyed_add(&statuses->entries, SG_KEYED_BYTES(place), ret_number, ret_is_new);
}

/* Forget entries that are gone, and unused names; names stay when memory is short. */
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
        struct sg_status_place *place = &entry_at(statuses, i)->place;
        place->names = numbers[place->names];
    }
    sg_keyed_rekey(&statuses->entries);
}

/* ---- Following ---- */

/* Look before a marker would make a group lagging, where the windows are short. */
static int64_t look_after_ms(const struct sg_status_windows *windows)
{
    return windows->lagging_ms / 2 < LOOK_AFTER_MS ? windows->lagging_ms / 2 : LOOK_AFTER_MS;
}

static struct sg_group_partition *entry_of(
    const struct sg_statuses *statuses, const struct sg_committed *committed)
{
    return committed->entry ? entry_at(statuses, committed->entry - 1) : NULL;
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

    committed->entry = 0;
    committed->n_empty = 0;
    if (committed->offset < 0 ||
        find_entry(statuses, group->name, input->topology->topics[partition->topic].name,
            partition->id, &number, &is_new))
        return;
    committed->entry = number + 1;
    struct sg_group_partition *entry = entry_at(statuses, number);
    if (is_new)
        sg_group_partition_begin(entry, input->now_ms, committed->offset, start);
    entry->seen = statuses->entries.generation;
    const struct sg_log_bounds log = { start, end, input->now_ms };
    sg_group_partition_follow(entry, &log, look_after_ms(&statuses->windows), committed->offset);
    committed->n_empty = entry->empty_to - committed->offset;
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
    const struct sg_group_partition *entry = entry_of(statuses, committed);
    const struct sg_log_bounds log = { input->start[committed->partition],
        input->end[committed->partition], input->now_ms };

    return entry && sg_group_partition_wants_look(entry, &log);
}

void sg_statuses_found(
    struct sg_statuses *statuses, struct sg_committed *committed, int64_t empty_to, bool is_record)
{
    struct sg_group_partition *entry = entry_of(statuses, committed);

    if (!entry || !sg_group_partition_found(entry, empty_to, is_record))
        return;
    /* The age of a record is searched for from the next collection on. */
    if (entry->empty_to == entry->end)
        committed->n_empty = entry->empty_to - committed->offset;
}

bool sg_statuses_not_found(struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_committed *committed)
{
    struct sg_group_partition *entry = entry_of(statuses, committed);

    return entry && sg_group_partition_not_found(entry, input->now_ms);
}

/* ---- Judging ---- */

static bool in_window(int64_t then_ms, int64_t now_ms, int64_t window_ms)
{
    return now_ms - then_ms < window_ms;
}

static enum sg_group_status judge_partition(const struct sg_statuses *statuses,
    const struct sg_status_input *input,
    const struct sg_group_partition *entry,
    const struct sg_committed *committed)
{
    const struct sg_status_windows *windows = &statuses->windows;
    int64_t start = input->start[committed->partition];
    int64_t read_to = sg_group_partition_judged_to(entry);
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
    const struct sg_group_partition *entry = entry_of(statuses, committed);

    *ret_lost = entry ? entry->lost : 0;
    if (!entry)
        return;
    enum sg_group_status status = judge_partition(statuses, input, entry, committed);
    if (status > judgement->worst)
        judgement->worst = status;
    if (in_window(entry->moved_ms, input->now_ms, statuses->windows.stalled_ms))
        judgement->moves = true;
}

void sg_judgement_add(struct sg_judgement *judgement, const struct sg_judgement *one)
{
    if (one->worst > judgement->worst)
        judgement->worst = one->worst;
    judgement->moves = judgement->moves || one->moves;
}

enum sg_group_status sg_judgement_status(
    const struct sg_judgement *judgement, const struct sg_group *group)
{
    bool has_no_members = group->has_members && group->n_members == 0;

    if (judgement->worst == SG_STATUS_STALLED && has_no_members && !judgement->moves)
        return SG_STATUS_STOPPED;
    return judgement->worst;
}
