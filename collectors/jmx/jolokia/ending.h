/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How an exchange with an agent ended: the kind of a failure, its text, and advice for a fix. The
 * collector's thread.
 */

#include "base/error.h"
#include "jmx/jolokia/agent_url.h"
#include "store/store.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All borrowed. */
struct sg_ending {
    CURL *easy; /* the handle of the exchange */
    CURLcode code;
    const char *curl_error; /* curl's own text, or "" */
    const struct sg_agent_url *url;
    bool had_tls;   /* a handshake has ever been completed with this agent */
    bool too_large; /* the answer was */
    size_t max_bytes;
    int64_t took_ms;
    char *body; /* may be overwritten */
    size_t body_len;
    const char *advice; /* set: the advice that err ends with, or ""; static */
};

/**
 * @param ret_kind  set with err, when the answer is false
 * @return did an answer come, with status 200?
 */
bool sg_ending_is_good(struct sg_ending *end, enum sg_failure_kind *ret_kind, struct sg_error *err);
