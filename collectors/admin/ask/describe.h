/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a coordinator's description tells of a group: type, state, assignor, members. One thread. */

#include "admin/model/groups.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * @param number       of the group @param description  borrowed for the call
 * @param with_owners  keep the texts of members
 * @return 0 or -ENOMEM
 */
int sg_describe_group(struct sg_groups *groups,
    uint32_t number,
    const struct sg_topology *topology,
    const rd_kafka_ConsumerGroupDescription_t *description,
    bool with_owners);
