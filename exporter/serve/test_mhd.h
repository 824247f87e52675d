/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * For tests: connections of libmicrohttpd without the library. Its functions that are called about
 * a connection or an answer are replaced; they do what a connection's fields say, and note there
 * what they were called for.
 */

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>

struct MHD_Connection {
    int fd;
    struct sockaddr_in peer;
    gnutls_session_t session;  /* NULL: no TLS */
    const char *authorization; /* the header; NULL: none */
    void *socket_context;      /* for sg_connections_notify() */

    atomic_int n_suspended;
    atomic_int n_resumed;
    unsigned status;   /* of the answer; 0: none */
    char headers[512]; /* of the answer, "NAME: VALUE\n" each */
    char body[512];
};

/** A connection of this client. @param address  the last byte of it */
struct MHD_Connection connection_from(unsigned char address);
