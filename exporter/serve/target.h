/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a request is for: the path of its target, and whether a browser sends it on behalf of
 * another site. Pure functions; any thread.
 */

#include <stdbool.h>

/**
 * The path of a request's target. In absolute form ("http://HOST/PATH", as through a proxy) the
 * host must be that of the Host header. Source: RFC 9112, 3.2.
 * @param host  the Host header, or NULL
 * @return borrowed from target, or a constant; NULL when it is not a target of this server
 */
const char *sg_target_path(const char *target, const char *host);

/* Headers about the origin of a request; each may be NULL. */
struct sg_sender {
    const char *fetch_site; /* Sec-Fetch-Site: browsers send it, and no script can change it */
    const char *origin;
    const char *host;
};

/**
 * Does a browser send the request for a page of another site? A request without these headers is
 * not from a browser.
 * @param scheme, own_host  of the external URL, or NULL
 */
bool sg_sender_is_other_site(
    const struct sg_sender *sender, const char *scheme, const char *own_host);
