/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One request: what is kept of it while it is answered, and what it must not be, whatever it is
 * for. Owned by libmicrohttpd's connection; its thread only.
 */

#include "serve/guard.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_request {
    bool seen;       /* its headers */
    const char *uri; /* where its target is; what is there is decoded in place meanwhile */
    size_t uri_len;  /* as it was sent, up to the first NUL */
    bool has_space;  /* as it was sent */
    struct sg_guarded guarded;
};

/**
 * The request's line has come, its parameters have not been taken apart yet.
 * @param uri  borrowed; from the 33rd parameter on the rest is cut off
 * @return owned; free with free(); NULL without memory
 */
struct sg_request *sg_request_new(const char *uri);

/**
 * Its headers have come: is it one that may be answered?
 * @param ret_status, ret_text  when not: the answer, after which the connection is closed
 */
bool sg_request_is_sound(const struct sg_request *request,
    struct MHD_Connection *connection,
    const char *method,
    const char *version,
    unsigned *ret_status,
    const char **ret_text);
