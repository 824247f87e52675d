/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/troubles.h"

#include "base/auto.h"
#include "serve/html.h"
#include "serve/status_page.h"
#include "serve/urgency.h"

#include <inttypes.h>
#include <stdio.h>

/* Count one, and list it while there is room: a link to what it is about. */
static void add(struct sg_troubles *troubles,
    bool urgent,
    const char *anchor,
    struct sg_str before,
    struct sg_str name,
    const char *after)
{
    struct sg_buf *items = &troubles->items;

    if (urgent)
        troubles->n_urgent++;
    else
        troubles->n_others++;
    if (troubles->r || troubles->n_urgent + troubles->n_others > SG_TROUBLES_LISTED_MAX)
        return;
    troubles->r = sg_buf_printf(items, "<li><a href=\"#%s\">", anchor);
    if (!troubles->r)
        troubles->r = sg_html_text(items, before);
    if (!troubles->r)
        troubles->r = sg_html_text(items, name);
    if (!troubles->r)
        troubles->r = sg_buf_printf(items, "%s</a></li>\n", after);
}

static void find_in_clusters(struct sg_troubles *troubles, const struct sg_clusters *clusters)
{
    for (size_t i = 0; i < clusters->n; i++) {
        char anchor[32];
        const struct sg_cluster *cluster = clusters->clusters[i];
        sg_auto_free struct sg_broker *brokers = NULL;
        size_t n = 0;
        char text[64];

        (void)snprintf(anchor, sizeof anchor, "brokers-%zu", i);
        if (sg_cluster_get_state(cluster) == SG_CLUSTER_DOWN) {
            add(troubles, true, anchor, SG_STR("Cluster "), sg_str_of(sg_cluster_name(cluster)),
                " cannot be reached");
            continue;
        }
        if (sg_cluster_get_state(cluster) != SG_CLUSTER_UP ||
            sg_cluster_copy_brokers(cluster, &brokers, &n))
            continue;
        for (size_t j = 0; j < n; j++) {
            if (brokers[j].up)
                continue;
            (void)snprintf(
                text, sizeof text, "Broker %" PRId32 " is down in cluster ", brokers[j].id);
            add(troubles, true, anchor, sg_str_of(text), sg_str_of(sg_cluster_name(cluster)), "");
        }
    }
}

static void find_in_partitions(struct sg_troubles *troubles, const struct sg_view *view)
{
    static const struct {
        bool urgent;
        const char *one;
        const char *many;
    } kinds[] = {
        { true, "1 partition has no leader: it can be neither written nor read",
            " partitions have no leader: they can be neither written nor read" },
        { true,
            "1 partition has fewer replicas in sync than min.insync.replicas: writes with "
            "acks=all fail",
            " partitions have fewer replicas in sync than min.insync.replicas: writes with "
            "acks=all "
            "fail" },
        { false, "1 partition lacks a replica in sync", " partitions lack replicas in sync" },
    };
    size_t n[3] = { 0 };
    char text[32];

    for (size_t i = 0; i < view->n_partitions; i++)
        n[sg_urgency_of_partition(&view->partitions[i])]++;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(text, sizeof text, "%zu", n[i]);
        if (n[i])
            add(troubles, kinds[i].urgent, "partitions", n[i] == 1 ? SG_STR("") : sg_str_of(text),
                SG_STR(""), n[i] == 1 ? kinds[i].one : kinds[i].many);
    }
}

static void find_in_groups(struct sg_troubles *troubles, const struct sg_view *view)
{
    static const char *const texts[] = {
        " loses data: records are deleted before it reads them",
        " is stalled: it has members and lag, and does not move",
        " is stopped: it has lag and no members, and does not move",
    };

    for (int rank = 0; rank < 3; rank++) {
        for (size_t i = 0; i < view->n_groups; i++) {
            if (sg_urgency_of_group(&view->groups[i]) == rank)
                add(troubles, rank == 0, "groups", SG_STR("Group "), view->groups[i].name,
                    texts[rank]);
        }
    }
}

static void find_in_slots(
    struct sg_troubles *troubles, const struct sg_slot_status *slots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct sg_slot_status *slot = &slots[i];
        char text[160];
        if (sg_urgency_of_slot(slot) != 0)
            continue;
        (void)snprintf(text, sizeof text, "Collector %.40s fails for ", slot->collector);
        add(troubles, false, "collectors", sg_str_of(text), sg_str_of(slot->target), "");
    }
}

int sg_troubles_find(const struct sg_clusters *clusters,
    const struct sg_view *view,
    const struct sg_slot_status *slots,
    size_t n_slots,
    struct sg_troubles *ret_troubles)
{
    struct sg_troubles *troubles = ret_troubles;

    *troubles = (struct sg_troubles){ 0 };
    sg_buf_init(&troubles->items, SG_STATUS_PAGE_BYTES_MAX);
    find_in_clusters(troubles, clusters);
    find_in_partitions(troubles, view);
    find_in_groups(troubles, view);
    find_in_slots(troubles, slots, n_slots);
    return troubles->r;
}

void sg_troubles_done(struct sg_troubles *troubles)
{
    sg_buf_done(&troubles->items);
}
