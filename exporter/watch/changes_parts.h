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
    int state;       /* an enum of the view; of a slot, success */
    int64_t seen_ms; /* monotonic */
    /* Of a cluster. */
    bool was_complete;
    int sets_until_told;  /* complete sets until topics that come and go are told of; a reload */
    int64_t collected_ms; /* of the latest of them */
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

/* Of a cluster of the current view. */
struct sg_changes_cluster {
    bool was_complete; /* all of it has been known before */
    bool is_quiet;     /* topics come and go because of a reload */
    struct {
        uint32_t n; /* events of this kind; those over SG_CHANGES_EACH_MAX are one */
        enum sg_severity worst;
    } told[SG_EVENT_KINDS];
};

struct sg_changes {
    struct sg_journal *journal;                               /* borrowed */
    struct sg_keyed clusters, brokers, topics, groups, slots; /* of struct sg_memory */
    bool has_begun;
    bool has_views;                  /* one of when all collectors had run */
    uint64_t reload;                 /* number of the latest one; 0: none */
    int64_t now_ms;                  /* monotonic; when the current view was made */
    struct sg_changes_cluster *here; /* by its clusters */
    size_t n_tallies, allocated_tallies;
    struct sg_tally *tallies; /* of the current view */
};

/** Find or add what is remembered of a row; it is seen now. @return NULL without memory */
struct sg_memory *sg_changes_remember(const struct sg_changes *changes,
    struct sg_keyed *table,
    struct sg_str cluster,
    struct sg_str name,
    bool *ret_is_new);

/* Is it the first that is known of a row? */
enum sg_first {
    SG_FIRST_NOT,
    SG_FIRST_NEW,  /* yes, and its state begins now: the row itself is new */
    SG_FIRST_LOOK, /* yes, and it may have been so for longer */
};

/** Of a row of a cluster: whether it is new cannot be said before all of the cluster was known. */
static inline enum sg_first sg_changes_first(
    const struct sg_changes *changes, uint32_t cluster, bool is_new)
{
    return !is_new                               ? SG_FIRST_NOT
           : changes->here[cluster].was_complete ? SG_FIRST_NEW
                                                 : SG_FIRST_LOOK;
}

/** Set a state. @param ret_before  since when the one before it was @return has it changed? */
bool sg_changes_set_state(struct sg_memory *memory,
    const struct sg_view *view,
    int state,
    enum sg_first first,
    struct sg_since *ret_before);

static inline int64_t sg_changes_lasted_ms(const struct sg_since *since, const struct sg_view *view)
{
    return view->made.monotonic_ms - since->moment.monotonic_ms;
}

/** How long the state before it was. */
void sg_changes_set_lasted(
    struct sg_event *event, const struct sg_since *before, const struct sg_view *view);

/** The name of a cluster, terminated. */
const char *sg_changes_cluster_name(const struct sg_view *view, uint32_t cluster, char bytes[512]);

/* Compare all topics, partitions and groups. */
void sg_changes_in_topics(struct sg_changes *changes, const struct sg_view *view);
void sg_changes_in_partitions(struct sg_changes *changes, struct sg_view *view);
void sg_changes_in_groups(struct sg_changes *changes, struct sg_view *view);

/** Forget what is gone; topics that are, are told of. */
void sg_changes_forget(struct sg_changes *changes, const struct sg_view *view);
