/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"
#include "config/test_load.h"
#include "temporary.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static void test_load_limits_states_and_granularity(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(load("clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: h:1\n"
                          "    groups:\n"
                          "      granularity: topic\n"
                          "      states: [Stable, Empty]\n"
                          "      owners: 500\n"
                          "      partition_status: true\n"
                          "      share_lag: state_topic\n"
                          "      status: { stalled: 30s }\n"
                          "    topics: { exclude: b, last_produced: true,\n"
                          "              last_stable_offset: true, overrides: 70, racks: true }\n"
                          "    limits: { groups: 7, partitions: 2000 }\n"
                          "    log_dirs: true\n",
                         &config),
        0);
    const struct sg_cluster_config *cluster = &config->clusters[0];
    assert_int_equal(cluster->granularity, SG_GRANULARITY_TOPIC);
    assert_int_equal(cluster->group_states, 1 << 2 | 1 << 4);
    assert_int_equal(cluster->owners, 500);
    assert_true(cluster->partition_status);
    assert_true(cluster->last_produced);
    assert_true(cluster->racks);
    assert_true(cluster->last_stable_offset);
    assert_int_equal(cluster->overrides, 70);
    assert_string_equal(cluster->topics.exclude, "b");
    assert_int_equal(cluster->share_lag, SG_SHARE_LAG_STATE_TOPIC);
    assert_true(cluster->log_dirs);
    assert_int_equal(cluster->status_windows.stalled_ms, 30000);
    assert_int_equal(cluster->status_windows.lagging_ms, 60000);
    assert_int_equal(cluster->limits.groups, 7);
    assert_int_equal(cluster->limits.partitions, 2000);
    assert_int_equal(cluster->limits.series, SG_LIMIT_SERIES);
    config = sg_config_unref(config);
    assert_int_equal(load("clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: h:1\n"
                          "    groups: { granularity: broker, states: [stable] }\n"
                          "    limits: { groups: 0, partitions: -3, series: 1e3 }\n"
                          "  - name: b\n"
                          "    bootstrap_servers: h:1\n"
                          "    groups: { status: { lagging: 10ms } }\n",
                         &config),
        SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "f.yml:4:28: \"granularity\" is partition, topic or group"));
    assert_non_null(strstr(problems, "f.yml:4:45: a group's state is CompletingRebalance"));
    assert_non_null(strstr(problems, "f.yml:5:23: \"groups\" must be from 1 to 1000000"));
    assert_non_null(strstr(problems, "f.yml:5:38: \"partitions\" must be"));
    assert_non_null(strstr(problems, "f.yml:5:50: \"series\" must be"));
    assert_non_null(strstr(problems, "f.yml:8:34: \"lagging\" must be from 1s to 7d"));
}

/* A comma-separated text for librdkafka may be a list as well. */
static void test_load_servers_as_a_list(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(load("clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: [h:1, 'i:2']\n",
                         &config),
        0);
    assert_string_equal(config->clusters[0].bootstrap_servers, "h:1,i:2");
    (void)sg_config_unref(config);
}

static void test_load_spark_queries(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(load("clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: h:1\n"
                          "    spark: [{ name: audit, checkpoint: /ck/audit }]\n",
                         &config),
        0);
    assert_int_equal(config->clusters[0].n_spark, 1);
    assert_string_equal(config->clusters[0].spark[0].checkpoint, "/ck/audit");
    config = sg_config_unref(config);
    assert_int_equal(load("clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: h:1\n"
                          "    spark:\n"
                          "      - { name: x, checkpoint: relative }\n"
                          "      - { name: x, checkpoint: /c, color: red }\n",
                         &config),
        SG_CONFIG_E_INVALID);
    assert_non_null(strstr(problems, "f.yml:5:9: a Spark query needs a \"checkpoint\""));
    assert_non_null(strstr(problems, "f.yml:6:9: two Spark queries are called \"x\""));
    assert_non_null(strstr(problems, "color"));
}

static void test_load_full_file_gives_everything(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(setenv("SG_TEST_PASSWORD", "s3cret", 1), 0);
    int r =
        load("collect: { interval: 10s, timeout: 5s, stale_after: 25s }\n"
             "labels: { cluster: cluster_name }\n"
             "clusters:\n"
             "  - name: streaming\n"
             "    bootstrap_servers: a:9092,b:9092\n"
             "    client: { security.protocol: SASL_SSL, sasl.password: '${SG_TEST_PASSWORD}' }\n"
             "    topics: { include: '.*', exclude: '^$' }\n"
             "    groups: { exclude: '^tmp-' }\n"
             "    jolokia:\n"
             "      url: http://{host}:8778/jolokia/\n"
             "      brokers: { 1: 'http://127.0.0.1:8778/jolokia/', 2: 'https://h:1/j' }\n"
             "      controllers: { 100: 'http://c:8778/jolokia/' }\n"
             "      username: monitor\n"
             "      password: x\n",
            &config);
    assert_string_equal(problems, "");
    assert_int_equal(r, 0);
    assert_int_equal(config->interval_ms, 10000);
    assert_int_equal(config->timeout_ms, 5000);
    assert_int_equal(config->stale_after_ms, 25000);
    assert_string_equal(config->cluster_label, "cluster_name");
    assert_int_equal(config->n_clusters, 1);
    const struct sg_cluster_config *cluster = &config->clusters[0];
    assert_string_equal(cluster->bootstrap_servers, "a:9092,b:9092");
    assert_int_equal(cluster->n_client, 2);
    assert_string_equal(cluster->client[1].value, "s3cret");
    assert_string_equal(cluster->groups.exclude, "^tmp-");
    assert_true(cluster->has_jolokia);
    assert_int_equal(cluster->jolokia.n_brokers, 2);
    assert_int_equal(cluster->jolokia.brokers[1].id, 2);
    assert_int_equal(cluster->jolokia.controllers[0].id, 100);
    assert_int_equal(cluster->jolokia.source.rules.n, 1);
    assert_string_equal(cluster->jolokia.source.rules.names[0], "kafka");
    assert_int_equal(cluster->jolokia.source.slow_interval_ms, SG_SLOW_INTERVAL_MS);
    (void)sg_config_unref(config);
}

static void test_load_mistakes_are_all_told_with_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        { "", "f.yml:1:1: the configuration must be a map of keys and values\n" },
        { "cluster: []\n",
            "f.yml:1:1: unknown key \"cluster\" in the configuration; did you mean \"clusters\"?\n"
            "f.yml:1:1: \"clusters\" must be a list of at least one\n" },
        { "clusters:\n  - name: a\n    bootstrap_servers: b\n    colour: red\n",
            "f.yml:4:5: unknown key \"colour\" in a cluster\n" },
        { "clusters:\n  - name: a\n    bootstrap_servers: { b: c }\n",
            "f.yml:3:24: \"bootstrap_servers\" must be text\n" },
        { "clusters:\n  - name: a\n    bootstrap_servers: [b, [c]]\n",
            "f.yml:3:28: \"bootstrap_servers\" must be text, or a list of texts\n" },
        { "clusters:\n  - name: a\n    bootstrap_servers: ['b:1', 'c:x']\n",
            "f.yml:3:24: \"c:x\": a port must be a number from 1 to 65535\n" },
        { "clusters:\n  - name: a\n",
            "f.yml:2:5: a cluster needs \"bootstrap_servers\", HOST:PORT,HOST:PORT, or "
            "\"jvms\"\n" },
        { "clusters:\n  - bootstrap_servers: b\n", "f.yml:2:5: a cluster needs a \"name\"\n" },
        { "clusters:\n  - { name: a, bootstrap_servers: b }\n  - { name: a, bootstrap_servers: b "
          "}\n",
            "f.yml:3:13: two clusters are called \"a\"\n" },
        { "clusters:\n  - { name: a, bootstrap_servers: b, topics: { include: 'a(' } }\n",
            "f.yml:2:57: pattern \"a(\", character 3: missing closing parenthesis\n" },
        { "links: { runbooks: 'git.example.com' }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: \"git.example.com\" is not a link: no http:// or https://\n" },
        { "links: { dashboards: 'http://h/?a=b' }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:22: a path is added to this link: it must end before \"?\"\n" },
        { "links: { prometheus: 'http://u:p@h/' }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:22: a link with a password would be shown to all\n" },
        { "collect: { interval: 10 }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:22: \"interval\" must be a duration such as 15s, 500ms or 1m30s\n" },
        { "collect: { interval: 10s, timeout: 20s }\nclusters: [{ name: a, bootstrap_servers: b "
          "}]\n",
            "f.yml:1:36: \"timeout\" must be from 100ms to the interval\n" },
        { "labels: { cluster: broker }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"broker\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: jvm }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"jvm\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: collector }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"collector\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: target }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"target\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: kind }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"kind\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: quantile }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"quantile\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: le }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"le\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: job }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"job\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: topic }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"topic\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { constant: { version: v } }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:23: the label \"version\" is reserved by Streamgauge or Prometheus; choose "
            "another\n" },
        { "labels: { cluster: c, constant: { c: v } }\nclusters: [{ name: a, bootstrap_servers: b "
          "}]\n",
            "f.yml:1:35: the label \"c\" has the cluster's name (labels.cluster); choose "
            "another\n" },
        { "labels: { constant: { c: v } }\nclusters: [{ name: a, jvms: [{ name: j, url: "
          "'http://h/', rules: jvm, labels: { c: w } }] }]\n",
            "f.yml:2:81: the label \"c\" is one of labels.constant; choose another\n" },
        { "labels: { cluster: a-b }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: \"a-b\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)\n" },
        { "clusters: [{ name: a, bootstrap_servers: b, jolokia: { url: 'http://h:1/' } }]\n",
            "f.yml:1:61: the URL is the same for every broker: it needs {host} or {id}, or list "
            "the brokers one by one under \"brokers\"\n" },
        { "clusters: [{ name: a, bootstrap_servers: b, jolokia: { url: 'h{id}:8778' } }]\n",
            "f.yml:1:61: \"h{id}:8778\" is not a URL such as http://HOST:8778/jolokia/\n" },
        { "clusters: [{ name: a, bootstrap_servers: b, jolokia: { brokers: { x: 'http://h/' } } "
          "}]\n",
            "f.yml:1:67: \"x\" is not a broker id (a whole number)\n" },
        { "clusters: [{ name: a, bootstrap_servers: b, client: { sasl.password: '${SG_TEST_NONE}' "
          "} }]\n",
            "f.yml:1:70: the environment variable \"SG_TEST_NONE\" of ${SG_TEST_NONE} is not "
            "set\n" },
        { "clusters: [{ name: a, bootstrap_servers: 'h1:9092;h2:9092' }]\n",
            "f.yml:1:42: \"h1:9092;h2:9092\": servers are separated by commas\n" },
        { "clusters: [{ name: a, bootstrap_servers: '' }]\n",
            "f.yml:1:42: it has no server; expected HOST:PORT,HOST:PORT\n" },
        { "clusters: [{ name: a, bootstrap_servers: b, client: { bootstrap.servers: c } }]\n",
            "f.yml:1:55: use the cluster's \"bootstrap_servers\" instead\n" },
        { "clusters: [{ name: a, bootstrap_servers: b,\n  jolokia: { url: "
          "'http://u:hunter2@{host}/' } }]\n",
            "f.yml:2:19: a URL with a password would be shown in logs; use \"username\" and "
            "\"password_file\"\n" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_config *config = NULL;
        assert_int_equal(load(cases[i].text, &config), SG_CONFIG_E_INVALID);
        assert_string_equal(problems, cases[i].problem);
        assert_null(config);
        assert_null(strstr(problems, "hunter2"));
    }
}

static void test_load_missing_file_is_one_clear_line(void **state)
{
    struct sg_config_flags flags = { .file = "/nowhere/streamgauge.yaml" };
    struct sg_config *config = NULL;
    (void)state;

    problems[0] = '\0';
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems, "/nowhere/streamgauge.yaml: No such file or directory\n");
}

static void test_load_flags_alone_give_one_cluster(void **state)
{
    static const char *const servers[] = { "a:1", "b:2" };
    struct sg_config_flags flags = {
        .n_kafka_servers = 2,
        .kafka_servers = servers,
        .jolokia_url = "http://{host}:8778/jolokia/",
        .topic_filter = "^my",
    };
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(sg_config_load(&flags, note, NULL, &config), 0);
    assert_string_equal(config->clusters[0].bootstrap_servers, "a:1,b:2");
    assert_string_equal(config->clusters[0].topics.include, "^my");
    assert_true(config->clusters[0].has_jolokia);
    assert_int_equal(config->timeout_ms, 10000);
    assert_int_equal(config->stale_after_ms, 30000);
    (void)sg_config_unref(config);

    flags = (struct sg_config_flags){ .jmx_port = "9999" };
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), 0);
    assert_true(config->clusters[0].has_jmx);
    assert_int_equal(config->clusters[0].jmx.source.jmx.port, 9999);
    assert_string_equal(config->clusters[0].jmx.source.rules.names[0], "kafka");
    (void)sg_config_unref(config);

    flags = (struct sg_config_flags){ 0 };
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), 0);
    assert_string_equal(config->clusters[0].bootstrap_servers, "localhost:9092");
    assert_false(config->clusters[0].has_jolokia);
    (void)sg_config_unref(config);
}

/* Clusters are described in the file. */
static void test_load_flags_beside_a_file_are_refused(void **state)
{
    struct sg_config_flags flags = {
        .file = "/nowhere/x.yaml",
        .topic_filter = "^a",
        .interval_ms = 5000,
        .only_connected_groups = true,
    };
    struct sg_config *config = NULL;
    (void)state;

    problems[0] = '\0';
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems,
        "--topic.filter: does nothing together with --config.file; set it in the file\n"
        "--offset.show-all: does nothing together with --config.file; set it in the file\n"
        "--collect.interval: does nothing together with --config.file; set it in the file\n"
        "/nowhere/x.yaml: No such file or directory\n");
    static const char *const empty[] = { "" };
    flags = (struct sg_config_flags){ .n_kafka_servers = 1, .kafka_servers = empty };
    problems[0] = '\0';
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), SG_CONFIG_E_INVALID);
    assert_string_equal(
        problems, "--kafka.server: it has no server; expected HOST:PORT,HOST:PORT\n");
    flags = (struct sg_config_flags){ .interval_ms = 999, .topic_filter = "(" };
    problems[0] = '\0';
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), SG_CONFIG_E_INVALID);
    assert_string_equal(problems,
        "--topic.filter: pattern \"(\", character 2: missing closing parenthesis\n"
        "--collect.interval: must be from 1s to 1h\n");
}

/* The flag is checked as the key "url" of the file. */
static void test_load_url_flag_mistakes_are_told(void **state)
{
    static const struct {
        const char *url;
        const char *problem;
    } cases[] = {
        { "http://127.0.0.1:8778/jolokia/", "--jolokia.url: the URL is the same for every broker" },
        { "http://{host}:{port}/", "--jolokia.url: \"{port}\" is not a placeholder here" },
        { "http://{host}/{x?token=hunter2", "--jolokia.url: \"{x\" is not a placeholder here" },
        { "http://{host}/{x.hunter2}", "--jolokia.url: \"{x\" is not a placeholder here" },
        { "http://{host}/?token={hunter}", "--jolokia.url: \"{\" is not a placeholder here" },
        { "{host}:8778?token=hunter2", "--jolokia.url: \"{host}:8778\" is not a URL such" },
        { "{host}:8778", "--jolokia.url: \"{host}:8778\" is not a URL such as" },
        { "http://u:p@{host}:8778/", "--jolokia.url: a URL with a password" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_config_flags flags = { .jolokia_url = cases[i].url };
        struct sg_config *config = NULL;
        problems[0] = '\0';
        assert_int_equal(sg_config_load(&flags, note, NULL, &config), SG_CONFIG_E_INVALID);
        if (!strstr(problems, cases[i].problem) || strstr(problems, "hunter"))
            fail_msg("\"%s\" lacks \"%s\"", problems, cases[i].problem);
    }
}

static int parse(struct sg_flags *flags, struct sg_error *err, const char *a, const char *b)
{
    char first[200];
    char second[200];
    char program[] = "streamgauge";
    char *argv[] = { program, first, second, NULL };

    (void)snprintf(first, sizeof first, "%s", a);
    (void)snprintf(second, sizeof second, "%s", b ? b : "");
    return sg_flags_parse(b ? 3 : 2, argv, flags, err);
}

static void test_flags_good_ones_are_taken(void **state)
{
    struct sg_flags flags;
    struct sg_error err;
    (void)state;

    assert_int_equal(parse(&flags, &err, "--collect.interval=1m", "--once"), 0);
    assert_int_equal(flags.config.interval_ms, 60000);
    assert_int_equal(flags.mode, SG_MODE_ONCE);
    assert_int_equal(flags.n_addresses, 1);
    assert_string_equal(flags.telemetry_path, "/metrics");
}

static void test_flags_bad_ones_are_named(void **state)
{
    static const struct {
        const char *flag;
        const char *complaint;
    } cases[] = {
        { "--bogus=1", "unknown flag --bogus; see --help" },
        { "-x", "unknown flag -x; see --help" },
        { "word", "\"word\" is not a flag; see --help" },
        { "--config.file", "--config.file needs a value" },
        { "--log.level=loud", "--log.level: \"loud\" is not debug, info, warn or error" },
        { "--log.format=xml", "--log.format: \"xml\" is not logfmt or json" },
        { "--collect.interval=soon", "--collect.interval: \"soon\" is not a duration" },
        { "--web.telemetry-path=metrics", "--web.telemetry-path: \"metrics\" must start with /" },
        { "--web.telemetry-path=/m?x", "--web.telemetry-path: \"/m?x\" is not a path such as" },
        { "--web.telemetry-path=/a b", "--web.telemetry-path: \"/a b\" is not a path such as" },
        { "--web.telemetry-path=/a%20b", "\"/a%20b\" is not a path such as" },
        { "--web.telemetry-path=/a/../b", "\"/a/../b\" is not a path such as" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_flags flags;
        struct sg_error err = { "" };
        assert_int_equal(parse(&flags, &err, cases[i].flag, NULL), SG_FLAGS_E_USAGE);
        if (!strstr(err.text, cases[i].complaint))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].complaint);
    }
}

/* The paths are the same: only the files' content shows that something must be recreated. */
static void test_file_that_was_replaced_on_disk_is_a_difference(void **state)
{
    char path[TEMPORARY_BYTES];
    struct sg_config *before = NULL, *same = NULL, *after = NULL;
    char text[1024];
    (void)state;

    temporary_file("-----BEGIN CERTIFICATE-----\none\n", path);
    (void)snprintf(text, sizeof text,
        "clusters:\n"
        "  - name: a\n"
        "    bootstrap_servers: h:1\n"
        "    client: { security.protocol: SSL, ssl.certificate.location: %s }\n"
        "    jolokia: { url: 'https://{host}/', tls: { cert_file: %s } }\n"
        "    jvms: [{ name: j, url: 'https://h/', rules: jvm, tls: { ca_file: %s } }]\n",
        path, path, path);
    assert_int_equal(load(text, &before), 0);
    put_text(path, "-----BEGIN CERTIFICATE-----\none\n"); /* written again with the same content */
    assert_int_equal(load(text, &same), 0);
    put_text(path, "-----BEGIN CERTIFICATE-----\ntwo\n");
    assert_int_equal(load(text, &after), 0);
    (void)unlink(path);

    const struct sg_cluster_config *a = &before->clusters[0], *b = &same->clusters[0],
                                   *c = &after->clusters[0];
    assert_true(sg_config_same_kafka(a, b));
    assert_true(sg_config_same_brokers(&a->jolokia, &b->jolokia));
    assert_true(sg_config_same_jvm(&a->jvms[0], &b->jvms[0]));
    assert_false(sg_config_same_kafka(a, c));
    assert_false(sg_config_same_brokers(&a->jolokia, &c->jolokia));
    assert_false(sg_config_same_jvm(&a->jvms[0], &c->jvms[0]));
    (void)sg_config_unref(before);
    (void)sg_config_unref(same);
    (void)sg_config_unref(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_limits_states_and_granularity),
        cmocka_unit_test(test_load_servers_as_a_list),
        cmocka_unit_test(test_load_spark_queries),
        cmocka_unit_test(test_load_full_file_gives_everything),
        cmocka_unit_test(test_load_mistakes_are_all_told_with_their_place),
        cmocka_unit_test(test_load_missing_file_is_one_clear_line),
        cmocka_unit_test(test_load_flags_alone_give_one_cluster),
        cmocka_unit_test(test_load_flags_beside_a_file_are_refused),
        cmocka_unit_test(test_load_url_flag_mistakes_are_told),
        cmocka_unit_test(test_flags_good_ones_are_taken),
        cmocka_unit_test(test_flags_bad_ones_are_named),
        cmocka_unit_test(test_file_that_was_replaced_on_disk_is_a_difference),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
