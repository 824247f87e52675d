/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The order of the status page's rows, most urgent first. A small number is more urgent. Pure
 * functions.
 */

#include "status/view.h"
#include "store/store.h"

#include <stddef.h>

/** By its status: 0 loses data, 1 stalled, 2 stopped, 3 lagging, 4 rewound, 5 any other. */
int sg_urgency_of_group(const struct sg_view_group *group);

/** 0 without a leader, 1 under min.insync.replicas, 2 a replica is not in sync. */
int sg_urgency_of_partition(const struct sg_view_partition *partition);

/** 0 fails, 1 has not run yet, 2 works. */
int sg_urgency_of_slot(const struct sg_slot_status *slot);

/** Groups by lag in seconds, then urgency; partitions by urgency, Kafka's own topics last. */
void sg_urgency_sort_view(struct sg_view *view);

/** Failing ones first. */
void sg_urgency_sort_slots(struct sg_slot_status *slots, size_t n);
