/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/test_certs.h"

#include "test.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    DAY_S = 24 * 60 * 60,
    TURNS_MAX = 1000, /* a handshake takes a few */
};

/* GnuTLS makes all kinds but directory names. */
static void set_san(gnutls_x509_crt_t crt, const struct cert_options *options)
{
    unsigned len = options->san_len ? options->san_len : (unsigned)strlen(options->san);
    int r = options->san_type == GNUTLS_SAN_DN
                ? gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", options->san, len, 0)
                : gnutls_x509_crt_set_subject_alt_name(
                      crt, options->san_type, options->san, len, GNUTLS_FSAN_SET);

    assert_int_equal(r, 0);
}

static void set_contents(
    gnutls_x509_crt_t crt, const char *name, const struct cert_options *options)
{
    static unsigned char serial;
    time_t now = time(NULL);
    unsigned usage = options->usage ? options->usage : GNUTLS_KEY_DIGITAL_SIGNATURE;

    serial++;
    assert_int_equal(gnutls_x509_crt_set_version(crt, 3), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(crt, &serial, 1), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(crt, now - 2 * DAY_S), 0);
    assert_int_equal(
        gnutls_x509_crt_set_expiration_time(crt, options->expired ? now - DAY_S : now + DAY_S), 0);
    assert_int_equal(gnutls_x509_crt_set_dn_by_oid(
                         crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)),
        0);
    assert_int_equal(gnutls_x509_crt_set_ca_status(crt, !options->issuer), 0);
    assert_int_equal(
        gnutls_x509_crt_set_key_usage(crt, options->issuer ? usage : GNUTLS_KEY_KEY_CERT_SIGN), 0);
    if (options->purpose)
        assert_int_equal(gnutls_x509_crt_set_key_purpose_oid(crt, options->purpose, 0), 0);
    if (options->san)
        set_san(crt, options);
}

void make_cert(struct cert *cert, const char *name, const struct cert_options *options)
{
    const struct cert *issuer = options->issuer ? options->issuer : cert;
    size_t crt_len = sizeof cert->crt_pem;
    size_t key_len = sizeof cert->key_pem;

    assert_int_equal(gnutls_x509_crt_init(&cert->crt), 0);
    assert_int_equal(gnutls_x509_privkey_init(&cert->key), 0);
    assert_int_equal(
        gnutls_x509_privkey_generate(cert->key, options->rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA,
            options->rsa ? 2048 : GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
        0);
    assert_int_equal(gnutls_x509_crt_set_key(cert->crt, cert->key), 0);
    set_contents(cert->crt, name, options);
    assert_int_equal(
        gnutls_x509_crt_sign2(cert->crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(
        gnutls_x509_crt_export(cert->crt, GNUTLS_X509_FMT_PEM, cert->crt_pem, &crt_len), 0);
    assert_int_equal(
        gnutls_x509_privkey_export(cert->key, GNUTLS_X509_FMT_PEM, cert->key_pem, &key_len), 0);
}

void free_cert(struct cert *cert)
{
    gnutls_x509_crt_deinit(cert->crt);
    gnutls_x509_privkey_deinit(cert->key);
}

/* ---- Handshakes ---- */

/* It sends its certificate whichever CAs the server names. */
static gnutls_session_t new_client(
    const struct cert *cert, const struct cert *ca, gnutls_certificate_credentials_t *ret_own)
{
    gnutls_session_t client = NULL;

    assert_int_equal(gnutls_certificate_allocate_credentials(ret_own), 0);
    gnutls_x509_crt_t trusted = ca->crt;
    assert_int_equal(gnutls_certificate_set_x509_trust(*ret_own, &trusted, 1), 1);
    if (cert) {
        gnutls_x509_crt_t crt = cert->crt;
        assert_int_equal(gnutls_certificate_set_x509_key(*ret_own, &crt, 1, cert->key), 0);
    }
    assert_int_equal(
        gnutls_init(&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_FORCE_CLIENT_CERT), 0);
    assert_int_equal(gnutls_priority_set_direct(client, "NORMAL:%COMPAT", NULL), 0);
    assert_int_equal(gnutls_credentials_set(client, GNUTLS_CRD_CERTIFICATE, *ret_own), 0);
    gnutls_session_set_verify_cert(client, NULL, 0);
    return client;
}

static bool is_unfinished(int code)
{
    return code != 0 && !gnutls_error_is_fatal(code);
}

int shake_hands(gnutls_session_t server, const struct cert *cert, const struct cert *ca)
{
    gnutls_certificate_credentials_t own = NULL;
    gnutls_session_t client = new_client(cert, ca, &own);
    int server_code = GNUTLS_E_AGAIN;
    int client_code = GNUTLS_E_AGAIN;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    gnutls_transport_set_int(client, ends[0]);
    gnutls_transport_set_int(server, ends[1]);
    for (int i = 0; i < TURNS_MAX && is_unfinished(server_code); i++) {
        if (is_unfinished(client_code))
            client_code = gnutls_handshake(client);
        server_code = gnutls_handshake(server);
        if (is_unfinished(server_code) && client_code && !is_unfinished(client_code))
            server_code = client_code; /* it has given up */
    }
    gnutls_deinit(client);
    gnutls_certificate_free_credentials(own);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return server_code;
}
