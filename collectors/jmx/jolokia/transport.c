/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/transport.h"

#include "base/auto.h"
#include "base/buf.h"
#include "config/secret.h"
#include "version.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

/*
 * curl does the waiting: every easy handle has its own time-out, and the multi handle drives them.
 * The loop keeps the deadlines itself as well, because a time-out that curl misses would stop the
 * whole collector.
 */

enum {
    POLL_MS_MAX = 100,         /* how soon the end of the program is seen */
    CONNECT_MS_MAX = 5000,     /* a host that is gone drops packets; connecting takes no longer */
    KEPT_BODY_BYTES = 1 << 20, /* larger bodies' memory is given back */
    CA_CACHE_S = 300,          /* a CA file that was replaced is seen by then */
    EXCERPT_BYTES = 200,       /* of an answer that is shown */
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
    char *url;                     /* as given */
    char *shown_url;               /* for people: without user, password and token */
    bool had_tls;                  /* a handshake has ever been completed */
    bool has_files;                /* of certificates: no connection from before is its own */
    bool has_started;
    int64_t made_ms;
    struct sg_buf body;
    size_t max_bytes; /* of the body */
    bool too_large;
    const char *advice; /* of sg_reply */
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

static void free_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static int parse_url(CURLU *url, const char *text, struct sg_error *err)
{
    char *scheme = NULL;

    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    if (code != CURLUE_OK)
        return sg_error_set(
            err, SG_TRANSPORT_E_URL, "the Jolokia URL is not a URL: %s", curl_url_strerror(code));
    bool is_http = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
    curl_free(scheme);
    return is_http ? 0
                   : sg_error_set(
                         err, SG_TRANSPORT_E_URL, "the Jolokia URL must be http:// or https://");
}

static int add_slash(CURLU *url)
{
    char *path = NULL;
    struct sg_buf with_slash;

    if (curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        return -ENOMEM;
    struct sg_str text = sg_str_of(path);
    sg_buf_init(&with_slash, 64 * 1024);
    int r =
        sg_buf_printf(&with_slash, "%s%s", path, sg_str_ends_with(text, SG_STR("/")) ? "" : "/");
    if (!r)
        r = sg_buf_add_char(&with_slash, '\0');
    if (!r && curl_url_set(url, CURLUPART_PATH, with_slash.ptr, 0) != CURLUE_OK)
        r = -ENOMEM;
    sg_buf_done(&with_slash);
    curl_free(path);
    return r ? -ENOMEM : 0;
}

/* @return owned, or NULL when memory is short */
static char *text_of_url(CURLU *url)
{
    char *text = NULL;

    if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return NULL;
    char *copy = strdup(text);
    curl_free(text);
    return copy;
}

/* The form for people: without user, password, and what stands behind "?". @return owned or NULL */
static char *shown_text_of_url(CURLU *url)
{
    __attribute__((cleanup(free_url))) CURLU *shown = curl_url_dup(url);
    char *query = NULL;

    if (!shown || curl_url_set(shown, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
        curl_url_set(shown, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK ||
        curl_url_set(shown, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
        return NULL;
    if (curl_url_get(shown, CURLUPART_QUERY, &query, 0) == CURLUE_OK) {
        curl_free(query);
        if (curl_url_set(shown, CURLUPART_QUERY, "(hidden)", 0) != CURLUE_OK)
            return NULL;
    }
    return text_of_url(shown);
}

static int add_to_list(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (!longer)
        return -ENOMEM;
    *list = longer;
    return 0;
}

/*
 * The certificate is for another name than the URL's: the URL gets that name, for curl verifies
 * what stands there, while the connection and the header Host keep the real one.
 */
static int set_server_name(struct sg_peer *peer, CURLU *url, const char *server_name)
{
    char *host = NULL;
    char *port = NULL;
    struct sg_buf text;

    if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return -ENOMEM;
    (void)curl_url_get(url, CURLUPART_PORT, &port, 0);
    sg_buf_init(&text, 8192);
    int r = sg_buf_printf(&text, "Host: %s%s%s", host, port ? ":" : "", port ? port : "");
    if (!r)
        r = sg_buf_add_char(&text, '\0');
    if (!r)
        r = add_to_list(&peer->headers, text.ptr);
    sg_buf_clear(&text);
    if (!r)
        r = sg_buf_printf(&text, "::%s:", host);
    if (!r)
        r = sg_buf_add_char(&text, '\0');
    if (!r)
        r = add_to_list(&peer->connect_to, text.ptr);
    if (!r && curl_url_set(url, CURLUPART_HOST, server_name, 0) != CURLUE_OK)
        r = -ENOMEM;
    sg_buf_done(&text);
    curl_free(host);
    curl_free(port);
    return r ? -ENOMEM : 0;
}

/* Check the URL and make its forms. @param ret_url  what curl is told, owned */
static int read_url(struct sg_peer *peer,
    const struct sg_peer_options *options,
    char **ret_url,
    struct sg_error *err)
{
    __attribute__((cleanup(free_url))) CURLU *url = curl_url();

    if (!url)
        return -ENOMEM;
    int r = parse_url(url, options->url, err);
    if (!r)
        r = add_slash(url);
    if (r)
        return r;
    peer->url = strdup(options->url);
    peer->shown_url = shown_text_of_url(url);
    if (options->tls && options->tls->server_name)
        r = set_server_name(peer, url, options->tls->server_name);
    if (!r)
        *ret_url = text_of_url(url);
    return r || !peer->url || !peer->shown_url || !*ret_url ? -ENOMEM : 0;
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
static int set_options(struct sg_peer *peer, const char *url, const struct sg_peer_options *options)
{
    CURL *easy = peer->easy;
    int r = 0;

    SET(CURLOPT_URL, url);
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
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_QUICK_EXIT, 1L); /* a name server that is silent must not hold up the others */
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
    sg_auto_free char *url = NULL;

    if (!peer)
        return -ENOMEM;
    peer->transport = transport;
    peer->made_ms = sg_clock_monotonic_ms(transport->clock);
    peer->has_files = options->tls &&
                      (options->tls->cert_file || options->tls->key_file || options->tls->ca_file);
    sg_buf_init(&peer->body, SG_BODY_BYTES_MAX);
    peer->max_bytes = SG_BODY_BYTES_MAX;
    int r = read_url(peer, options, &url, err);
    if (!r)
        r = add_to_list(&peer->headers, "Content-Type: application/json; charset=utf-8");
    if (!r)
        r = add_to_list(&peer->headers, "Expect:");
    if (r)
        return r;
    peer->easy = curl_easy_init();
    if (!peer->easy)
        return -ENOMEM;
    r = set_options(peer, url, options);
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
    free(peer->url);
    free(peer->shown_url);
    free(peer);
    return NULL;
}

void sg_peer_set_max_bytes(struct sg_peer *peer, size_t n)
{
    peer->max_bytes = n < SG_BODY_BYTES_MAX ? n : SG_BODY_BYTES_MAX;
}

const char *sg_peer_url(const struct sg_peer *peer)
{
    return peer->url;
}

const char *sg_peer_shown_url(const struct sg_peer *peer)
{
    return peer->shown_url;
}

/*
 * A connection is libcurl's for whoever has the same options, so that the earlier peer's, made with
 * a certificate that has been replaced meanwhile under the same path, would be used on and on.
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
    peer->advice = "";
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

/* ---- Ends ---- */

static enum sg_failure_kind kind_of(const struct sg_peer *peer, CURLcode code)
{
    if (strstr(peer->curl_error, "response headers")) /* too large; the code is of any kind */
        return SG_FAILURE_HTTP;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return SG_FAILURE_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return SG_FAILURE_TLS;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: /* since TLS 1.3 a client certificate is refused after the handshake */
        return strcasestr(peer->curl_error, "alert") ? SG_FAILURE_TLS : SG_FAILURE_CONNECT;
    case CURLE_WRITE_ERROR:
        return peer->too_large ? SG_FAILURE_LIMIT : SG_FAILURE_INTERNAL;
    case CURLE_OUT_OF_MEMORY:
        return SG_FAILURE_INTERNAL;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return SG_FAILURE_HTTP;
    default:
        return SG_FAILURE_CONNECT;
    }
}

/* The certificate's own troubles, by what the TLS libraries call them. */
static const char *tls_advice(const char *text)
{
    static const struct {
        const char *part;
        const char *advice;
    } advice[] = {
        { "certificate required",
            "; the agent wants a client certificate: set tls \"cert_file\" and "
            "\"key_file\"" },
        { "handshake failure", "; does the agent want a client certificate (tls \"cert_file\")?" },
        { "bad certificate", "; the agent refuses the client certificate (tls \"cert_file\")" },
        { "unknown ca", "; the agent does not know the CA of the client certificate (tls "
                        "\"cert_file\")" },
        { "expired", "; the agent needs a new certificate" },
        { "self-signed", "; give its certificate, or its CA's, as tls \"ca_file\"" },
        { "self signed", "; give its certificate, or its CA's, as tls \"ca_file\"" },
        { "local issuer", "; give its CA's certificate as tls \"ca_file\"" },
        { "certificate subject name", "; it is for another name: set tls \"server_name\", or issue "
                                      "it for this one" },
        { "private key", "; check tls \"key_file\" and \"key_password_file\"" },
        { "wrong version number",
            "; the agent does not speak TLS there: http:// instead of https://?" },
    };

    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++) {
        if (strcasestr(text, advice[i].part))
            return advice[i].advice;
    }
    return "; does the agent speak TLS there, with a certificate for this host?";
}

static const char *advice_on(const struct sg_peer *peer, enum sg_failure_kind kind, CURLcode code)
{
    switch (kind) {
    case SG_FAILURE_CONNECT:
        if (code == CURLE_COULDNT_RESOLVE_HOST)
            return "; is the host's name right, and known to this machine's name service?";
        /* Its alert may be lost when it hangs up at once. */
        if ((code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) &&
            strncmp(peer->url, "https:", 6) == 0)
            return "; it hung up after the TLS handshake: does it want a client certificate (tls "
                   "\"cert_file\")?";
        return code == CURLE_GOT_NOTHING
                   ? "; it closed the connection: does it want https://?"
                   : "; is the process up, and does its Jolokia agent listen there?";
    case SG_FAILURE_TIMEOUT:
        return "; a frozen JVM, a long garbage collection, or an agent busy with other requests";
    case SG_FAILURE_TLS:
        return tls_advice(peer->curl_error);
    case SG_FAILURE_LIMIT:
        return "; read fewer MBeans or attributes, or raise limits.jvm_series";
    default:
        return "";
    }
}

/* Said in the text, with "; " in front, and given with the reply. */
static const char *advise(struct sg_peer *peer, const char *advice)
{
    peer->advice = advice[0] ? advice + 2 : "";
    return advice;
}

static const char *advice_for(struct sg_peer *peer, enum sg_failure_kind kind, CURLcode code)
{
    return advise(peer, advice_on(peer, kind, code));
}

/* The answer's first words, on one line, for a status that is not success. */
static struct sg_str excerpt(struct sg_peer *peer)
{
    size_t n = peer->body.len < EXCERPT_BYTES ? peer->body.len : EXCERPT_BYTES;

    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)peer->body.ptr[i] < ' ')
            peer->body.ptr[i] = ' ';
    }
    return (struct sg_str){ n ? peer->body.ptr : "", n };
}

/* How the agent wants to be logged in to. @return borrowed from curl, or "" */
static const char *wanted_login(const struct sg_peer *peer)
{
#if LIBCURL_VERSION_NUM >= 0x075300
    struct curl_header *header = NULL;
    if (curl_easy_header(peer->easy, "WWW-Authenticate", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        return header->value;
#else
    (void)peer;
#endif
    return "";
}

static enum sg_failure_kind bad_login(struct sg_peer *peer, struct sg_error *err)
{
    const char *wanted = wanted_login(peer);
    bool is_basic = !wanted[0] || strcasestr(wanted, "basic");

    (void)sg_error_set(err, 0, "%s: status 401, wrong or missing credentials%s%.120s%s%s",
        peer->shown_url, wanted[0] ? " (WWW-Authenticate: " : "", wanted, wanted[0] ? ")" : "",
        advise(peer, is_basic ? "; set \"username\" and \"password_file\" to those of the agent"
                              : "; only basic authentication can be given, with \"username\" and "
                                "\"password_file\""));
    return SG_FAILURE_AUTH;
}

/* Redirects are not followed, since a request has credentials; where one leads to is the fix. */
static enum sg_failure_kind redirected(struct sg_peer *peer, long status, struct sg_error *err)
{
    const char *to = NULL;
    struct sg_buf shown;

    (void)curl_easy_getinfo(peer->easy, CURLINFO_REDIRECT_URL, &to);
    sg_buf_init(&shown, SG_SECRET_BYTES_MAX);
    if (to)
        sg_secret_show_url(&shown, to);
    (void)sg_error_set(err, 0, "%s: status %ld, %s%.*s%s", peer->shown_url, status,
        shown.len ? "it sends to " : "a redirect that does not say where to",
        (int)(shown.len < 300 ? shown.len : 300), shown.len ? shown.ptr : "",
        shown.len ? advise(peer, "; set that as the URL") : "");
    sg_buf_done(&shown);
    return SG_FAILURE_HTTP;
}

static enum sg_failure_kind bad_status(struct sg_peer *peer, long status, struct sg_error *err)
{
    struct sg_str text = excerpt(peer);

    if (status >= 300 && status < 400)
        return redirected(peer, status, err);
    switch (status) {
    case 401:
        return bad_login(peer, err);
    case 403:
        (void)sg_error_set(
            err, 0, "%s: status 403, not allowed: " SG_STR_FMT, peer->shown_url, SG_STR_ARG(text));
        return SG_FAILURE_DENIED;
    case 404:
        (void)sg_error_set(err, 0,
            "%s: status 404, nothing there; an agent's path is /jolokia/ unless agentContext says "
            "otherwise",
            peer->shown_url);
        return SG_FAILURE_HTTP;
    default:
        (void)sg_error_set(
            err, 0, "%s: status %ld: " SG_STR_FMT, peer->shown_url, status, SG_STR_ARG(text));
        return SG_FAILURE_HTTP;
    }
}

static bool has_tls(const struct sg_peer *peer)
{
    curl_off_t handshake_us = 0;

    (void)curl_easy_getinfo(peer->easy, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    return handshake_us > 0;
}

/* Has the connection come about, handshake or not? curl knows the address from then on. */
static bool is_connected(const struct sg_peer *peer)
{
    const char *address = NULL;

    (void)curl_easy_getinfo(peer->easy, CURLINFO_PRIMARY_IP, &address);
    return address && address[0];
}

/*
 * An agent without TLS takes the first bytes of a handshake for the start of a request, and waits
 * for the rest of it. Where a handshake has been completed before, the JVM has frozen since.
 */
static bool is_without_tls(const struct sg_peer *peer)
{
    return strncasecmp(peer->url, "https:", 6) == 0 && !peer->had_tls && is_connected(peer);
}

static void tell_end(struct sg_peer *peer, CURLcode code)
{
    struct sg_reply reply = { .body = peer->body.ptr, .body_len = peer->body.len };
    struct sg_error err = { "" };
    long status = 0;

    (void)curl_easy_getinfo(peer->easy, CURLINFO_RESPONSE_CODE, &status);
    peer->had_tls = peer->had_tls || has_tls(peer);
    if (code != CURLE_OK) {
        int64_t took_ms = sg_clock_monotonic_ms(peer->transport->clock) - peer->start_ms;
        bool no_tls = code == CURLE_OPERATION_TIMEDOUT && is_without_tls(peer);
        reply.kind = no_tls ? SG_FAILURE_TLS : kind_of(peer, code);
        if (peer->too_large)
            (void)sg_error_set(&err, 0, "%s: the answer is larger than %zu bytes%s",
                peer->shown_url, peer->max_bytes, advice_for(peer, reply.kind, code));
        else if (no_tls)
            (void)sg_error_set(&err, 0, "%s: no answer to the TLS handshake within %lld ms%s",
                peer->shown_url, (long long)took_ms,
                advise(peer, "; the agent does not speak TLS there, use http:// (or its JVM is "
                             "frozen)"));
        else if (code == CURLE_OPERATION_TIMEDOUT)
            (void)sg_error_set(&err, 0, "%s: no complete answer within %lld ms%s", peer->shown_url,
                (long long)took_ms, advice_for(peer, reply.kind, code));
        else
            (void)sg_error_set(&err, 0, "%s: %s%s", peer->shown_url,
                peer->curl_error[0] ? peer->curl_error : curl_easy_strerror(code),
                advice_for(peer, reply.kind, code));
    } else if (status != 200) {
        reply.kind = bad_status(peer, status, &err);
    } else {
        reply.ok = true;
    }
    reply.err = &err;
    reply.advice = peer->advice;
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
        tell_end(peer, code);
    }
}

/* What curl should have ended, and the time that is left to the next of them. */
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
            tell_end(peer, CURLE_OPERATION_TIMEDOUT);
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
            tell_end(peer, CURLE_OUT_OF_MEMORY);
        }
    }
    while (transport->running)
        remove_running(transport->running);
}
