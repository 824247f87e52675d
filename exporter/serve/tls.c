/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/tls.h"

#include "base/auto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct sg_tls {
    const struct sg_web_tls *config;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities;
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
    int r = gnutls_load_file(pem->file, ret_data);
    return r == 0 ? 0 : sg_error_set(err, SG_TLS_E_FILES, "%s: %s cannot be read", pem->file, what);
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

static int load_key_pair(struct sg_tls *tls, struct sg_error *err)
{
    const struct sg_web_tls *config = tls->config;
    gnutls_datum_t cert = { NULL, 0 };
    gnutls_datum_t key = { NULL, 0 };

    int r = load(&config->cert, "the certificate", &cert, err);
    if (!r)
        r = load(&config->key, "the key", &key, err);
    if (!r) {
        int code =
            gnutls_certificate_set_x509_key_mem(tls->credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
        if (code < 0)
            r = sg_error_set(err, SG_TLS_E_FILES, "%s with %s: %s", name_of(&config->cert, "cert"),
                name_of(&config->key, "key"), gnutls_strerror(code));
    }
    unload(&config->cert, &cert);
    unload(&config->key, &key);
    return r;
}

static int load_client_ca(struct sg_tls *tls, struct sg_error *err)
{
    const struct sg_web_pem *pem = &tls->config->client_ca;
    gnutls_datum_t ca = { NULL, 0 };

    if (!pem->text && !pem->file)
        return 0;
    int r = load(pem, "the clients' CA", &ca, err);
    if (!r) {
        int n = gnutls_certificate_set_x509_trust_mem(tls->credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (n <= 0)
            r = sg_error_set(err, SG_TLS_E_FILES, "%s: %s", name_of(pem, "client_ca"),
                n ? gnutls_strerror(n) : "no certificate in it");
    }
    unload(pem, &ca);
    return r;
}

int sg_tls_new(const struct sg_web_tls *config, struct sg_tls **ret_tls, struct sg_error *err)
{
    sg_auto(sg_tls_free) struct sg_tls *tls = calloc(1, sizeof *tls);
    const char *at = NULL;

    if (!tls)
        return -ENOMEM;
    tls->config = config;
    int code = gnutls_priority_init(&tls->priorities, config->priorities, &at);
    if (code)
        return sg_error_set(err, SG_TLS_E_FILES,
            "tls_server_config: GnuTLS refuses its ciphers at \"%.80s\"", at ? at : "");
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

/* DNS names, addresses, e-mail addresses and URIs of the certificate. */
static bool has_allowed_san(const struct sg_web_tls *config, const gnutls_datum_t *der)
{
    gnutls_x509_crt_t cert = NULL;
    bool allowed = false;

    if (gnutls_x509_crt_init(&cert))
        return false;
    int r = gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER);
    for (unsigned i = 0; r >= 0 && !allowed; i++) {
        char name[1024];
        char address[INET6_ADDRSTRLEN];
        size_t len = sizeof name;
        r = gnutls_x509_crt_get_subject_alt_name(cert, i, name, &len, NULL);
        if (r == GNUTLS_E_SHORT_MEMORY_BUFFER) {
            r = 0; /* longer than any that is allowed */
            continue;
        }
        if (r == GNUTLS_SAN_IPADDRESS && (len == 4 || len == 16) &&
            inet_ntop(len == 4 ? AF_INET : AF_INET6, name, address, sizeof address))
            allowed = san_is_allowed(config, address, strlen(address));
        else if (r >= 0)
            allowed = san_is_allowed(config, name, len);
    }
    gnutls_x509_crt_deinit(cert);
    return allowed;
}

/* Called in the handshake, when the client has sent a certificate. @return 0: go on */
static int verify(gnutls_session_t session)
{
    const struct sg_tls *tls = gnutls_db_get_ptr(session);
    unsigned n = 0;
    unsigned status = 0;
    const gnutls_datum_t *certs = gnutls_certificate_get_peers(session, &n);

    if (tls->config->client_auth < SG_CLIENT_AUTH_VERIFY_IF_GIVEN)
        return 0;
    if (!certs || n == 0) /* one that is required has been asked for by GnuTLS itself */
        return tls->config->client_auth == SG_CLIENT_AUTH_REQUIRE_AND_VERIFY;
    if (gnutls_certificate_verify_peers2(session, &status) || status)
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
