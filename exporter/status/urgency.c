/* SPDX-License-Identifier: Apache-2.0 */
#include "status/urgency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int sg_urgency_of_group(const struct sg_view_group *group)
{
    static const char *const order[] = { "losing_data", "stalled", "stopped", "lagging",
        "rewound" };

    for (int i = 0; i < 5; i++) {
        if (sg_str_equal(group->status, sg_str_of(order[i])))
            return i;
    }
    return 5;
}

/* By lag in seconds; if it is not known, by status. */
static int compare_groups(const void *a_opaque, const void *b_opaque)
{
    const struct sg_view_group *a = a_opaque, *b = b_opaque;
    double lag_a = isnan(a->lag_seconds) ? -1 : a->lag_seconds;
    double lag_b = isnan(b->lag_seconds) ? -1 : b->lag_seconds;

    if (lag_a != lag_b)
        return lag_a < lag_b ? 1 : -1;
    if (sg_urgency_of_group(a) != sg_urgency_of_group(b))
        return sg_urgency_of_group(a) - sg_urgency_of_group(b);
    return sg_str_compare(a->name, b->name);
}

int sg_urgency_of_partition(const struct sg_view_partition *partition)
{
    return sg_view_is_leaderless(partition) ? 0 : partition->under_min_isr ? 1 : 2;
}

static int compare_partitions(const void *a_opaque, const void *b_opaque)
{
    const struct sg_view_partition *a = a_opaque, *b = b_opaque;
    int r = sg_urgency_of_partition(a) - sg_urgency_of_partition(b);

    if (!r) /* Kafka's own topics last */
        r = sg_str_starts_with(a->topic, SG_STR("__")) - sg_str_starts_with(b->topic, SG_STR("__"));
    if (!r)
        r = sg_str_compare(a->topic, b->topic);
    if (!r)
        r = a->partition.len != b->partition.len ? (a->partition.len > b->partition.len ? 1 : -1)
                                                 : sg_str_compare(a->partition, b->partition);
    return r;
}

int sg_urgency_of_slot(const struct sg_slot_status *slot)
{
    return slot->has_run && !slot->success ? 0 : slot->has_run ? 2 : 1;
}

static int compare_slots(const void *a_opaque, const void *b_opaque)
{
    const struct sg_slot_status *a = a_opaque, *b = b_opaque;
    int r = sg_urgency_of_slot(a) - sg_urgency_of_slot(b);

    if (!r)
        r = strcmp(a->cluster, b->cluster);
    if (!r)
        r = strcmp(a->collector, b->collector);
    return r ? r : strcmp(a->target, b->target);
}

/* An array without elements may be NULL, which qsort() does not accept. */
static void sort(void *array, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    if (n)
        qsort(array, n, size, compare);
}

void sg_urgency_sort_view(struct sg_view *view)
{
    sort(view->groups, view->n_groups, sizeof *view->groups, compare_groups);
    sort(view->partitions, view->n_partitions, sizeof *view->partitions, compare_partitions);
}

void sg_urgency_sort_slots(struct sg_slot_status *slots, size_t n)
{
    sort(slots, n, sizeof *slots, compare_slots);
}
