/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One request: all its state, from its request line to the end of its answer. It goes through the
 * guard, the routes and the pages.
 *
 * Owned by libmicrohttpd's connection, and used by its thread. While the connection is suspended,
 * the password thread sets the verdict, and main's thread the result of a reload.
 */

#include "serve/query.h"
#include "serve/web.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Result of the password check. */
enum sg_verdict {
    SG_VERDICT_NONE, /* not checked yet */
    SG_VERDICT_GOOD,
    SG_VERDICT_BAD,
    SG_VERDICT_BUSY, /* too many are being checked */
};

enum sg_reload_state {
    SG_RELOAD_NONE, /* not required */
    SG_RELOAD_ASKED,
    SG_RELOAD_UNDER_WAY,
    SG_RELOAD_DONE,
};

/* The reload that it waits for; under the reloader's lock until it is done. */
struct sg_request_reload {
    struct sg_request *next;
    enum sg_reload_state state;
    bool good;
    char *text; /* owned; NULL: memory was short */
};

struct sg_request {
    struct MHD_Connection *connection;
    const char *uri; /* its target in the library's buffer, which is decoded in place */
    size_t uri_len;  /* as it was sent, up to the first NUL */
    bool has_space;  /* as it was sent */

    /* Set with its headers. */
    bool seen;
    const char *method;
    const char *version;
    uint64_t peer;
    struct sg_web_reading *web; /* owned: the current web file; NULL while it is invalid */
    struct sg_query query;
    bool too_many_args;

    /* Set when it is complete. */
    const char *path;  /* of its target */
    const char *route; /* without the route prefix; NULL when it has another */

    bool counted;                     /* checked against the rate limit */
    _Atomic(enum sg_verdict) verdict; /* the password thread sets it */
    struct sg_request_reload reload;
};

/**
 * The request line was received, its parameters are not parsed yet.
 * @param uri  borrowed; from the 33rd parameter on the rest is cut off
 * @return owned; NULL without memory
 */
struct sg_request *sg_request_new(struct MHD_Connection *connection, const char *uri);

/** @return NULL; request may be NULL */
struct sg_request *sg_request_free(struct sg_request *request);

/** Its headers were received. @param web consumed; may be NULL */
void sg_request_set_headers(struct sg_request *request,
    const char *method,
    const char *version,
    struct sg_web_reading *web);

/** @return the value, borrowed; NULL without such a header */
const char *sg_request_header(const struct sg_request *request, const char *name);

/**
 * Checks of the headers that apply to all paths.
 * @param ret_status, ret_text  if refused: the answer, after which the connection is closed
 */
bool sg_request_is_sound(
    const struct sg_request *request, unsigned *ret_status, const char **ret_text);
