/* SPDX-License-Identifier: Apache-2.0 */

/* Whose certificate is accepted, and which files are refused. */

#include "serve/test_certs.h"
#include "serve/tls.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static struct cert ca, other_ca, server, encipherment_only;

/* Clients. */
enum client {
    NOBODY,
    GOOD,
    FOREIGN, /* of another CA */
    FOR_SERVERS,
    EXPIRED,
    BY_ADDRESS,
    BY_MAPPED_ADDRESS,
    BY_MAIL,
    BY_URI,
    BY_DIRECTORY_NAME,
    CLIENTS,
};

static struct cert clients[CLIENTS];

/* An extension with the directory name "CN=allowed". */
static const char directory_name[] =
    "\x30\x16\xa4\x14\x30\x12\x31\x10\x30\x0e\x06\x03\x55\x04\x03\x0c\x07"
    "allowed";
static const char mapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x01\x02\x03";

static int set_up(void **state)
{
    const struct cert_options of_clients[CLIENTS] = {
        [GOOD] = { &ca, .san_type = GNUTLS_SAN_DNSNAME, .san = "scraper.example" },
        [FOREIGN] = { &other_ca, .san_type = GNUTLS_SAN_DNSNAME, .san = "scraper.example" },
        [FOR_SERVERS] = { &ca, .purpose = GNUTLS_KP_TLS_WWW_SERVER },
        [EXPIRED] = { &ca, .expired = true },
        [BY_ADDRESS] = { &ca, .san_type = GNUTLS_SAN_IPADDRESS, .san = mapped + 12, .san_len = 4 },
        [BY_MAPPED_ADDRESS] = { &ca, .san_type = GNUTLS_SAN_IPADDRESS, .san = mapped,
            .san_len = 16 },
        [BY_MAIL] = { &ca, .san_type = GNUTLS_SAN_RFC822NAME, .san = "a@scraper.example" },
        [BY_URI] = { &ca, .san_type = GNUTLS_SAN_URI, .san = "spiffe://x/scraper" },
        [BY_DIRECTORY_NAME] = { &ca, .san_type = GNUTLS_SAN_DN, .san = directory_name,
            .san_len = sizeof directory_name - 1 },
    };
    (void)state;

    make_cert(&ca, "ca", &(struct cert_options){ .issuer = NULL });
    make_cert(&other_ca, "other", &(struct cert_options){ .issuer = NULL });
    make_cert(&server, "server", &(struct cert_options){ .issuer = &ca });
    make_cert(&encipherment_only, "old",
        &(struct cert_options){ .issuer = &ca, .usage = GNUTLS_KEY_KEY_ENCIPHERMENT, .rsa = true });
    for (int i = GOOD; i < CLIENTS; i++)
        make_cert(&clients[i], "client", &of_clients[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = GOOD; i < CLIENTS; i++)
        free_cert(&clients[i]);
    free_cert(&encipherment_only);
    free_cert(&server);
    free_cert(&other_ca);
    free_cert(&ca);
    return 0;
}

static char priorities[] = "NORMAL";
static char place[] = "web.yml:1:2";

static struct sg_web_pem pem(char *text)
{
    return (struct sg_web_pem){ .text = text, .where = place };
}

static struct sg_web_tls tls_of(struct cert *own, enum sg_client_auth client_auth)
{
    return (struct sg_web_tls){ .cert = pem(own->crt_pem),
        .key = pem(own->key_pem),
        .client_ca = client_auth >= SG_CLIENT_AUTH_VERIFY_IF_GIVEN
                         ? pem(ca.crt_pem)
                         : (struct sg_web_pem){ .text = NULL },
        .client_auth = client_auth,
        .priorities = priorities,
        .where = place };
}

/* @return is the client accepted? */
static bool accepts(const struct sg_web_tls *config, enum client client)
{
    struct sg_tls *tls = NULL;
    gnutls_session_t session = NULL;
    struct sg_error err = { "" };

    if (sg_tls_new(config, &tls, &err))
        fail_msg("%s", err.text);
    assert_int_equal(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK), 0);
    assert_int_equal(sg_tls_arm(tls, session), 0);
    int code = shake_hands(session, client == NOBODY ? NULL : &clients[client], &ca);
    gnutls_deinit(session);
    (void)sg_tls_free(tls);
    return code == 0;
}

/* ---- Tests ---- */

static void test_each_type_of_client_auth_accepts_its_clients(void **state)
{
    static const struct {
        enum sg_client_auth auth;
        bool nobody, good, foreign, for_servers, expired;
    } cases[] = {
        { SG_CLIENT_AUTH_NONE, true, true, true, true, true },
        { SG_CLIENT_AUTH_REQUEST, true, true, true, true, true },
        { SG_CLIENT_AUTH_REQUIRE_ANY, false, true, true, true, true },
        { SG_CLIENT_AUTH_VERIFY_IF_GIVEN, true, true, false, false, false },
        { SG_CLIENT_AUTH_REQUIRE_AND_VERIFY, false, true, false, false, false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_web_tls config = tls_of(&server, cases[i].auth);
        assert_int_equal(accepts(&config, NOBODY), cases[i].nobody);
        assert_int_equal(accepts(&config, GOOD), cases[i].good);
        assert_int_equal(accepts(&config, FOREIGN), cases[i].foreign);
        assert_int_equal(accepts(&config, FOR_SERVERS), cases[i].for_servers);
        assert_int_equal(accepts(&config, EXPIRED), cases[i].expired);
    }
}

static void test_allowed_names_are_compared_whole_and_by_their_kinds(void **state)
{
    static const struct {
        const char *allowed;
        enum client client;
        bool good;
    } cases[] = {
        { "scraper.example", GOOD, true },
        { "other.example", GOOD, false },
        { "scraper", GOOD, false },
        { "scraper.example.", GOOD, false },
        { "client", GOOD, false }, /* its common name */
        { "scraper.example", EXPIRED, false },
        { "scraper.example", FOREIGN, false },
        { "10.1.2.3", BY_ADDRESS, true },
        { "10.1.2.4", BY_ADDRESS, false },
        { "10.1.2.3", BY_MAPPED_ADDRESS, true },
        { "a@scraper.example", BY_MAIL, true },
        { "scraper.example", BY_MAIL, false },
        { "spiffe://x/scraper", BY_URI, true },
        { "CN=allowed", BY_DIRECTORY_NAME, false },
        { "allowed", BY_DIRECTORY_NAME, false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_web_tls config = tls_of(&server, SG_CLIENT_AUTH_REQUIRE_AND_VERIFY);
        char first[] = "first.example";
        char *second = strdup(cases[i].allowed);
        char *allowed[] = { first, second };
        config.allowed_sans = allowed;
        config.n_allowed_sans = 2;
        if (accepts(&config, cases[i].client) != cases[i].good)
            fail_msg("%s allowed, client %d", cases[i].allowed, cases[i].client);
        free(second);
    }
}

static void test_certificate_that_must_not_sign_is_used_with_a_warning(void **state)
{
    static char only_signing[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
    struct sg_web_tls config = tls_of(&server, SG_CLIENT_AUTH_NONE);
    struct sg_tls *tls = NULL;
    struct sg_error err = { "" };
    (void)state;

    assert_int_equal(sg_tls_new(&config, &tls, &err), 0);
    assert_string_equal(sg_tls_warning(tls), "");
    tls = sg_tls_free(tls);

    config = tls_of(&encipherment_only, SG_CLIENT_AUTH_NONE);
    assert_int_equal(sg_tls_new(&config, &tls, &err), 0);
    assert_non_null(
        strstr(sg_tls_warning(tls), "web.yml:1:2: cert: its KeyUsage has no digitalSignature"));
    (void)sg_tls_free(tls);
    config.priorities = only_signing;
    assert_true(accepts(&config, NOBODY));
}

static void test_what_cannot_be_used_is_named_with_its_place(void **state)
{
    static char garbage[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    static char nothing[] = "no certificate\n", bad_priorities[] = "NORMAL:+NONSENSE";
    static char missing[] = "/nowhere/x.pem", folder[] = "/tmp";
    static const struct {
        char *cert, *key, *client_ca, *cert_file, *priorities;
        const char *text;
    } cases[] = {
        { .cert = garbage, .text = "web.yml:1:2: cert: " },
        { .cert = nothing, .text = "web.yml:1:2: cert: " },
        { .key = nothing, .text = "web.yml:1:2: key: " },
        { .key = encipherment_only.key_pem, .text = "web.yml:1:2: cert with key: " },
        { .client_ca = nothing, .text = "web.yml:1:2: client_ca: " },
        { .cert_file = missing,
            .text = "web.yml:1:2: /nowhere/x.pem: the certificate cannot be read: No such file" },
        { .cert_file = folder, .text = "web.yml:1:2: /tmp: the certificate cannot be read: " },
        { .priorities = bad_priorities,
            .text = "tls_server_config: GnuTLS refuses its ciphers at \"" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_web_tls config = tls_of(&server, SG_CLIENT_AUTH_VERIFY_IF_GIVEN);
        struct sg_tls *tls = NULL;
        struct sg_error err = { "" };
        if (cases[i].cert)
            config.cert.text = cases[i].cert;
        if (cases[i].key)
            config.key.text = cases[i].key;
        if (cases[i].client_ca)
            config.client_ca.text = cases[i].client_ca;
        if (cases[i].cert_file)
            config.cert = (struct sg_web_pem){ .file = cases[i].cert_file, .where = place };
        if (cases[i].priorities)
            config.priorities = cases[i].priorities;
        assert_int_equal(sg_tls_new(&config, &tls, &err), SG_TLS_E_FILES);
        assert_null(tls);
        if (!strstr(err.text, cases[i].text))
            fail_msg("%s, not %s", err.text, cases[i].text);
    }
}

static int64_t end_of_certificate(const struct cert *cert)
{
    return gnutls_x509_crt_get_expiration_time(cert->crt);
}

static int64_t end_with_chain(struct cert *own, const struct cert *issuer)
{
    struct sg_web_tls config = tls_of(own, SG_CLIENT_AUTH_NONE);
    char chain[2 * CERT_PEM_BYTES];
    struct sg_tls *tls = NULL;
    struct sg_error err = { "" };

    (void)snprintf(chain, sizeof chain, "%s%s", own->crt_pem, issuer ? issuer->crt_pem : "");
    config.cert.text = chain;
    if (sg_tls_new(&config, &tls, &err))
        fail_msg("%s", err.text);
    int64_t end = sg_tls_end(tls);
    (void)sg_tls_free(tls);
    return end;
}

static void test_end_is_that_of_the_first_certificate_of_the_chain_to_end(void **state)
{
    struct cert old_ca, own, old;
    (void)state;

    make_cert(&old_ca, "old ca", &(struct cert_options){ .expired = true });
    make_cert(&own, "own", &(struct cert_options){ .issuer = &old_ca });
    make_cert(&old, "old", &(struct cert_options){ .issuer = &ca, .expired = true });
    assert_int_equal(end_with_chain(&own, NULL), end_of_certificate(&own));
    assert_int_equal(end_with_chain(&own, &old_ca), end_of_certificate(&old_ca));
    assert_int_equal(end_with_chain(&old, &ca), end_of_certificate(&old));
    free_cert(&old);
    free_cert(&own);
    free_cert(&old_ca);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed_names_are_compared_whole_and_by_their_kinds),
        cmocka_unit_test(test_certificate_that_must_not_sign_is_used_with_a_warning),
        cmocka_unit_test(test_end_is_that_of_the_first_certificate_of_the_chain_to_end),
        cmocka_unit_test(test_each_type_of_client_auth_accepts_its_clients),
        cmocka_unit_test(test_what_cannot_be_used_is_named_with_its_place),
    };
    return cmocka_run_group_tests_name("tls", tests, set_up, tear_down);
}
