/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The lag of share groups (KIP-932), experimental: no librdkafka can ask for it, so it is worked
 * out from the topic in which Kafka's share coordinators keep their state.
 *
 * In each collection: where that topic ends, then its records up to there, then the ends of the
 * logs. So a group is never ahead of a log, and what is shown was true in this collection. Where
 * the topic cannot be read up to its end, groups have no value. The collector's thread.
 *
 * Source: KIP-1226: lag is the log's end minus the share-partition's start offset, minus the
 * records from there on that are acknowledged or archived.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "base/clock.h"
#include "base/filter.h"
#include "config/config.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_share;

/**
 * @param config  borrowed for as long as it lives @param timeout_ms  of one collection
 * @param ret_share  owned; NULL when the configuration does not want it
 * @return 0 or -ENOMEM
 */
int sg_share_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_share **ret_share);

/** @return NULL; share may be NULL, here and below */
struct sg_share *sg_share_free(struct sg_share *share);

/* All borrowed for the calls of one collection. */
struct sg_share_env {
    struct sg_client *client;
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    const struct sg_topology *topology;
    const struct sg_filter *group_filter;
    const struct sg_groups *groups;
    const bool *skip; /* of sg_offsets_start() */
    struct sg_failures *failures;
    int64_t request_ms;         /* how long a broker may take for one request */
    int64_t deadline_ms;        /* monotonic, … */
    int64_t seldom_deadline_ms; /* … of the first reading, and of asking for names of topics */
};

/** A collection begins: which partitions the topic has. @return 0 or -ENOMEM */
int sg_share_begin(struct sg_share *share, const struct rd_kafka_metadata *metadata);

/** Read the topic, until the deadlines at the latest. @return 0, also when it cannot be read, or a
 * negative errno */
int sg_share_read(struct sg_share *share, const struct sg_share_env *env);

/* A share group in a partition. */
struct sg_share_progress {
    struct sg_str group; /* terminated; borrowed until the next sg_share_read() */
    uint32_t partition;  /* its number in the topology */
    int64_t start;       /* the share-partition's start offset, or SG_SHARE_UNKNOWN of record.h */
    int32_t complete;    /* or SG_SHARE_UNKNOWN */
};

/** The groups' partitions, by group and partition. @return borrowed, *ret_n of them */
const struct sg_share_progress *sg_share_get(const struct sg_share *share, size_t *ret_n);

/** How many of them have a start offset that is known. */
size_t sg_share_count_known(const struct sg_share *share);

/** May partitions of groups be missing? The topic was never read up to its end, or they are too
 * many. Then the sum of a group's lags would be too small. */
bool sg_share_is_partial(const struct sg_share *share);
