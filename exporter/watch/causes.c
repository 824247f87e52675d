/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/causes.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/words.h"
#include "watch/causes_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

enum {
    TEXT_BYTES_MAX = 4096,
};

/* ---- Texts ---- */

void sg_causes_put_cluster(struct sg_buf *text, const struct sg_view *view, uint32_t cluster)
{
    if (cluster != SG_INDEX_NONE && view->clusters.n > 1)
        (void)sg_buf_printf(
            text, " of " SG_STR_FMT, SG_STR_ARG(sg_view_cluster_name(view, cluster)));
}

static struct sg_str keep(struct sg_causes_finder *finder, struct sg_buf *text)
{
    struct sg_str written = sg_buf_get(text);
    const char *copy = sg_arena_copy(finder->causes->arena, written);

    finder->failed = finder->failed || !copy;
    sg_buf_clear(text);
    return copy ? (struct sg_str){ copy, written.len } : SG_STR("");
}

void sg_causes_add(struct sg_causes_finder *finder, struct sg_cause cause)
{
    struct sg_causes *causes = finder->causes;

    cause.title = keep(finder, &finder->title);
    cause.detail = keep(finder, &finder->detail);
    if (sg_grow(&causes->list, causes->n, &causes->allocated, sizeof *causes->list)) {
        finder->failed = true;
        return;
    }
    causes->list[causes->n++] = cause;
    causes->n_critical += cause.severity == SG_SEVERITY_CRITICAL;
}

void sg_causes_keep_earlier(struct sg_since *since, const struct sg_since *other)
{
    if (other->moment.unix_ms &&
        (since->moment.unix_ms == 0 || other->moment.monotonic_ms < since->moment.monotonic_ms))
        *since = *other;
}

/* ---- The configuration ---- */

static void find_reload(struct sg_causes_finder *finder, const struct sg_event *reload)
{
    const struct sg_moment *now = &finder->view->made;

    if (!reload || reload->kind != SG_EVENT_RELOAD_FAILED)
        return;
    const struct sg_moment then = { now->monotonic_ms - (now->unix_ms - reload->unix_ms),
        reload->unix_ms };
    (void)sg_buf_add_str(
        &finder->title, SG_STR("The changed configuration was not loaded; the old one is in use"));
    (void)sg_buf_add_str(&finder->detail, sg_str_of(reload->detail));
    sg_causes_add(
        finder, (struct sg_cause){ SG_SEVERITY_WARNING, SG_SUBJECT_PROGRAM, SG_INDEX_NONE,
                    SG_INDEX_NONE, "reload_failed", { then, false }, SG_STR(""), SG_STR("") });
}

/* ---- Clusters ---- */

bool sg_causes_is_down(const struct sg_view *view, uint32_t cluster)
{
    return sg_view_cluster_at(view, cluster)->state == SG_CLUSTER_DOWN;
}

static void find_clusters(struct sg_causes_finder *finder)
{
    const struct sg_view *view = finder->view;

    for (uint32_t i = 0; i < view->clusters.n; i++) {
        struct sg_str name = sg_view_cluster_name(view, i);
        if (!sg_causes_is_down(view, i))
            continue;
        (void)sg_buf_printf(
            &finder->title, "Cluster " SG_STR_FMT " cannot be reached", SG_STR_ARG(name));
        for (size_t j = 0; j < view->n_slots; j++) {
            const struct sg_slot_status *status = &view->slots[j].status;
            if (strcmp(status->collector, "admin") == 0 &&
                sg_str_equal(sg_str_of(status->cluster), name))
                (void)sg_buf_add_str(&finder->detail, sg_str_of(status->failure.text));
        }
        sg_causes_add(finder,
            (struct sg_cause){ SG_SEVERITY_CRITICAL, SG_SUBJECT_CLUSTER, i, SG_INDEX_NONE,
                "cluster_down", sg_view_cluster_at(view, i)->since, SG_STR(""), SG_STR("") });
    }
}

/* ---- Partitions that lack something else ---- */

enum lack {
    NO_LEADER,
    TOO_FEW_REPLICAS, /* under min ISR, all replicas in sync */
    UNDER_MIN_ISR,
    MISSING_REPLICA,
    LACKS
};

static const struct {
    enum sg_severity severity;
    const char *kind;
    const char *one;
    const char *many;
    const char *detail_of_one;
    const char *detail_of_many;
} lacks[LACKS] = {
    [NO_LEADER] = { SG_SEVERITY_CRITICAL, "leaderless", " has no leader", " have no leader",
        "Nobody can write to it or read from it.", "Nobody can write to them or read from them." },
    [TOO_FEW_REPLICAS] = { SG_SEVERITY_CRITICAL, "too_few_replicas",
        " has fewer replicas than min.insync.replicas",
        " have fewer replicas than min.insync.replicas",
        "All replicas are in sync; producers with acks=all always fail.",
        "All replicas are in sync; producers with acks=all always fail." },
    [UNDER_MIN_ISR] = { SG_SEVERITY_CRITICAL, "under_min_isr", " is under min.insync.replicas",
        " are under min.insync.replicas", "Producers with acks=all fail there.",
        "Producers with acks=all fail there." },
    [MISSING_REPLICA] = { SG_SEVERITY_WARNING, "missing_replica",
        " has a replica that is not in sync", " have replicas that are not in sync", "", "" },
};

static enum lack lack_of(const struct sg_view_partition *partition)
{
    enum sg_partition_state state = sg_view_partition_state(partition);

    if (state == SG_PARTITION_UNDER_MIN_ISR && partition->in_sync >= partition->replicas)
        return TOO_FEW_REPLICAS;
    return state == SG_PARTITION_LEADERLESS         ? NO_LEADER
           : state == SG_PARTITION_UNDER_MIN_ISR    ? UNDER_MIN_ISR
           : state == SG_PARTITION_MISSING_REPLICAS ? MISSING_REPLICA
                                                    : LACKS;
}

/* The partitions of one cluster that lack the same. */
struct lacking {
    uint32_t n, n_topics, latest_topic, first;
    struct sg_since since;
};

static void put_missing(struct sg_buf *text, struct sg_str ids)
{
    bool is_one = !ids.len || !memchr(ids.ptr, ',', ids.len);

    if (ids.len)
        (void)sg_buf_printf(text, "Broker%s " SG_STR_FMT " %s missing from it. ", is_one ? "" : "s",
            SG_STR_ARG(ids), is_one ? "is" : "are");
}

static void add_lacking(struct sg_causes_finder *finder,
    uint32_t cluster,
    enum lack lack,
    const struct lacking *lacking)
{
    const struct sg_view *view = finder->view;
    const struct sg_view_partition *first = sg_view_partition_at(view, lacking->first);
    struct sg_str topic = sg_view_topic_at(view, first->topic)->name;

    if (lacking->n == 1)
        (void)sg_buf_printf(
            &finder->title, SG_STR_FMT " %" PRId32, SG_STR_ARG(topic), first->number);
    else if (lacking->n_topics == 1)
        (void)sg_buf_printf(
            &finder->title, "%" PRIu32 " partitions of " SG_STR_FMT, lacking->n, SG_STR_ARG(topic));
    else
        (void)sg_buf_printf(&finder->title, "%" PRIu32 " partitions of %" PRIu32 " topics",
            lacking->n, lacking->n_topics);
    sg_causes_put_cluster(&finder->title, view, cluster);
    (void)sg_buf_add_str(
        &finder->title, sg_str_of(lacking->n == 1 ? lacks[lack].one : lacks[lack].many));
    if (lacking->n == 1)
        put_missing(&finder->detail, first->missing_ids);
    (void)sg_buf_add_str(&finder->detail,
        sg_str_of(lacking->n == 1 ? lacks[lack].detail_of_one : lacks[lack].detail_of_many));
    sg_causes_add(finder, (struct sg_cause){ lacks[lack].severity, SG_SUBJECT_TOPIC, cluster,
                              lacking->n_topics == 1 ? first->topic : SG_INDEX_NONE,
                              lacks[lack].kind, lacking->since, SG_STR(""), SG_STR("") });
}

static void find_partitions(struct sg_causes_finder *finder, uint32_t cluster)
{
    const struct sg_view *view = finder->view;
    struct lacking lacking[LACKS] = { { 0 } };

    for (uint32_t i = 0; i < view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(view, i);
        enum lack lack = lack_of(partition);
        if (lack == LACKS || finder->is_folded[i] ||
            sg_view_topic_at(view, partition->topic)->cluster != cluster)
            continue;
        struct lacking *of = &lacking[lack];
        if (of->n++ == 0) {
            of->first = i;
            of->n_topics = 1;
        } else if (of->latest_topic != partition->topic) {
            of->n_topics++;
        }
        of->latest_topic = partition->topic;
        sg_causes_keep_earlier(&of->since, &partition->since);
    }
    for (int lack = 0; lack < LACKS; lack++) {
        if (lacking[lack].n)
            add_lacking(finder, cluster, (enum lack)lack, &lacking[lack]);
    }
}

/* ---- Groups ---- */

static const struct {
    enum sg_group_status status;
    enum sg_severity severity;
    const char *kind;
    const char *one;
    const char *many;
} of_groups[] = {
    { SG_GROUP_LOSING_DATA, SG_SEVERITY_CRITICAL, "group_losing_data",
        " loses data: records are deleted before it reads them",
        " lose data: records are deleted before they read them" },
    { SG_GROUP_STALLED, SG_SEVERITY_CRITICAL, "group_stalled",
        " is stalled: it has members and does not get on",
        " are stalled: they have members and do not get on" },
    { SG_GROUP_STOPPED, SG_SEVERITY_WARNING, "group_stopped",
        " is stopped: it has records to read and no members",
        " are stopped: they have records to read and no members" },
    { SG_GROUP_LAGGING, SG_SEVERITY_WARNING, "group_lagging", " lags", " lag" },
};

static void put_lag(struct sg_buf *text, const struct sg_view_group *group)
{
    if (!isnan(group->lag_seconds) && group->lag_seconds > 0)
        (void)sg_buf_printf(
            text, "%s behind", sg_words_age((int64_t)(group->lag_seconds * 1000)).text);
    else if (!isnan(group->lag))
        (void)sg_buf_printf(text, "%s records behind", sg_words_number(group->lag).text);
    else
        (void)sg_buf_add_str(text, SG_STR("lag not known"));
}

static void add_group(struct sg_causes_finder *finder, uint32_t number, size_t kind)
{
    const struct sg_view_group *group = sg_view_group_at(finder->view, number);

    (void)sg_buf_printf(
        &finder->title, "Group " SG_STR_FMT, SG_STR_ARG(sg_words_name(group->name)));
    sg_causes_put_cluster(&finder->title, finder->view, group->cluster);
    (void)sg_buf_add_str(&finder->title, sg_str_of(of_groups[kind].one));
    if (group->lag_seconds > 0 || !isnan(group->lag)) {
        (void)sg_buf_add_str(&finder->detail, SG_STR("It is "));
        put_lag(&finder->detail, group);
    } else {
        (void)sg_buf_add_str(&finder->detail, SG_STR("Its lag is not known"));
    }
    if (group->lag_seconds > 0 && !isnan(group->lag))
        (void)sg_buf_printf(&finder->detail, ", %s records", sg_words_number(group->lag).text);
    (void)sg_buf_add_char(&finder->detail, '.');
    sg_causes_add(
        finder, (struct sg_cause){ of_groups[kind].severity, SG_SUBJECT_GROUP, group->cluster,
                    number, of_groups[kind].kind, group->since, SG_STR(""), SG_STR("") });
}

static bool is_of_kind(
    const struct sg_causes_finder *finder, uint32_t cluster, uint32_t number, size_t kind)
{
    const struct sg_view_group *group = sg_view_group_at(finder->view, number);
    int64_t lasts_ms = finder->view->made.monotonic_ms - group->since.moment.monotonic_ms;

    return group->cluster == cluster && group->status == of_groups[kind].status &&
           (group->status != SG_GROUP_LAGGING || lasts_ms >= SG_CAUSES_LAGGING_MS);
}

static void find_many_groups(
    struct sg_causes_finder *finder, uint32_t cluster, size_t kind, uint32_t n)
{
    struct sg_cause cause = { of_groups[kind].severity, SG_SUBJECT_GROUP, cluster, SG_INDEX_NONE,
        of_groups[kind].kind, { { 0, 0 }, false }, SG_STR(""), SG_STR("") };
    uint32_t shown = 0;

    (void)sg_buf_printf(&finder->title, "%" PRIu32 " groups", n);
    sg_causes_put_cluster(&finder->title, finder->view, cluster);
    (void)sg_buf_add_str(&finder->title, sg_str_of(of_groups[kind].many));
    for (uint32_t i = 0; i < finder->view->groups.n; i++) {
        const struct sg_view_group *group = sg_view_group_at(finder->view, i);
        if (!is_of_kind(finder, cluster, i, kind))
            continue;
        sg_causes_keep_earlier(&cause.since, &group->since);
        if (shown++ >= SG_CAUSES_NAMES_SHOWN)
            continue;
        (void)sg_buf_printf(&finder->detail, "%s" SG_STR_FMT " (", shown > 1 ? ", " : "",
            SG_STR_ARG(sg_words_name(group->name)));
        put_lag(&finder->detail, group);
        (void)sg_buf_add_char(&finder->detail, ')');
    }
    (void)sg_buf_printf(&finder->detail, " and %" PRIu32 " more.", n - SG_CAUSES_NAMES_SHOWN);
    sg_causes_add(finder, cause);
}

static void find_groups(struct sg_causes_finder *finder, uint32_t cluster, size_t kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < finder->view->groups.n; i++)
        n += is_of_kind(finder, cluster, i, kind);
    if (n > SG_CAUSES_EACH_MAX) {
        find_many_groups(finder, cluster, kind, n);
        return;
    }
    for (uint32_t i = 0; n && i < finder->view->groups.n; i++) {
        if (is_of_kind(finder, cluster, i, kind))
            add_group(finder, i, kind);
    }
}

/* ---- */

/* The worst, then the newest. */
static int compare(const void *a_opaque, const void *b_opaque)
{
    const struct sg_cause *a = a_opaque, *b = b_opaque;
    int64_t at_a = a->since.moment.unix_ms ? a->since.moment.monotonic_ms : INT64_MIN;
    int64_t at_b = b->since.moment.unix_ms ? b->since.moment.monotonic_ms : INT64_MIN;

    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (at_a != at_b)
        return at_a > at_b ? -1 : 1;
    return sg_str_compare(a->title, b->title);
}

static void find_all(struct sg_causes_finder *finder, const struct sg_event *reload)
{
    const struct sg_view *view = finder->view;

    find_reload(finder, reload);
    find_clusters(finder);
    sg_causes_fold_partitions(finder);
    for (uint32_t cluster = 0; cluster < view->clusters.n; cluster++) {
        if (sg_causes_is_down(view, cluster))
            continue;
        sg_causes_find_brokers(finder, cluster);
        sg_causes_find_busy(finder, cluster);
        find_partitions(finder, cluster);
        for (size_t kind = 0; kind < sizeof of_groups / sizeof of_groups[0]; kind++)
            find_groups(finder, cluster, kind);
    }
    for (uint32_t cluster = 0; cluster < view->clusters.n; cluster++)
        sg_causes_find_slots(finder, cluster);
    sg_causes_find_slots(finder, SG_INDEX_NONE);
}

int sg_causes_find(
    const struct sg_view *view, const struct sg_event *reload, struct sg_causes *causes)
{
    sg_auto_free struct sg_causes_reach *reach = calloc(view->brokers.n + 1, sizeof *reach);
    sg_auto_free bool *is_folded = calloc(view->partitions.n + 1, sizeof *is_folded);

    *causes = (struct sg_causes){ .arena = sg_arena_new() };
    if (!reach || !is_folded || !causes->arena)
        return -ENOMEM;
    struct sg_causes_finder finder = {
        .view = view, .causes = causes, .reach = reach, .is_folded = is_folded
    };
    sg_buf_init(&finder.title, TEXT_BYTES_MAX);
    sg_buf_init(&finder.detail, TEXT_BYTES_MAX);
    find_all(&finder, reload);
    sg_buf_done(&finder.title);
    sg_buf_done(&finder.detail);
    if (causes->n)
        qsort(causes->list, causes->n, sizeof *causes->list, compare);
    return finder.failed ? -ENOMEM : 0;
}

void sg_causes_done(struct sg_causes *causes)
{
    (void)sg_arena_unref(causes->arena);
    free(causes->list);
    *causes = (struct sg_causes){ .n = 0 };
}
