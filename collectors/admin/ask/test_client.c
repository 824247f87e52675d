/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/client.h"
#include "temporary.h"
#include "test.h"

#include <poll.h>
#include <unistd.h>

static int create(char *name, char *value, struct sg_error *err)
{
    struct sg_setting setting = { .name = name, .value = value };
    struct sg_cluster_config config = {
        .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" },
        .n_client = 1,
        .client = &setting,
    };
    struct sg_client *client = NULL;

    int r = sg_client_new(&config, 10000, SG_CLIENT_ADMIN, &client, err);
    (void)sg_client_unref(client);
    return r;
}

static void test_client_property_of_the_user_is_taken(void **state)
{
    struct sg_error err = { "" };
    (void)state;

    assert_int_equal(create((char[]){ "client.id" }, (char[]){ "mine" }, &err), 0);
    assert_int_equal(create((char[]){ "socket.timeout.ms" }, (char[]){ "1234" }, &err), 0);
    assert_int_equal(create((char[]){ "bootstrap.servers" }, (char[]){ "127.0.0.1:2" }, &err), 0);
}

/* What brokers support is known from librdkafka's log alone. */
static void test_client_logs_what_brokers_support_besides_what_the_user_wants(void **state)
{
    struct sg_setting debug = { .name = (char[]){ "debug" }, .value = (char[]){ "broker" } };
    struct sg_cluster_config config = {
        .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" },
        .client = &debug,
    };
    static const char *const expected[] = { "feature", "broker,feature" };
    (void)state;

    for (; config.n_client < 2; config.n_client++) {
        struct sg_client *client = NULL;
        struct sg_error err = { "" };
        char value[64];
        size_t size = sizeof value;
        assert_int_equal(sg_client_new(&config, 10000, SG_CLIENT_ADMIN, &client, &err), 0);
        assert_int_equal(
            rd_kafka_conf_get(rd_kafka_conf(sg_client_get(client)), "debug", value, &size),
            RD_KAFKA_CONF_OK);
        assert_string_equal(value, expected[config.n_client]);
        assert_false(sg_client_has_types(client));
        (void)sg_client_unref(client);
    }
}

/* kinit would be run when the handle is made. */
static void test_client_that_is_only_checked_runs_nothing(void **state)
{
    char ran[TEMPORARY_BYTES];
    char command[64];
    struct sg_setting settings[] = {
        { .name = (char[]){ "security.protocol" }, .value = (char[]){ "sasl_plaintext" } },
        { .name = (char[]){ "sasl.mechanism" }, .value = (char[]){ "GSSAPI" } },
        { .name = (char[]){ "sasl.kerberos.kinit.cmd" }, .value = command },
        { .name = (char[]){ "plugin.library.paths" }, .value = (char[]){ "/nowhere" } },
    };
    struct sg_cluster_config config = {
        .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" },
        .n_client = 4,
        .client = settings,
    };
    struct sg_client *client = NULL;
    struct sg_error err = { "" };
    (void)state;

    temporary_file("", ran);
    assert_int_equal(unlink(ran), 0);
    (void)snprintf(command, sizeof command, "touch %s", ran);
    assert_int_equal(sg_client_new(&config, 10000, SG_CLIENT_CHECK, &client, &err), 0);
    assert_int_equal(usleep(300000), 0);
    client = sg_client_unref(client);
    assert_int_not_equal(access(ran, F_OK), 0);
    config.n_client = 3; /* there is no such plugin */
    assert_int_equal(sg_client_new(&config, 10000, SG_CLIENT_ADMIN, &client, &err), 0);
    for (int i = 0; i < 100 && access(ran, F_OK) != 0; i++)
        assert_int_equal(usleep(50000), 0);
    client = sg_client_unref(client);
    assert_int_equal(access(ran, F_OK), 0); /* as when it is used */
    (void)unlink(ran);
}

/* The log ends at the high watermark for the collection, and before that for one client only. */
static void test_client_isolation_is_that_of_its_use(void **state)
{
    struct sg_cluster_config config = { .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" } };
    static const struct {
        enum sg_client_use use;
        const char *isolation;
    } cases[] = {
        { SG_CLIENT_ADMIN, "read_uncommitted" },
        { SG_CLIENT_STABLE, "read_committed" },
        { SG_CLIENT_READER, "read_committed" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_client *client = NULL;
        char value[64];
        size_t size = sizeof value;
        assert_int_equal(sg_client_new(&config, 10000, cases[i].use, &client, NULL), 0);
        assert_int_equal(rd_kafka_conf_get(
                             rd_kafka_conf(sg_client_get(client)), "isolation.level", value, &size),
            RD_KAFKA_CONF_OK);
        assert_string_equal(value, cases[i].isolation);
        (void)sg_client_unref(client);
    }
}

static void test_client_advice_is_on_what_librdkafka_says(void **state)
{
    static const struct {
        const char *text, *part; /* NULL: the cause is not known */
    } cases[] = {
        { "h:1/bootstrap: Failed to resolve 'h:1': Name or service not known", "the host's name" },
        { "h:1/1: SSL handshake failed: SSL alert number 116", "ssl.certificate.location" },
        { "h:1/1: SSL handshake failed: certificate has expired", "a new certificate" },
        { "ssl://h:1/bootstrap: Disconnected: SSL connection closed by peer (after 0ms in state "
          "SSL_HANDSHAKE)",
            "does not speak TLS; compare security.protocol" },
        { "ssl://h:1/bootstrap: Disconnected: SSL connection closed by peer (after 9ms in state "
          "UP)",
            NULL },
        { "h:1/1: Request not valid in current SASL state", "does not speak SASL" },
        { "h:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *advice = sg_client_advice(SG_FAILURE_TLS, cases[i].text);
        if (!cases[i].part)
            assert_string_equal(advice, "");
        else if (strncmp(advice, ": ", 2) != 0 || !strstr(advice, cases[i].part))
            fail_msg("%s: \"%s\"", cases[i].text, advice);
    }
}

static void test_client_same_failure_has_the_same_text(void **state)
{
    static const char *const cases[][2] = {
        { "h:1/1: refused (after 0ms in state CONNECT, 587 identical error(s) suppressed)",
            "h:1/1: refused (after 0ms in state CONNECT)" },
        { "h:1/1: refused (after 0ms in state CONNECT)",
            "h:1/1: refused (after 0ms in state CONNECT)" },
        { "a, 5", "a, 5" },
        { "a,", "a," },
        { "a, identical error(s) suppressed)", "a, identical error(s) suppressed)" },
        { "", "" },
    };
    char text[128];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text, "%s", cases[i][0]);
        sg_client_cut_count(text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void test_client_keeps_the_reasons_of_the_one_before(void **state)
{
    struct sg_cluster_config config = { .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" } };
    struct sg_client *clients[2] = { NULL };
    struct sg_client_reason reason;
    (void)state;

    for (int i = 0; i < 2; i++)
        assert_int_equal(sg_client_new(&config, 10000, SG_CLIENT_ADMIN, &clients[i], NULL), 0);
    sg_client_connect(clients[0]);
    for (int i = 0; i < 500 && sg_client_n_reasons(clients[0]) == 0; i++) {
        sg_client_poll(clients[0]);
        (void)poll(NULL, 0, 10);
    }
    sg_client_take_reasons(clients[1], clients[0]);
    clients[0] = sg_client_unref(clients[0]);
    assert_int_equal(sg_client_find_reason(clients[1], SG_CLIENT_ANY_BROKER, &reason), 1);
    assert_int_equal(reason.kind, SG_FAILURE_CONNECT);
    (void)sg_client_unref(clients[1]);
}

static void test_client_unknown_property_is_named(void **state)
{
    struct sg_error err = { "" };
    (void)state;

    assert_int_equal(
        create((char[]){ "sasl.pasword" }, (char[]){ "hunter2" }, &err), SG_CLIENT_E_PROPERTY);
    assert_non_null(strstr(err.text, "sasl.pasword"));
    assert_non_null(strstr(err.text, "No such configuration property"));
    assert_null(strstr(err.text, "hunter2"));
}

static void test_client_bad_value_is_never_quoted(void **state)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        { "socket.timeout.ms", "99999999" },
        { "socket.timeout.ms", "5" },
        { "socket.timeout.ms", "hunter2" },
        { "security.protocol", "hunter2" },
        { "debug", "all,hunter2" },
        { "socket.keepalive.enable", "hunter2" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_error err = { "" };
        char name[64], value[64];
        (void)snprintf(name, sizeof name, "%s", cases[i].name);
        (void)snprintf(value, sizeof value, "%s", cases[i].value);
        assert_int_equal(create(name, value, &err), SG_CLIENT_E_PROPERTY);
        assert_null(strstr(err.text, "hunter2"));
        assert_null(strstr(err.text, "99999999"));
        assert_true(strlen(err.text) > 20);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_that_is_only_checked_runs_nothing),
        cmocka_unit_test(test_client_property_of_the_user_is_taken),
        cmocka_unit_test(test_client_isolation_is_that_of_its_use),
        cmocka_unit_test(test_client_advice_is_on_what_librdkafka_says),
        cmocka_unit_test(test_client_same_failure_has_the_same_text),
        cmocka_unit_test(test_client_keeps_the_reasons_of_the_one_before),
        cmocka_unit_test(test_client_unknown_property_is_named),
        cmocka_unit_test(test_client_bad_value_is_never_quoted),
        cmocka_unit_test(test_client_logs_what_brokers_support_besides_what_the_user_wants),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
