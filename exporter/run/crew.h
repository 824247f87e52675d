/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The workers of one cluster, one per collector that its configuration wants.
 *
 * A reload creates a new crew beside the running one. Workers that the new configuration would
 * recreate identically stay with the old crew until sg_crew_adopt() moves them; until then the new
 * crew can be freed without any effect. Main's thread only.
 */

#include "run/handover.h"
#include "run/worker.h"

#include <stddef.h>

struct sg_crew;

/**
 * @param earlier  the crew of the cluster's previous configuration, or NULL; borrowed
 * @param err      for a positive return: what is wrong with the configuration
 * @return 0, positive, or -ENOMEM
 */
int sg_crew_new(const struct sg_worker_env *worker_env,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_crew *earlier,
    struct sg_crew **ret_crew,
    struct sg_error *err);

/** The workers' threads have stopped, or were never started. @return NULL; crew may be NULL */
struct sg_crew *sg_crew_free(struct sg_crew *crew);

/** Borrowed. */
struct sg_cluster *sg_crew_cluster(const struct sg_crew *crew);

/** How many workers would sg_crew_adopt() replace or add? */
size_t sg_crew_n_new(const struct sg_crew *crew);

/** @return 0 or -errno */
int sg_crew_start(struct sg_crew *crew);

/**
 * Keep the earlier crew's workers that have not changed; the others are stopped by the handover,
 * and the new ones started after them. @param earlier NULL, or the one passed to sg_crew_new();
 * consumed
 */
void sg_crew_adopt(struct sg_crew *crew, struct sg_crew *earlier, struct sg_handover *handover);

/** Stop a crew whose cluster was removed from the configuration. @param crew consumed */
void sg_crew_retire(struct sg_crew *crew, struct sg_handover *handover);

/** Ask the threads to stop; returns at once. */
void sg_crew_ask_to_stop(struct sg_crew *crew);

/** Wait for the threads until the monotonic deadline. @return have all stopped? */
bool sg_crew_join(struct sg_crew *crew, int64_t deadline_ms);

/** One collection of every collector, one after the other, on the caller's thread. */
void sg_crew_collect_once(struct sg_crew *crew);
