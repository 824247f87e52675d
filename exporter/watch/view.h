/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is known of all clusters at one moment: brokers, topics, partitions, groups, collectors.
 *
 * Read from the sample sets of the metrics page, from the roster, and from the state of the store's
 * slots. Immutable once it is published; reference-counted; any thread may read it. Lists are
 * tables (base/keyed.h): their items are numbered from 0 to n - 1.
 */

#include "base/keyed.h"
#include "base/sync.h"
#include "store/roster.h"
#include "store/store.h"
#include "watch/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Rows of one kind. The rest is counted as left out. */
    SG_VIEW_ROWS_MAX = 20000,
    SG_VIEW_PARTITIONS_MAX = 100000,
};

/** How a partition is. */
enum sg_partition_state sg_view_partition_state(const struct sg_view_partition *partition);

struct sg_view {
    struct sg_refs refs;
    struct sg_arena *arena;
    struct sg_moment made;
    uint64_t version; /* of the store when it was made */
    bool is_ready;    /* all collectors have run */
    bool is_full;     /* there are more rows than fit */
    struct sg_keyed clusters, brokers, topics, partitions, groups;
    size_t n_slots;
    struct sg_view_slot *slots;
};

/** @param clusters  borrowed @param made  now @return 0 or -ENOMEM */
int sg_view_new(const struct sg_store *store,
    const struct sg_clusters *clusters,
    const struct sg_moment *made,
    struct sg_view **ret_view);

struct sg_view *sg_view_ref(struct sg_view *view);

/** @return NULL; view may be NULL */
struct sg_view *sg_view_unref(struct sg_view *view);

/* ---- Items, borrowed ---- */

static inline struct sg_view_cluster *sg_view_cluster_at(const struct sg_view *view, uint32_t i)
{
    return sg_keyed_at(&view->clusters, i);
}

static inline struct sg_view_broker *sg_view_broker_at(const struct sg_view *view, uint32_t i)
{
    return sg_keyed_at(&view->brokers, i);
}

static inline struct sg_view_topic *sg_view_topic_at(const struct sg_view *view, uint32_t i)
{
    return sg_keyed_at(&view->topics, i);
}

static inline struct sg_view_partition *sg_view_partition_at(const struct sg_view *view, uint32_t i)
{
    return sg_keyed_at(&view->partitions, i);
}

static inline struct sg_view_group *sg_view_group_at(const struct sg_view *view, uint32_t i)
{
    return sg_keyed_at(&view->groups, i);
}

static inline struct sg_str sg_view_cluster_name(const struct sg_view *view, uint32_t cluster)
{
    return sg_keyed_key(&view->clusters, cluster);
}

/** As the label has it: "losing_data"; empty for one that is not known. */
const char *sg_view_status_text(enum sg_group_status status);

/** Find an item by its names, not escaped. @return its number or SG_INDEX_NONE */
uint32_t sg_view_find_cluster(const struct sg_view *view, struct sg_str cluster);
uint32_t sg_view_find_broker(const struct sg_view *view, uint32_t cluster, struct sg_str id);
uint32_t sg_view_find_topic(const struct sg_view *view, uint32_t cluster, struct sg_str name);
uint32_t sg_view_find_group(const struct sg_view *view, uint32_t cluster, struct sg_str name);
