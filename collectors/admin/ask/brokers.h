/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a collection publishes about the cluster itself: its id and its brokers. */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topology.h"
#include "config/config.h"
#include "store/cluster.h"

#include <stdbool.h>

/**
 * Was the broker down in the collection before, while others were up? A broker that was frozen
 * answers for a moment with the leaders of the time before.
 */
bool sg_brokers_was_down(const struct sg_cluster *cluster, int32_t broker);

/**
 * After Metadata was answered: librdkafka keeps its cluster id. Brokers before Kafka 0.10.1 do not
 * send one. @return 0 or -ENOMEM
 */
int sg_brokers_publish_id(struct sg_cluster *cluster, struct sg_client *client);

/**
 * After Metadata was answered: the broker that is the controller, or -1. With KRaft brokers name
 * any broker, another one each time (KIP-590), so that it is not known. librdkafka keeps it.
 */
int32_t sg_brokers_controller(struct sg_client *client);

/**
 * Known brokers stay known; those that did not answer now are down. Brokers past the cap are left
 * out, which is a failure of kind limit.
 * @param topology  NULL: no broker answered
 * @param answered  per place in topology->brokers
 * @return 0 or -ENOMEM
 */
int sg_brokers_publish(struct sg_cluster *cluster,
    const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    const bool *answered,
    struct sg_failures *failures);
