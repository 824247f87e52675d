/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The members of one group at one collection: who they are, and which partitions each is assigned.
 * Filled member by member from the coordinator's answer. One thread.
 */

#include "admin/model/topology.h"
#include "base/arena.h"
#include "base/str.h"

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are in the arena of sg_members_add(). */
struct sg_member {
    struct sg_str id;
    struct sg_str client_id;
    struct sg_str host; /* as Kafka shows it: "/10.0.0.1" */
};

/* A partition that a member is assigned. */
struct sg_owned {
    uint32_t partition; /* its number in the topology */
    uint32_t member;
};

/* What the members have of a topic. */
struct sg_members_topic {
    uint32_t topic; /* its number in the topology */
    uint32_t n_members;
    uint32_t n_partitions;
};

/* Zeroed: none. */
struct sg_members {
    size_t n, allocated;
    uint64_t *ids;          /* a hash of each member's id; in order after sg_members_end() */
    struct sg_member *list; /* NULL: not kept */
    size_t n_without;       /* members without partitions */
    uint64_t assignment;    /* changes when a member's partitions do, and when members do */
    size_t n_owned, owned_allocated;
    struct sg_owned *owned; /* of wanted topics; by partition after sg_members_end() */
    size_t n_topics, topics_allocated;
    struct sg_members_topic *topics; /* made by sg_members_end() */
};

/* A member as the coordinator describes it; all borrowed for the call. */
struct sg_member_described {
    const char *id;
    const char *instance; /* group.instance.id, or NULL */
    const char *client_id;
    const char *host;
    const rd_kafka_topic_partition_list_t *partitions; /* NULL: none */
};

/**
 * @param texts  the arena for the member's texts, or NULL: they are not kept. The same in all calls
 * @return 0 or -ENOMEM
 */
int sg_members_add(struct sg_members *members,
    const struct sg_topology *topology,
    const struct sg_member_described *described,
    struct sg_arena *texts);

/** After the last member. @return 0 or -ENOMEM */
int sg_members_end(struct sg_members *members, const struct sg_topology *topology);

/** Free everything; empty afterwards. */
void sg_members_done(struct sg_members *members);
