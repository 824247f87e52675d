/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The search for the timestamps of records (model/ages.h) with its requests: of the oldest records
 * that groups have not read, of the first ones of open transactions, and of the last ones of logs.
 * The collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/ages.h"
#include "admin/model/groups.h"
#include "admin/model/holds.h"
#include "admin/model/produced.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All borrowed for the call, start and end until sg_ages_end(). */
struct sg_read_ages {
    struct sg_client *client;
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    struct sg_ages *ages;
    const struct sg_holds *holds; /* NULL: transactions are not wanted */
    struct sg_produced *produced; /* NULL: last records are not wanted */
    struct sg_topology *topology;
    const struct sg_groups *groups;
    const int64_t *start; /* of the logs, by partition number, or SG_OFFSET_UNKNOWN */
    const int64_t *end;
    bool *skip; /* as of sg_offsets_start(); set for those that do not answer */
    struct sg_failures *failures;
    int64_t chunk_ms;
    int64_t deadline_ms; /* monotonic; a search that runs out of time continues at the next
                            collection */
};

/** @return 0, also when brokers failed, or a negative errno */
int sg_read_ages(const struct sg_read_ages *env);
