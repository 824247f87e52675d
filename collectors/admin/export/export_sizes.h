/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series of topics' sizes. */

#include "admin/export/put.h"

/** The series of all topics; none where no broker's sizes are read. */
void sg_export_sizes(struct sg_put *put);
