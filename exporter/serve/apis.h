/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Handlers of the JSON for programs: /api/v1, and Burrow's paths with `compat: [burrow]`. */

#include "serve/request.h"
#include "serve/serve_config.h"

/** /api/v1/clusters and the other lists; nothing else is below it. */
enum MHD_Result sg_apis_list(const struct sg_serve_config *config, struct sg_request *request);

/** /v3/kafka and what is below it */
enum MHD_Result sg_apis_burrow(const struct sg_serve_config *config, struct sg_request *request);

/** /burrow/admin */
enum MHD_Result sg_apis_burrow_admin(
    const struct sg_serve_config *config, struct sg_request *request);
