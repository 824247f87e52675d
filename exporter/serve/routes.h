/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which path is answered by what: one row per path, in routes.c. A new path is a new row.
 *
 * Handlers run on the HTTP thread of the address that was asked: what they read is immutable or
 * thread-safe, and they wait for nobody.
 */

#include "serve/request.h"
#include "serve/serve_config.h"

/* Methods of a route, to be combined; a HEAD is answered as a GET by libmicrohttpd. */
enum sg_methods {
    SG_METHODS_READ = 1, /* GET and HEAD */
    SG_METHODS_POST = 2,
};

struct sg_route {
    const char *path; /* NULL stands for the telemetry path of the configuration */
    unsigned methods; /* enum sg_methods */
    enum MHD_Result (*handle)(const struct sg_serve_config *config, struct sg_request *request);
};

/** Is a path one that has a row of its own, or will have one, so that metrics cannot be there? */
bool sg_routes_has(const char *path);

/**
 * A path without the prefix that all of ours have.
 * @return borrowed from path; NULL when it has another
 */
const char *sg_routes_path(const struct sg_serve_config *config, const char *path);

/**
 * Answer a whole request: 404 for an unknown path, 405 with Allow for a wrong method, 403 for a
 * POST that a browser sends for another site.
 */
enum MHD_Result sg_routes_answer(const struct sg_serve_config *config, struct sg_request *request);
