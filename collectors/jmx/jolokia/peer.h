/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * POST requests to an agent, as exchanges of a transport (poll/transport.h).
 *
 * A peer keeps its connection from poll to poll. Whatever an agent does (refuse, not answer, send
 * without end, send garbage) ends its own exchange only, at the deadline at the latest. Replies are
 * passed on as they arrive, while the others are still in progress. All calls come from one thread.
 */

#include "base/error.h"
#include "base/str.h"
#include "config/config.h"
#include "jmx/jolokia/agent_url.h"
#include "jmx/poll/transport.h"

#include <stdint.h>

enum {
    SG_PEER_E_URL = SG_AGENT_URL_E_WRONG, /* not an http or https URL; err says why */
};

enum {
    SG_BODY_BYTES_MAX = 64 * 1024 * 1024, /* of an answer; 100,000 MBeans take about 10 MB */
};

struct sg_peer;

/* Where an agent is and how to speak to it; all is copied, but tls is borrowed by the peer. */
struct sg_peer_options {
    const char *url;                 /* gets the slash at its end that agents up to 2.2.9 require */
    const char *username;            /* for basic authentication, or NULL */
    const char *password;            /* or NULL */
    const struct sg_tls_config *tls; /* of an https URL, or NULL */
};

/** @return 0, SG_PEER_E_URL or -ENOMEM */
int sg_peer_new(struct sg_transport *transport,
    const struct sg_peer_options *options,
    struct sg_peer **ret_peer,
    struct sg_error *err);

/** @return NULL; peer may be NULL */
struct sg_peer *sg_peer_free(struct sg_peer *peer);

/** Limit answers to n bytes; the default and maximum is SG_BODY_BYTES_MAX. */
void sg_peer_set_max_bytes(struct sg_peer *peer, size_t n);

/** The agent's URL for display, without user and password; borrowed. */
const char *sg_peer_shown_url(const struct sg_peer *peer);

/**
 * Start an exchange; it runs in sg_transport_run(), which calls reply exactly once.
 * @param body  borrowed until then @return 0 or -ENOMEM
 */
int sg_peer_start(struct sg_peer *peer,
    struct sg_str body,
    int64_t deadline_ms,
    sg_reply_fn reply,
    void *context);
