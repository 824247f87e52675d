/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The cluster at one moment: brokers, topics, partitions, leaders, replicas.
 *
 * Made from one Metadata answer and never changed. Partitions of all topics have consecutive
 * numbers, topic by topic and by id; offsets and commits are indexed by these numbers. References
 * are counted, because threads that wait for a broker can outlive a collection. Any thread.
 */

#include "base/filter.h"
#include "base/str.h"

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_PARTITION_NONE = -1,       /* for an index: no such partition or broker */
    SG_PARTITION_PLACES_MAX = 31, /* of a replica list, in sets of places */
    SG_TOPIC_NAME_MAX = 249,      /* Kafka's */
};

/* A broker of the metadata. */
struct sg_topology_broker {
    int32_t id;
    int32_t port;
    const char *host;
};

/* Broker ids of a partition, "1,2,3", in the order of its replica list; terminated. */
struct sg_partition_lists {
    const char *replicas;
    const char *in_sync;
    const char *missing;  /* replicas that are not in sync */
    uint32_t out_of_sync; /* the same: bit i is the replica in place i of the list */
};

struct sg_partition {
    uint32_t topic;
    int32_t id;
    int32_t leader;    /* broker id; -1: none */
    int32_t preferred; /* broker id, the first replica; -1: no replicas */
    int32_t n_replicas;
    int32_t n_in_sync;
    const int32_t *replicas;                  /* broker ids, the preferred leader first */
    const struct sg_partition_lists *trouble; /* NULL: all replicas are in sync, and one leads */
};

struct sg_topic {
    struct sg_str name; /* terminated */
    uint32_t first;     /* of its partitions */
    uint32_t n;
};

/* A topic for which the broker returned an error instead of its partitions. */
struct sg_topic_error {
    struct sg_str name;
    rd_kafka_resp_err_t code;
};

/* Read-only except in sg_topology_new(). */
struct sg_topology {
    size_t n_brokers;
    struct sg_topology_broker *brokers; /* by id */
    size_t n_missing;
    int32_t *missing; /* brokers that hold replicas but are not in the metadata; by id */
    size_t n_topics;
    struct sg_topic *topics; /* by name */
    size_t n_partitions;
    struct sg_partition *partitions;
    size_t n_topic_errors;
    struct sg_topic_error *topic_errors;
    size_t n_invalid;         /* invalid brokers, topics, partitions: left out, too */
    size_t n_topics_left_out; /* past the cap, with so many partitions */
    size_t n_partitions_left_out;
};

/**
 * @param metadata  borrowed for the call @param topics  which are wanted; borrowed for the call
 * @param max_partitions  cap; topics that do not fit whole are left out, the last by name
 * @param ret_topology  owned: one reference
 * @return 0 or -ENOMEM
 */
int sg_topology_new(const struct rd_kafka_metadata *metadata,
    const struct sg_filter *topics,
    size_t max_partitions,
    struct sg_topology **ret_topology);

/** @return topology */
struct sg_topology *sg_topology_ref(struct sg_topology *topology);

/** @return NULL; topology may be NULL */
struct sg_topology *sg_topology_unref(struct sg_topology *topology);

/** @return the number of the topic, or SG_PARTITION_NONE when it is not there or not wanted */
int64_t sg_topology_find_topic(const struct sg_topology *topology, struct sg_str name);

/** @return the number of the topic's partition with this id, or SG_PARTITION_NONE */
int64_t sg_topology_find_partition(const struct sg_topology *topology, uint32_t topic, int32_t id);

/** @return the place of the broker in brokers, or SG_PARTITION_NONE */
int64_t sg_topology_find_broker(const struct sg_topology *topology, int32_t id);
