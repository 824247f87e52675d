/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One collection while it runs: what its steps share. collection.c has their order. The collector's
 * thread.
 */

#include "admin/admin.h"
#include "admin/ask/failures.h"
#include "admin/ask/offsets.h"
#include "admin/model/groups.h"
#include "admin/model/sizes.h"
#include "admin/model/topology.h"
#include "admin/spark/spark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Shares of a collection's time, in percent of it, when everything that can hang does. */
    METADATA_UNTIL = 45,
    METADATA_HEDGE = 8, /* repeat the request after this */
    LIST_SHARE = 20,
    GROUP_SHARE = 25,
    GROUPS_UNTIL = 70,
    SHARE_SHARE = 10,
    SHARE_UNTIL = 75,
    CHUNK_SHARE = 20,
    ENDS_UNTIL = 85,
    AGES_UNTIL = 93,
    LOOK_SHARE = 5, /* what is still unknown then is left to the next collection */
    LOOK_UNTIL = 95,
    CONFIGS_UNTIL = 97,

    TRUST_RETRIES = 8, /* Metadata answers discarded because their broker was down */
    TRUST_WAIT_MS = 50,
};

struct collection {
    struct sg_admin *admin;
    int64_t begun_ms;
    int64_t whole_ms;
    struct sg_failures failures;
    struct sg_topology *topology;
    struct sg_groups groups;
    size_t n_listed;
    size_t n_spark;
    struct sg_spark_query *spark;
    bool *answered;    /* per place in topology->brokers */
    bool *skip;        /* the same: ListOffsets for the ends is not sent */
    bool abandoned;    /* requests were given up, but librdkafka keeps them in flight */
    bool contradicted; /* librdkafka's cache contradicts Metadata */
    struct sg_offsets *starts;
    struct sg_offsets *ends;
    struct sg_topic_sizes *sizes; /* NULL: no broker's are read */
};

/** @param percent  of the collection's time @return milliseconds */
static inline int64_t share_ms(const struct collection *c, int percent)
{
    return c->whole_ms * percent / 100;
}

/** @return the monotonic time at which this much of the collection's time is over */
static inline int64_t until_ms(const struct collection *c, int percent)
{
    return c->begun_ms + share_ms(c, percent);
}
