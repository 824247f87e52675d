/* SPDX-License-Identifier: Apache-2.0 */
#include "status/troubles.h"

#include "base/auto.h"
#include "status/urgency.h"

#include <inttypes.h>
#include <stdio.h>

/* Count a problem, and list it if there is room. @param after  a constant */
static void add(struct sg_troubles *troubles,
    bool urgent,
    const char *anchor,
    const char *before,
    struct sg_str name,
    const char *after)
{
    size_t n = troubles->n_urgent + troubles->n_others;

    if (urgent)
        troubles->n_urgent++;
    else
        troubles->n_others++;
    if (n >= SG_TROUBLES_LISTED_MAX)
        return;
    struct sg_trouble *item = &troubles->items[n];
    (void)snprintf(item->anchor, sizeof item->anchor, "%s", anchor);
    (void)snprintf(item->before, sizeof item->before, "%s", before);
    item->name = name;
    item->after = after;
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
            add(troubles, true, anchor, "Cluster ", sg_str_of(sg_cluster_name(cluster)),
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
            add(troubles, true, anchor, text, sg_str_of(sg_cluster_name(cluster)), "");
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
        { false, "1 partition has a replica that is not in sync",
            " partitions have replicas that are not in sync" },
    };
    size_t n[3] = { 0 };
    char text[32];

    for (size_t i = 0; i < view->n_partitions; i++)
        n[sg_urgency_of_partition(&view->partitions[i])]++;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(text, sizeof text, "%zu", n[i]);
        if (n[i])
            add(troubles, kinds[i].urgent, "partitions", n[i] == 1 ? "" : text, SG_STR(""),
                n[i] == 1 ? kinds[i].one : kinds[i].many);
    }
}

static void find_in_groups(struct sg_troubles *troubles, const struct sg_view *view)
{
    static const char *const texts[] = {
        " loses data: records are deleted before it reads them",
        " is stalled: it has members and lag, and makes no progress",
        " is stopped: it has lag and no members, and makes no progress",
    };

    for (int rank = 0; rank < 3; rank++) {
        for (size_t i = 0; i < view->n_groups; i++) {
            if (sg_urgency_of_group(&view->groups[i]) == rank)
                add(troubles, rank == 0, "groups", "Group ", view->groups[i].name, texts[rank]);
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
        (void)snprintf(text, sizeof text, "Collector %.40s is failing for ", slot->collector);
        add(troubles, false, "collectors", text, sg_str_of(slot->target), "");
    }
}

void sg_troubles_find(const struct sg_clusters *clusters,
    const struct sg_view *view,
    const struct sg_slot_status *slots,
    size_t n_slots,
    struct sg_troubles *ret_troubles)
{
    ret_troubles->n_urgent = 0;
    ret_troubles->n_others = 0;
    find_in_clusters(ret_troubles, clusters);
    find_in_partitions(ret_troubles, view);
    find_in_groups(ret_troubles, view);
    find_in_slots(ret_troubles, slots, n_slots);
}
