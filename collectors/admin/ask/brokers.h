/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a collection tells others of the cluster itself: its id, and its brokers. */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topology.h"
#include "config/config.h"
#include "store/cluster.h"

#include <stdbool.h>

/**
 * Was the broker down in the collection before, while others were up? One that comes back from
 * having been frozen believes for a moment that nothing has happened, and answers with the leaders
 * of that time.
 */
bool sg_brokers_was_down(const struct sg_cluster *cluster, int32_t broker);

/**
 * After Metadata was answered: librdkafka keeps the cluster's id of it. Brokers before Kafka 0.10.1
 * do not say it. @return 0 or -ENOMEM
 */
int sg_brokers_publish_id(struct sg_cluster *cluster, struct sg_client *client);

/**
 * Brokers once known stay known; those that did not answer now are down. Those past the cap are
 * left out, which is a failure of kind limit.
 * @param topology  NULL: no broker answered
 * @param answered  per place in topology->brokers
 * @return 0 or -ENOMEM
 */
int sg_brokers_publish(struct sg_cluster *cluster,
    const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    const bool *answered,
    struct sg_failures *failures);
