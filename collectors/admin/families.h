/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Every metric family of the admin collector: name, type, HELP. Constant; docs/metrics.md is made
 * from it. Names and labels are those of kafka_exporter where it has them.
 */

#include "metric/family.h"

#include <stddef.h>

enum sg_admin_family {
    SG_ADMIN_BROKERS,
    SG_ADMIN_BROKER_INFO,
    SG_ADMIN_TOPIC_PARTITIONS,
    SG_ADMIN_TOPIC_REPLICATION_FACTOR,
    SG_ADMIN_PARTITION_CURRENT_OFFSET,
    SG_ADMIN_PARTITION_OLDEST_OFFSET,
    SG_ADMIN_PARTITION_LEADER,
    SG_ADMIN_PARTITION_LEADER_IS_PREFERRED,
    SG_ADMIN_PARTITION_LEADERLESS,
    SG_ADMIN_PARTITION_REPLICAS,
    SG_ADMIN_PARTITION_IN_SYNC_REPLICA,
    SG_ADMIN_PARTITION_UNDER_REPLICATED,
    SG_ADMIN_PARTITION_INFO,
    SG_ADMIN_GROUP_MEMBERS,
    SG_ADMIN_GROUP_STATE,
    SG_ADMIN_GROUP_CURRENT_OFFSET,
    SG_ADMIN_GROUP_CURRENT_OFFSET_SUM,
    SG_ADMIN_GROUP_LAG,
    SG_ADMIN_GROUP_LAG_SUM,
    SG_ADMIN_GROUP_LAG_SECONDS,
    SG_ADMIN_GROUP_LAG_SECONDS_MAX,
    SG_ADMIN_GROUP_STATUS,
    SG_ADMIN_GROUP_UNREAD_LOST,
    SG_ADMIN_GROUP_RETENTION_MARGIN,
    SG_ADMIN_FAMILIES,
};

/* By enum sg_admin_family. */
extern const struct sg_family sg_admin_families[];
extern const size_t sg_admin_n_families;
