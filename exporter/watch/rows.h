/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a view knows of a cluster, a broker, a topic, a partition, a group and a collector. */

#include "base/keyed.h"
#include "store/cluster.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* A point in time by both clocks: one measures durations, the other one is shown. */
struct sg_moment {
    int64_t monotonic_ms;
    int64_t unix_ms; /* 0: not known */
};

/* Since when something is as it is. */
struct sg_since {
    struct sg_moment moment;
    bool at_least; /* it was so already when it was first seen */
};

/* Numbers are NaN when they are not known. Texts are the view's; `cluster` is a number in its list.
 */

struct sg_view_cluster {
    struct sg_keyed_text key; /* its name */
    enum sg_cluster_state state;
    struct sg_since since;
    bool is_complete; /* all of its topics and groups are in the view: what is missing is gone */
    int64_t collected_ms; /* monotonic: when they were collected */
    double n_partitions, n_leaderless, n_under_min_isr, n_missing_replicas;
};

enum sg_view_broker_state {
    SG_VIEW_BROKER_UNKNOWN,
    SG_VIEW_BROKER_UP,
    SG_VIEW_BROKER_DOWN,
};

struct sg_view_broker {
    struct sg_keyed_text key;
    uint32_t cluster;
    struct sg_str id;
    struct sg_str host; /* empty when it is not known */
    int32_t port;
    enum sg_view_broker_state state;
    struct sg_since since;
    int64_t collected_ms; /* monotonic: when the numbers below were collected */
    double is_controller;
    double leaders;
    double partitions;
    double bytes_in; /* counters */
    double bytes_out;
    double messages_in;
    double handlers_idle; /* 0 to 1 */
    double network_idle;
    double started_unix_s;
    double size_bytes;
};

struct sg_view_topic {
    struct sg_keyed_text key;
    uint32_t cluster;
    struct sg_str name;
    double partitions;
    double replication_factor;
    double min_isr;
    double retention_s;
    double size_bytes; /* of its leaders */
    double groups;
    double last_produced_unix_s;
    double ends; /* sum of the ends of its logs; NaN unless all are known */
    uint32_t n_listed, n_ends;
    uint32_t n_leaderless, n_under_min_isr, n_missing_replicas, n_reassigning;
    struct sg_since since; /* of its worst partition's state; not set without trouble */
};

/* How a partition is, the worst first. */
enum sg_partition_state {
    SG_PARTITION_LEADERLESS,
    SG_PARTITION_UNDER_MIN_ISR,
    SG_PARTITION_MISSING_REPLICAS,
    SG_PARTITION_OK,
};

struct sg_view_partition {
    uint32_t topic; /* these two are the key */
    int32_t number;
    uint32_t seen;
    bool leaderless, under_min_isr, reassigning;
    double leader;
    double replicas;
    double in_sync;
    double start, end; /* of its log */
    double rate;       /* records a second that were written since the collection before */
    /* Only of those in trouble: broker ids, separated by commas. */
    struct sg_str replica_ids, in_sync_ids, missing_ids;
    struct sg_since since; /* of its state */
};

/* How a group is doing, the worst first: kafka_consumergroup_status, docs/lag.md. */
enum sg_group_status {
    SG_GROUP_LOSING_DATA,
    SG_GROUP_STALLED,
    SG_GROUP_STOPPED,
    SG_GROUP_LAGGING,
    SG_GROUP_REWOUND,
    SG_GROUP_OK,
    SG_GROUP_NOT_KNOWN,
};

struct sg_view_group {
    struct sg_keyed_text key;
    uint32_t cluster;
    struct sg_str name;
    struct sg_str status_text; /* as the label has it; empty when it is not known */
    struct sg_str state;       /* of Kafka: Stable, Empty, … */
    struct sg_str type;
    struct sg_str coordinator;
    enum sg_group_status status;
    struct sg_since since; /* of its status */
    double lag;            /* in records, of all topics */
    double lag_seconds;    /* the largest of its topics */
    double members;
    double rebalances; /* counters */
    double unread_lost;
    double committed;        /* sum of its offsets: grows as it reads */
    double drain_seconds;    /* the longest */
    double retention_margin; /* the smallest */
};

struct sg_view_slot {
    struct sg_slot_status status; /* its texts are the view's */
    struct sg_since since;
    /* The latest failure, also after it works again; empty when there was none. */
    struct sg_str failed_text;
    struct sg_moment failed;
};
