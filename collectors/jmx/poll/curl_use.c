/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/poll/curl_use.h"

#include <errno.h>
#include <string.h>

enum {
    CA_CACHE_S = 300, /* a CA file that was replaced is seen by then */
};

#define SET(option, value) r |= curl_easy_setopt(easy, option, value)

int sg_curl_use_tls(CURL *easy, const struct sg_tls_config *tls)
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
    return r ? -ENOMEM : 0;
}

#undef SET

enum sg_failure_kind sg_curl_failure(CURLcode code, const char *text)
{
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
        return strcasestr(text, "alert") ? SG_FAILURE_TLS : SG_FAILURE_CONNECT;
    case CURLE_WRITE_ERROR:
    case CURLE_OUT_OF_MEMORY:
        return SG_FAILURE_INTERNAL;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return SG_FAILURE_HTTP;
    default:
        return SG_FAILURE_CONNECT;
    }
}

/* The certificate's own problems, by the texts of the TLS libraries. */
const char *sg_curl_tls_advice(const char *text)
{
    static const struct {
        const char *part;
        const char *advice;
    } advice[] = {
        { "certificate required",
            "; the JVM requires a client certificate: set tls \"cert_file\" and "
            "\"key_file\"" },
        { "handshake failure", "; does the JVM require a client certificate (tls \"cert_file\")?" },
        { "bad certificate", "; the JVM rejects the client certificate (tls \"cert_file\")" },
        { "unknown ca", "; the JVM does not know the CA of the client certificate (tls "
                        "\"cert_file\")" },
        { "expired", "; the JVM needs a new certificate" },
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
    return "; does the JVM speak TLS there, with a certificate for this host?";
}
