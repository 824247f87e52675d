/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/changes.h"

#include "watch/changes_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Views number their rows each time. What is remembered is therefore found by names: those of
 * the cluster and of the row, with a NUL between them. Partitions are an array of their topic.
 */

enum {
    REBALANCE_PAUSE_MS = 5 * 60 * 1000, /* between two events of one group */
    RELOAD_MS = 2 * 60 * 1000,          /* until all is collected as the new configuration says */
    GROUP_KEPT_MS = 60 * 60 * 1000,     /* one that is not seen; groups may take turns */
    KEY_BYTES_MAX = 8192,
};

static void drop_memory(void *memory)
{
    free(((struct sg_memory *)memory)->partitions);
    free(((struct sg_memory *)memory)->failed_text);
}

static const struct sg_keyed_kind memory_kind = {
    .size = sizeof(struct sg_memory),
    .key_at = offsetof(struct sg_memory, key),
    .seen_at = offsetof(struct sg_memory, key.seen),
    .drop = drop_memory,
};

int sg_changes_new(struct sg_journal *journal, struct sg_changes **ret_changes)
{
    struct sg_changes *changes = calloc(1, sizeof *changes);

    if (!changes)
        return -ENOMEM;
    changes->journal = journal;
    struct sg_keyed *const tables[] = { &changes->clusters, &changes->brokers, &changes->topics,
        &changes->groups, &changes->slots };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        sg_keyed_init(tables[i], &memory_kind);
    *ret_changes = changes;
    return 0;
}

struct sg_changes *sg_changes_free(struct sg_changes *changes)
{
    if (!changes)
        return NULL;
    sg_keyed_done(&changes->clusters);
    sg_keyed_done(&changes->brokers);
    sg_keyed_done(&changes->topics);
    sg_keyed_done(&changes->groups);
    sg_keyed_done(&changes->slots);
    free(changes->tallies);
    free(changes);
    return NULL;
}

/* ---- What is remembered ---- */

/* The texts with a NUL after each; they may have NULs themselves. What is too long is cut. */
static struct sg_str key_of(char bytes[KEY_BYTES_MAX], struct sg_str a, struct sg_str b)
{
    const struct sg_str texts[] = { a, b };
    size_t len = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t room = KEY_BYTES_MAX - len - 1;
        size_t n = texts[i].len < room ? texts[i].len : room;
        if (n)
            memcpy(bytes + len, texts[i].ptr, n);
        bytes[len + n] = '\0';
        len += n + 1;
    }
    return (struct sg_str){ bytes, len };
}

/* @return NULL without memory */
struct sg_memory *sg_changes_remember(
    struct sg_keyed *table, struct sg_str cluster, struct sg_str name, bool *ret_is_new)
{
    char bytes[KEY_BYTES_MAX];
    uint32_t number;

    *ret_is_new = false;
    if (sg_keyed_add(table, key_of(bytes, cluster, name), &number, ret_is_new))
        return NULL;
    *sg_keyed_seen(table, number) = table->generation;
    return sg_keyed_at(table, number);
}

/* What was so already at the first view may have been so for longer. */
struct sg_since sg_changes_now(
    const struct sg_changes *changes, const struct sg_view *view, bool is_new)
{
    return (struct sg_since){ view->made, is_new && !changes->has_views };
}

/* Set a new state. @return has it changed? */
static bool change(const struct sg_changes *changes,
    const struct sg_view *view,
    struct sg_memory *memory,
    bool is_new,
    int state,
    struct sg_since *ret_before)
{
    bool has_changed = !is_new && memory->state != state;

    *ret_before = memory->since;
    if (is_new || has_changed)
        memory->since = sg_changes_now(changes, view, is_new);
    memory->state = state;
    return has_changed;
}

static void set_lasted(
    struct sg_event *event, const struct sg_since *before, const struct sg_view *view)
{
    event->lasted_ms = sg_changes_lasted_ms(before, view);
    event->at_least = before->at_least;
}

const char *sg_changes_cluster_name(const struct sg_view *view, uint32_t cluster, char bytes[512])
{
    (void)snprintf(bytes, 512, SG_STR_FMT, SG_STR_ARG(sg_view_cluster_name(view, cluster)));
    return bytes;
}

/* ---- Clusters and brokers ---- */

static void compare_cluster(struct sg_changes *changes, struct sg_view *view, uint32_t i)
{
    struct sg_view_cluster *cluster = sg_view_cluster_at(view, i);
    char name[512];
    struct sg_since before;
    bool is_new;
    struct sg_memory *memory =
        sg_changes_remember(&changes->clusters, sg_view_cluster_name(view, i), SG_STR(""), &is_new);

    if (!memory)
        return;
    if (is_new)
        memory->controller = -1;
    int was = memory->state;
    int now = !is_new && cluster->state == SG_CLUSTER_UNKNOWN ? was : (int)cluster->state;
    if (change(changes, view, memory, is_new, now, &before) ||
        (is_new && cluster->state == SG_CLUSTER_DOWN)) {
        bool is_down = cluster->state == SG_CLUSTER_DOWN;
        struct sg_event event =
            sg_journal_event(is_down ? SG_EVENT_CLUSTER_DOWN : SG_EVENT_CLUSTER_UP,
                is_down ? SG_SEVERITY_CRITICAL : SG_SEVERITY_INFO);
        event.cluster = sg_changes_cluster_name(view, i, name);
        if (!is_down)
            set_lasted(&event, &before, view);
        if (is_down || (was == SG_CLUSTER_DOWN && now == SG_CLUSTER_UP))
            sg_journal_add(changes->journal, &event);
    }
    cluster->since = memory->since;
}

/*
 * After a failover two brokers may say that they are the controller, one of them in samples of
 * before: the newer ones count, and not those of a broker that is down.
 */
static bool is_outdated_claim(const struct sg_view *view, const struct sg_view_broker *broker)
{
    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *other = sg_view_broker_at(view, i);
        if (other != broker && other->cluster == broker->cluster && other->is_controller > 0 &&
            other->state != SG_VIEW_BROKER_DOWN && other->collected_ms >= broker->collected_ms)
            return true;
    }
    return broker->state == SG_VIEW_BROKER_DOWN;
}

static void compare_controller(
    struct sg_changes *changes, const struct sg_view *view, const struct sg_view_broker *broker)
{
    struct sg_event event = sg_journal_event(SG_EVENT_CONTROLLER_MOVED, SG_SEVERITY_INFO);
    char name[512];
    bool is_new;
    struct sg_memory *cluster = sg_changes_remember(
        &changes->clusters, sg_view_cluster_name(view, broker->cluster), SG_STR(""), &is_new);

    if (!cluster || !(broker->is_controller > 0) || is_outdated_claim(view, broker))
        return;
    event.broker = (int32_t)strtol(broker->id.ptr, NULL, 10);
    event.before = cluster->controller;
    event.cluster = sg_changes_cluster_name(view, broker->cluster, name);
    if (cluster->controller >= 0 && cluster->controller != event.broker)
        sg_journal_add(changes->journal, &event);
    cluster->controller = event.broker;
}

static void compare_start(struct sg_changes *changes,
    const struct sg_view *view,
    const struct sg_view_broker *broker,
    struct sg_memory *memory)
{
    struct sg_event event = sg_journal_event(SG_EVENT_BROKER_RESTARTED, SG_SEVERITY_INFO);
    char name[512];

    if (isnan(broker->started_unix_s))
        return;
    event.broker = (int32_t)strtol(broker->id.ptr, NULL, 10);
    event.cluster = sg_changes_cluster_name(view, broker->cluster, name);
    if (broker->started_unix_s > memory->started_unix_s + 1)
        sg_journal_add(changes->journal, &event);
    memory->started_unix_s = broker->started_unix_s;
}

static void compare_broker(struct sg_changes *changes, struct sg_view *view, uint32_t i)
{
    struct sg_view_broker *broker = sg_view_broker_at(view, i);
    char name[512], address[SG_HOST_BYTES_MAX + 16] = "";
    struct sg_since before;
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(
        &changes->brokers, sg_view_cluster_name(view, broker->cluster), broker->id, &is_new);

    if (!memory)
        return;
    if (is_new)
        memory->started_unix_s = (double)NAN;
    int was = memory->state;
    int now = !is_new && broker->state == SG_VIEW_BROKER_UNKNOWN ? was : (int)broker->state;
    bool has_changed = change(changes, view, memory, is_new, now, &before);
    bool is_down = broker->state == SG_VIEW_BROKER_DOWN;
    if (is_down ? has_changed || is_new : has_changed && was == SG_VIEW_BROKER_DOWN) {
        struct sg_event event =
            sg_journal_event(is_down ? SG_EVENT_BROKER_DOWN : SG_EVENT_BROKER_UP,
                is_down ? SG_SEVERITY_CRITICAL : SG_SEVERITY_INFO);
        event.broker = (int32_t)strtol(broker->id.ptr, NULL, 10);
        event.cluster = sg_changes_cluster_name(view, broker->cluster, name);
        if (broker->host.len)
            (void)snprintf(address, sizeof address, SG_STR_FMT ":%" PRId32,
                SG_STR_ARG(broker->host), broker->port);
        event.detail = address;
        if (!is_down)
            set_lasted(&event, &before, view);
        sg_journal_add(changes->journal, &event);
    }
    broker->since = memory->since;
    compare_start(changes, view, broker, memory);
    compare_controller(changes, view, broker);
}

/* ---- Topics ---- */

/* Other filters hide topics or show them: nothing has happened to these. */
static void note_reload(struct sg_changes *changes, const struct sg_view *view)
{
    struct sg_event *reload = sg_journal_take_reload(changes->journal);

    if (reload && reload->kind == SG_EVENT_RELOADED && reload->number != changes->reload) {
        changes->reload = reload->number;
        changes->quiet_until_ms = view->made.monotonic_ms + RELOAD_MS;
    }
    (void)sg_event_unref(reload);
}

static bool is_quiet(const struct sg_changes *changes, const struct sg_view *view)
{
    return view->made.monotonic_ms < changes->quiet_until_ms;
}

static void tell_of_topic(struct sg_changes *changes,
    enum sg_event_kind kind,
    const char *cluster,
    const char *topic,
    double partitions,
    double before)
{
    struct sg_event event = sg_journal_event(
        kind, kind == SG_EVENT_TOPIC_DELETED ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO);

    event.cluster = cluster;
    event.topic = topic;
    event.count = isnan(partitions) ? 0 : (uint32_t)partitions;
    event.before = isnan(before) ? -1 : (int32_t)before;
    sg_journal_add(changes->journal, &event);
}

static bool was_complete(struct sg_changes *changes, struct sg_str cluster)
{
    bool is_new;
    const struct sg_memory *memory =
        sg_changes_remember(&changes->clusters, cluster, SG_STR(""), &is_new);

    return memory && memory->was_complete;
}

static void compare_topic(struct sg_changes *changes, struct sg_view *view, uint32_t i)
{
    const struct sg_view_topic *topic = sg_view_topic_at(view, i);
    struct sg_str cluster = sg_view_cluster_name(view, topic->cluster);
    char name[512], text[SG_LABEL_VALUE_BYTES_MAX + 1];
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(&changes->topics, cluster, topic->name, &is_new);

    if (!memory || isnan(topic->partitions))
        return;
    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(topic->name));
    if (is_new && was_complete(changes, cluster) && !is_quiet(changes, view))
        tell_of_topic(changes, SG_EVENT_TOPIC_CREATED,
            sg_changes_cluster_name(view, topic->cluster, name), text, topic->partitions,
            (double)NAN);
    else if (!is_new && topic->partitions > memory->n_partitions)
        tell_of_topic(changes, SG_EVENT_PARTITIONS_ADDED,
            sg_changes_cluster_name(view, topic->cluster, name), text, topic->partitions,
            memory->n_partitions);
    memory->n_partitions = topic->partitions;
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
    struct sg_event *event)
{
    int64_t now_ms = view->made.monotonic_ms;
    double n = group->rebalances - memory->rebalances;

    if (isnan(n) || n < 0) {
        memory->rebalances = group->rebalances;
        return;
    }
    if (n > 0 && (!memory->rebalance_ms || now_ms - memory->rebalance_ms >= REBALANCE_PAUSE_MS)) {
        event->kind = SG_EVENT_GROUP_REBALANCED;
        event->severity = SG_SEVERITY_INFO;
        event->count = (uint32_t)n;
        event->lasted_ms = -1;
        sg_journal_add(changes->journal, event);
        memory->rebalances = group->rebalances;
        memory->rebalance_ms = now_ms;
    }
}

static void compare_group(struct sg_changes *changes, struct sg_view *view, uint32_t i)
{
    struct sg_view_group *group = sg_view_group_at(view, i);
    struct sg_event event =
        sg_journal_event(SG_EVENT_GROUP_STATUS, severity_of_status(group->status));
    char name[512], text[SG_LABEL_VALUE_BYTES_MAX + 1];
    struct sg_since before;
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(
        &changes->groups, sg_view_cluster_name(view, group->cluster), group->name, &is_new);

    if (!memory)
        return;
    if (is_new) {
        memory->state = SG_GROUP_NOT_KNOWN;
        memory->rebalances = (double)NAN;
    }
    memory->seen_ms = view->made.monotonic_ms;
    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(group->name));
    event.group = text;
    event.cluster = sg_changes_cluster_name(view, group->cluster, name);
    int was = memory->state;
    if (group->status != SG_GROUP_NOT_KNOWN &&
        change(changes, view, memory, is_new, (int)group->status, &before) &&
        (was != SG_GROUP_NOT_KNOWN || group->status < SG_GROUP_LAGGING)) {
        event.from = sg_view_status_text((enum sg_group_status)was);
        event.to = sg_view_status_text(group->status);
        set_lasted(&event, &before, view);
        sg_journal_add(changes->journal, &event);
    }
    if (group->status != SG_GROUP_NOT_KNOWN)
        group->since = memory->since;
    compare_rebalances(changes, view, group, memory, &event);
}

/* ---- Collectors ---- */

static void keep_failure(
    struct sg_memory *memory, const struct sg_view *view, const struct sg_slot_status *status)
{
    char *text = strdup(status->failure.text);

    if (!text)
        return;
    free(memory->failed_text);
    memory->failed_text = text;
    memory->failed = view->made;
}

static struct sg_memory *remember_slot(
    struct sg_changes *changes, const struct sg_slot_status *status, bool *ret_is_new)
{
    char bytes[KEY_BYTES_MAX];

    return sg_changes_remember(&changes->slots, sg_str_of(status->cluster),
        key_of(bytes, sg_str_of(status->collector), sg_str_of(status->target)), ret_is_new);
}

static void compare_slot(
    struct sg_changes *changes, struct sg_view *view, struct sg_view_slot *slot)
{
    const struct sg_slot_status *status = &slot->status;
    struct sg_since before;
    bool is_new;
    struct sg_memory *memory = status->has_run ? remember_slot(changes, status, &is_new) : NULL;

    if (!memory)
        return;
    bool has_changed = change(changes, view, memory, is_new, status->success, &before);
    if (!status->success)
        keep_failure(memory, view, status);
    if (has_changed || (is_new && !status->success)) {
        struct sg_event event =
            sg_journal_event(status->success ? SG_EVENT_COLLECTOR_WORKS : SG_EVENT_COLLECTOR_FAILS,
                status->success ? SG_SEVERITY_INFO : SG_SEVERITY_WARNING);
        event.cluster = status->cluster;
        event.from = status->collector;
        event.to = status->target;
        event.detail = status->success ? "" : status->failure.text;
        if (status->success)
            set_lasted(&event, &before, view);
        sg_journal_add(changes->journal, &event);
    }
    slot->since = memory->since;
    const char *kept =
        memory->failed_text ? sg_arena_copy(view->arena, sg_str_of(memory->failed_text)) : NULL;
    slot->failed_text = sg_str_of(kept);
    slot->failed = memory->failed;
}

/* ---- What is gone ---- */

/* The cluster in a key. */
static struct sg_str cluster_in(struct sg_str key)
{
    const char *end = memchr(key.ptr, '\0', key.len);

    return (struct sg_str){ key.ptr, end ? (size_t)(end - key.ptr) : key.len };
}

/*
 * Rows that the view lacks are gone if the view has all of their cluster, or if the cluster itself
 * is gone. Others stay as they were.
 */
static void forget(
    struct sg_changes *changes, const struct sg_view *view, struct sg_keyed *table, bool is_told)
{
    for (uint32_t i = 0; i < table->n; i++) {
        struct sg_str key = sg_keyed_key(table, i);
        struct sg_str cluster = cluster_in(key);
        uint32_t number = sg_view_find_cluster(view, cluster);
        bool is_complete = number != SG_INDEX_NONE && sg_view_cluster_at(view, number)->is_complete;
        if (!sg_keyed_is_gone(table, i, 0))
            continue;
        const struct sg_memory *memory = sg_keyed_at(table, i);
        bool is_recent = view->made.monotonic_ms - memory->seen_ms < GROUP_KEPT_MS;
        if (number != SG_INDEX_NONE &&
            (!is_complete || view->is_full || (memory->seen_ms && is_recent)))
            *sg_keyed_seen(table, i) = table->generation;
        else if (is_complete && is_told)
            tell_of_topic(changes, SG_EVENT_TOPIC_DELETED, cluster.ptr,
                cluster.ptr + cluster.len + 1, (double)NAN, (double)NAN);
    }
    (void)sg_keyed_forget(table, 0, NULL);
}

static void forget_gone(struct sg_changes *changes, const struct sg_view *view)
{
    forget(changes, view, &changes->topics, !is_quiet(changes, view));
    forget(changes, view, &changes->groups, false);
    (void)sg_keyed_forget(&changes->clusters, 0, NULL);
    (void)sg_keyed_forget(&changes->brokers, 0, NULL);
    (void)sg_keyed_forget(&changes->slots, 0, NULL);
    for (uint32_t i = 0; i < view->clusters.n; i++) {
        bool is_new;
        struct sg_memory *memory = sg_changes_remember(
            &changes->clusters, sg_view_cluster_name(view, i), SG_STR(""), &is_new);
        if (memory)
            memory->was_complete = memory->was_complete || sg_view_cluster_at(view, i)->is_complete;
    }
}

static void begin(struct sg_changes *changes)
{
    const struct sg_event event = sg_journal_event(SG_EVENT_STARTED, SG_SEVERITY_INFO);

    changes->clusters.generation++;
    changes->brokers.generation++;
    changes->topics.generation++;
    changes->groups.generation++;
    changes->slots.generation++;
    sg_journal_begin(changes->journal);
    if (!changes->has_begun)
        sg_journal_add(changes->journal, &event);
    changes->has_begun = true;
}

void sg_changes_find(struct sg_changes *changes, struct sg_view *view)
{
    begin(changes);
    note_reload(changes, view);
    for (uint32_t i = 0; i < view->clusters.n; i++)
        compare_cluster(changes, view, i);
    for (uint32_t i = 0; i < view->brokers.n; i++)
        compare_broker(changes, view, i);
    for (uint32_t i = 0; i < view->topics.n; i++)
        compare_topic(changes, view, i);
    sg_changes_in_partitions(changes, view);
    for (uint32_t i = 0; i < view->groups.n; i++)
        compare_group(changes, view, i);
    for (size_t i = 0; i < view->n_slots; i++)
        compare_slot(changes, view, &view->slots[i]);
    forget_gone(changes, view);
    changes->has_views = changes->has_views || view->is_ready;
}
