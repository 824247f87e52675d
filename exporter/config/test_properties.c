/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"
#include "config/properties.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char problems[4096];

static void add_problem(void *context, const char *problem)
{
    size_t n = strlen(problems);

    (void)context;
    (void)snprintf(problems + n, sizeof problems - n, "%s\n", problem);
}

/* @param client  what stands in the braces of "client" @return as sg_config_load */
static int load(const char *client)
{
    char path[] = "/tmp/streamgauge-properties-XXXXXX";
    struct sg_config_flags flags = { .file = path };
    struct sg_config *config = NULL;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "clusters:\n- name: a\n  bootstrap_servers: h:1\n  client: { %s }\n",
                    client) > 0);
    assert_int_equal(fclose(file), 0);
    problems[0] = '\0';
    int r = sg_config_load(&flags, add_problem, NULL, &config);
    (void)sg_config_free(config);
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
            ":4:13: ", "it is one of plaintext, ssl, sasl_plaintext, sasl_ssl" },
        { "client.id: x, socket.timeout.ms: 5", ":4:27: ", "10 .. 300000" },
        { "client.id: x, socket.timeout.ms: hunter2", ":4:27: ", "it is 10 .. 300000" },
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

static void test_properties_that_can_be_are_taken(void **state)
{
    static const char *const clients[] = {
        "client.id: x", "ssl.ca.location: /nowhere/ca.pem", /* without TLS it does not matter */
        "security.protocol: ssl, ssl.ca.location: probe",
        "security.protocol: ssl, ssl.ca.location: /etc",
        "security.protocol: sasl_ssl, sasl.mechanism: PLAIN, sasl.username: u, sasl.password: p",
        "plugin.library.paths: nowhere", /* told when the client is made */
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
        "--kafka.server: \"h:x\": a port is a number from 1 to 65535\n"
        "--tls.ca-file: librdkafka property ssl.ca.location: /nowhere: No such file or "
        "directory\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties_of_flags_have_the_flag_for_a_place),
        cmocka_unit_test(test_properties_that_are_wrong_have_their_place_and_what_is_right),
        cmocka_unit_test(test_properties_that_can_be_are_taken),
    };
    return cmocka_run_group_tests_name("properties", tests, NULL, NULL);
}
