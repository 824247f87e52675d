/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reads the topic __share_group_state from its start, and then what is added to it.
 *
 * It has a client of its own, which fetches in librdkafka's threads, also between collections; a
 * collection takes what has arrived. It joins no group and commits nothing, as the reader of
 * look.h. It needs READ on the topic. The collector's thread.
 */

#include "admin/ask/failures.h"
#include "admin/share/states.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_SHARE_TOPIC "__share_group_state"

struct sg_share_log;

/**
 * @param config, timeout_ms, err  as of sg_client_new()
 * @param n  partitions of the topic
 * @return 0, SG_CLIENT_E_PROPERTY or -ENOMEM
 */
int sg_share_log_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    size_t n,
    struct sg_share_log **ret_log,
    struct sg_error *err);

/** @return NULL; log may be NULL */
struct sg_share_log *sg_share_log_free(struct sg_share_log *log);

/** How many partitions it reads. */
size_t sg_share_log_n(const struct sg_share_log *log);

/* All borrowed for the call. */
struct sg_share_log_env {
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    const int64_t *ends; /* of the partitions, or SG_OFFSET_UNKNOWN: how far it should read */
    int64_t deadline_ms; /* monotonic */
    struct sg_failures *failures;
};

/**
 * Take what has arrived, and wait until all of it up to the ends has, or until the deadline.
 * @param ret_denied  READ on the topic is denied
 * @return 0 or -ENOMEM
 */
int sg_share_log_read(struct sg_share_log *log,
    const struct sg_share_log_env *env,
    struct sg_share_states *states,
    bool *ret_denied);

/** Has a partition been read up to its end, or is no end known? */
bool sg_share_log_works(const struct sg_share_log *log, const int64_t *ends);

/** Has the partition been read up to this end? SG_OFFSET_UNKNOWN: no. */
bool sg_share_log_has_reached(const struct sg_share_log *log, size_t partition, int64_t end);
