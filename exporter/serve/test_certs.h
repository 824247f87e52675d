/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: certificates that are made on the spot, and handshakes with them. */

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

enum {
    CERT_PEM_BYTES = 4096
};

struct cert {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
    char crt_pem[CERT_PEM_BYTES];
    char key_pem[CERT_PEM_BYTES];
};

/* What is special about a certificate; zeroed: nothing. */
struct cert_options {
    const struct cert *issuer; /* NULL: a CA, signed by itself */
    const char *purpose;       /* GNUTLS_KP_…; NULL: any */
    gnutls_x509_subject_alt_name_t san_type;
    const char *san;  /* NULL: none */
    unsigned san_len; /* 0: that of the text */
    unsigned usage;   /* GNUTLS_KEY_…; 0: digitalSignature */
    bool expired;
    bool rsa; /* instead of ECDSA */
};

void make_cert(struct cert *cert, const char *name, const struct cert_options *options);
void free_cert(struct cert *cert);

/**
 * A handshake of a client with a session of a server, which is finished or has failed afterwards.
 * @param cert   what the client sends, or NULL
 * @param ca     by which the client verifies the server's certificate
 * @return GnuTLS's result for the server
 */
int shake_hands(gnutls_session_t server, const struct cert *cert, const struct cert *ca);
