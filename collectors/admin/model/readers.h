/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How many groups read each topic: those that have committed an offset in it. Without the answers
 * of all groups there is no number, because 0 means that nobody reads the topic. One thread.
 */

#include "admin/model/groups.h"
#include "admin/model/topology.h"

#include <stdint.h>

/**
 * @param ret_counts  owned; by topic number. NULL when a group has not told what it has committed,
 *                    or groups were left out because of a limit
 * @return 0 or -ENOMEM
 */
int sg_readers_count(
    const struct sg_topology *topology, const struct sg_groups *groups, uint32_t **ret_counts);
