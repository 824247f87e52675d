/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/pipe.h"

#include "jmx/poll/curl_use.h"
#include "jmx/rmi/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    CONNECT_MS_MAX = 5000, /* a host that is gone drops packets; connecting takes no longer */
    AT_ONCE = 64 * 1024,
    IN_BYTES_MAX = SG_RMI_REPLY_BYTES_MAX + AT_ONCE,
    OUT_BYTES_MAX = 4 << 20,
    KEPT_BYTES = 256 * 1024, /* a larger buffer's memory is given back */
    ADDRESS_BYTES_MAX = 600,
};

#define SET(option, value) r |= curl_easy_setopt(easy, option, value)

int sg_rmi_pipe_init(struct sg_rmi_pipe *pipe,
    struct sg_transport *transport,
    struct sg_exchange *exchange,
    const struct sg_tls_config *tls)
{
    CURL *easy = exchange->easy = curl_easy_init();
    int r = 0;

    *pipe = (struct sg_rmi_pipe){ .transport = transport, .exchange = exchange };
    pipe->socket = CURL_SOCKET_BAD;
    sg_buf_init(&pipe->in, IN_BYTES_MAX);
    sg_buf_init(&pipe->out, OUT_BYTES_MAX);
    if (!easy)
        return -ENOMEM;
    SET(CURLOPT_PRIVATE, exchange);
    SET(CURLOPT_CONNECT_ONLY, 1L);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_SSL_ENABLE_ALPN, 0L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_TCP_NODELAY, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, ""); /* not the environment's */
    SET(CURLOPT_ERRORBUFFER, pipe->error);
    SET(CURLOPT_CERTINFO, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_QUICK_EXIT, 1L); /* a name server that does not answer must not delay the others */
#endif
    if (tls)
        r |= sg_curl_use_tls(easy, tls);
    return r ? -ENOMEM : 0;
}
#undef SET

void sg_rmi_pipe_done(struct sg_rmi_pipe *pipe)
{
    sg_rmi_pipe_close(pipe);
    if (pipe->exchange && pipe->exchange->easy)
        curl_easy_cleanup(pipe->exchange->easy);
    curl_slist_free_all(pipe->connect_to);
    sg_buf_done(&pipe->in);
    sg_buf_done(&pipe->out);
}

/* ---- Connecting ---- */

/* Where the certificate has another name the URL has that, and curl connects elsewhere. */
static int set_address(struct sg_rmi_pipe *pipe, const struct sg_rmi_address *address)
{
    CURL *easy = pipe->exchange->easy;
    bool is_renamed = address->is_tls && address->server_name;
    const char *host = is_renamed ? address->server_name : address->host;
    bool is_ipv6 = strchr(host, ':');
    char text[ADDRESS_BYTES_MAX];

    curl_slist_free_all(pipe->connect_to);
    pipe->connect_to = NULL;
    (void)snprintf(text, sizeof text, strchr(address->host, ':') ? "::[%s]:%d" : "::%s:%d",
        address->host, address->port);
    if (is_renamed && !(pipe->connect_to = curl_slist_append(NULL, text)))
        return -ENOMEM;
    (void)snprintf(text, sizeof text, "http%s://%s%s%s:%d", address->is_tls ? "s" : "",
        is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", address->port);
    return curl_easy_setopt(easy, CURLOPT_CONNECT_TO, pipe->connect_to) ||
                   curl_easy_setopt(easy, CURLOPT_URL, text)
               ? -ENOMEM
               : 0;
}

int sg_rmi_pipe_connect(
    struct sg_rmi_pipe *pipe, const struct sg_rmi_address *address, int64_t deadline_ms)
{
    CURL *easy = pipe->exchange->easy;
    long left_ms = sg_clock_left_ms(sg_transport_clock(pipe->transport), deadline_ms);
    long connect_ms = left_ms / 2 < CONNECT_MS_MAX ? left_ms / 2 : CONNECT_MS_MAX;

    sg_rmi_pipe_close(pipe);
    pipe->error[0] = '\0';
    int r = set_address(pipe, address);
    if (r)
        return r;
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms > 0 ? left_ms : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
    r = sg_transport_begin(pipe->transport, pipe->exchange);
    pipe->is_begun = !r;
    return r;
}

int sg_rmi_pipe_opened(struct sg_rmi_pipe *pipe)
{
    pipe->code = curl_easy_getinfo(pipe->exchange->easy, CURLINFO_ACTIVESOCKET, &pipe->socket);
    pipe->is_open = pipe->code == CURLE_OK && pipe->socket != CURL_SOCKET_BAD;
    return pipe->is_open ? 0 : SG_RMI_PIPE_E_FAILED;
}

static void empty(struct sg_buf *buf)
{
    sg_buf_clear(buf);
    if (buf->allocated > KEPT_BYTES)
        sg_buf_done(buf);
}

void sg_rmi_pipe_close(struct sg_rmi_pipe *pipe)
{
    if (pipe->is_begun)
        sg_transport_end(pipe->transport, pipe->exchange);
    pipe->is_begun = false;
    pipe->is_open = false;
    pipe->socket = CURL_SOCKET_BAD;
    pipe->in_at = 0;
    pipe->out_at = 0;
    if (pipe->out.len)
        explicit_bzero(pipe->out.ptr, pipe->out.len);
    empty(&pipe->in);
    empty(&pipe->out);
}

/* ---- Bytes ---- */

int sg_rmi_pipe_send(struct sg_rmi_pipe *pipe)
{
    while (pipe->out_at < pipe->out.len) {
        size_t n = 0;
        pipe->code = curl_easy_send(
            pipe->exchange->easy, pipe->out.ptr + pipe->out_at, pipe->out.len - pipe->out_at, &n);
        if (pipe->code == CURLE_AGAIN)
            return 0;
        if (pipe->code != CURLE_OK)
            return SG_RMI_PIPE_E_FAILED;
        pipe->out_at += n;
    }
    if (pipe->out.len)
        explicit_bzero(pipe->out.ptr, pipe->out.len); /* there may be a password in it */
    pipe->out_at = 0;
    sg_buf_clear(&pipe->out);
    return 0;
}

int sg_rmi_pipe_receive(struct sg_rmi_pipe *pipe, bool *ret_any)
{
    size_t n = 0;

    *ret_any = false;
    int r = sg_buf_reserve(&pipe->in, AT_ONCE);
    if (r)
        return r;
    pipe->code = curl_easy_recv(pipe->exchange->easy, pipe->in.ptr + pipe->in.len, AT_ONCE, &n);
    if (pipe->code == CURLE_AGAIN)
        return 0;
    if (pipe->code != CURLE_OK)
        return SG_RMI_PIPE_E_FAILED;
    if (n == 0)
        return SG_RMI_PIPE_E_CLOSED;
    pipe->in.len += n;
    *ret_any = true;
    return 0;
}

void sg_rmi_pipe_skip(struct sg_rmi_pipe *pipe, size_t n)
{
    pipe->in_at += n;
    size_t left = pipe->in.len - pipe->in_at;
    if (left && pipe->in_at < AT_ONCE)
        return;
    if (left)
        (void)memmove(pipe->in.ptr, pipe->in.ptr + pipe->in_at, left);
    pipe->in.len = left;
    pipe->in_at = 0;
    if (!left)
        empty(&pipe->in);
}

void sg_rmi_pipe_waits(const struct sg_rmi_pipe *pipe, struct curl_waitfd *ret_wait)
{
    bool has_more = pipe->out_at < pipe->out.len;

    *ret_wait = (struct curl_waitfd){ .fd = pipe->socket,
        .events = (short)(has_more ? CURL_WAIT_POLLIN | CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN) };
}
