/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The brokers, partitions and groups on the status page, read from the sample sets of the metrics
 * page. Built for one reader, who owns it.
 */

#include "base/arena.h"
#include "status/history.h"
#include "store/roster.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_VIEW_ROWS_MAX = 20000, /* of brokers, of partitions and of groups; more are not shown */
};

/* Numbers are NaN when they are not known. Texts are the view's. */
struct sg_view_broker {
    struct sg_str cluster;
    struct sg_str id;
    double is_controller;
    double leaders;
    double partitions;
    double bytes_in; /* counters */
    double bytes_out;
    double handlers_idle; /* 0 to 1 */
    double network_idle;
};

/* A partition without a leader or with missing replicas. */
struct sg_view_partition {
    struct sg_str cluster;
    struct sg_str topic;
    struct sg_str partition;
    struct sg_str leader; /* "-1": none */
    struct sg_str replicas;
    struct sg_str in_sync;
    struct sg_str missing;
    bool under_min_isr;
};

static inline bool sg_view_is_leaderless(const struct sg_view_partition *partition)
{
    return partition->leader.len > 0 && partition->leader.ptr[0] == '-';
}

struct sg_view_group {
    struct sg_str cluster;
    struct sg_str name;
    struct sg_str status; /* empty when not known */
    double lag;
    double lag_seconds; /* the largest of its topics */
    double members;
    bool is_share; /* a share group: librdkafka cannot tell its lag, but groups.share_lag may */
};

struct sg_view {
    struct sg_arena *arena;
    size_t n_brokers;
    struct sg_view_broker *brokers;
    size_t n_partitions;
    struct sg_view_partition *partitions;
    size_t n_groups;
    struct sg_view_group *groups;
    bool brokers_full, partitions_full, groups_full; /* there are more than SG_VIEW_ROWS_MAX */
};

/** @param cluster_label  name of the label with the cluster's name @return 0 or -ENOMEM */
int sg_view_new(const struct sg_store *store, const char *cluster_label, struct sg_view **ret_view);

/** @return NULL; view may be NULL */
struct sg_view *sg_view_free(struct sg_view *view);

/* The numbers in the history; the key of each has two names. */
enum sg_view_plot {
    SG_VIEW_BYTES_IN,
    SG_VIEW_BYTES_OUT,
    SG_VIEW_LAG_SECONDS,
};

enum {
    SG_VIEW_KEY_BYTES_MAX = 2200
};

/** @param name  a broker's id or a group's name @return borrowed from `bytes` */
struct sg_str sg_view_key(enum sg_view_plot plot,
    struct sg_str cluster,
    struct sg_str name,
    char bytes[SG_VIEW_KEY_BYTES_MAX]);

/** Record the numbers of the view in the history. */
void sg_view_remember(const struct sg_view *view, struct sg_history *history, int64_t now_ms);
