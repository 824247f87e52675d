/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series of a consumer group's members: how many, what they are assigned, how they change. */

#include "admin/export/put.h"
#include "admin/model/groups.h"

/** The series of one group. */
void sg_export_members(struct sg_put *put, const struct sg_group *group);
