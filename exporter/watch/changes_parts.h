/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is remembered of the views before, for comparing the next one with it. Internal to the files
 * changes*.c; one thread.
 */

#include "watch/journal.h"
#include "watch/view.h"

/* Of a partition. */
struct sg_changes_partition {
    struct sg_since since;
    double end;     /* NaN: not known */
    int64_t end_ms; /* when it was collected */
    double rate;
    int32_t leader;
    int16_t in_sync;
    uint8_t state; /* enum sg_partition_state */
    bool is_known, reassigning;
};

/* Of a row of a view. */
struct sg_memory {
    struct sg_keyed_text key;
    struct sg_since since;
    int state; /* an enum of the view; of a slot, success */
    /* Of a cluster. */
    bool was_complete;
    int32_t controller;
    /* Of a broker. */
    double started_unix_s;
    /* Of a topic. */
    double n_partitions;
    struct sg_changes_partition *partitions;
    size_t n_remembered;
    /* Of a group. */
    double rebalances;
    int64_t rebalance_ms; /* of the latest event; 0: none */
    int64_t seen_ms;
    /* Of a slot. */
    char *failed_text;
    struct sg_moment failed;
};

/* Partitions of one topic to which the same has happened at once. */
struct sg_tally {
    uint32_t topic; /* of the view */
    enum sg_event_kind kind;
    uint32_t count;
    int32_t partition, broker, before;
    int64_t lasted_ms;
    bool at_least;
};

struct sg_changes {
    struct sg_journal *journal;                               /* borrowed */
    struct sg_keyed clusters, brokers, topics, groups, slots; /* of struct sg_memory */
    bool has_begun;
    bool has_views;         /* one of when all collectors had run */
    uint64_t reload;        /* number of the latest one; 0: none */
    int64_t quiet_until_ms; /* topics come and go because of a reload */
    size_t n_tallies, allocated_tallies;
    struct sg_tally *tallies; /* of the current view */
};

/** Find or add what is remembered of a row; it is seen now. @return NULL without memory */
struct sg_memory *sg_changes_remember(
    struct sg_keyed *table, struct sg_str cluster, struct sg_str name, bool *ret_is_new);

/** A state that begins now. What was so already at the first view may have been so for longer. */
struct sg_since sg_changes_now(
    const struct sg_changes *changes, const struct sg_view *view, bool is_new);

static inline int64_t sg_changes_lasted_ms(const struct sg_since *since, const struct sg_view *view)
{
    return view->made.monotonic_ms - since->moment.monotonic_ms;
}

/** The name of a cluster, terminated. */
const char *sg_changes_cluster_name(const struct sg_view *view, uint32_t cluster, char bytes[512]);

/** Compare all partitions. */
void sg_changes_in_partitions(struct sg_changes *changes, struct sg_view *view);
