/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/transport.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jmx/jolokia/agent_url.h"
#include "jmx/jolokia/certificate.h"
#include "jmx/jolokia/ending.h"
#include "version.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

/*
 * curl waits: every easy handle has its own time-out, and the multi handle drives them. The loop
 * checks the deadlines as well, because a time-out that curl misses would stop the whole collector.
 */

enum {
    POLL_MS_MAX = 100,         /* how soon a stop of the program is noticed */
    CONNECT_MS_MAX = 5000,     /* a host that is gone drops packets; connecting takes no longer */
    KEPT_BODY_BYTES = 1 << 20, /* larger bodies' memory is given back */
    CA_CACHE_S = 300,          /* a CA file that was replaced is seen by then */
};

struct sg_transport {
    CURLM *multi;
    const struct sg_clock *clock;
    struct sg_peer *running; /* list of peers with an exchange under way */
};

struct sg_peer {
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
    int64_t deadline_ms;
    sg_reply_fn reply;
    void *context;
    struct sg_peer *next;
};

SG_AUTO_DEFINE(struct sg_transport *, sg_transport_free);
SG_AUTO_DEFINE(struct sg_peer *, sg_peer_free);

int sg_transport_new(const struct sg_clock *clock, struct sg_transport **ret_transport)
{
    sg_auto(sg_transport_free) struct sg_transport *transport = calloc(1, sizeof *transport);

    if (!transport)
        return -ENOMEM;
    transport->clock = clock;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    transport->multi = curl_multi_init();
    if (!transport->multi)
        return -ENOMEM;
    *ret_transport = sg_take(&transport);
    return 0;
}

struct sg_transport *sg_transport_free(struct sg_transport *transport)
{
    if (!transport)
        return NULL;
    if (transport->multi)
        (void)curl_multi_cleanup(transport->multi);
    free(transport);
    return NULL;
}

/* ---- Peers ---- */

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

static int set_tls_options(CURL *easy, const struct sg_tls_config *tls)
{
    int r = 0;

    if (tls->ca_file) { /* this CA, and not the system's as well */
        SET(CURLOPT_CAINFO, tls->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (tls->cert_file)
        SET(CURLOPT_SSLCERT, tls->cert_file);
    if (tls->key_file)
        SET(CURLOPT_SSLKEY, tls->key_file);
    if (tls->key_password)
        SET(CURLOPT_KEYPASSWD, tls->key_password);
    if (tls->insecure_skip_verify) {
        SET(CURLOPT_SSL_VERIFYPEER, 0L);
        SET(CURLOPT_SSL_VERIFYHOST, 0L);
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_CA_CACHE_TIMEOUT, (long)CA_CACHE_S);
#endif
    return r;
}

/* Options that never change. Their values are checked, so that only memory can be short. */
static int set_options(struct sg_peer *peer, const struct sg_peer_options *options)
{
    CURL *easy = peer->easy;
    int r = 0;

    SET(CURLOPT_URL, peer->url.asked);
    SET(CURLOPT_PRIVATE, peer);
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
        r |= set_tls_options(easy, options->tls);
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
    peer->made_ms = sg_clock_monotonic_ms(transport->clock);
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
    int left_ms = sg_clock_left_ms(transport->clock, deadline_ms);
    long timeout_ms = left_ms > 0 ? left_ms : 1; /* 0 would mean none */
    long connect_ms = timeout_ms / 2 < CONNECT_MS_MAX ? timeout_ms / 2 : CONNECT_MS_MAX;

    sg_buf_clear(&peer->body);
    peer->too_large = false;
    peer->curl_error[0] = '\0';
    peer->start_ms = sg_clock_monotonic_ms(transport->clock);
    peer->deadline_ms = deadline_ms;
    peer->reply = reply;
    peer->context = context;
    (void)curl_easy_setopt(peer->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    (void)curl_easy_setopt(peer->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
    bind_connections(peer);
    (void)curl_easy_setopt(peer->easy, CURLOPT_POSTFIELDS, body.ptr);
    (void)curl_easy_setopt(peer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    if (curl_multi_add_handle(transport->multi, peer->easy) != CURLM_OK)
        return -ENOMEM;
    peer->next = transport->running;
    transport->running = peer;
    return 0;
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
    struct sg_reply reply = { .body = peer->body.ptr, .body_len = peer->body.len };
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
        .took_ms = sg_clock_monotonic_ms(peer->transport->clock) - peer->start_ms,
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

static void remove_running(struct sg_peer *peer)
{
    struct sg_peer **at = &peer->transport->running;

    while (*at && *at != peer)
        at = &(*at)->next;
    if (*at)
        *at = peer->next;
    (void)curl_multi_remove_handle(peer->transport->multi, peer->easy);
}

/* ---- The loop ---- */

static void end_finished(struct sg_transport *transport)
{
    const CURLMsg *message;
    int n_left;

    while ((message = curl_multi_info_read(transport->multi, &n_left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        void *private = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct sg_peer *peer = private;
        remove_running(peer);
        report_end(peer, code);
    }
}

/* End what curl should have ended. @return the time left to the next deadline */
static int end_overdue(struct sg_transport *transport)
{
    enum {
        GRACE_MS = 50 /* for curl's own time-out, whose text is better */
    };
    int least_ms = POLL_MS_MAX;

    for (struct sg_peer *peer = transport->running; peer;) {
        struct sg_peer *next = peer->next;
        int left_ms = sg_clock_left_ms(transport->clock, peer->deadline_ms + GRACE_MS);
        if (left_ms == 0) {
            remove_running(peer);
            report_end(peer, CURLE_OPERATION_TIMEDOUT);
        } else if (left_ms < least_ms) {
            least_ms = left_ms;
        }
        peer = next;
    }
    return least_ms;
}

void sg_transport_run(struct sg_transport *transport, const atomic_bool *stopping)
{
    int n_running;

    while (transport->running && !atomic_load(stopping)) {
        CURLMcode code = curl_multi_perform(transport->multi, &n_running);
        end_finished(transport);
        int wait_ms = end_overdue(transport);
        if (code == CURLM_OK && transport->running)
            code = curl_multi_poll(transport->multi, NULL, 0, wait_ms, NULL);
        if (code == CURLM_OK)
            continue;
        while (transport->running) { /* no memory in curl itself: all have failed */
            struct sg_peer *peer = transport->running;
            remove_running(peer);
            report_end(peer, CURLE_OUT_OF_MEMORY);
        }
    }
    while (transport->running)
        remove_running(transport->running);
}
