/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One collector of one cluster, on a thread of its own, in step with the scrapes.
 *
 * Created, started, asked to stop and freed by main's thread. It holds references to its
 * configuration and its cluster, so that it may continue for a while after a reload has replaced
 * both: the thread stops when its current request ends.
 */

#include "base/clock.h"
#include "base/error.h"
#include "collectors/collector.h"
#include "config/config.h"
#include "run/rhythm.h"
#include "store/cluster.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Shared by all workers; outlives them. Borrowed. */
struct sg_worker_env {
    struct sg_store *store;
    const struct sg_clock *clock;
    struct sg_rhythm *rhythm;
    const atomic_llong *timeout_ms; /* of a collection */
};

struct sg_worker;

/**
 * Create the collector; connects to nothing.
 * @param config   the worker takes a reference, as to the cluster
 * @param cluster_config  in config
 * @param err  for a positive return: what is wrong with the configuration
 * @return 0, positive, or -ENOMEM
 */
int sg_worker_new(const struct sg_worker_env *worker_env,
    const struct sg_collector *collector,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_cluster *cluster,
    struct sg_worker **ret_worker,
    struct sg_error *err);

/** The thread has stopped, or was never started. @return NULL; worker may be NULL */
struct sg_worker *sg_worker_free(struct sg_worker *worker);

/** Would this configuration recreate the worker identically? */
bool sg_worker_is_same(const struct sg_worker *worker,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    const struct sg_cluster *cluster);

/** Borrowed. */
const struct sg_cluster_config *sg_worker_cluster_config(const struct sg_worker *worker);

/** Before the start: take over what has not changed from a worker that has stopped. */
void sg_worker_adopt(struct sg_worker *worker, struct sg_worker *earlier);

/** @return 0 or -errno */
int sg_worker_start(struct sg_worker *worker);

/** Ask the thread to stop; returns at once. */
void sg_worker_ask_to_stop(struct sg_worker *worker);

/** Has it been asked to stop? */
bool sg_worker_is_stopping(const struct sg_worker *worker);

/** Wait for the thread until the monotonic deadline. @return has it stopped? */
bool sg_worker_join(struct sg_worker *worker, int64_t deadline_ms);

/** One collection on the caller's thread. */
void sg_worker_collect_once(struct sg_worker *worker);
