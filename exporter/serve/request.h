/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One request: all that is known of it, in one place, from its line to the end of its answer. It
 * goes through the guard, the routes and the pages.
 *
 * Owned by libmicrohttpd's connection, and its thread's. While the connection is suspended the
 * password thread sets the verdict, and main's thread what came of a reload.
 */

#include "serve/query.h"
#include "serve/web.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of its password. */
enum sg_verdict {
    SG_VERDICT_NONE, /* not checked yet */
    SG_VERDICT_GOOD,
    SG_VERDICT_BAD,
    SG_VERDICT_BUSY, /* too many are being checked */
};

enum sg_reload_state {
    SG_RELOAD_NONE, /* not asked for */
    SG_RELOAD_ASKED,
    SG_RELOAD_UNDER_WAY,
    SG_RELOAD_DONE,
};

/* The reload that it waits for; under the reloader's lock until it is done. */
struct sg_request_reload {
    struct sg_request *next;
    enum sg_reload_state state;
    bool good;
    char *text; /* owned; NULL: there was no memory for it */
};

struct sg_request {
    struct MHD_Connection *connection;
    const char *uri; /* where its target is; what is there is decoded in place meanwhile */
    size_t uri_len;  /* as it was sent, up to the first NUL */
    bool has_space;  /* as it was sent */

    /* When its headers have come. */
    bool seen;
    const char *method;
    const char *version;
    uint64_t peer;
    struct sg_web_reading *web; /* owned: the web file of this moment; NULL while it is bad */
    struct sg_query query;
    bool too_many_args;

    /* When it is whole. */
    const char *path;  /* of its target */
    const char *route; /* without the prefix that all of ours have; NULL when it is not ours */

    bool counted;                     /* against the rate limit */
    _Atomic(enum sg_verdict) verdict; /* the password thread sets it */
    struct sg_request_reload reload;
};

/**
 * The request's line has come, its parameters have not been taken apart yet.
 * @param uri  borrowed; from the 33rd parameter on the rest is cut off
 * @return owned; NULL without memory
 */
struct sg_request *sg_request_new(struct MHD_Connection *connection, const char *uri);

/** @return NULL; request may be NULL */
struct sg_request *sg_request_free(struct sg_request *request);

/** Its headers have come. @param web  consumed; may be NULL */
void sg_request_set_headers(struct sg_request *request,
    const char *method,
    const char *version,
    struct sg_web_reading *web);

/** @return the value, borrowed; NULL without such a header */
const char *sg_request_header(const struct sg_request *request, const char *name);

/**
 * Its headers have come: is it one that may be answered, whatever it is for?
 * @param ret_status, ret_text  when not: the answer, after which the connection is closed
 */
bool sg_request_is_sound(
    const struct sg_request *request, unsigned *ret_status, const char **ret_text);
