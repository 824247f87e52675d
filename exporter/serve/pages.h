/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Handlers that answer with metrics: the whole page, a part of it, and where the parts are. */

#include "serve/request.h"
#include "serve/serve_config.h"

/** The telemetry path: everything, or what collect[] and exclude[] leave. */
enum MHD_Result sg_pages_metrics(const struct sg_serve_config *config, struct sg_request *request);

/** /probe?cluster=NAME&broker=ID */
enum MHD_Result sg_pages_probe(const struct sg_serve_config *config, struct sg_request *request);

/** /sd */
enum MHD_Result sg_pages_discover(const struct sg_serve_config *config, struct sg_request *request);
