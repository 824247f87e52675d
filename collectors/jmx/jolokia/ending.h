/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How an exchange with an agent ended, for people: what kind of failure it was, what is to be said
 * of it, and what would likely help. The collector's thread.
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
    CURL *easy; /* that it was made with */
    CURLcode code;
    const char *curl_error; /* curl's own words, or "" */
    const struct sg_agent_url *url;
    bool had_tls;   /* a handshake has ever been completed with this agent */
    bool too_large; /* the answer was */
    size_t max_bytes;
    int64_t took_ms;
    char *body; /* may be overwritten */
    size_t body_len;
    const char *advice; /* told: what would likely help, which err ends with, or ""; static */
};

/**
 * @param ret_kind  with err, when it is not
 * @return did an answer come, with status 200?
 */
bool sg_ending_is_good(struct sg_ending *end, enum sg_failure_kind *ret_kind, struct sg_error *err);
