/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The consumer groups of one collection: their names, states and committed offsets.
 * Filled from answers one by one; whatever was not answered stays unknown. One thread.
 */

#include "admin/model/members.h"
#include "admin/model/topology.h"
#include "base/arena.h"
#include "base/index.h"
#include "base/keyed.h"
#include "base/str.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The states of the classic group protocol, spelled as Kafka spells them. */
enum sg_group_state {
    SG_GROUP_COMPLETING_REBALANCE,
    SG_GROUP_DEAD,
    SG_GROUP_EMPTY,
    SG_GROUP_PREPARING_REBALANCE,
    SG_GROUP_STABLE,
    SG_GROUP_STATES,
    SG_GROUP_STATE_UNKNOWN = SG_GROUP_STATES,
};

/** @param state not SG_GROUP_STATE_UNKNOWN */
const char *sg_group_state_text(enum sg_group_state state);

/* The types of groups, as Kafka has them (KIP-1043). */
enum sg_group_type {
    SG_GROUP_TYPE_UNKNOWN,
    SG_GROUP_CLASSIC,
    SG_GROUP_CONSUMER, /* the new consumer protocol, KIP-848 */
    SG_GROUP_STREAMS,  /* KIP-1071 */
    SG_GROUP_SHARE,    /* KIP-932; or a streams group that has committed nothing (others.h) */
    SG_GROUP_TYPES,
};

/** As the label has it; "" when it is not known. */
const char *sg_group_type_text(enum sg_group_type type);

enum {
    SG_COMMITTED_UNKNOWN = -1 /* the broker did not return it; not the same as: never committed */
};

struct sg_committed {
    uint32_t partition; /* its number in the topology */
    uint32_t entry;     /* of sg_statuses, plus 1; 0: none */
    int64_t offset;     /* or SG_COMMITTED_UNKNOWN */
    int64_t n_empty;    /* so many offsets from there on hold nothing to read (look.h) */
};

/** Up to where the group has read all there is: not lower than its committed offset. */
static inline int64_t sg_committed_read_to(const struct sg_committed *committed)
{
    return committed->offset < 0 ? committed->offset : committed->offset + committed->n_empty;
}

struct sg_group {
    struct sg_str name; /* terminated */
    enum sg_group_state listed;
    enum sg_group_state state;
    enum sg_group_type type;
    struct sg_str protocol; /* the assignor; empty: not known, or it has no members */
    int32_t coordinator;    /* broker id; -1: not known */
    bool is_simple;         /* nobody has joined it: it has only commits */
    bool is_other;          /* librdkafka's ListConsumerGroups does not list it: others.h */
    bool moved;             /* the broker that was asked is not its coordinator any more */
    bool unasked; /* its coordinator returned no commits, but may not have understood the request
                     for all partitions */
    bool has_committed; /* in any topic, wanted or not */
    bool has_answered;  /* what it has committed is known, also when that is nothing */
    bool by_name;       /* its offsets are requested for each partition by name; also at the next
                           collections */
    bool has_members;
    uint32_t n_members;
    struct sg_members members; /* of this collection, where they were described */
    bool has_counts;           /* the next two, since the group was first seen: churn.h */
    int64_t n_member_changes;
    int64_t n_rebalances;
    int64_t empty_since_ms; /* Unix time; 0: it has members, or that is not known */
    int32_t turn; /* above 0: collections without a query; below: queries without an answer */
    size_t n_committed;
    struct sg_committed *committed; /* by partition number */
};

enum {
    SG_GROUPS_E_FULL = 1 /* the maximum of groups is reached */
};

/* A zeroed struct, then sg_groups_init(). */
struct sg_groups {
    size_t max;
    const struct sg_groups *before; /* of the collection before, or NULL; borrowed */
    size_t n_new;                   /* that were not in it */
    size_t n_left_out;
    struct sg_keyed excluded; /* names of groups in a state that is not wanted */
    struct sg_arena *names;
    struct sg_index index; /* not a table of base/keyed: each collection rebuilds it */
    size_t n;
    size_t allocated;
    struct sg_group *groups;
};

/**
 * @param max     how many groups there may be
 * @param before  the groups of the collection before, borrowed until sg_groups_forget_commits(), or
 *                NULL: when there are too many, these are kept before new ones
 * @return 0 or -ENOMEM
 */
int sg_groups_init(struct sg_groups *groups, size_t max, const struct sg_groups *before);
void sg_groups_done(struct sg_groups *groups);

/** Keep only the list of groups, for the next collection: no commits, no members. */
void sg_groups_forget_commits(struct sg_groups *groups);

/** @return the state, or SG_GROUP_STATE_UNKNOWN */
enum sg_group_state sg_group_state_of(rd_kafka_consumer_group_state_t state);

#if RD_KAFKA_VERSION >= 0x020600ff
/** @return the type, or SG_GROUP_TYPE_UNKNOWN */
enum sg_group_type sg_group_type_of(rd_kafka_consumer_group_type_t type);
#endif

/**
 * A broker lists a group. librdkafka up to 2.14.1 can list one twice, and so can two brokers while
 * a coordinator moves; the second time only fills in an unknown state.
 * @param ret_is_new  was it listed for the first time?
 * @return 0, SG_GROUPS_E_FULL (it is counted as left out) or -ENOMEM
 */
int sg_groups_add(struct sg_groups *groups,
    struct sg_str name,
    rd_kafka_consumer_group_state_t state,
    uint32_t *ret_group,
    bool *ret_is_new);

/** A broker lists a group whose state is not wanted. @return 0 or -ENOMEM */
int sg_groups_exclude(struct sg_groups *groups, struct sg_str name);

/** @return its number, or SG_INDEX_NONE */
uint32_t sg_groups_find(const struct sg_groups *groups, struct sg_str name);

/**
 * What a group has read, from another source than its coordinator.
 * @param committed  by partition number; taken over
 */
void sg_group_set_committed(struct sg_group *group, struct sg_committed *committed, size_t n);

/**
 * A coordinator describes a group.
 *
 * The answer Dead with no members for a group that was listed as living means that the group uses
 * the new consumer protocol (KIP-848), which this old request does not support, or that it is just
 * being deleted: then the state is the listed one and the members are not known.
 */
void sg_group_describe(
    struct sg_group *group, rd_kafka_consumer_group_state_t state, size_t n_members);

/** The group's assignor. @param protocol  copied @return 0 or -ENOMEM */
int sg_group_set_protocol(struct sg_groups *groups, uint32_t number, struct sg_str protocol);

/**
 * A coordinator returns what a group has committed. Partitions without a commit, and those of
 * topics that are gone or not wanted, are left out.
 * @param partitions  borrowed for the call
 * @return 0 or -ENOMEM
 */
int sg_group_commit(struct sg_group *group,
    const struct sg_topology *topology,
    const rd_kafka_topic_partition_list_t *partitions);
