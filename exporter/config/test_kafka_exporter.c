/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"
#include "config/load.h"
#include "test.h"

#include <stdlib.h>

enum {
    ARGUMENTS_MAX = 12
};

/* A command line; ends with NULL. @return as sg_flags_parse */
static int parse(struct sg_flags *flags, struct sg_error *err, const char *const *arguments)
{
    static char program[] = "streamgauge";
    static char copies[ARGUMENTS_MAX][128];
    char *argv[ARGUMENTS_MAX + 2] = { program };
    int argc = 1;

    for (; arguments[argc - 1]; argc++) {
        (void)snprintf(copies[argc - 1], sizeof copies[0], "%s", arguments[argc - 1]);
        argv[argc] = copies[argc - 1];
    }
    *err = (struct sg_error){ "" };
    return sg_flags_parse(argc, argv, flags, err);
}

static void no_problem(void *context, const char *problem)
{
    (void)context;
    fail_msg("%s", problem);
}

static void keep_problem(void *context, const char *problem)
{
    (void)snprintf(context, 256, "%s", problem);
}

/* "name=value, name=value" of the client that the flags give. */
static const char *properties_of(const char *const *arguments)
{
    static char text[1024];
    struct sg_flags flags;
    struct sg_error err;
    size_t n = 0;

    if (parse(&flags, &err, arguments))
        fail_msg("%s", err.text);
    text[0] = '\0';
    for (size_t i = 0; i < flags.config.n_client; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s=%s", i ? ", " : "",
            flags.config.client[i].name, flags.config.client[i].value);
    return text;
}

#define ARGUMENTS(...)    \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static void test_flags_of_security_become_properties(void **state)
{
    (void)state;
    (void)unsetenv("SASL_USER_PASSWORD");
    assert_string_equal(properties_of(ARGUMENTS("--kafka.server=a:1")), "");
    assert_string_equal(properties_of(ARGUMENTS("--tls.enabled", "--tls.ca-file=/ca",
                            "--tls.cert-file", "/c", "--tls.key-file=/k", "--kafka.server", "a:1")),
        "security.protocol=SSL, ssl.ca.location=/ca, ssl.certificate.location=/c, "
        "ssl.key.location=/k");
    assert_string_equal(
        properties_of(ARGUMENTS("--sasl.enabled", "--sasl.username=u", "--sasl.password=p=q",
            "--sasl.mechanism=SCRAM-SHA512", "--tls.enabled", "--tls.insecure-skip-tls-verify")),
        "security.protocol=SASL_SSL, sasl.mechanisms=SCRAM-SHA-512, sasl.username=u, "
        "sasl.password=p=q, enable.ssl.certificate.verification=false");
    assert_string_equal(properties_of(ARGUMENTS("--sasl.enabled", "--sasl.mechanism=gssapi",
                            "--sasl.username=u", "--sasl.realm=R.TEST", "--sasl.service-name=kafka",
                            "--sasl.keytab-path=/k", "--sasl.kerberos-auth-type=keytabAuth")),
        "security.protocol=SASL_PLAINTEXT, sasl.mechanisms=GSSAPI, "
        "sasl.kerberos.service.name=kafka, sasl.kerberos.keytab=/k, "
        "sasl.kerberos.principal=u@R.TEST");
}

static void test_flags_of_oauthbearer_ask_a_token_endpoint(void **state)
{
    static const char url_only[] =
        "security.protocol=SASL_PLAINTEXT, sasl.mechanisms=OAUTHBEARER, "
        "sasl.oauthbearer.method=oidc, sasl.oauthbearer.token.endpoint.url=http://t/x, "
        "sasl.oauthbearer.client.id=u, sasl.oauthbearer.client.secret=p";
    char text[512];
    (void)state;

    (void)unsetenv("SASL_USER_PASSWORD");
    (void)snprintf(text, sizeof text, "%s, sasl.oauthbearer.scope=a b", url_only);
    assert_string_equal(
        properties_of(ARGUMENTS("--sasl.enabled", "--sasl.mechanism=oauthbearer",
            "--sasl.username=u", "--sasl.password=p", "--sasl.oauthbearer-token-url=http://t/x",
            "--sasl.oauthbearer-scopes", "a,b", "--sasl.oauthbearer-token-file=")),
        text);
    assert_int_equal(setenv("SASL_OAUTHBEARER_TOKEN_URL", "http://t/x", 1), 0);
    assert_string_equal(properties_of(ARGUMENTS("--sasl.enabled", "--sasl.mechanism=OAuthBearer",
                            "--sasl.username=u", "--sasl.password=p")),
        url_only);
    (void)unsetenv("SASL_OAUTHBEARER_TOKEN_URL");
}

static void test_flags_password_of_the_environment_is_taken(void **state)
{
    (void)state;
    assert_int_equal(setenv("SASL_USER_PASSWORD", "secret", 1), 0);
    assert_string_equal(properties_of(ARGUMENTS("--sasl.enabled", "--sasl.username=u")),
        "security.protocol=SASL_PLAINTEXT, sasl.mechanisms=PLAIN, sasl.username=u, "
        "sasl.password=secret");
    (void)unsetenv("SASL_USER_PASSWORD");
}

static void test_flags_without_meaning_are_taken_and_noted(void **state)
{
    struct sg_flags flags;
    struct sg_error err;
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(parse(&flags, &err,
                         ARGUMENTS("--kafka.version=2.0.0", "--no-concurrent.enable",
                             "--topic.workers", "50", "--sasl.username=u", "--server.tls.ca-file=",
                             "--no-server.tls.enabled", "--kafka.labels=")),
        0);
    assert_int_equal(flags.kafka_exporter.n_warnings, 4);
    assert_string_equal(flags.kafka_exporter.warnings[0],
        "--sasl.username does nothing: --sasl.enabled is not given");
    assert_int_equal(flags.config.n_client, 0);
    assert_false(flags.kafka_exporter.only_connected_groups);
    assert_int_equal(parse(&flags, &err, ARGUMENTS("--no-offset.show-all")), 0);
    assert_true(flags.kafka_exporter.only_connected_groups);
    assert_int_equal(parse(&flags, &err, ARGUMENTS("--offset.show-all=false", "--once")), 0);
    assert_true(flags.kafka_exporter.only_connected_groups);
    assert_int_equal(flags.mode, SG_MODE_ONCE);
    assert_int_equal(sg_config_load(&flags.config, no_problem, NULL, &config), 0);
    for (unsigned i = 0; i < SG_GROUP_STATE_NAMES; i++) {
        bool shown = config->clusters[0].group_states >> i & 1;
        bool has_members =
            strcmp(sg_group_state_names[i], "Dead") && strcmp(sg_group_state_names[i], "Empty");
        assert_int_equal(shown, has_members);
    }
    (void)sg_config_unref(config);
}

/* Where kafka_exporter ignores them too. */
static void test_flags_that_it_ignores_are_warnings(void **state)
{
    static const char *const flags_given[] = {
        "--zookeeper.server=z:2181",
        "--tls.server-name=a",
        "--tls.insecure-skip-tls-verify",
        "--sasl.handshake=false",
        "--server.tls.cert-file=/c",
        "--server.tls.mutual-auth-enabled",
        "--sasl.oauthbearer-token-file=/t",
        "--sasl.kerberos-config-path=/k",
        "--sasl.aws-region=r",
    };
    struct sg_flags flags;
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof flags_given / sizeof flags_given[0]; i++) {
        if (parse(&flags, &err, ARGUMENTS(flags_given[i])))
            fail_msg("%s", err.text);
        assert_int_equal(flags.kafka_exporter.n_warnings, 1);
        assert_non_null(strstr(flags.kafka_exporter.warnings[0], " does nothing: --"));
    }
    assert_int_equal(parse(&flags, &err,
                         ARGUMENTS("--sasl.enabled", "--sasl.username=u", "--sasl.password=p",
                             "--no-sasl.handshake")),
        0);
    assert_string_equal(flags.kafka_exporter.warnings[0],
        "--sasl.handshake does nothing: Kafka has required the handshake since 0.10");
}

static void test_flags_labels_are_on_every_series(void **state)
{
    static const struct {
        const char *flag, *problem;
    } wrong[] = {
        { "--kafka.labels=env", "\"env\" is not NAME=VALUE" },
        { "--kafka.labels=a-b=c", "\"a-b\" is not a label name" },
        { "--kafka.labels=topic=c", "\"topic\" is reserved by Streamgauge" },
        { "--kafka.labels=kafka_cluster=c", "\"kafka_cluster\" has the cluster's name" },
        { "--kafka.labels=__x=c", "\"__x\" is not a label name" },
        { "--kafka.labels=a=b,a=c", "duplicate label \"a\"" },
        { "--kafka.labels=a=", "must be text of 1 to" },
    };
    struct sg_flags flags;
    struct sg_error err;
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(parse(&flags, &err, ARGUMENTS("--kafka.labels=env=prod,site=a=b")), 0);
    assert_int_equal(sg_config_load(&flags.config, no_problem, NULL, &config), 0);
    assert_int_equal(config->n_constant, 2);
    assert_string_equal(config->constant[0].name, "env");
    assert_string_equal(config->constant[0].value, "prod");
    assert_string_equal(config->constant[1].value, "a=b");
    config = sg_config_unref(config);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char told[256] = "";
        assert_int_equal(parse(&flags, &err, ARGUMENTS(wrong[i].flag)), 0);
        assert_int_equal(
            sg_config_load(&flags.config, keep_problem, told, &config), SG_CONFIG_E_INVALID);
        assert_non_null(strstr(told, "--kafka.labels: "));
        if (!strstr(told, wrong[i].problem))
            fail_msg("\"%s\" lacks \"%s\"", told, wrong[i].problem);
    }
}

static void test_flags_that_cannot_be_had_say_what_to_do(void **state)
{
    static const struct {
        const char *flag;
        const char *part;
    } cases[] = {
        { "--server.tls.enabled", "use --web.config.file" },
        { "--use.consumelag.zookeeper", "offsets in ZooKeeper are not read" },
        { "--sasl.enabled --sasl.username=u", "--sasl.enabled needs --sasl.password or the" },
        { "--sasl.enabled --sasl.password=hunter2", "--sasl.enabled needs --sasl.username" },
        { "--sasl.enabled --sasl.mechanism=oauthbearer", "needs --sasl.oauthbearer-token-url" },
        { "--tls.server-name=a --tls.enabled", "the certificate" },
        { "--zookeeper.server=z:1 --use.consumelag.zookeeper", "offsets in ZooKeeper" },
        { "--sasl.enabled=maybe", "--sasl.enabled: \"maybe\" is not true or false" },
        { "--sasl.username", "--sasl.username needs a value, as in --sasl.username=…" },
        { "--sasl.enabled --sasl.mechanism=awsiam", "\"awsiam\" is not plain, scram-sha256" },
        { "--no-kafka.version", "unknown flag --no-kafka.version" },
        { "--sasl.pasword=hunter2", "unknown flag --sasl.pasword; did you mean --sasl.password?" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char both[128];
        struct sg_flags flags;
        struct sg_error err;
        (void)snprintf(both, sizeof both, "%s", cases[i].flag);
        char *second = strchr(both, ' ');
        if (second)
            *second++ = '\0';
        assert_int_equal(parse(&flags, &err, ARGUMENTS(both, second)), SG_FLAGS_E_USAGE);
        if (!strstr(err.text, cases[i].part) || strstr(err.text, "hunter2"))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].flag, err.text, cases[i].part);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_of_security_become_properties),
        cmocka_unit_test(test_flags_of_oauthbearer_ask_a_token_endpoint),
        cmocka_unit_test(test_flags_password_of_the_environment_is_taken),
        cmocka_unit_test(test_flags_without_meaning_are_taken_and_noted),
        cmocka_unit_test(test_flags_that_cannot_be_had_say_what_to_do),
        cmocka_unit_test(test_flags_that_it_ignores_are_warnings),
        cmocka_unit_test(test_flags_labels_are_on_every_series),
    };
    return cmocka_run_group_tests_name("kafka_exporter", tests, NULL, NULL);
}
