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
    KEY_BYTES_MAX = 8192,
    /* A set that was begun before a reload may end after it; the next one is as configured. */
    SETS_AFTER_RELOAD = 2,
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
    free(changes->here);
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
struct sg_memory *sg_changes_remember(const struct sg_changes *changes,
    struct sg_keyed *table,
    struct sg_str cluster,
    struct sg_str name,
    bool *ret_is_new)
{
    struct sg_memory *memory;
    char bytes[KEY_BYTES_MAX];
    uint32_t number;

    *ret_is_new = false;
    if (sg_keyed_add(table, key_of(bytes, cluster, name), &number, ret_is_new))
        return NULL;
    *sg_keyed_seen(table, number) = table->generation;
    memory = sg_keyed_at(table, number);
    memory->seen_ms = changes->now_ms;
    return memory;
}

bool sg_changes_set_state(struct sg_memory *memory,
    const struct sg_view *view,
    int state,
    enum sg_first first,
    struct sg_since *ret_before)
{
    bool has_changed = first == SG_FIRST_NOT && memory->state != state;

    *ret_before = memory->since;
    if (first != SG_FIRST_NOT || has_changed)
        memory->since = (struct sg_since){ view->made, first == SG_FIRST_LOOK };
    memory->state = state;
    return has_changed;
}

void sg_changes_set_lasted(
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
    struct sg_memory *memory = sg_changes_remember(
        changes, &changes->clusters, sg_view_cluster_name(view, i), SG_STR(""), &is_new);

    if (!memory)
        return;
    if (is_new)
        memory->controller = -1;
    int was = memory->state;
    int now = !is_new && cluster->state == SG_CLUSTER_UNKNOWN ? was : (int)cluster->state;
    if (sg_changes_set_state(memory, view, now, is_new ? SG_FIRST_LOOK : SG_FIRST_NOT, &before) ||
        (is_new && cluster->state == SG_CLUSTER_DOWN)) {
        bool is_down = cluster->state == SG_CLUSTER_DOWN;
        struct sg_event event =
            sg_journal_event(is_down ? SG_EVENT_CLUSTER_DOWN : SG_EVENT_CLUSTER_UP,
                is_down ? SG_SEVERITY_CRITICAL : SG_SEVERITY_INFO);
        event.cluster = sg_changes_cluster_name(view, i, name);
        if (!is_down)
            sg_changes_set_lasted(&event, &before, view);
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
    struct sg_memory *cluster = sg_changes_remember(changes, &changes->clusters,
        sg_view_cluster_name(view, broker->cluster), SG_STR(""), &is_new);

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
    struct sg_memory *memory = sg_changes_remember(changes, &changes->brokers,
        sg_view_cluster_name(view, broker->cluster), broker->id, &is_new);

    if (!memory)
        return;
    if (is_new)
        memory->started_unix_s = (double)NAN;
    int was = memory->state;
    int now = !is_new && broker->state == SG_VIEW_BROKER_UNKNOWN ? was : (int)broker->state;
    enum sg_first first = sg_changes_first(changes, broker->cluster, is_new);
    bool has_changed = sg_changes_set_state(memory, view, now, first, &before);
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
            sg_changes_set_lasted(&event, &before, view);
        sg_journal_add(changes->journal, &event);
    }
    broker->since = memory->since;
    compare_start(changes, view, broker, memory);
    compare_controller(changes, view, broker);
}

/* ---- Collectors ---- */

static void keep_failure(
    struct sg_memory *memory, const struct sg_view *view, const struct sg_slot_status *status)
{
    char *text = strdup(status->failure.text);

    if (!text)
        return;
    int64_t ago_ms = view->made.monotonic_ms - status->last_end_ms;
    free(memory->failed_text);
    memory->failed_text = text;
    memory->failed =
        (struct sg_moment){ view->made.monotonic_ms - ago_ms, view->made.unix_ms - ago_ms };
}

static struct sg_memory *remember_slot(
    struct sg_changes *changes, const struct sg_slot_status *status, bool *ret_is_new)
{
    char bytes[KEY_BYTES_MAX];

    return sg_changes_remember(changes, &changes->slots, sg_str_of(status->cluster),
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
    enum sg_first first = !is_new              ? SG_FIRST_NOT
                          : changes->has_views ? SG_FIRST_NEW
                                               : SG_FIRST_LOOK;
    bool has_changed = sg_changes_set_state(memory, view, status->success, first, &before);
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
            sg_changes_set_lasted(&event, &before, view);
        sg_journal_add(changes->journal, &event);
    }
    slot->since = memory->since;
    const char *kept =
        memory->failed_text ? sg_arena_copy(view->arena, sg_str_of(memory->failed_text)) : NULL;
    slot->failed_text = sg_str_of(kept);
    slot->failed = memory->failed;
}

/* ---- A view ---- */

/* Other filters hide topics or show them: nothing has happened to these. */
static void note_reload(struct sg_changes *changes)
{
    struct sg_event *reload = sg_journal_take_reload(changes->journal);

    if (reload && reload->kind == SG_EVENT_RELOADED && reload->number != changes->reload) {
        changes->reload = reload->number;
        for (uint32_t i = 0; i < changes->clusters.n; i++)
            ((struct sg_memory *)sg_keyed_at(&changes->clusters, i))->sets_until_told =
                SETS_AFTER_RELOAD;
    }
    (void)sg_event_unref(reload);
}

/* @return 0 or -ENOMEM */
static int begin(struct sg_changes *changes, const struct sg_view *view)
{
    const struct sg_event event = sg_journal_event(SG_EVENT_STARTED, SG_SEVERITY_INFO);

    free(changes->here);
    changes->here = calloc(view->clusters.n + 1, sizeof *changes->here);
    if (!changes->here)
        return -ENOMEM;
    changes->now_ms = view->made.monotonic_ms;
    changes->clusters.generation++;
    changes->brokers.generation++;
    changes->topics.generation++;
    changes->groups.generation++;
    changes->slots.generation++;
    sg_journal_begin(changes->journal);
    if (!changes->has_begun)
        sg_journal_add(changes->journal, &event);
    changes->has_begun = true;
    note_reload(changes);
    return 0;
}

/* What was known of a cluster before this view. */
static void begin_cluster(struct sg_changes *changes, const struct sg_view *view, uint32_t i)
{
    bool is_new;
    const struct sg_memory *memory = sg_changes_remember(
        changes, &changes->clusters, sg_view_cluster_name(view, i), SG_STR(""), &is_new);

    if (!memory)
        return;
    changes->here[i].was_complete = memory->was_complete;
    changes->here[i].is_quiet = memory->sets_until_told > 0;
}

static void end_cluster(struct sg_changes *changes, const struct sg_view *view, uint32_t i)
{
    const struct sg_view_cluster *cluster = sg_view_cluster_at(view, i);
    bool is_new;
    struct sg_memory *memory = sg_changes_remember(
        changes, &changes->clusters, sg_view_cluster_name(view, i), SG_STR(""), &is_new);

    if (!memory || !cluster->is_complete)
        return;
    memory->was_complete = true;
    if (cluster->collected_ms == memory->collected_ms)
        return;
    memory->collected_ms = cluster->collected_ms;
    memory->sets_until_told -= memory->sets_until_told > 0;
}

void sg_changes_find(struct sg_changes *changes, struct sg_view *view)
{
    if (begin(changes, view))
        return;
    for (uint32_t i = 0; i < view->clusters.n; i++) {
        compare_cluster(changes, view, i);
        begin_cluster(changes, view, i);
    }
    for (uint32_t i = 0; i < view->brokers.n; i++)
        compare_broker(changes, view, i);
    sg_changes_in_topics(changes, view);
    sg_changes_in_partitions(changes, view);
    sg_changes_in_groups(changes, view);
    for (size_t i = 0; i < view->n_slots; i++)
        compare_slot(changes, view, &view->slots[i]);
    sg_changes_forget(changes, view);
    for (uint32_t i = 0; i < view->clusters.n; i++)
        end_cluster(changes, view, i);
    changes->has_views = changes->has_views || view->is_ready;
}
