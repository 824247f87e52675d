/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series of share groups: start offsets and lag. */

#include "admin/export/put.h"

/** The series of all share groups whose state is read. */
void sg_export_share(struct sg_put *put);
