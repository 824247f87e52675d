/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the parts of causes.h share: internal to the files causes*.c; one thread. */

#include "base/buf.h"
#include "watch/view.h"

struct sg_cause;
struct sg_causes;

enum {
    SG_CAUSES_NAMES_SHOWN = 3 /* of many that are one cause */
};

/* What is missing because a broker is down. */
struct sg_causes_reach {
    uint32_t n_partitions, n_topics, n_leaderless, n_under_min_isr;
    uint32_t latest_topic;
};

struct sg_causes_finder {
    const struct sg_view *view;
    struct sg_causes *causes;
    struct sg_causes_reach *reach; /* one per broker */
    bool *is_folded;               /* one per partition */
    struct sg_buf title, detail;
    bool failed;
};

/** Add a cause with what was written to title and detail. */
void sg_causes_add(struct sg_causes_finder *finder, struct sg_cause cause);

/** " of CLUSTER", if there are several. */
void sg_causes_put_cluster(struct sg_buf *text, const struct sg_view *view, uint32_t cluster);

void sg_causes_keep_earlier(struct sg_since *since, const struct sg_since *other);

bool sg_causes_is_down(const struct sg_view *view, uint32_t cluster);

/** A partition follows from brokers that are down if these are all that it lacks. */
void sg_causes_fold_partitions(struct sg_causes_finder *finder);

/* What is found in a cluster that is not down. */
void sg_causes_find_brokers(struct sg_causes_finder *finder, uint32_t cluster);
void sg_causes_find_busy(struct sg_causes_finder *finder, uint32_t cluster);

/** @param cluster  or SG_INDEX_NONE: of no cluster that is known */
void sg_causes_find_slots(struct sg_causes_finder *finder, uint32_t cluster);
