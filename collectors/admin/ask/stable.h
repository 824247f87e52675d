/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The last stable offsets of all partitions: ListOffsets as a consumer with
 * isolation.level=read_committed asks it.
 *
 * librdkafka takes the isolation level of rd_kafka_offsets_for_times() from the handle, and only
 * from 2.3 on has a request with a level of its own; so this has a handle, and connections, besides
 * those of the collection. The collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/offsets.h"
#include "base/clock.h"
#include "config/config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sg_stable;

/** @param config  borrowed for as long as it lives @return 0 or -ENOMEM */
int sg_stable_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_stable **ret_stable);

/** @return NULL; stable may be NULL */
struct sg_stable *sg_stable_free(struct sg_stable *stable);

/**
 * Begin a collection's pass; parameters as those of sg_offsets_start().
 * @return 0, also without a pass because there is no client, or a negative errno
 */
int sg_stable_start(struct sg_stable *stable,
    const struct sg_clock *clock,
    struct sg_topology *topology,
    const bool *skip,
    int64_t chunk_ms,
    int64_t deadline_ms,
    struct sg_failures *failures);

/** Wait for the pass, if one was begun, and add what failed. */
void sg_stable_wait(
    struct sg_stable *stable, const atomic_bool *stopping, struct sg_failures *failures);

/** After sg_stable_wait(): by partition number, or NULL: nothing was asked. Borrowed. */
const int64_t *sg_stable_get(const struct sg_stable *stable);

/** End the collection. @param renew  the next one is to have a new client */
void sg_stable_end(struct sg_stable *stable, bool renew, int64_t now_ms);
