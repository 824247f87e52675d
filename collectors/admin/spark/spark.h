/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Spark's structured streaming queries, shown like consumer groups: the offsets in their
 * checkpoints are shown as committed offsets. One thread; reads files.
 */

#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/spark/checkpoint.h"
#include "config/config.h"

#include <stdint.h>

/* What is known of one query in this collection. */
struct sg_spark_query {
    const char *name;     /* borrowed from the configuration */
    int64_t batch;        /* the last that was completed, or SG_CHECKPOINT_NO_BATCH */
    int64_t completed_ms; /* Unix time of that */
};

/**
 * Add each query as a group, with its offsets in the topics of the topology. A query whose
 * checkpoint cannot be read is a failure and not a group; so is one with the name of a consumer
 * group.
 * @param ret_queries  those that could be read; owned
 * @return 0 or -ENOMEM
 */
int sg_spark_read(const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    struct sg_groups *groups,
    struct sg_failures *failures,
    struct sg_spark_query **ret_queries,
    size_t *ret_n);
