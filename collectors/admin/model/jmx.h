/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Brokers of the cluster without a JMX configuration, and brokers with one that are not in the
 * cluster: mistakes that happen when brokers are configured one by one while the cluster changes.
 * Only the admin collector knows both. Nothing here reads JMX.
 */

#include "admin/model/topology.h"
#include "collectors/collector.h"

#include <stdbool.h>

/** Is this broker's JMX configured? Also true where no broker's JMX is configured at all. */
bool sg_jmx_is_configured(const struct sg_cluster_config *config, int32_t broker);

/** The findings of --doctor about it. */
void sg_jmx_report(const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    sg_check_fn report,
    void *context);

/** A broker has become known: a log line when its JMX is missing while others have theirs. */
void sg_jmx_log_new(const struct sg_cluster_config *config, int32_t broker);
