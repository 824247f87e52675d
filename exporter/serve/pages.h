/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Handlers that answer with metrics: the whole page, parts of it, and the list of the parts. */

#include "serve/request.h"
#include "serve/serve_config.h"

/** The telemetry path: everything, or the selection of collect[] and exclude[]. */
enum MHD_Result sg_pages_metrics(const struct sg_serve_config *config, struct sg_request *request);

/** /probe?cluster=NAME&broker=ID, with collect[] or exclude[] as /metrics */
enum MHD_Result sg_pages_probe(const struct sg_serve_config *config, struct sg_request *request);

/** /sd */
enum MHD_Result sg_pages_discover(const struct sg_serve_config *config, struct sg_request *request);
