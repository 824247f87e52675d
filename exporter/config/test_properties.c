/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"
#include "config/load.h"
#include "config/properties.h"
#include "temporary.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char problems[4096];

static void add_problem(void *context, const char *problem)
{
    size_t n = strlen(problems);

    (void)context;
    (void)snprintf(problems + n, sizeof problems - n, "%s\n", problem);
}

/* @param client  the content of "client" @return as sg_config_load */
static int load(const char *client)
{
    char path[TEMPORARY_BYTES], text[1000];
    struct sg_config_flags flags = { .file = path };
    struct sg_config *config = NULL;

    int n = snprintf(text, sizeof text,
        "clusters:\n- name: a\n  bootstrap_servers: h:1\n  client: { %s }\n", client);
    assert_in_range(n, 1, sizeof text - 1);
    temporary_file(text, path);
    problems[0] = '\0';
    int r = sg_config_load(&flags, add_problem, NULL, &config);
    (void)sg_config_unref(config);
    (void)unlink(path);
    return r;
}

static void test_properties_that_are_wrong_have_their_place_and_what_is_right(void **state)
{
    static const struct {
        const char *client;
        const char *place, *part;
    } cases[] = {
        { "sasl.pasword: hunter2", ":4:13: ",
            "no property \"sasl.pasword\"; did you mean "
            "\"sasl.password\"?" },
        { "security.protocol: hunter2",
            ":4:13: ", "it must be one of plaintext, ssl, sasl_plaintext, sasl_ssl" },
        { "client.id: x, socket.timeout.ms: 5", ":4:27: ", "10 .. 300000" },
        { "client.id: x, socket.timeout.ms: hunter2", ":4:27: ",
            "socket.timeout.ms: it must be a whole number of milliseconds, 10 .. 300000" },
        { "client.id: x, socket.timeout.ms: 1s", ":4:27: ",
            "socket.timeout.ms: it must be a whole number of milliseconds, 10 .. 300000" },
        { "client.id: x, socket.timeout.ms: 60s", ":4:27: ", "milliseconds, 10 .. 300000" },
        { "sasl.mechanism: SCRAM-SHA-513",
            ":4:13: ", "OAUTHBEARER; did you mean \"SCRAM-SHA-512\"?" },
        { "security.protocol: sasl_ssl, sasl.mechanisms: plain", ":4:42: ",
            "librdkafka property sasl.mechanisms: it must be one of GSSAPI, PLAIN, SCRAM-SHA-256, "
            "SCRAM-SHA-512, OAUTHBEARER; did you mean \"PLAIN\"?" },
        { "sasl.mechanism: AWS_MSK_IAM", ":4:13: ", "SCRAM-SHA-512, OAUTHBEARER\n" },
        { "sasl.oauthbearer.method: oidc",
            ":4:13: ", "needs librdkafka property sasl.oauthbearer.token.endpoint.url" },
        { "client.id: x, sasl.username: u, sasl.password: p", ":4:27: ",
            "sasl.username is not used without librdkafka property security.protocol, sasl_ssl" },
        { "security.protocol: ssl, ssl.ca.location: /nowhere/ca.pem",
            ":4:37: ", "ssl.ca.location: /nowhere/ca.pem: No such file or directory" },
        { "security.protocol: plaintext, client.id: x, security.protocol: plaintext",
            ":4:57: ", "duplicate property \"security.protocol\"" },
        { "sasl.password: '${hunter2'", ":4:28: ", "a \"${\" has no \"}\"" },
        { "security.protocol: ssl, ssl.ca.location: /dev/zero",
            ":4:37: ", "ssl.ca.location: /dev/zero: it is a device, not a file" },
        { "security.protocol: ssl, ssl.key.location: /",
            ":4:37: ", "ssl.key.location: /: Is a directory" },
        { "security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: u",
            ":4:48: ", "PLAIN needs librdkafka property sasl.password" },
        { "security.protocol: SASL_SSL, sasl.mechanisms: SCRAM-SHA-512",
            ":4:42: ", "SCRAM-SHA-512 needs librdkafka property sasl.username" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(load(cases[i].client), SG_CONFIG_E_INVALID);
        if (!strstr(problems, cases[i].part) || !strstr(problems, cases[i].place) ||
            strstr(problems, "hunter2"))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].client, problems, cases[i].part);
    }
}

static void test_a_property_that_cannot_be_read_is_not_one_that_is_missing(void **state)
{
    static const char lines[] = "security.protocol: sasl_ssl, sasl.mechanism: PLAIN, "
                                "sasl.username: u, sasl.password: '${file:/nowhere/p}'";
    (void)state;

    assert_int_equal(load(lines), SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "/nowhere/p"));
    assert_null(strstr(problems, "needs librdkafka property"));
}

/* @param text  of the file that the property names @return as sg_config_load */
static int load_file(const char *property, const char *text)
{
    char path[TEMPORARY_BYTES], client[200];

    temporary_file(text, path);
    (void)snprintf(client, sizeof client, "security.protocol: ssl, %s: %s", property, path);
    int r = load(client);
    assert_int_equal(unlink(path), 0);
    return r;
}

static void test_files_that_are_not_pem_have_their_place(void **state)
{
    static const struct {
        const char *property, *text, *part; /* part: NULL: it is accepted */
    } cases[] = {
        { "ssl.ca.location", "hunter2\n", " has no certificate in PEM format" },
        { "ssl.ca.location", "", " has no certificate in PEM format" },
        { "ssl.ca.location", "-----BEGIN PRIVATE KEY-----\n", " has no certificate" },
        { "ssl.ca.location", "# x\n-----BEGIN CERTIFICATE-----\n", NULL },
        { "ssl.ca.location", "-----BEGIN TRUSTED CERTIFICATE-----\n", NULL },
        { "ssl.certificate.location", "-----BEGIN ", " has no certificate in PEM format" },
        { "ssl.certificate.location",
            "-----BEGIN RSA PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n", NULL },
        { "ssl.key.location", "-----BEGIN CERTIFICATE-----\n", " has no private key in PEM" },
        { "ssl.key.location", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", NULL },
        { "ssl.crl.location", "hunter2", " has no certificate revocation list in PEM format" },
        { "ssl.crl.location", "-----BEGIN X509 CRL-----\n", NULL },
        { "ssl.keystore.location", "hunter2", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int r = load_file(cases[i].property, cases[i].text);
        assert_int_equal(r, cases[i].part ? SG_CONFIG_E_INVALID : 0);
        if (!cases[i].part)
            assert_string_equal(problems, "");
        else if (!strstr(problems, cases[i].part) || !strstr(problems, ":4:37: ") ||
                 strstr(problems, "hunter2"))
            fail_msg("%zu: \"%s\" lacks \"%s\"", i, problems, cases[i].part);
    }
}

static void test_properties_that_can_be_are_taken(void **state)
{
    static const char *const clients[] = {
        "client.id: x", "ssl.ca.location: /nowhere/ca.pem", /* without TLS it does not matter */
        "security.protocol: ssl, ssl.ca.location: probe",
        "security.protocol: ssl, ssl.ca.location: /etc",
        "security.protocol: sasl_ssl, sasl.mechanism: PLAIN, sasl.username: u, sasl.password: p",
        "security.protocol: ssl, ssl.ca.location: /etc", /* a directory of certificates */
        "security.protocol: plaintext, sasl.username: u, sasl.password: p", "client.id: 60s",
        "socket.timeout.ms: 0x1000", "sasl.mechanism: OAUTHBEARER",
        "plugin.library.paths: nowhere", /* reported when the client is created */
    };
    (void)state;

    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        int r = load(clients[i]);
        assert_string_equal(problems, "");
        assert_int_equal(r, 0);
    }
}

static void test_properties_of_flags_have_the_flag_for_a_place(void **state)
{
    static char program[] = "streamgauge", tls[] = "--tls.enabled", ca[] = "--tls.ca-file=/nowhere";
    static char server[] = "--kafka.server=h:x";
    char *argv[] = { program, tls, ca, server, NULL };
    struct sg_flags flags;
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(sg_flags_parse(4, argv, &flags, NULL), 0);
    problems[0] = '\0';
    assert_int_equal(
        sg_config_load(&flags.config, add_problem, NULL, &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems,
        "--kafka.server: \"h:x\": a port must be a number from 1 to 65535\n"
        "--tls.ca-file: librdkafka property ssl.ca.location: /nowhere: No such file or "
        "directory\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties_of_flags_have_the_flag_for_a_place),
        cmocka_unit_test(test_files_that_are_not_pem_have_their_place),
        cmocka_unit_test(test_a_property_that_cannot_be_read_is_not_one_that_is_missing),
        cmocka_unit_test(test_properties_that_are_wrong_have_their_place_and_what_is_right),
        cmocka_unit_test(test_properties_that_can_be_are_taken),
    };
    return cmocka_run_group_tests_name("properties", tests, NULL, NULL);
}
