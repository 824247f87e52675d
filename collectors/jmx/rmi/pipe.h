/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A connection for bytes, which curl makes and encrypts (CURLOPT_CONNECT_ONLY): its TLS settings
 * are those of all peers, and its connecting is part of the transport's loop.
 *
 * Embedded in its peer, on the same thread. What arrives and what is to be sent are buffers.
 */

#include "base/buf.h"
#include "config/config.h"
#include "jmx/poll/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_RMI_PIPE_E_CLOSED = 1, /* the server has closed it */
    SG_RMI_PIPE_E_FAILED,     /* code and error say why */
};

struct sg_rmi_pipe {
    struct sg_transport *transport;
    struct sg_exchange *exchange; /* the peer's; its handle is curl's */
    struct curl_slist *connect_to;
    bool is_begun; /* the transport has the handle */
    bool is_open;
    curl_socket_t socket;
    struct sg_buf in;
    size_t in_at; /* what is before it has been read */
    struct sg_buf out;
    size_t out_at; /* likewise, sent */
    CURLcode code;
    char error[CURL_ERROR_SIZE];
};

/** @param exchange  whose handle is made @param tls  borrowed for the call, or NULL
 * @return 0 or -ENOMEM */
int sg_rmi_pipe_init(struct sg_rmi_pipe *pipe,
    struct sg_transport *transport,
    struct sg_exchange *exchange,
    const struct sg_tls_config *tls);
void sg_rmi_pipe_done(struct sg_rmi_pipe *pipe);

struct sg_rmi_address {
    const char *host;
    int port;
    bool is_tls;
    const char *server_name; /* in the certificate; NULL: the host */
};

/** Begin to connect; the exchange's `ended` is called. @return 0 or -ENOMEM */
int sg_rmi_pipe_connect(
    struct sg_rmi_pipe *pipe, const struct sg_rmi_address *address, int64_t deadline_ms);

/** After `ended`, without a failure. @return 0 or SG_RMI_PIPE_E_FAILED */
int sg_rmi_pipe_opened(struct sg_rmi_pipe *pipe);

/** Close it; buffers are empty. */
void sg_rmi_pipe_close(struct sg_rmi_pipe *pipe);

/** Send what can be sent now. @return 0 or SG_RMI_PIPE_E_* */
int sg_rmi_pipe_send(struct sg_rmi_pipe *pipe);

/**
 * Receive what is there, up to some amount.
 * @param ret_any  was there anything? @return 0, SG_RMI_PIPE_E_*, or -ENOMEM; SG_BUF_E_FULL
 */
int sg_rmi_pipe_receive(struct sg_rmi_pipe *pipe, bool *ret_any);

/** What has arrived and was not read. */
static inline struct sg_str sg_rmi_pipe_arrived(const struct sg_rmi_pipe *pipe)
{
    return (struct sg_str){ pipe->in.ptr + pipe->in_at, pipe->in.len - pipe->in_at };
}

/** So many bytes were read. */
void sg_rmi_pipe_skip(struct sg_rmi_pipe *pipe, size_t n);

/** For the transport: readable, or writable where there is something to send. */
void sg_rmi_pipe_waits(const struct sg_rmi_pipe *pipe, struct curl_waitfd *ret_wait);
