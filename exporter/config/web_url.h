/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Under which paths we serve, and under which URL others see us: --web.route-prefix and
 * --web.external-url, as Prometheus has them. Pure; texts are copied.
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
    char prefix[SG_WEB_PATH_BYTES_MAX]; /* of our paths, "" or "/kafka": no / at the end */
    const char *scheme;                 /* of the external URL, or NULL: none was given */
    char host[SG_WEB_HOST_BYTES_MAX];   /* HOST or HOST:PORT */
    char path[SG_WEB_PATH_BYTES_MAX];   /* as prefix */
};

/** Does it begin with "/", and is each of its characters one that no client encodes or cuts off? */
bool sg_web_path_is_plain(const char *path);

/**
 * @param external_url  or NULL @param route_prefix  or NULL: the path of the external URL
 * @return 0 or SG_WEB_URL_E_BAD
 */
int sg_web_urls_read(const char *external_url,
    const char *route_prefix,
    struct sg_web_urls *ret_urls,
    struct sg_error *err);
