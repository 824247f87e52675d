/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Brokers of the cluster for which no JMX is configured, and brokers for which it is that are not
 * in the cluster: what comes of naming brokers one by one while the cluster changes. Only the admin
 * collector knows both. Nothing here reads JMX.
 */

#include "admin/model/topology.h"
#include "collectors/collector.h"

#include <stdbool.h>

/**
 * Does the configuration say where this broker's JMX is? Also true where no broker's JMX is
 * configured at all, so that there is nothing to miss.
 */
bool sg_jmx_is_configured(const struct sg_cluster_config *config, int32_t broker);

/** What --doctor has to say of it. */
void sg_jmx_tell(const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    sg_check_fn tell,
    void *context);

/** A broker has become known: a log line when its JMX is missing while others have theirs. */
void sg_jmx_log_new(const struct sg_cluster_config *config, int32_t broker);
