/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configurations of topics: DescribeConfigs.
 *
 * Configurations hardly ever change and are long, so they are read rarely: a new topic's at once,
 * the others' every SG_CONFIGS_EVERY_MS, a share of them at a time. A cluster that denies it
 * (DESCRIBE_CONFIGS on the topic) is asked again as rarely; that is counted, but it does not fail
 * the collection. Without any answer, the same topics are requested again soon. One thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topic_config.h"
#include "admin/model/topology.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_CONFIGS_EVERY_MS = 600000,
    SG_CONFIGS_RETRY_MS = 15000,
    SG_CONFIGS_TOPICS_MAX = 500, /* in one collection */
};

struct sg_configs;

/** @return 0 or -ENOMEM */
int sg_configs_new(struct sg_configs **ret_configs);

/** @return NULL; configs may be NULL */
struct sg_configs *sg_configs_free(struct sg_configs *configs);

/**
 * Request what is unknown or old, until the deadline at the latest.
 * @return 0, also without an answer, or -ENOMEM
 */
int sg_configs_read(struct sg_configs *configs,
    struct sg_client *client,
    const struct sg_clock *clock,
    const struct sg_topology *topology,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures);

/** What is known of a topic, borrowed until the next sg_configs_read(); never NULL. */
const struct sg_topic_config *sg_configs_get(const struct sg_configs *configs, struct sg_str topic);

/** How many topics were new since sg_configs_new(); a topic that was gone counts again. */
uint64_t sg_configs_n_new(const struct sg_configs *configs);
