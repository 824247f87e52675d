/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web.h"
#include "temporary.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#define HASH "$2y$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TLS  "tls_server_config:\n  cert_file: a.pem\n  key_file: a.key\n"

static char problems[64 * 1024];

static void note(void *context, const char *problem)
{
    size_t n = strlen(problems);
    (void)context;
    (void)snprintf(problems + n, sizeof problems - n, "%s\n", problem);
}

/* Load text as a file; problems name it w.yml:… */
static int load(const char *text, struct sg_web_config **ret_config)
{
    char path[TEMPORARY_BYTES];

    temporary_file(text, path);
    problems[0] = '\0';
    int r = sg_web_config_load(path, note, NULL, ret_config);
    (void)unlink(path);
    name_path(problems, path, "w.yml");
    return r;
}

static struct sg_web_config *load_good(const char *text)
{
    struct sg_web_config *config = NULL;
    int r = load(text, &config);

    assert_string_equal(problems, "");
    assert_int_equal(r, 0);
    return config;
}

static void test_load_every_key_is_kept(void **state)
{
    (void)state;
    struct sg_web_config *config =
        load_good("tls_server_config:\n"
                  "  cert: inline certificate\n"
                  "  key_file: /absolute/key\n"
                  "  client_ca_file: ca.pem\n"
                  "  client_auth_type: RequireAndVerifyClientCert\n"
                  "  client_allowed_sans: [a.example, 10.0.0.1]\n"
                  "  min_version: TLS11\n"
                  "  max_version: TLS12\n"
                  "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"
                  "  curve_preferences: [CurveP521, X25519]\n"
                  "  prefer_server_cipher_suites: false\n"
                  "http_server_config:\n"
                  "  http2: false\n"
                  "  headers:\n"
                  "    Content-Security-Policy: default-src 'none'\n"
                  "    Strict-Transport-Security: max-age=60\n"
                  "    X-Content-Type-Options: NoSniff\n"
                  "    X-Frame-Options: SAMEORIGIN\n"
                  "    X-XSS-Protection: '0'\n"
                  "basic_auth_users: { alice: " HASH ", bob: '" HASH "' }\n"
                  "auth_excluded_paths: [/-/healthy]\n"
                  "rate_limit: { interval: 1m30s, burst: 20 }\n");
    assert_true(config->has_tls);
    assert_string_equal(config->tls.cert.text, "inline certificate");
    assert_null(config->tls.cert.file);
    assert_string_equal(config->tls.key.file, "/absolute/key");
    assert_string_equal(config->tls.client_ca.file, "/tmp/ca.pem");
    assert_int_equal(config->tls.client_auth, SG_CLIENT_AUTH_REQUIRE_AND_VERIFY);
    assert_int_equal(config->tls.n_allowed_sans, 2);
    assert_string_equal(config->tls.allowed_sans[1], "10.0.0.1");
    assert_string_equal(config->tls.priorities,
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:-CIPHER-ALL:-MAC-ALL:-KX-ALL"
        ":+ECDHE-RSA:+AES-128-GCM:+AEAD:-GROUP-ALL:+GROUP-SECP521R1:+GROUP-X25519");
    assert_int_equal(config->n_headers, 5);
    assert_string_equal(config->headers[4].name, "X-XSS-Protection");
    assert_string_equal(config->headers[4].value, "0");
    assert_int_equal(config->n_users, 2);
    assert_string_equal(config->users[1].name, "bob");
    assert_string_equal(config->users[1].hash, HASH);
    assert_true(config->healthy_is_open);
    assert_int_equal(config->rate_interval_ms, 90000);
    assert_int_equal(config->rate_burst, 20);
    (void)sg_web_config_free(config);
}

static void test_load_without_keys_protects_nothing(void **state)
{
    static const char *const texts[] = { "", "# nothing\n", "{}\n", "basic_auth_users:\n",
        "http_server_config: {}\n", "rate_limit: {}\n", "auth_excluded_paths: []\n" };
    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sg_web_config *config = load_good(texts[i]);
        assert_false(config->has_tls);
        assert_int_equal(config->n_users, 0);
        assert_int_equal(config->n_headers, 0);
        assert_int_equal(config->rate_interval_ms, 0);
        assert_false(config->healthy_is_open);
        (void)sg_web_config_free(config);
    }
}

static void test_load_tls_defaults(void **state)
{
    (void)state;
    struct sg_web_config *config = load_good(TLS "  cipher_suites: []\n  client_auth_type: ''\n");
    assert_string_equal(
        config->tls.priorities, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE");
    assert_int_equal(config->tls.client_auth, SG_CLIENT_AUTH_NONE);
    (void)sg_web_config_free(config);
}

static void test_load_every_client_auth_type(void **state)
{
    static const struct {
        const char *word;
        enum sg_client_auth auth;
    } cases[] = {
        { "RequestClientCert", SG_CLIENT_AUTH_REQUEST },
        { "RequireAnyClientCert", SG_CLIENT_AUTH_REQUIRE_ANY },
        { "RequireClientCert", SG_CLIENT_AUTH_REQUIRE_ANY },
        { "VerifyClientCertIfGiven", SG_CLIENT_AUTH_VERIFY_IF_GIVEN },
        { "RequireAndVerifyClientCert", SG_CLIENT_AUTH_REQUIRE_AND_VERIFY },
    };
    char text[512];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(
            text, sizeof text, TLS "  client_ca: x\n  client_auth_type: %s\n", cases[i].word);
        struct sg_web_config *config = load_good(text);
        assert_int_equal(config->tls.client_auth, cases[i].auth);
        (void)sg_web_config_free(config);
    }
}

/* Error, position and text; one problem each, so that nothing else is reported. */
static void test_load_every_mistake_is_told_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        { "- a\n", "1:1: the file must be a map of keys and values" },
        { "tls_config: {}\n", "1:1: unknown key \"tls_config\" in the file" },
        { "basic_auth_user: {}\n", "1:1: unknown key \"basic_auth_user\" in the file; did you mean "
                                   "\"basic_auth_users\"?" },
        { "rate_limit: {}\nrate_limit: {}\n",
            "2:1: duplicate key \"rate_limit\" in the file, first in line 1" },
        /* TLS */
        { "tls_server_config: x\n", "1:20: tls_server_config must be a map of keys and values" },
        { "tls_server_config:\n  key_file: k\n",
            "2:3: tls_server_config: cert or cert_file is missing" },
        { "tls_server_config:\n  cert_file: k\n",
            "2:3: tls_server_config: key or key_file is missing" },
        { "tls_server_config:\n  cert: ''\n  key_file: k\n",
            "2:3: tls_server_config: cert or cert_file is missing" },
        { TLS "  cert: x\n", "2:14: cert and cert_file exclude each other" },
        { TLS "  key: x\n", "3:13: key and key_file exclude each other" },
        { TLS "  key_fil: x\n",
            "4:3: unknown key \"key_fil\" in tls_server_config; did you mean \"key_file\"?" },
        { TLS "  client_ca: [a]\n", "4:14: \"client_ca\" must be text" },
        { TLS "  client_ca: x\n", "2:3: client_ca_file does nothing without client_auth_type" },
        { TLS "  client_auth_type: RequireAndVerifyClientCert\n",
            "4:21: client_auth_type: without client_ca, certificates of any public CA would "
            "be accepted" },
        { TLS "  client_auth_type: requireClientCert\n",
            "4:21: client_auth_type: use NoClientCert, RequestClientCert, RequireAnyClientCert, "
            "VerifyClientCertIfGiven or RequireAndVerifyClientCert" },
        { TLS "  client_allowed_sans: a\n", "4:24: client_allowed_sans: must be a list of names" },
        { TLS "  client_allowed_sans: [a]\n",
            "4:24: client_allowed_sans: needs client_auth_type: RequireAndVerifyClientCert, "
            "because "
            "otherwise clients can connect without a certificate, or create one with any name" },
        { TLS "  client_ca: x\n  client_auth_type: RequireAndVerifyClientCert\n"
              "  client_allowed_sans: [a, '']\n",
            "6:28: client_allowed_sans: must be a name" },
        { TLS "  client_ca: x\n  client_auth_type: RequireAndVerifyClientCert\n"
              "  client_allowed_sans: [\"a\\0b\"]\n",
            "6:25: client_allowed_sans: must be a name" },
        { TLS "  min_version: TLS1.2\n", "4:16: min_version: use TLS10, TLS11, TLS12 or TLS13" },
        { TLS "  max_version: SSL30\n", "4:16: max_version: use TLS10, TLS11, TLS12 or TLS13" },
        { TLS "  min_version: TLS13\n  max_version: TLS12\n",
            "2:3: min_version is above max_version" },
        { TLS "  cipher_suites: TLS_AES_128_GCM_SHA256\n", "4:18: cipher_suites: must be a list" },
        { TLS "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n",
            "4:19: cipher_suites: \"TLS_RSA_WITH_RC4_128_SHA\" is unknown, or not in GnuTLS" },
        { TLS "  curve_preferences: x\n", "4:22: curve_preferences: must be a list" },
        { TLS "  curve_preferences: [P256]\n",
            "4:23: curve_preferences: \"P256\" is unknown; use CurveP256, CurveP384, CurveP521 or "
            "X25519" },
        { TLS "  prefer_server_cipher_suites: maybe\n",
            "4:32: \"prefer_server_cipher_suites\" must be true or false" },
        /* HTTP */
        { "http_server_config: []\n", "1:21: http_server_config must be a map of keys and values" },
        { "http_server_config: { http3: true }\n",
            "1:23: unknown key \"http3\" in http_server_config; did you mean \"http2\"?" },
        { "http_server_config: { http2: 2 }\n", "1:30: \"http2\" must be true or false" },
        { "http_server_config: { headers: x }\n",
            "1:32: headers must be a map of keys and values" },
        { "http_server_config: { headers: { Server: x } }\n",
            "1:34: unknown key \"Server\" in headers" },
        { "http_server_config: { headers: { X-Frame-Options: allow } }\n",
            "1:51: X-Frame-Options: use deny or sameorigin" },
        { "http_server_config: { headers: { X-Content-Type-Options: sniff } }\n",
            "1:58: X-Content-Type-Options: use nosniff" },
        { "http_server_config: { headers: { X-XSS-Protection: \"0\\r\\nSet-Cookie: a\" } }\n",
            "1:52: X-XSS-Protection: must be one line without control characters" },
        { "http_server_config: { headers: { X-XSS-Protection: \"0\\t1\" } }\n",
            "1:52: X-XSS-Protection: must be one line without control characters" },
        /* Passwords */
        { "basic_auth_users: [a]\n",
            "1:19: basic_auth_users: must be a map of users and bcrypt hashes" },
        { "basic_auth_users: { a:b: " HASH " }\n",
            "1:21: a user's name must not be empty or contain a colon" },
        { "basic_auth_users: { '': " HASH " }\n",
            "1:21: a user's name must not be empty or contain a colon" },
        { "basic_auth_users: { \"a\\0b\": " HASH " }\n",
            "1:21: a user's name must not contain a NUL character" },
        { "basic_auth_users:\n  a: " HASH "\n  a: " HASH "\n",
            "3:3: duplicate user \"a\", first in line 2" },
        { "basic_auth_users: { a: plain-secret }\n",
            "1:24: not a bcrypt hash, as htpasswd -nBC 10 '' makes one" },
        { "basic_auth_users: { a: [] }\n",
            "1:24: not a bcrypt hash, as htpasswd -nBC 10 '' makes one" },
        { "basic_auth_users:\n"
          "  a: $2y$03$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            "2:6: not a bcrypt hash, as htpasswd -nBC 10 '' makes one" },
        { "basic_auth_users:\n"
          "  a: $2y$32$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            "2:6: not a bcrypt hash, as htpasswd -nBC 10 '' makes one" },
        { "auth_excluded_paths: /-/healthy\n", "1:22: auth_excluded_paths: must be a list" },
        { "auth_excluded_paths: [/-/healthy, /metrics]\n",
            "1:35: auth_excluded_paths: only /-/healthy can be excluded; all others give "
            "information about the "
            "cluster" },
        /* Rate limit */
        { "rate_limit: 5\n", "1:13: rate_limit must be a map of keys and values" },
        { "rate_limit: { interval: 1s, bursts: 5 }\n",
            "1:29: unknown key \"bursts\" in rate_limit; did you mean \"burst\"?" },
        { "rate_limit: { interval: 5 }\n",
            "1:25: \"interval\" must be a duration such as 15s, 500ms or 1m30s" },
        { "rate_limit: { burst: 0 }\n", "1:22: burst: must be from 1 to 1000000" },
        { "rate_limit: { burst: 1000001 }\n", "1:22: burst: must be from 1 to 1000000" },
        { "rate_limit: { burst: 99999999999999999999 }\n",
            "1:22: burst: must be from 1 to 1000000" },
        { "rate_limit: { burst: 5x }\n", "1:22: burst: must be from 1 to 1000000" },
        { "rate_limit: { burst: '' }\n", "1:22: burst: must be from 1 to 1000000" },
    };
    char expected[512];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_web_config *config = NULL;
        int r = load(cases[i].text, &config);
        (void)snprintf(expected, sizeof expected, "w.yml:%s\n", cases[i].problem);
        assert_string_equal(problems, expected);
        assert_int_equal(r, SG_CONFIG_E_INVALID);
        assert_null(config);
    }
}

static void test_load_all_mistakes_are_told_at_once(void **state)
{
    struct sg_web_config *config = NULL;
    (void)state;

    assert_int_equal(load("rate_limit: { burst: 0 }\nbasic_auth_users: { a: s3cret }\n", &config),
        SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "w.yml:1:22: burst"));
    assert_non_null(strstr(problems, "w.yml:2:24: not a bcrypt hash"));
    assert_null(strstr(problems, "s3cret")); /* it may be a password */
}

static void test_load_unreadable_files_are_told(void **state)
{
    struct sg_web_config *config = NULL;
    (void)state;

    assert_int_equal(load("a: [\n", &config), SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "w.yml:2:1"));
    problems[0] = '\0';
    assert_int_equal(
        sg_web_config_load("/nonexistent/web.yml", note, NULL, &config), SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "/nonexistent/web.yml"));
}

/* A list or map of n equal elements behind a head. */
static int load_many(
    const char *head, const char *format, int n, const char *tail, struct sg_web_config **ret)
{
    size_t size = strlen(head) + (size_t)n * (strlen(format) + 16) + strlen(tail) + 1;
    char *text = malloc(size);
    size_t len = (size_t)snprintf(text, size, "%s", head);

    assert_non_null(text);
    for (int i = 0; i < n; i++) {
        (void)snprintf(text + len, size - len, "%s%d%s", i ? ", " : "", i, format);
        len += strlen(text + len);
    }
    (void)snprintf(text + len, size - len, "%s", tail);
    int r = load(text, ret);
    free(text);
    return r;
}

static void test_load_lists_have_caps(void **state)
{
    static const char sans[] =
        TLS "  client_ca: x\n  client_auth_type: RequireAndVerifyClientCert\n"
            "  client_allowed_sans: [";
    struct sg_web_config *config = NULL;
    (void)state;

    assert_int_equal(load_many(sans, ".example", 1000, "]\n", &config), 0);
    config = sg_web_config_free(config);
    assert_int_equal(load_many(sans, ".example", 1001, "]\n", &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems, "w.yml:6:24: client_allowed_sans: more than 1000 names\n");
    assert_int_equal(load_many("basic_auth_users: {", ": " HASH, 1000, "}\n", &config), 0);
    config = sg_web_config_free(config);
    assert_int_equal(
        load_many("basic_auth_users: {", ": " HASH, 1001, "}\n", &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems, "w.yml:1:19: basic_auth_users: more than 1000 users\n");
    assert_int_equal(
        load_many(TLS "  curve_preferences: [", "", 101, "]\n", &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems, "w.yml:4:22: curve_preferences: more than 100 names\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_every_key_is_kept),
        cmocka_unit_test(test_load_without_keys_protects_nothing),
        cmocka_unit_test(test_load_tls_defaults),
        cmocka_unit_test(test_load_every_client_auth_type),
        cmocka_unit_test(test_load_every_mistake_is_told_with_its_place),
        cmocka_unit_test(test_load_all_mistakes_are_told_at_once),
        cmocka_unit_test(test_load_unreadable_files_are_told),
        cmocka_unit_test(test_load_lists_have_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
