/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The log directories of each broker, from its own configuration: DescribeConfigs of the broker.
 *
 * They change when a broker restarts, so they are read rarely: a new broker's at once, all others'
 * every SG_LOG_DIRS_EVERY_MS. Each broker is asked for its own, one after the other and a few in
 * one collection. A cluster that denies it (DESCRIBE_CONFIGS on the cluster) is asked again as
 * rarely; that is counted, but it does not fail the collection. One thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topology.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_LOG_DIRS_EVERY_MS = 600000,
    SG_LOG_DIRS_RETRY_MS = 15000,
    SG_LOG_DIRS_BROKERS_MAX = 20,    /* asked in one collection */
    SG_LOG_DIRS_TEXT_MAX = 32 << 10, /* bytes of a broker's list */
};

struct sg_log_dirs;

/** @return 0 or -ENOMEM */
int sg_log_dirs_new(struct sg_log_dirs **ret_dirs);

/** @return NULL; dirs may be NULL */
struct sg_log_dirs *sg_log_dirs_free(struct sg_log_dirs *dirs);

/* All borrowed for the call. */
struct sg_log_dirs_env {
    struct sg_client *client;
    const struct sg_clock *clock;
    const struct sg_topology *topology;
    const bool *answered; /* per place in topology->brokers: others are not asked */
    int64_t deadline_ms;
    const atomic_bool *stopping;
    struct sg_failures *failures;
};

/** Request what is unknown or old. @return 0, also without an answer, or -ENOMEM */
int sg_log_dirs_read(struct sg_log_dirs *dirs, const struct sg_log_dirs_env *env);

/** The broker's list, for sg_log_dirs_next(); empty: not known. Borrowed until the next read. */
struct sg_str sg_log_dirs_get(const struct sg_log_dirs *dirs, int32_t broker);

/**
 * Take the next directory from a list as in `log.dirs`: "/a, /b/". It has no slash at its end, as
 * in the names of Kafka's MBeans and in mount points.
 * @param rest  what is left of the list @return false: there is none
 */
bool sg_log_dirs_next(struct sg_str *rest, struct sg_str *ret_dir);
