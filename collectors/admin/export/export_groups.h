/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series of consumer groups: members, state, status, offsets and lag. */

#include "admin/export/put.h"

/** The series of all groups. */
void sg_export_groups(struct sg_put *put);
