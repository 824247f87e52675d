/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the cluster, its brokers and its topics are, as labels; and what only KMinion has. */

#include "admin/ask/configs.h"
#include "admin/export/put.h"
#include "admin/model/topology.h"

#include <stdint.h>

/** The series of the cluster and its brokers. */
void sg_export_cluster(struct sg_put *put);

/** The series of a topic, where they are wanted. @param replicas  of its partition with the fewest
 */
void sg_export_topic_info(struct sg_put *put,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    int32_t replicas);
