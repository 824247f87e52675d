/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Handlers about metrics: the whole page, parts of it, the list of the parts, and what is no part
 * any more. */

#include "serve/request.h"
#include "serve/serve_config.h"

/** The telemetry path: everything, or the selection of collect[] and exclude[]. */
enum MHD_Result sg_pages_metrics(const struct sg_serve_config *config, struct sg_request *request);

/** /probe?cluster=NAME&broker=ID, with collect[] or exclude[] as /metrics */
enum MHD_Result sg_pages_probe(const struct sg_serve_config *config, struct sg_request *request);

/** POST /-/forget?cluster=NAME&broker=ID */
enum MHD_Result sg_pages_forget(const struct sg_serve_config *config, struct sg_request *request);

/** /sd */
enum MHD_Result sg_pages_discover(const struct sg_serve_config *config, struct sg_request *request);
