/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/tls.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRIORITIES_BYTES_MAX = 16 * 1024
};

struct sg_tls {
    const struct sg_web_tls *config;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities;
    struct sg_error warning;
    int64_t end_unix_s; /* the earliest of the chain */
};

/* A certificate with its chain. */
struct chain {
    unsigned n;
    gnutls_x509_crt_t *certs;
};

struct sg_tls *sg_tls_free(struct sg_tls *tls)
{
    if (!tls)
        return NULL;
    if (tls->credentials)
        gnutls_certificate_free_credentials(tls->credentials);
    if (tls->priorities)
        gnutls_priority_deinit(tls->priorities);
    free(tls);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_tls *, sg_tls_free);

/* A file is loaded, a text borrowed. @param ret_data  free with gnutls_free when from a file */
static int load(
    const struct sg_web_pem *pem, const char *what, gnutls_datum_t *ret_data, struct sg_error *err)
{
    if (pem->text) {
        ret_data->data = (unsigned char *)pem->text;
        ret_data->size = (unsigned)strlen(pem->text);
        return 0;
    }
    struct sg_error why;
    if (sg_file_check(pem->file, false, &why))
        return sg_error_set(err, SG_TLS_E_FILES, "%s: %.200s: %s cannot be read: %s", pem->where,
            pem->file, what, why.text);
    int r = gnutls_load_file(pem->file, ret_data);
    return r == 0 ? 0
                  : sg_error_set(err, SG_TLS_E_FILES, "%s: %s: %s cannot be read", pem->where,
                        pem->file, what);
}

static void unload(const struct sg_web_pem *pem, gnutls_datum_t *data)
{
    if (!pem->text && data->data) {
        explicit_bzero(data->data, data->size);
        gnutls_free(data->data);
    }
}

static const char *name_of(const struct sg_web_pem *pem, const char *otherwise)
{
    return pem->file ? pem->file : otherwise;
}

static void free_chain(struct chain *chain)
{
    for (unsigned i = 0; i < chain->n; i++)
        gnutls_x509_crt_deinit(chain->certs[i]);
    gnutls_free(chain->certs);
}

static int load_chain(const struct sg_web_pem *pem, struct chain *ret_chain, struct sg_error *err)
{
    gnutls_datum_t data = { NULL, 0 };

    int r = load(pem, "the certificate", &data, err);
    if (r)
        return r;
    int code = gnutls_x509_crt_list_import2(
        &ret_chain->certs, &ret_chain->n, &data, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
    if (code < 0) {
        *ret_chain = (struct chain){ 0, NULL };
        r = sg_error_set(err, SG_TLS_E_FILES, "%s: %s: %s", pem->where, name_of(pem, "cert"),
            gnutls_strerror(code));
    }
    unload(pem, &data);
    return r;
}

static int load_key(const struct sg_web_pem *pem, gnutls_x509_privkey_t key, struct sg_error *err)
{
    gnutls_datum_t data = { NULL, 0 };

    int r = load(pem, "the key", &data, err);
    if (r)
        return r;
    int code = gnutls_x509_privkey_import2(key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code < 0)
        r = sg_error_set(err, SG_TLS_E_FILES, "%s: %s: %s", pem->where, name_of(pem, "key"),
            gnutls_strerror(code));
    unload(pem, &data);
    return r;
}

/*
 * Strictly, a certificate for key encipherment alone must not sign, as TLS 1.3 and ECDHE require,
 * and GnuTLS refuses every handshake with it. Go, and so every other exporter, ignores its own
 * certificate's KeyUsage: refusing is left to the client.
 */
static bool may_sign(gnutls_x509_crt_t cert)
{
    unsigned usage = 0;
    unsigned critical = 0;

    return gnutls_x509_crt_get_key_usage(cert, &usage, &critical) < 0 ||
           (usage & GNUTLS_KEY_DIGITAL_SIGNATURE);
}

static int64_t end_of(const struct chain *chain)
{
    time_t earliest = gnutls_x509_crt_get_expiration_time(chain->certs[0]);

    for (unsigned i = 1; i < chain->n; i++) {
        time_t end = gnutls_x509_crt_get_expiration_time(chain->certs[i]);
        earliest = end < earliest ? end : earliest;
    }
    return earliest;
}

/* @param any_key_usage  of the server's own certificate; %COMPAT would be about that of clients */
static int set_priorities(struct sg_tls *tls, bool any_key_usage, struct sg_error *err)
{
    const char *at = NULL;
    struct sg_buf text;

    sg_buf_init(&text, PRIORITIES_BYTES_MAX);
    (void)sg_buf_printf(&text, "%s%s", tls->config->priorities,
        any_key_usage ? ":%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS" : "");
    (void)sg_buf_add_char(&text, '\0');
    int r = sg_buf_error(&text) ? -ENOMEM : 0; /* ours are short */
    if (!r && gnutls_priority_init(&tls->priorities, text.ptr, &at))
        r = sg_error_set(err, SG_TLS_E_FILES,
            "%s: tls_server_config: GnuTLS refuses its ciphers at \"%.80s\"", tls->config->where,
            at ? at : "");
    sg_buf_done(&text);
    return r;
}

/*
 * Parsed here rather than by gnutls_certificate_set_x509_key_mem(), which leaks some 10 kB for a
 * damaged certificate (GnuTLS 3.7.9).
 */
static int load_key_pair(struct sg_tls *tls, struct sg_error *err)
{
    const struct sg_web_tls *config = tls->config;
    struct chain chain = { 0, NULL };
    gnutls_x509_privkey_t key = NULL;

    if (gnutls_x509_privkey_init(&key))
        return -ENOMEM;
    int r = load_chain(&config->cert, &chain, err);
    if (!r)
        r = load_key(&config->key, key, err);
    if (!r) {
        int code =
            gnutls_certificate_set_x509_key(tls->credentials, chain.certs, (int)chain.n, key);
        if (code < 0)
            r = sg_error_set(err, SG_TLS_E_FILES, "%s: %s with %s: %s", config->cert.where,
                name_of(&config->cert, "cert"), name_of(&config->key, "key"),
                gnutls_strerror(code));
    }
    if (!r) {
        bool signs = may_sign(chain.certs[0]);
        if (!signs)
            (void)sg_error_set(&tls->warning, 0,
                "%s: %s: its KeyUsage has no digitalSignature, which TLS 1.3 and ECDHE need: it is "
                "used anyway, and some clients may refuse it",
                config->cert.where, name_of(&config->cert, "cert"));
        tls->end_unix_s = end_of(&chain);
        r = set_priorities(tls, !signs, err);
    }
    free_chain(&chain);
    gnutls_x509_privkey_deinit(key);
    return r;
}

static int load_client_ca(struct sg_tls *tls, struct sg_error *err)
{
    const struct sg_web_pem *pem = &tls->config->client_ca;
    gnutls_datum_t ca = { NULL, 0 };

    if (!pem->text && !pem->file) { /* the system's CAs, as in Go */
        if (tls->config->client_auth >= SG_CLIENT_AUTH_VERIFY_IF_GIVEN)
            (void)gnutls_certificate_set_x509_system_trust(tls->credentials);
        return 0;
    }
    int r = load(pem, "the clients' CA", &ca, err);
    if (!r) {
        int n = gnutls_certificate_set_x509_trust_mem(tls->credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (n <= 0)
            r = sg_error_set(err, SG_TLS_E_FILES, "%s: %s: %s", pem->where,
                name_of(pem, "client_ca"), n ? gnutls_strerror(n) : "no certificate in it");
    }
    unload(pem, &ca);
    return r;
}

int sg_tls_new(const struct sg_web_tls *config, struct sg_tls **ret_tls, struct sg_error *err)
{
    sg_auto(sg_tls_free) struct sg_tls *tls = calloc(1, sizeof *tls);

    if (!tls)
        return -ENOMEM;
    tls->config = config;
    if (gnutls_certificate_allocate_credentials(&tls->credentials))
        return -ENOMEM;
    int r = load_key_pair(tls, err);
    if (!r)
        r = load_client_ca(tls, err);
    if (r)
        return r;
    *ret_tls = sg_take(&tls);
    return 0;
}

int64_t sg_tls_end(const struct sg_tls *tls)
{
    return tls->end_unix_s;
}

const char *sg_tls_warning(const struct sg_tls *tls)
{
    return tls->warning.text;
}

/* ---- Clients' certificates ---- */

static bool san_is_allowed(const struct sg_web_tls *config, const char *name, size_t len)
{
    for (size_t i = 0; i < config->n_allowed_sans; i++) {
        if (strlen(config->allowed_sans[i]) == len &&
            memcmp(config->allowed_sans[i], name, len) == 0)
            return true;
    }
    return false;
}

/* @return is it one of the allowed? An IPv4 address in IPv6 reads as the IPv4 one, as in Go. */
static bool address_is_allowed(const struct sg_web_tls *config, const char *bytes, size_t len)
{
    static const char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff' };
    char text[INET6_ADDRSTRLEN];

    if (len == 16 && memcmp(bytes, mapped, sizeof mapped) == 0) {
        bytes += sizeof mapped;
        len = 4;
    }
    return (len == 4 || len == 16) &&
           inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text) &&
           san_is_allowed(config, text, strlen(text));
}

/*
 * DNS names, addresses, e-mail addresses and URIs of the certificate, as exporter-toolkit compares
 * them. Names of other kinds (such as a directory name) are ignored, even if their text is an
 * allowed one.
 */
static bool has_allowed_san(const struct sg_web_tls *config, const gnutls_datum_t *der)
{
    gnutls_x509_crt_t cert = NULL;
    bool allowed = false;

    if (gnutls_x509_crt_init(&cert))
        return false;
    int r = gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER);
    for (unsigned i = 0; r >= 0 && !allowed; i++) {
        char name[1024];
        size_t len = sizeof name;
        r = gnutls_x509_crt_get_subject_alt_name(cert, i, name, &len, NULL);
        if (r == GNUTLS_E_SHORT_MEMORY_BUFFER) {
            r = 0; /* longer than any that is allowed */
            continue;
        }
        if (r == GNUTLS_SAN_IPADDRESS)
            allowed = address_is_allowed(config, name, len);
        else if (r == GNUTLS_SAN_DNSNAME || r == GNUTLS_SAN_RFC822NAME || r == GNUTLS_SAN_URI)
            allowed = san_is_allowed(config, name, len);
    }
    gnutls_x509_crt_deinit(cert);
    return allowed;
}

/* Called in the handshake, when the client has sent a certificate. @return 0: go on */
static int verify(gnutls_session_t session)
{
    const struct sg_tls *tls = gnutls_db_get_ptr(session);
    /* A certificate for servers, or for mail, is not accepted. */
    gnutls_typed_vdata_st purpose = { GNUTLS_DT_KEY_PURPOSE_OID,
        (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, 0 };
    unsigned n = 0;
    unsigned status = 0;
    const gnutls_datum_t *certs = gnutls_certificate_get_peers(session, &n);

    if (tls->config->client_auth < SG_CLIENT_AUTH_VERIFY_IF_GIVEN)
        return 0;
    if (!certs || n == 0) /* GnuTLS itself has requested one, if required */
        return tls->config->client_auth == SG_CLIENT_AUTH_REQUIRE_AND_VERIFY;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) || status)
        return GNUTLS_E_CERTIFICATE_ERROR;
    if (tls->config->n_allowed_sans && !has_allowed_san(tls->config, &certs[0]))
        return GNUTLS_E_CERTIFICATE_ERROR;
    return 0;
}

int sg_tls_arm(const struct sg_tls *tls, gnutls_session_t session)
{
    static const gnutls_certificate_request_t requests[] = {
        [SG_CLIENT_AUTH_NONE] = GNUTLS_CERT_IGNORE,
        [SG_CLIENT_AUTH_REQUEST] = GNUTLS_CERT_REQUEST,
        [SG_CLIENT_AUTH_REQUIRE_ANY] = GNUTLS_CERT_REQUIRE,
        [SG_CLIENT_AUTH_VERIFY_IF_GIVEN] = GNUTLS_CERT_REQUEST,
        [SG_CLIENT_AUTH_REQUIRE_AND_VERIFY] = GNUTLS_CERT_REQUIRE,
    };

    if (gnutls_priority_set(session, tls->priorities) ||
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->credentials))
        return -EINVAL;
    gnutls_certificate_server_set_request(session, requests[tls->config->client_auth]);
    /* The session's own pointer is libmicrohttpd's; the one for a session cache is free. */
    gnutls_db_set_ptr(session, (void *)(uintptr_t)tls);
    gnutls_session_set_verify_function(session, verify);
    return 0;
}
