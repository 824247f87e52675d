/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Deadlines of connections, and which are closed when there are too many.
 *
 * libmicrohttpd's own time-out restarts with each byte: a client that sends or reads one byte a
 * second could stay for ever. Here each connection has fixed deadlines: for its request, for
 * reading the answer, for the next request. A thread checks once a second and shuts down the
 * sockets of those that are late; libmicrohttpd then sees the end and cleans up. A connection is
 * taken off the list before its descriptor is closed, under the same lock, so that a reused
 * descriptor is never shut down. Which connection is closed when there are too many is in room.h.
 */

#include "base/clock.h"
#include "serve/web.h"
#include "store/http_counts.h"

#include <microhttpd.h>

enum {
    SG_CONNECTIONS_MAX = 512, /* libmicrohttpd's limit; the excess over SG_ROOM_PLACES is for those
                                 that are shut down but not closed yet */
    SG_FIRST_REQUEST_MS = 10 * 1000, /* from accept to a whole request */
    SG_NEXT_REQUEST_MS = 120 * 1000, /* from an answer to the next whole request: scrapers keep
                                        connections for longer than a usual interval */
    SG_ANSWER_MS = 30 * 1000,        /* to read an answer; Prometheus gives up after 10 s */
};

struct sg_connections;

/** @param clock, counts  borrowed @return 0, -ENOMEM or -errno of the thread */
int sg_connections_new(const struct sg_clock *clock,
    struct sg_http_counts *counts,
    struct sg_connections **ret_connections);

/** After all daemons have stopped. @return NULL; connections may be NULL */
struct sg_connections *sg_connections_free(struct sg_connections *connections);

/** For MHD_OPTION_NOTIFY_CONNECTION; the context is the struct sg_connections. */
void sg_connections_notify(void *context,
    struct MHD_Connection *connection,
    void **socket_context,
    enum MHD_ConnectionNotificationCode what);

/**
 * Make each new connection use the current certificates. Before the daemons start.
 * @param web  borrowed
 */
void sg_connections_use_tls(struct sg_connections *connections, struct sg_web *web);

/** A request line was received. If the connection ends before the rest, it was malformed. */
void sg_connections_began(struct MHD_Connection *connection);

/** A request is complete: the answer's deadline starts. */
void sg_connections_request(struct MHD_Connection *connection);

/** The request has a correct password. */
void sg_connections_proved(struct MHD_Connection *connection);

/** The answer was sent, or failed: the next request's deadline starts. */
void sg_connections_completed(struct MHD_Connection *connection);

/** Count an answer. */
void sg_connections_answered(struct MHD_Connection *connection, unsigned status);

/** Count a refusal. */
void sg_connections_refused(struct MHD_Connection *connection, enum sg_http_refusal why);
