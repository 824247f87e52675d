/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series of a consumer group's members: how many, what they are assigned, how they change. */

#include "admin/export/put.h"
#include "admin/model/groups.h"

/** The series of one group. */
void sg_export_members(struct sg_put *put, const struct sg_group *group);

/**
 * The member that is assigned the partition. @param partition  its number in the topology
 * @return NULL: none, or not known, as during a rebalance
 */
const struct sg_member *sg_export_find_owner(const struct sg_group *group, uint32_t partition);
