/* SPDX-License-Identifier: Apache-2.0 */
#include "base/grow.h"
#include "watch/changes.h"
#include "watch/changes_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * A broker that goes down changes all partitions that it has. What happens to several partitions of
 * a topic at once is one event, and so is what happens in many topics.
 */

static struct sg_changes_partition *remember_partition(struct sg_memory *topic, int32_t number)
{
    size_t wanted = (size_t)number + 1;

    if (wanted > SG_VIEW_PARTITIONS_MAX)
        return NULL;
    if (wanted > topic->n_remembered) {
        size_t n = wanted > 2 * topic->n_remembered ? wanted : 2 * topic->n_remembered;
        struct sg_changes_partition *grown = realloc(topic->partitions, n * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + topic->n_remembered, 0, (n - topic->n_remembered) * sizeof *grown);
        topic->partitions = grown;
        topic->n_remembered = n;
    }
    return &topic->partitions[number];
}

/* Something has happened to a partition. */
static struct sg_tally *tally(struct sg_changes *changes,
    const struct sg_view_partition *partition,
    enum sg_event_kind kind,
    size_t first)
{
    for (size_t i = first; i < changes->n_tallies; i++) {
        if (changes->tallies[i].topic == partition->topic && changes->tallies[i].kind == kind) {
            changes->tallies[i].count++;
            changes->tallies[i].partition = -1;
            return &changes->tallies[i];
        }
    }
    if (sg_grow(&changes->tallies, changes->n_tallies, &changes->allocated_tallies,
            sizeof(struct sg_tally)))
        return NULL;
    struct sg_tally *added = &changes->tallies[changes->n_tallies++];
    *added = (struct sg_tally){ partition->topic, kind, 1, partition->number, -1, -1, -1, false };
    return added;
}

struct comparison {
    struct sg_changes *changes;
    const struct sg_view *view;
    struct sg_view_partition *partition;
    size_t first; /* tallies of the partition's topic begin here, or later */
};

static void note(const struct comparison *c, enum sg_event_kind kind, double now, double before)
{
    struct sg_tally *noted = tally(c->changes, c->partition, kind, c->first);

    if (noted && noted->count == 1 && now >= 0 && before >= 0) {
        noted->broker = (int32_t)now;
        noted->before = (int32_t)before;
    } else if (noted) {
        noted->broker = -1;
    }
}

static void note_end(
    const struct comparison *c, enum sg_event_kind kind, const struct sg_since *since)
{
    struct sg_tally *noted = tally(c->changes, c->partition, kind, c->first);
    int64_t ms = sg_changes_lasted_ms(since, c->view);

    if (noted && ms > noted->lasted_ms) {
        noted->lasted_ms = ms;
        noted->at_least = since->at_least;
    }
}

static void compare_states(const struct comparison *c, const struct sg_changes_partition *memory)
{
    enum sg_partition_state now = sg_view_partition_state(c->partition);

    if (now == memory->state)
        return;
    if (now == SG_PARTITION_LEADERLESS)
        note(c, SG_EVENT_LEADERLESS, -1, -1);
    else if (now == SG_PARTITION_UNDER_MIN_ISR)
        note(c, SG_EVENT_UNDER_MIN_ISR, -1, -1);
    if (memory->state == SG_PARTITION_LEADERLESS)
        note_end(c, SG_EVENT_LEADER_BACK, &memory->since);
    else if (memory->state == SG_PARTITION_UNDER_MIN_ISR && now > SG_PARTITION_UNDER_MIN_ISR)
        note_end(c, SG_EVENT_MIN_ISR_BACK, &memory->since);
}

static void compare_numbers(const struct comparison *c, const struct sg_changes_partition *memory)
{
    const struct sg_view_partition *partition = c->partition;

    if (partition->leader >= 0 && memory->leader >= 0 && partition->leader != memory->leader)
        note(c, SG_EVENT_LEADER_MOVED, partition->leader, memory->leader);
    if (memory->in_sync >= 0 && partition->in_sync < memory->in_sync)
        note(c, SG_EVENT_ISR_SHRANK, partition->in_sync, memory->in_sync);
    else if (memory->in_sync >= 0 && partition->in_sync > memory->in_sync)
        note(c, SG_EVENT_ISR_GREW, partition->in_sync, memory->in_sync);
    if (partition->end < memory->end)
        note(c, SG_EVENT_LOG_WENT_BACK, -1, -1);
    if (partition->reassigning != memory->reassigning)
        note(c, partition->reassigning ? SG_EVENT_REASSIGNMENT_BEGAN : SG_EVENT_REASSIGNMENT_ENDED,
            -1, -1);
}

/* Between two collections; views in between have the same numbers. */
static void keep_end(const struct comparison *c,
    struct sg_view_partition *partition,
    struct sg_changes_partition *memory)
{
    const struct sg_view_topic *topic = sg_view_topic_at(c->view, partition->topic);
    int64_t now_ms = sg_view_cluster_at(c->view, topic->cluster)->collected_ms;

    if (!isnan(partition->end) && now_ms > memory->end_ms) {
        double elapsed_s = (double)(now_ms - memory->end_ms) / 1000;
        memory->rate = partition->end >= memory->end ? (partition->end - memory->end) / elapsed_s
                                                     : (double)NAN;
        memory->end = partition->end;
        memory->end_ms = now_ms;
    }
    partition->rate = isnan(partition->end) ? (double)NAN : memory->rate;
}

/* What is not known this time stays as it was. */
static void keep_numbers(
    const struct sg_view_partition *partition, struct sg_changes_partition *memory)
{
    if (partition->leader >= 0)
        memory->leader = (int32_t)partition->leader;
    if (partition->in_sync >= 0)
        memory->in_sync = (int16_t)partition->in_sync;
    memory->reassigning = partition->reassigning;
}

static void compare_partition(const struct comparison *c, struct sg_memory *topic)
{
    struct sg_view_partition *partition = c->partition;
    enum sg_partition_state state = sg_view_partition_state(partition);
    struct sg_changes_partition *memory = remember_partition(topic, partition->number);
    uint32_t cluster = sg_view_topic_at(c->view, partition->topic)->cluster;

    if (!memory)
        return;
    enum sg_first first = sg_changes_first(c->changes, cluster, !memory->is_known);
    if (memory->is_known) {
        compare_states(c, memory);
        compare_numbers(c, memory);
    } else {
        memory->leader = -1;
        memory->in_sync = -1;
        memory->end = (double)NAN;
        memory->rate = (double)NAN;
    }
    if (!memory->is_known || memory->state != state)
        memory->since = (struct sg_since){ c->view->made, first == SG_FIRST_LOOK };
    memory->is_known = true;
    memory->state = (uint8_t)state;
    keep_numbers(partition, memory);
    keep_end(c, partition, memory);
    partition->since = memory->since;
}

static void keep_oldest(struct sg_view_topic *topic, const struct sg_view_partition *partition)
{
    bool is_first = topic->since.moment.unix_ms == 0;

    if (sg_view_partition_state(partition) != SG_PARTITION_OK &&
        (is_first || partition->since.moment.monotonic_ms < topic->since.moment.monotonic_ms))
        topic->since = partition->since;
}

/* Partitions of one topic follow each other, as a rule. */
static void compare_all(struct sg_changes *changes, struct sg_view *view)
{
    struct comparison c = { changes, view, NULL, 0 };
    struct sg_memory *topic = NULL;
    uint32_t current = SG_INDEX_NONE;

    for (uint32_t i = 0; i < view->partitions.n; i++) {
        struct sg_view_partition *partition = sg_view_partition_at(view, i);
        if (partition->topic != current) {
            struct sg_view_topic *of = sg_view_topic_at(view, partition->topic);
            bool is_new;
            topic = sg_changes_remember(changes, &changes->topics,
                sg_view_cluster_name(view, of->cluster), of->name, &is_new);
            current = partition->topic;
            c.first = changes->n_tallies;
        }
        c.partition = partition;
        if (topic)
            compare_partition(&c, topic);
        keep_oldest(sg_view_topic_at(view, partition->topic), partition);
    }
}

static enum sg_severity severity_of(enum sg_event_kind kind)
{
    if (kind == SG_EVENT_LEADERLESS || kind == SG_EVENT_UNDER_MIN_ISR)
        return SG_SEVERITY_CRITICAL;
    return kind == SG_EVENT_ISR_SHRANK || kind == SG_EVENT_LOG_WENT_BACK ? SG_SEVERITY_WARNING
                                                                         : SG_SEVERITY_INFO;
}

static void emit_tally(
    struct sg_changes *changes, const struct sg_view *view, const struct sg_tally *tally)
{
    const struct sg_view_topic *topic = sg_view_topic_at(view, tally->topic);
    struct sg_event event = sg_journal_event(tally->kind, severity_of(tally->kind));
    char name[512], text[SG_LABEL_VALUE_BYTES_MAX + 1];

    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(topic->name));
    event.cluster = sg_changes_cluster_name(view, topic->cluster, name);
    event.topic = text;
    event.partition = tally->partition;
    event.count = tally->count;
    event.n_topics = 1;
    event.broker = tally->broker;
    event.before = tally->broker >= 0 ? tally->before : -1;
    event.lasted_ms = tally->lasted_ms;
    event.at_least = tally->at_least;
    sg_journal_add(changes->journal, &event);
}

/* Of one kind in one cluster. */
static void emit_tallies_of(struct sg_changes *changes,
    const struct sg_view *view,
    uint32_t cluster,
    enum sg_event_kind kind)
{
    struct sg_event all = sg_journal_event(kind, severity_of(kind));
    char name[512];

    for (size_t i = 0; i < changes->n_tallies; i++) {
        const struct sg_tally *tally = &changes->tallies[i];
        if (tally->kind != kind || sg_view_topic_at(view, tally->topic)->cluster != cluster)
            continue;
        all.n_topics++;
        all.count += tally->count;
        if (tally->lasted_ms > all.lasted_ms) {
            all.lasted_ms = tally->lasted_ms;
            all.at_least = tally->at_least;
        }
    }
    all.cluster = sg_changes_cluster_name(view, cluster, name);
    if (all.n_topics > SG_CHANGES_TOPICS_MAX) {
        sg_journal_add(changes->journal, &all);
        return;
    }
    for (size_t i = 0; i < changes->n_tallies; i++) {
        const struct sg_tally *tally = &changes->tallies[i];
        if (tally->kind == kind && sg_view_topic_at(view, tally->topic)->cluster == cluster)
            emit_tally(changes, view, tally);
    }
}

static void emit_tallies(struct sg_changes *changes, const struct sg_view *view)
{
    for (uint32_t cluster = 0; changes->n_tallies && cluster < view->clusters.n; cluster++) {
        for (int kind = SG_EVENT_LOG_WENT_BACK; kind <= SG_EVENT_REASSIGNMENT_ENDED; kind++)
            emit_tallies_of(changes, view, cluster, (enum sg_event_kind)kind);
    }
    changes->n_tallies = 0;
}

void sg_changes_in_partitions(struct sg_changes *changes, struct sg_view *view)
{
    compare_all(changes, view);
    emit_tallies(changes, view);
}
