/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"
#include "watch/causes.h"
#include "watch/causes_parts.h"

#include <inttypes.h>

/* ---- Brokers that are down, and what lacks them ---- */

/* @return the first of the ids that are separated by commas; *rest is what follows it */
static struct sg_str next_id(struct sg_str *rest)
{
    const char *comma = memchr(rest->ptr, ',', rest->len);
    struct sg_str id = { rest->ptr, comma ? (size_t)(comma - rest->ptr) : rest->len };

    rest->ptr += id.len + (comma != NULL);
    rest->len -= id.len + (comma != NULL);
    return id;
}

static uint32_t find_down(const struct sg_view *view, uint32_t cluster, struct sg_str id)
{
    uint32_t number = sg_view_find_broker(view, cluster, id);

    return number != SG_INDEX_NONE && sg_view_broker_at(view, number)->state == SG_VIEW_BROKER_DOWN
               ? number
               : SG_INDEX_NONE;
}

static void count_reach(struct sg_causes_reach *reach, const struct sg_view_partition *partition)
{
    if (reach->n_partitions++ == 0 || reach->latest_topic != partition->topic)
        reach->n_topics++;
    reach->latest_topic = partition->topic;
    reach->n_leaderless += partition->leaderless;
    reach->n_under_min_isr += partition->under_min_isr;
}

/*
 * The brokers that a partition lacks. Kafka leaves the last in-sync replica in the ISR when its
 * broker goes down: the partition has no leader then, and is not missing it.
 */
static struct sg_str lacking_ids(const struct sg_view_partition *partition)
{
    return partition->leaderless && partition->in_sync_ids.len ? partition->in_sync_ids
                                                               : partition->missing_ids;
}

void sg_causes_fold_partitions(struct sg_causes_finder *finder)
{
    const struct sg_view *view = finder->view;

    for (uint32_t i = 0; i < view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(view, i);
        uint32_t cluster = sg_view_topic_at(view, partition->topic)->cluster;
        struct sg_str rest = lacking_ids(partition);
        bool all_down = rest.len > 0;
        while (rest.len > 0)
            all_down = find_down(view, cluster, next_id(&rest)) != SG_INDEX_NONE && all_down;
        finder->is_folded[i] = all_down;
        for (rest = lacking_ids(partition); rest.len > 0;) {
            uint32_t broker = find_down(view, cluster, next_id(&rest));
            if (broker != SG_INDEX_NONE)
                count_reach(&finder->reach[broker], partition);
        }
    }
}

static void put_reach(struct sg_causes_finder *finder, const struct sg_causes_reach *reach)
{
    struct sg_buf *detail = &finder->detail;

    if (reach->n_partitions == 0)
        return;
    (void)sg_buf_printf(detail, "Missing from %s of %s.",
        sg_words_count(reach->n_partitions, "partition").text,
        sg_words_count(reach->n_topics, "topic").text);
    if (reach->n_leaderless == 1)
        (void)sg_buf_add_str(
            detail, SG_STR(" One has no leader: nobody can write to it or read from it."));
    else if (reach->n_leaderless)
        (void)sg_buf_printf(detail,
            " %s have no leader: nobody can write to them or read from them.",
            sg_words_number(reach->n_leaderless).text);
    if (reach->n_under_min_isr)
        (void)sg_buf_printf(detail,
            " %s %s under min.insync.replicas: producers with acks=all fail there.",
            sg_words_number(reach->n_under_min_isr).text,
            reach->n_under_min_isr == 1 ? "is" : "are");
    if (!reach->n_leaderless)
        (void)sg_buf_add_str(detail, SG_STR(" All partitions have a leader."));
}

static void find_broker(struct sg_causes_finder *finder, uint32_t number)
{
    const struct sg_view_broker *broker = sg_view_broker_at(finder->view, number);

    (void)sg_buf_printf(&finder->title, "Broker " SG_STR_FMT, SG_STR_ARG(broker->id));
    sg_causes_put_cluster(&finder->title, finder->view, broker->cluster);
    (void)sg_buf_add_str(&finder->title, SG_STR(" is down"));
    put_reach(finder, &finder->reach[number]);
    sg_causes_add(
        finder, (struct sg_cause){ SG_SEVERITY_CRITICAL, SG_SUBJECT_BROKER, broker->cluster, number,
                    "broker_down", broker->since, SG_STR(""), SG_STR("") });
}

/* Several of one cluster. */
static void find_many_brokers(struct sg_causes_finder *finder, uint32_t cluster, uint32_t n)
{
    const struct sg_view *view = finder->view;
    struct sg_cause cause = { SG_SEVERITY_CRITICAL, SG_SUBJECT_BROKER, cluster, SG_INDEX_NONE,
        "broker_down", { { 0, 0 }, false }, SG_STR(""), SG_STR("") };
    uint32_t shown = 0;

    (void)sg_buf_printf(&finder->title, "%" PRIu32 " brokers", n);
    sg_causes_put_cluster(&finder->title, view, cluster);
    (void)sg_buf_add_str(&finder->title, SG_STR(" are down"));
    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(view, i);
        if (broker->cluster != cluster || broker->state != SG_VIEW_BROKER_DOWN)
            continue;
        sg_causes_keep_earlier(&cause.since, &broker->since);
        if (shown++ < 20)
            (void)sg_buf_printf(&finder->detail, "%s" SG_STR_FMT, shown == 1 ? "Brokers " : ", ",
                SG_STR_ARG(broker->id));
    }
    (void)sg_buf_add_str(&finder->detail, shown > 20 ? SG_STR(" and others.") : SG_STR("."));
    if (sg_view_cluster_at(view, cluster)->n_leaderless > 0)
        (void)sg_buf_printf(&finder->detail, " %s have no leader.",
            sg_words_number(sg_view_cluster_at(view, cluster)->n_leaderless).text);
    if (sg_view_cluster_at(view, cluster)->n_under_min_isr > 0)
        (void)sg_buf_printf(&finder->detail, " %s under min.insync.replicas.",
            sg_words_count((size_t)sg_view_cluster_at(view, cluster)->n_under_min_isr, "partition")
                .text);
    sg_causes_add(finder, cause);
}

void sg_causes_find_brokers(struct sg_causes_finder *finder, uint32_t cluster)
{
    const struct sg_view *view = finder->view;
    uint32_t n = 0;

    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(view, i);
        n += broker->cluster == cluster && broker->state == SG_VIEW_BROKER_DOWN;
    }
    if (n > SG_CAUSES_EACH_MAX) {
        find_many_brokers(finder, cluster, n);
        return;
    }
    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(view, i);
        if (broker->cluster == cluster && broker->state == SG_VIEW_BROKER_DOWN)
            find_broker(finder, i);
    }
}

static bool is_busy(const struct sg_view_broker *broker, uint32_t cluster)
{
    return broker->cluster == cluster && broker->state != SG_VIEW_BROKER_DOWN &&
           broker->handlers_idle < SG_CAUSES_IDLE_MIN;
}

static void add_busy(struct sg_causes_finder *finder, uint32_t cluster, uint32_t item)
{
    sg_causes_add(finder, (struct sg_cause){ SG_SEVERITY_WARNING, SG_SUBJECT_BROKER, cluster, item,
                              "broker_busy", { { 0, 0 }, false }, SG_STR(""), SG_STR("") });
}

/* Several of one cluster. */
static void find_many_busy(struct sg_causes_finder *finder, uint32_t cluster, uint32_t n)
{
    uint32_t shown = 0;

    (void)sg_buf_printf(&finder->title, "%" PRIu32 " brokers", n);
    sg_causes_put_cluster(&finder->title, finder->view, cluster);
    (void)sg_buf_add_str(&finder->title, SG_STR(" are busy"));
    for (uint32_t i = 0; i < finder->view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(finder->view, i);
        if (is_busy(broker, cluster) && shown++ < SG_CAUSES_NAMES_SHOWN)
            (void)sg_buf_printf(&finder->detail, "%sBroker " SG_STR_FMT " (%.0f %% idle)",
                shown == 1 ? "" : ", ", SG_STR_ARG(broker->id), broker->handlers_idle * 100);
    }
    (void)sg_buf_printf(&finder->detail, " and %" PRIu32 " more.", n - SG_CAUSES_NAMES_SHOWN);
    add_busy(finder, cluster, SG_INDEX_NONE);
}

void sg_causes_find_busy(struct sg_causes_finder *finder, uint32_t cluster)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < finder->view->brokers.n; i++)
        n += is_busy(sg_view_broker_at(finder->view, i), cluster);
    if (n > SG_CAUSES_EACH_MAX) {
        find_many_busy(finder, cluster, n);
        return;
    }
    for (uint32_t i = 0; i < finder->view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(finder->view, i);
        if (!is_busy(broker, cluster))
            continue;
        (void)sg_buf_printf(&finder->title, "Broker " SG_STR_FMT, SG_STR_ARG(broker->id));
        sg_causes_put_cluster(&finder->title, finder->view, cluster);
        (void)sg_buf_add_str(&finder->title, SG_STR(" is busy"));
        (void)sg_buf_printf(
            &finder->detail, "Its request handlers are %.0f %% idle.", broker->handlers_idle * 100);
        add_busy(finder, cluster, i);
    }
}

/* ---- Collectors ---- */

/* Fails, and not because its broker or its cluster is down. */
static bool is_failing(const struct sg_view *view, const struct sg_view_slot *slot)
{
    const struct sg_slot_status *status = &slot->status;
    uint32_t cluster = sg_view_find_cluster(view, sg_str_of(status->cluster));

    return status->has_run && !status->success &&
           (cluster == SG_INDEX_NONE ||
               !(sg_causes_is_down(view, cluster) ||
                   find_down(view, cluster, sg_str_of(status->target)) != SG_INDEX_NONE));
}

static void add_slot(struct sg_causes_finder *finder, uint32_t cluster, struct sg_since since)
{
    sg_causes_add(finder, (struct sg_cause){ SG_SEVERITY_WARNING, SG_SUBJECT_COLLECTOR, cluster,
                              SG_INDEX_NONE, "collector_fails", since, SG_STR(""), SG_STR("") });
}

static void find_slot(
    struct sg_causes_finder *finder, uint32_t cluster, const struct sg_view_slot *slot)
{
    const struct sg_slot_status *status = &slot->status;

    (void)sg_buf_printf(
        &finder->title, "Collector %s of %s fails", status->collector, status->target);
    sg_causes_put_cluster(&finder->title, finder->view, cluster);
    (void)sg_buf_add_str(&finder->detail, sg_str_of(status->failure.text));
    add_slot(finder, cluster, slot->since);
}

/* Several of one cluster, which often have one reason. */
static void find_many_slots(struct sg_causes_finder *finder, uint32_t cluster, size_t n)
{
    const struct sg_view *view = finder->view;
    const struct sg_slot_status *first = NULL;
    struct sg_since since = { { 0, 0 }, false };
    size_t shown = 0;

    (void)sg_buf_printf(&finder->title, "%zu collectors", n);
    sg_causes_put_cluster(&finder->title, view, cluster);
    (void)sg_buf_add_str(&finder->title, SG_STR(" fail"));
    for (size_t i = 0; i < view->n_slots; i++) {
        const struct sg_slot_status *status = &view->slots[i].status;
        if (sg_view_find_cluster(view, sg_str_of(status->cluster)) != cluster ||
            !is_failing(view, &view->slots[i]))
            continue;
        first = first ? first : status;
        sg_causes_keep_earlier(&since, &view->slots[i].since);
        if (shown++ < SG_CAUSES_NAMES_SHOWN)
            (void)sg_buf_printf(&finder->detail, "%s%s of %s", shown == 1 ? "" : ", ",
                status->collector, status->target);
    }
    (void)sg_buf_printf(&finder->detail, " and %zu more. The first says: %s",
        n - SG_CAUSES_NAMES_SHOWN, first ? first->failure.text : "");
    add_slot(finder, cluster, since);
}

void sg_causes_find_slots(struct sg_causes_finder *finder, uint32_t cluster)
{
    const struct sg_view *view = finder->view;
    size_t n = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < view->n_slots; i++) {
            const struct sg_view_slot *slot = &view->slots[i];
            if (sg_view_find_cluster(view, sg_str_of(slot->status.cluster)) != cluster ||
                !is_failing(view, slot))
                continue;
            if (pass)
                find_slot(finder, cluster, slot);
            else
                n++;
        }
        if (n > SG_CAUSES_EACH_MAX) {
            find_many_slots(finder, cluster, n);
            return;
        }
    }
}
