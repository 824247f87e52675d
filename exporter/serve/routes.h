/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The table of paths and their handlers: one row per path, in routes.c. A new path is a new row.
 *
 * Handlers run on the HTTP thread of the requested address: what they read is immutable or
 * thread-safe, and they do not block.
 */

#include "serve/request.h"
#include "serve/serve_config.h"

/* Methods of a route, to be combined; a HEAD is answered as a GET by libmicrohttpd. */
enum sg_methods {
    SG_METHODS_READ = 1, /* GET and HEAD */
    SG_METHODS_POST = 2,
};

struct sg_route {
    const char *path; /* NULL means the configured telemetry path */
    unsigned methods; /* enum sg_methods */
    enum MHD_Result (*handle)(const struct sg_serve_config *config, struct sg_request *request);
    bool is_json; /* errors are JSON too */
    bool below;   /* also all paths below it */
};

/**
 * Does a path have a row of its own, or is it reserved, so that it cannot be the telemetry path?
 */
bool sg_routes_has(const char *path);

/**
 * A path without the route prefix.
 * @return borrowed from path; NULL when it has another
 */
const char *sg_routes_path(const struct sg_serve_config *config, const char *path);

/**
 * Answer a complete request: 404 for an unknown path, 405 with Allow for a wrong method, 403 for a
 * POST that a browser sends for another site.
 */
enum MHD_Result sg_routes_answer(const struct sg_serve_config *config, struct sg_request *request);
