/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One collection of the admin collector. On the collector's thread. */

#include "admin/admin.h"
#include "admin/diagnosis.h"

#include <stdint.h>

/**
 * Request everything, and publish it.
 * @param deadline_ms  monotonic: it is over by then
 * @param look  NULL, or called with the collection before its data is freed
 */
void sg_admin_collect(struct sg_admin *self,
    int64_t deadline_ms,
    void (*look)(const struct sg_diagnosis *diagnosis, void *context),
    void *context);
