/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The loop in which exchanges with many JVMs run in parallel, each with its own outcome, whatever
 * protocol each of them speaks.
 *
 * An exchange is embedded in its peer, which says what to do (struct sg_exchange_kind). curl makes
 * the connections, and carries HTTP itself; other protocols use curl's connection in their turns.
 * Whatever a JVM does ends its own exchange only, at its deadline at the latest. All calls come
 * from one thread.
 */

#include "base/clock.h"
#include "base/error.h"
#include "jmx/poll/answer.h"
#include "store/store.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sg_transport;
struct sg_exchange;

/* How an exchange ended. Borrowed for the call. */
struct sg_reply {
    bool ok; /* there is something to read */
    /** Pass what it has to the handler; once. @return as sg_answer_read() */
    int (*read)(const struct sg_reply *reply,
        const struct sg_poll_plan *plan,
        const struct sg_answer_handler *handler);
    const void *context; /* the reader's own */
    char *body;          /* of HTTP; may be overwritten */
    size_t body_len;
    enum sg_failure_kind kind; /* these two when not ok */
    const struct sg_error *err;
    const char *advice;             /* the fix that err ends with; "": none. Static */
    int64_t certificate_end_unix_s; /* the earliest of the chain of the latest handshake; 0: none */
};

/**
 * May start the peer's next exchange.
 * @param context  what the start of the exchange was given
 */
typedef void (*sg_reply_fn)(void *context, const struct sg_reply *reply);

struct sg_exchange_kind {
    /** curl has ended its part, or the deadline has passed (CURLE_OPERATION_TIMEDOUT). */
    void (*ended)(struct sg_exchange *exchange, CURLcode code);
    /** Do what can be done without waiting. NULL: curl does everything. */
    void (*turn)(struct sg_exchange *exchange);
    /** What it waits for. @return false: for curl */
    bool (*waits)(const struct sg_exchange *exchange, struct curl_waitfd *ret_wait);
    /** The program is stopping: end it without a reply. */
    void (*give_up)(struct sg_exchange *exchange);
};

struct sg_exchange {
    const struct sg_exchange_kind *kind;
    CURL *easy; /* CURLOPT_PRIVATE is the exchange */
    int64_t deadline_ms;
    struct sg_exchange *next; /* the transport's */
};

/** @param clock  borrowed @return 0 or -ENOMEM */
int sg_transport_new(const struct sg_clock *clock, struct sg_transport **ret_transport);

/** All peers must be freed before. @return NULL; transport may be NULL */
struct sg_transport *sg_transport_free(struct sg_transport *transport);

const struct sg_clock *sg_transport_clock(const struct sg_transport *transport);

/** From now on it is part of the loop. @param exchange  borrowed until it is removed */
void sg_transport_add(struct sg_transport *transport, struct sg_exchange *exchange);

/** It is not any more; nothing happens if it is not part of it. */
void sg_transport_remove(struct sg_transport *transport, struct sg_exchange *exchange);

/** Have curl begin with the handle. @return 0 or -ENOMEM */
int sg_transport_begin(struct sg_transport *transport, struct sg_exchange *exchange);

/** Have curl end with the handle; a connection that another protocol uses is closed. */
void sg_transport_end(struct sg_transport *transport, struct sg_exchange *exchange);

/**
 * Run all exchanges until they end, by their deadlines at the latest; or, when the program is
 * stopping, end them at once without a reply.
 */
void sg_transport_run(struct sg_transport *transport, const atomic_bool *stopping);
