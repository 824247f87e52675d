/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the status pages show, as JSON for programs: the lists of /api/v1. docs/openapi.yaml
 * describes them. One list is written by one thread.
 */

#include "base/buf.h"
#include "status/api_query.h"

enum {
    SG_API_BYTES_MAX = 64 * 1024 * 1024
};

enum {
    SG_API_E_NOT_READY = 20 /* nothing has been collected yet */
};

/**
 * Write a list. One topic or group that is asked for by name has its partitions.
 * @return 0, SG_STATUS_E_NOT_FOUND (there is nothing of that name), SG_API_E_NOT_READY, -ENOMEM or
 * SG_BUF_E_FULL
 */
int sg_api_write(
    const struct sg_status_sources *sources, const struct sg_api_query *query, struct sg_buf *json);
