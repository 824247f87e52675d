/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/peer.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jmx/jolokia/agent_url.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/ending.h"
#include "jmx/poll/certificate.h"
#include "jmx/poll/curl_use.h"
#include "version.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

enum {
    CONNECT_MS_MAX = 5000,     /* a host that is gone drops packets; connecting takes no longer */
    KEPT_BODY_BYTES = 1 << 20, /* larger bodies' memory is given back */
};

struct sg_peer {
    struct sg_exchange exchange;
    struct sg_transport *transport;
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *connect_to; /* the URL's host, when the certificate has another name */
    struct sg_agent_url url;
    bool had_tls;   /* a handshake has ever been completed */
    bool has_files; /* of certificates: connections made with earlier ones are not reused */
    bool has_started;
    int64_t made_ms;
    int64_t certificate_end_unix_s; /* of the latest handshake */
    struct sg_buf body;
    size_t max_bytes; /* of the body */
    bool too_large;
    char curl_error[CURL_ERROR_SIZE];
    /* of the exchange under way */
    int64_t start_ms;
    sg_reply_fn reply;
    void *context;
};

SG_AUTO_DEFINE(struct sg_peer *, sg_peer_free);

static const struct sg_exchange_kind http;

static size_t take_bytes(char *bytes, size_t size, size_t n, void *user)
{
    struct sg_peer *peer = user;

    if (size * n <= peer->max_bytes - peer->body.len &&
        sg_buf_add(&peer->body, bytes, size * n) == 0)
        return size * n;
    peer->too_large = true;
    return 0; /* curl ends the exchange */
}

static int add_to_list(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (!longer)
        return -ENOMEM;
    *list = longer;
    return 0;
}

#define SET(option, value) r |= curl_easy_setopt(easy, option, value)

/* Options that never change. Their values are checked, so that only memory can be short. */
static int set_options(struct sg_peer *peer, const struct sg_peer_options *options)
{
    CURL *easy = peer->easy;
    int r = 0;

    SET(CURLOPT_URL, peer->url.asked);
    SET(CURLOPT_PRIVATE, &peer->exchange);
    SET(CURLOPT_HTTPHEADER, peer->headers);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_USERAGENT, "streamgauge/" SG_VERSION);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, ""); /* not the environment's: agents are on the brokers' own network */
    SET(CURLOPT_ERRORBUFFER, peer->curl_error);
    SET(CURLOPT_WRITEFUNCTION, take_bytes);
    SET(CURLOPT_WRITEDATA, peer);
    SET(CURLOPT_CERTINFO, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_QUICK_EXIT, 1L); /* a name server that does not answer must not delay the others */
#endif
    if (peer->connect_to)
        SET(CURLOPT_CONNECT_TO, peer->connect_to);
    if (options->username) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, options->username);
        SET(CURLOPT_PASSWORD, options->password ? options->password : "");
    }
    if (options->tls)
        r |= sg_curl_use_tls(easy, options->tls);
    return r ? -ENOMEM : 0;
}
#undef SET

int sg_peer_new(struct sg_transport *transport,
    const struct sg_peer_options *options,
    struct sg_peer **ret_peer,
    struct sg_error *err)
{
    sg_auto(sg_peer_free) struct sg_peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        return -ENOMEM;
    peer->transport = transport;
    peer->made_ms = sg_clock_monotonic_ms(sg_transport_clock(transport));
    peer->has_files = options->tls &&
                      (options->tls->cert_file || options->tls->key_file || options->tls->ca_file);
    sg_buf_init(&peer->body, SG_BODY_BYTES_MAX);
    peer->max_bytes = SG_BODY_BYTES_MAX;
    int r = sg_agent_url_read(
        options->url, options->tls ? options->tls->server_name : NULL, &peer->url, err);
    if (!r && peer->url.host_header)
        r = add_to_list(&peer->headers, peer->url.host_header);
    if (!r && peer->url.connect_to)
        r = add_to_list(&peer->connect_to, peer->url.connect_to);
    if (!r)
        r = add_to_list(&peer->headers, "Content-Type: application/json; charset=utf-8");
    if (!r)
        r = add_to_list(&peer->headers, "Expect:");
    if (r)
        return r;
    peer->easy = curl_easy_init();
    if (!peer->easy)
        return -ENOMEM;
    peer->exchange = (struct sg_exchange){ .kind = &http, .easy = peer->easy };
    r = set_options(peer, options);
    if (r)
        return r;
    *ret_peer = sg_take(&peer);
    return 0;
}

struct sg_peer *sg_peer_free(struct sg_peer *peer)
{
    if (!peer)
        return NULL;
    if (peer->easy)
        curl_easy_cleanup(peer->easy);
    curl_slist_free_all(peer->headers);
    curl_slist_free_all(peer->connect_to);
    sg_buf_done(&peer->body);
    sg_agent_url_done(&peer->url);
    free(peer);
    return NULL;
}

void sg_peer_set_max_bytes(struct sg_peer *peer, size_t n)
{
    peer->max_bytes = n < SG_BODY_BYTES_MAX ? n : SG_BODY_BYTES_MAX;
}

const char *sg_peer_shown_url(const struct sg_peer *peer)
{
    return peer->url.shown;
}

/*
 * libcurl shares connections between handles with the same options, so that an earlier peer's
 * connection, made with a certificate that has been replaced under the same path, would be reused
 * for ever.
 */
static void bind_connections(struct sg_peer *peer)
{
    long age_s = (long)((peer->start_ms - peer->made_ms) / 1000);

    if (!peer->has_files)
        return;
    (void)curl_easy_setopt(peer->easy, CURLOPT_FRESH_CONNECT, peer->has_started ? 0L : 1L);
    peer->has_started = true;
#if LIBCURL_VERSION_NUM >= 0x075000
    (void)curl_easy_setopt(peer->easy, CURLOPT_MAXLIFETIME_CONN, age_s > 1 ? age_s : 1L);
#else
    (void)age_s;
#endif
}

int sg_peer_start(
    struct sg_peer *peer, struct sg_str body, int64_t deadline_ms, sg_reply_fn reply, void *context)
{
    struct sg_transport *transport = peer->transport;
    int left_ms = sg_clock_left_ms(sg_transport_clock(transport), deadline_ms);
    long timeout_ms = left_ms > 0 ? left_ms : 1; /* 0 would mean none */
    long connect_ms = timeout_ms / 2 < CONNECT_MS_MAX ? timeout_ms / 2 : CONNECT_MS_MAX;

    sg_buf_clear(&peer->body);
    peer->too_large = false;
    peer->curl_error[0] = '\0';
    peer->start_ms = sg_clock_monotonic_ms(sg_transport_clock(transport));
    peer->exchange.deadline_ms = deadline_ms;
    peer->reply = reply;
    peer->context = context;
    (void)curl_easy_setopt(peer->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    (void)curl_easy_setopt(peer->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
    bind_connections(peer);
    (void)curl_easy_setopt(peer->easy, CURLOPT_POSTFIELDS, body.ptr);
    (void)curl_easy_setopt(peer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    int r = sg_transport_begin(transport, &peer->exchange);
    if (!r)
        sg_transport_add(transport, &peer->exchange);
    return r;
}

/* ---- Ending an exchange ---- */

static bool has_tls(const struct sg_peer *peer)
{
    curl_off_t handshake_us = 0;

    (void)curl_easy_getinfo(peer->easy, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    return handshake_us > 0;
}

/* A connection that is kept has the certificate of its handshake, of which curl says nothing more.
 */
static void note_certificate(struct sg_peer *peer)
{
    int64_t end_unix_s = sg_certificate_end(peer->easy);

    if (end_unix_s)
        peer->certificate_end_unix_s = end_unix_s;
}

static void report_end(struct sg_peer *peer, CURLcode code)
{
    struct sg_reply reply = {
        .read = sg_answer_read_reply, .body = peer->body.ptr, .body_len = peer->body.len
    };
    struct sg_error err = { "" };

    peer->had_tls = peer->had_tls || has_tls(peer);
    note_certificate(peer);
    struct sg_ending end = {
        .easy = peer->easy,
        .code = code,
        .curl_error = peer->curl_error,
        .url = &peer->url,
        .had_tls = peer->had_tls,
        .too_large = peer->too_large,
        .max_bytes = peer->max_bytes,
        .took_ms = sg_clock_monotonic_ms(sg_transport_clock(peer->transport)) - peer->start_ms,
        .body = peer->body.ptr,
        .body_len = peer->body.len,
    };
    reply.ok = sg_ending_is_good(&end, &reply.kind, &err);
    reply.err = &err;
    reply.advice = end.advice;
    reply.certificate_end_unix_s = peer->certificate_end_unix_s;
    peer->reply(peer->context, &reply);
    if (peer->body.allocated > KEPT_BODY_BYTES)
        sg_buf_done(&peer->body);
}

static struct sg_peer *peer_of(struct sg_exchange *exchange)
{
    return (void *)((char *)exchange - offsetof(struct sg_peer, exchange));
}

static void give_up(struct sg_exchange *exchange)
{
    sg_transport_end(peer_of(exchange)->transport, exchange);
}

static void end(struct sg_exchange *exchange, CURLcode code)
{
    struct sg_peer *peer = peer_of(exchange);

    sg_transport_remove(peer->transport, exchange);
    sg_transport_end(peer->transport, exchange);
    report_end(peer, code);
}

static const struct sg_exchange_kind http = { .ended = end, .give_up = give_up };
