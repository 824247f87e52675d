/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The crew of one cluster: its collectors, each on a thread of its own, in step with the interval.
 *
 * A collection that makes a broker known starts the other collectors of the crew at once, so that a
 * new broker's JMX does not wait for the next interval. Made, started and joined by main's thread.
 */

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "store/cluster.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct sg_crew;

/**
 * Make the collectors that the cluster's configuration wants; connects to nothing.
 * @param err  for a positive return: what is wrong with the configuration
 * @return 0, positive, or -ENOMEM
 */
int sg_crew_new(const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_cluster *cluster,
    struct sg_store *store,
    const struct sg_clock *clock,
    struct sg_crew **ret_crew,
    struct sg_error *err);

/** The threads have ended, or were never started. @return NULL; crew may be NULL */
struct sg_crew *sg_crew_free(struct sg_crew *crew);

/** @return 0 or -errno */
int sg_crew_start(struct sg_crew *crew);

/** Returns at once. */
void sg_crew_ask_to_stop(struct sg_crew *crew);

/** Wait for the threads until the monotonic deadline. @return have all ended? */
bool sg_crew_join(struct sg_crew *crew, int64_t deadline_ms);

/** One collection of every collector, one after the other, on the caller's thread. */
void sg_crew_collect_once(struct sg_crew *crew);
