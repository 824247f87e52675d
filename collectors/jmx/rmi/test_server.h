/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A simulated JMX port, a thread with a socket on the loopback address. It answers calls with the
 * recorded replies of Java 17, or as its fields say; these are set before the first connection.
 *
 * What it does with a name: "…Nope…" is no MBean, "…Hang…" is never answered, "…Fails…"
 * throws when it is asked for several attributes; attributes "Optional"
 * and "Duration" cannot be sent.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct server {
    const char *greeting;   /* sent instead of everything else; the connection is closed */
    bool is_silent;         /* answers nothing */
    const char *stub_host;  /* of 9 characters, instead of 127.0.0.1 */
    int stub_port;          /* instead of its own */
    const char *login;      /* digits of the reply to newClient, instead of a client */
    const char *flood;      /* digits that follow the reply to newClient for ever */
    int drip_us;            /* sends a byte, and waits so long */
    size_t cut_at;          /* closes each connection after so many bytes; 0: does not */
    int hold_calls;         /* answers reads only when so many calls have come */
    atomic_bool hangs;      /* does not answer reads */
    atomic_int n_gone;      /* so many times the client is gone */
    atomic_int close_after; /* so many calls it closes the connection, once; 0: does not */
    /* what was seen */
    atomic_int n_connections;
    atomic_int n_lookups;
    atomic_int n_logins;
    atomic_int n_reads;
    atomic_int n_exists;
    atomic_int n_infos;
    atomic_int n_closes;
    atomic_int n_ahead; /* calls that had come when the first of the held ones was answered */
    int listener;
    int port;
    pthread_t thread;
};

/** @param server  zeroed but for what it is to do */
void start_server(struct server *server);

/** After its clients are freed. */
void stop_server(struct server *server);
