/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The URL of an agent in two forms: for display, and for curl.
 * Pure functions; any thread.
 */

#include "base/error.h"

#include <stdbool.h>

enum {
    SG_AGENT_URL_E_WRONG = 1, /* not an http or https URL; err says why */
};

/* Owned texts. Zeroed, there is none. */
struct sg_agent_url {
    bool is_https;
    char *shown; /* for display: without user, password, and what is after "?" */
    char *asked; /* for curl: with the slash at the end that agents up to 2.2.9 require */
    /* Only where the certificate is for another name than the URL's. */
    char *host_header; /* "Host: …" with the URL's own */
    char *connect_to;  /* as CURLOPT_CONNECT_TO has it */
};

/**
 * @param server_name  that the certificate is for, or NULL: the URL's
 * @return 0, SG_AGENT_URL_E_WRONG or -ENOMEM
 */
int sg_agent_url_read(const char *text,
    const char *server_name,
    struct sg_agent_url *ret_agent,
    struct sg_error *err);

/** Free the texts; there is none afterwards. */
void sg_agent_url_done(struct sg_agent_url *agent);
