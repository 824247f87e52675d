/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Simulated agents, each a thread with a socket on the loopback address. An agent reads a request
 * and sends its answer, repeatedly, until the client closes the connection.
 */

#include <pthread.h>
#include <stdbool.h>

struct agent {
    const char *answer;   /* head and body; NULL: reads and never answers */
    const char *identity; /* body of the answer to identity requests; NULL: as answer */
    bool endless;         /* sends the answer's body for ever */
    int listener;
    pthread_t thread;
    int port;
    char url[64];
    char request[4096]; /* the latest */
    int n_requests;
    int n_connections;
};

/** @param answer  see struct agent; identity may be set before the first request */
void start_agent(struct agent *agent, const char *answer, bool endless);

/** Call it after the peers are freed, which closes the connections. */
void stop_agent(struct agent *agent);
