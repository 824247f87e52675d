/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/changes.h"
#include "watch/changes_parts.h"

#include <math.h>
#include <stdio.h>

/*
 * Topics and groups, which come and go. There can be thousands of them, and a coordinator that
 * moves changes all of its groups at once: the first events of a kind have names, the others are
 * counted.
 */

enum {
    REBALANCE_PAUSE_MS = 5 * 60 * 1000, /* between two events of one group */
    KEPT_MS = 60 * 60 * 1000, /* one that is not seen: groups may take turns, or be left out */
};

/* ---- Events ---- */

static void tell(struct sg_changes *changes,
    const struct sg_view *view,
    uint32_t cluster,
    struct sg_event *event)
{
    struct sg_changes_cluster *here = &changes->here[cluster];
    uint32_t n = here->told[event->kind].n++;
    char name[512];

    if (n < SG_CHANGES_EACH_MAX) {
        event->cluster = sg_changes_cluster_name(view, cluster, name);
        sg_journal_add(changes->journal, event);
    } else if (n == SG_CHANGES_EACH_MAX || event->severity < here->told[event->kind].worst) {
        here->told[event->kind].worst = event->severity;
    }
}

/* The number of those of one kind that were not told of. */
static void tell_rest(struct sg_changes *changes, const struct sg_view *view)
{
    char name[512];

    for (uint32_t i = 0; i < view->clusters.n; i++) {
        for (int kind = 0; kind < SG_EVENT_KINDS; kind++) {
            uint32_t n = changes->here[i].told[kind].n;
            struct sg_event event =
                sg_journal_event((enum sg_event_kind)kind, changes->here[i].told[kind].worst);
            if (n <= SG_CHANGES_EACH_MAX)
                continue;
            event.cluster = sg_changes_cluster_name(view, i, name);
            event.n_more = n - SG_CHANGES_EACH_MAX;
            sg_journal_add(changes->journal, &event);
        }
    }
}

/* ---- Topics ---- */

static void tell_of_topic(struct sg_changes *changes,
    const struct sg_view *view,
    uint32_t cluster,
    enum sg_event_kind kind,
    struct sg_str topic,
    double partitions,
    double before)
{
    struct sg_event event = sg_journal_event(
        kind, kind == SG_EVENT_TOPIC_DELETED ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO);
    char text[SG_LABEL_VALUE_BYTES_MAX + 1];

    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(topic));
    event.topic = text;
    event.count = isnan(partitions) ? 0 : (uint32_t)partitions;
    event.before = isnan(before) ? -1 : (int32_t)before;
    tell(changes, view, cluster, &event);
}

static void compare_topic(
    struct sg_changes *changes, const struct sg_view *view, const struct sg_view_topic *topic)
{
    const struct sg_changes_cluster *here = &changes->here[topic->cluster];
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(changes, &changes->topics,
        sg_view_cluster_name(view, topic->cluster), topic->name, &is_new);

    if (!memory || isnan(topic->partitions))
        return;
    if (is_new && here->was_complete && !here->is_quiet && !view->is_full)
        tell_of_topic(changes, view, topic->cluster, SG_EVENT_TOPIC_CREATED, topic->name,
            topic->partitions, (double)NAN);
    else if (!is_new && topic->partitions > memory->n_partitions)
        tell_of_topic(changes, view, topic->cluster, SG_EVENT_PARTITIONS_ADDED, topic->name,
            topic->partitions, memory->n_partitions);
    memory->n_partitions = topic->partitions;
}

void sg_changes_in_topics(struct sg_changes *changes, const struct sg_view *view)
{
    for (uint32_t i = 0; i < view->topics.n; i++)
        compare_topic(changes, view, sg_view_topic_at(view, i));
}

/* ---- Groups ---- */

static enum sg_severity severity_of_status(enum sg_group_status status)
{
    if (status == SG_GROUP_LOSING_DATA || status == SG_GROUP_STALLED)
        return SG_SEVERITY_CRITICAL;
    return status == SG_GROUP_STOPPED || status == SG_GROUP_REWOUND ? SG_SEVERITY_WARNING
                                                                    : SG_SEVERITY_INFO;
}

static void compare_rebalances(struct sg_changes *changes,
    const struct sg_view *view,
    const struct sg_view_group *group,
    struct sg_memory *memory,
    const char *name)
{
    struct sg_event event = sg_journal_event(SG_EVENT_GROUP_REBALANCED, SG_SEVERITY_INFO);
    int64_t now_ms = view->made.monotonic_ms;
    double n = group->rebalances - memory->rebalances;

    if (isnan(n) || n < 0) {
        memory->rebalances = group->rebalances;
        return;
    }
    if (n > 0 && (!memory->rebalance_ms || now_ms - memory->rebalance_ms >= REBALANCE_PAUSE_MS)) {
        event.group = name;
        event.count = (uint32_t)n;
        tell(changes, view, group->cluster, &event);
        memory->rebalances = group->rebalances;
        memory->rebalance_ms = now_ms;
    }
}

static void compare_status(struct sg_changes *changes,
    const struct sg_view *view,
    struct sg_view_group *group,
    struct sg_memory *memory,
    const char *name)
{
    struct sg_event event =
        sg_journal_event(SG_EVENT_GROUP_STATUS, severity_of_status(group->status));
    struct sg_since before;
    int was = memory->state;

    if (group->status == SG_GROUP_NOT_KNOWN)
        return;
    /* A status takes its time to be known, also of a group that was known before. */
    bool is_first = was == SG_GROUP_NOT_KNOWN;
    bool has_changed = sg_changes_set_state(
        memory, view, (int)group->status, is_first ? SG_FIRST_LOOK : SG_FIRST_NOT, &before);
    group->since = memory->since;
    if (!has_changed && !(is_first && group->status < SG_GROUP_LAGGING &&
                            changes->here[group->cluster].was_complete))
        return;
    event.group = name;
    event.from = sg_view_status_text((enum sg_group_status)was);
    event.to = sg_view_status_text(group->status);
    if (has_changed)
        sg_changes_set_lasted(&event, &before, view);
    tell(changes, view, group->cluster, &event);
}

static void compare_group(
    struct sg_changes *changes, const struct sg_view *view, struct sg_view_group *group)
{
    char text[SG_LABEL_VALUE_BYTES_MAX + 1];
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(changes, &changes->groups,
        sg_view_cluster_name(view, group->cluster), group->name, &is_new);

    if (!memory)
        return;
    if (is_new) {
        memory->state = SG_GROUP_NOT_KNOWN;
        memory->rebalances = (double)NAN;
    }
    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(group->name));
    compare_status(changes, view, group, memory, text);
    compare_rebalances(changes, view, group, memory, text);
}

void sg_changes_in_groups(struct sg_changes *changes, struct sg_view *view)
{
    for (uint32_t i = 0; i < view->groups.n; i++)
        compare_group(changes, view, sg_view_group_at(view, i));
}

/* ---- What is gone ---- */

/* The cluster and the name in a key. */
static void split_key(struct sg_str key, struct sg_str *ret_cluster, struct sg_str *ret_name)
{
    const char *end = memchr(key.ptr, '\0', key.len);
    size_t n = end ? (size_t)(end - key.ptr) : key.len;

    *ret_cluster = (struct sg_str){ key.ptr, n };
    *ret_name = n + 2 <= key.len ? (struct sg_str){ key.ptr + n + 1, key.len - n - 2 } : SG_STR("");
}

/*
 * Rows that the view lacks are gone at once if it has all of their cluster, or if the cluster
 * itself is gone. Otherwise they may only not have been answered: they are kept for a while.
 */
static void forget(
    struct sg_changes *changes, const struct sg_view *view, struct sg_keyed *table, bool is_topics)
{
    for (uint32_t i = 0; i < table->n; i++) {
        const struct sg_memory *memory = sg_keyed_at(table, i);
        struct sg_str cluster, name;
        if (!sg_keyed_is_gone(table, i, 0))
            continue;
        split_key(sg_keyed_key(table, i), &cluster, &name);
        uint32_t number = sg_view_find_cluster(view, cluster);
        if (number == SG_INDEX_NONE)
            continue;
        bool is_sure = sg_view_cluster_at(view, number)->is_complete && !view->is_full;
        if (!(is_topics && is_sure) && view->made.monotonic_ms - memory->seen_ms < KEPT_MS)
            *sg_keyed_seen(table, i) = table->generation;
        else if (is_topics && is_sure && !changes->here[number].is_quiet)
            tell_of_topic(
                changes, view, number, SG_EVENT_TOPIC_DELETED, name, (double)NAN, (double)NAN);
    }
    (void)sg_keyed_forget(table, 0, NULL);
}

void sg_changes_forget(struct sg_changes *changes, const struct sg_view *view)
{
    forget(changes, view, &changes->topics, true);
    forget(changes, view, &changes->groups, false);
    (void)sg_keyed_forget(&changes->clusters, 0, NULL);
    (void)sg_keyed_forget(&changes->brokers, 0, NULL);
    (void)sg_keyed_forget(&changes->slots, 0, NULL);
    tell_rest(changes, view);
}
