/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/ending.h"

#include "base/buf.h"
#include "config/secret.h"
#include "jmx/poll/curl_use.h"

#include <errno.h>
#include <string.h>

enum {
    EXCERPT_BYTES = 200, /* of an answer that is shown */
};

static enum sg_failure_kind kind_of(const struct sg_ending *end)
{
    if (strstr(end->curl_error, "response headers")) /* too large; the code is of any kind */
        return SG_FAILURE_HTTP;
    if (end->code == CURLE_WRITE_ERROR && end->too_large)
        return SG_FAILURE_LIMIT;
    return sg_curl_failure(end->code, end->curl_error);
}

static const char *advice_on(const struct sg_ending *end, enum sg_failure_kind kind)
{
    switch (kind) {
    case SG_FAILURE_CONNECT:
        if (end->code == CURLE_COULDNT_RESOLVE_HOST)
            return "; is the host's name right, and can this machine resolve it?";
        /* The TLS alert may be lost when the agent closes the connection at once. */
        if ((end->code == CURLE_SEND_ERROR || end->code == CURLE_RECV_ERROR) && end->url->is_https)
            return "; it closed the connection after the TLS handshake: does it require a client "
                   "certificate (tls \"cert_file\")?";
        return end->code == CURLE_GOT_NOTHING
                   ? "; it closed the connection: does it expect https://?"
                   : "; is the process up, and does its Jolokia agent listen there?";
    case SG_FAILURE_TIMEOUT:
        return "; a frozen JVM, a long garbage collection, or an agent busy with other requests";
    case SG_FAILURE_TLS:
        return sg_curl_tls_advice(end->curl_error);
    case SG_FAILURE_LIMIT:
        return "; read fewer MBeans or attributes, or raise limits.jvm_series";
    default:
        return "";
    }
}

/* Part of the text, after "; ", and also given with the reply. */
static const char *advise(struct sg_ending *end, const char *advice)
{
    end->advice = advice[0] ? advice + 2 : "";
    return advice;
}

/* The answer's first words, on one line, for a status that is not success. */
static struct sg_str excerpt(struct sg_ending *end)
{
    size_t n = end->body_len < EXCERPT_BYTES ? end->body_len : EXCERPT_BYTES;

    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)end->body[i] < ' ')
            end->body[i] = ' ';
    }
    return (struct sg_str){ n ? end->body : "", n };
}

/* Which authentication the agent requires. @return borrowed from curl, or "" */
static const char *wanted_login(const struct sg_ending *end)
{
#if LIBCURL_VERSION_NUM >= 0x075300
    struct curl_header *header = NULL;
    if (curl_easy_header(end->easy, "WWW-Authenticate", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        return header->value;
#else
    (void)end;
#endif
    return "";
}

static enum sg_failure_kind bad_login(struct sg_ending *end, struct sg_error *err)
{
    const char *wanted = wanted_login(end);
    bool is_basic = !wanted[0] || strcasestr(wanted, "basic");

    (void)sg_error_set(err, 0, "%s: status 401, wrong or missing credentials%s%.120s%s%s",
        end->url->shown, wanted[0] ? " (WWW-Authenticate: " : "", wanted, wanted[0] ? ")" : "",
        advise(end, is_basic ? "; set \"username\" and \"password_file\" to those of the agent"
                             : "; only basic authentication can be given, with \"username\" and "
                               "\"password_file\""));
    return SG_FAILURE_AUTH;
}

/* Redirects are not followed, since a request has credentials; their target is the fix. */
static enum sg_failure_kind redirected(struct sg_ending *end, long status, struct sg_error *err)
{
    const char *to = NULL;
    struct sg_buf shown;

    (void)curl_easy_getinfo(end->easy, CURLINFO_REDIRECT_URL, &to);
    sg_buf_init(&shown, SG_SECRET_BYTES_MAX);
    if (to)
        sg_secret_show_url(&shown, to);
    (void)sg_error_set(err, 0, "%s: status %ld, %s%.*s%s", end->url->shown, status,
        shown.len ? "it redirects to " : "a redirect without a Location",
        (int)(shown.len < 300 ? shown.len : 300), shown.len ? shown.ptr : "",
        shown.len ? advise(end, "; set that as the URL") : "");
    sg_buf_done(&shown);
    return SG_FAILURE_HTTP;
}

static enum sg_failure_kind bad_status(struct sg_ending *end, long status, struct sg_error *err)
{
    struct sg_str text = excerpt(end);

    if (status >= 300 && status < 400)
        return redirected(end, status, err);
    switch (status) {
    case 401:
        return bad_login(end, err);
    case 403:
        (void)sg_error_set(
            err, 0, "%s: status 403, not allowed: " SG_STR_FMT, end->url->shown, SG_STR_ARG(text));
        return SG_FAILURE_DENIED;
    case 404:
        (void)sg_error_set(err, 0,
            "%s: status 404, nothing there; an agent's path is /jolokia/ unless agentContext "
            "changes it",
            end->url->shown);
        return SG_FAILURE_HTTP;
    default:
        (void)sg_error_set(
            err, 0, "%s: status %ld: " SG_STR_FMT, end->url->shown, status, SG_STR_ARG(text));
        return SG_FAILURE_HTTP;
    }
}

/* Was the TCP connection made, with or without a handshake? curl knows the address from then on. */
static bool is_connected(const struct sg_ending *end)
{
    const char *address = NULL;

    (void)curl_easy_getinfo(end->easy, CURLINFO_PRIMARY_IP, &address);
    return address && address[0];
}

/*
 * An agent without TLS takes the first bytes of a handshake for the start of a request, and waits
 * for the rest of it. Where a handshake has been completed before, the JVM has frozen since.
 */
static bool is_without_tls(const struct sg_ending *end)
{
    return end->url->is_https && !end->had_tls && is_connected(end);
}

/* @return the failure's kind, when there is no status */
static enum sg_failure_kind curl_failure(struct sg_ending *end, struct sg_error *err)
{
    bool no_tls = end->code == CURLE_OPERATION_TIMEDOUT && is_without_tls(end);
    enum sg_failure_kind kind = no_tls ? SG_FAILURE_TLS : kind_of(end);

    if (end->too_large)
        (void)sg_error_set(err, 0, "%s: the answer is larger than %zu bytes%s", end->url->shown,
            end->max_bytes, advise(end, advice_on(end, kind)));
    else if (no_tls)
        (void)sg_error_set(err, 0, "%s: no answer to the TLS handshake within %lld ms%s",
            end->url->shown, (long long)end->took_ms,
            advise(end, "; the agent does not speak TLS there, use http:// (or its JVM is "
                        "frozen)"));
    else if (end->code == CURLE_OPERATION_TIMEDOUT)
        (void)sg_error_set(err, 0, "%s: no complete answer within %lld ms%s", end->url->shown,
            (long long)end->took_ms, advise(end, advice_on(end, kind)));
    else
        (void)sg_error_set(err, 0, "%s: %s%s", end->url->shown,
            end->curl_error[0] ? end->curl_error : curl_easy_strerror(end->code),
            advise(end, advice_on(end, kind)));
    return kind;
}

bool sg_ending_is_good(struct sg_ending *end, enum sg_failure_kind *ret_kind, struct sg_error *err)
{
    long status = 0;

    end->advice = "";
    (void)curl_easy_getinfo(end->easy, CURLINFO_RESPONSE_CODE, &status);
    if (end->code != CURLE_OK)
        *ret_kind = curl_failure(end, err);
    else if (status != 200)
        *ret_kind = bad_status(end, status, err);
    return end->code == CURLE_OK && status == 200;
}
