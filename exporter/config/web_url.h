/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The paths that are served, and the external URL: --web.route-prefix and --web.external-url, as in
 * Prometheus. Pure functions; texts are copied.
 */

#include "base/error.h"

#include <stdbool.h>

enum {
    SG_WEB_URL_E_BAD = 1
}; /* err says what is expected */

enum {
    SG_WEB_PATH_BYTES_MAX = 512,
    SG_WEB_HOST_BYTES_MAX = 300,
};

struct sg_web_urls {
    char prefix[SG_WEB_PATH_BYTES_MAX]; /* of all served paths, "" or "/kafka": no / at the end */
    const char *scheme;                 /* of the external URL, or NULL: none was given */
    char host[SG_WEB_HOST_BYTES_MAX];   /* HOST or HOST:PORT */
    char path[SG_WEB_PATH_BYTES_MAX];   /* path, in the form of prefix */
};

/**
 * Does it begin with "/", and does it contain only characters that clients neither encode nor
 * strip?
 */
bool sg_web_path_is_plain(const char *path);

/**
 * @param external_url  or NULL @param route_prefix  or NULL: the path of the external URL
 * @return 0 or SG_WEB_URL_E_BAD
 */
int sg_web_urls_read(const char *external_url,
    const char *route_prefix,
    struct sg_web_urls *ret_urls,
    struct sg_error *err);
