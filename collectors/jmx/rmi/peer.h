/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reading a JVM by JMX's own protocol, as exchanges of a transport (poll/transport.h).
 *
 *     connect ──> lookup "jmxrmi" ──> (connect to the stub's port) ──> newClient ──> calls of the
 * plan
 *
 * The connection and the client are kept from poll to poll; a client that is gone, because the JVM
 * was restarted or it was idle for too long, is looked up again, once per poll. Up to 32 calls are
 * sent ahead of their answers. After anything that is not a reply nobody knows where the next one
 * begins: the connection is made again, and what was not answered is asked again.
 *
 * Only the port is taken from a stub; the host is the configured one, since registry and server are
 * of one JVM, and the host that a JVM believes to have is often wrong (java.rmi.server.hostname).
 * The password goes to newClient alone, and where TLS is configured only over TLS.
 *
 * No lease is asked for: the server keeps a client for 120 s after its latest call. A peer has at
 * most one reply (wire.h) and the answer's bytes in memory. All calls come from one thread.
 *
 * Source: JSR-160, chapter 3; RMI Specification, chapter 10.
 */

#include "base/error.h"
#include "config/config.h"
#include "jmx/poll/plan.h"
#include "jmx/poll/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_RMI_ANSWER_BYTES_MAX = 64 * 1024 * 1024, /* of a poll */
};

struct sg_rmi_peer;

/* Where a JVM's JMX port is and how to speak to it; all is copied, but tls is borrowed. */
struct sg_rmi_peer_options {
    const char *host;
    int port;             /* of the registry */
    const char *username; /* or NULL */
    const char *password;
    const struct sg_tls_config *tls;
    bool must_use_tls; /* a server without it is an error */
    bool registry_tls;
    bool follow_stub; /* connect to the host that the stub has */
};

/** @return 0 or -ENOMEM */
int sg_rmi_peer_new(struct sg_transport *transport,
    const struct sg_rmi_peer_options *options,
    struct sg_rmi_peer **ret_peer);

/** Says goodbye to the server. @return NULL; peer may be NULL */
struct sg_rmi_peer *sg_rmi_peer_free(struct sg_rmi_peer *peer);

/** Limit answers to n bytes; the default and maximum is SG_RMI_ANSWER_BYTES_MAX. */
void sg_rmi_peer_set_max_bytes(struct sg_rmi_peer *peer, size_t n);

/** "jmx://HOST:PORT"; borrowed. */
const char *sg_rmi_peer_shown(const struct sg_rmi_peer *peer);

/**
 * Start an exchange; it runs in sg_transport_run(), which calls reply exactly once.
 * @param plan  borrowed until then @return 0 or -ENOMEM
 */
int sg_rmi_peer_start(struct sg_rmi_peer *peer,
    const struct sg_poll_plan *plan,
    int64_t deadline_ms,
    sg_reply_fn reply,
    void *context);
