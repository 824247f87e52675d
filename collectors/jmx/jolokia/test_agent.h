/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Agents of all sorts, each a thread behind a socket on the loopback address. An agent reads a
 * request and sends its answer, again and again, until the client hangs up.
 */

#include <pthread.h>
#include <stdbool.h>

struct agent {
    const char *answer; /* head and body; NULL: reads and never answers */
    const char *to_who; /* body of the answer when asked who the JVM is; NULL: as answer */
    bool endless;       /* sends the answer's body for ever */
    int listener;
    pthread_t thread;
    int port;
    char url[64];
    char request[4096]; /* the latest */
    int n_requests;
    int n_connections;
};

/** @param answer  see struct agent; to_who may be set before the first request */
void start_agent(struct agent *agent, const char *answer, bool endless);

/** After the peers are freed, which ends the connections. */
void stop_agent(struct agent *agent);
