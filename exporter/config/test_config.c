/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "config/flags.h"
#include "config/load.h"
#include "config/secret.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static char problems[8192];

static void note(void *context, const char *problem)
{
    size_t n = strlen(problems);
    (void)context;
    (void)snprintf(problems + n, sizeof problems - n, "%s\n", problem);
}

/* Load text as a file; problems name it f.yml:… */
static int load(const char *text, struct sg_config **ret_config)
{
    char path[] = "/tmp/streamgauge-test-XXXXXX";
    struct sg_config_flags flags = { .file = path };
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    problems[0] = '\0';
    int r = sg_config_load(&flags, note, NULL, ret_config);
    (void)unlink(path);
    for (char *at = strstr(problems, path); at; at = strstr(at, path)) {
        memcpy(at, "f.yml", 5);
        memmove(at + 5, at + strlen(path), strlen(at + strlen(path)) + 1);
    }
    return r;
}

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
                          "      status: { stalled: 30s }\n"
                          "    limits: { groups: 7, partitions: 2000 }\n",
                         &config),
        0);
    const struct sg_cluster_config *cluster = &config->clusters[0];
    assert_int_equal(cluster->granularity, SG_GRANULARITY_TOPIC);
    assert_int_equal(cluster->group_states, 1 << 2 | 1 << 4);
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

/* What is text with commas for librdkafka may be a list as well. */
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
            "f.yml:3:24: \"c:x\": a port is a number from 1 to 65535\n" },
        { "clusters:\n  - name: a\n",
            "f.yml:2:5: a cluster needs \"bootstrap_servers\", HOST:PORT,HOST:PORT, or "
            "\"jvms\"\n" },
        { "clusters:\n  - bootstrap_servers: b\n", "f.yml:2:5: a cluster needs a \"name\"\n" },
        { "clusters:\n  - { name: a, bootstrap_servers: b }\n  - { name: a, bootstrap_servers: b "
          "}\n",
            "f.yml:3:13: two clusters are called \"a\"\n" },
        { "clusters:\n  - { name: a, bootstrap_servers: b, topics: { include: 'a(' } }\n",
            "f.yml:2:57: pattern \"a(\", character 3: missing closing parenthesis\n" },
        { "collect: { interval: 10 }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:22: \"interval\" must be a duration such as 15s, 500ms or 1m30s\n" },
        { "collect: { interval: 10s, timeout: 20s }\nclusters: [{ name: a, bootstrap_servers: b "
          "}]\n",
            "f.yml:1:36: \"timeout\" must be from 100ms to the interval\n" },
        { "labels: { cluster: broker }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"broker\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: jvm }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"jvm\" is Streamgauge's own, or Prometheus's; take another\n" },
        { "labels: { cluster: collector }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"collector\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: target }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"target\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: kind }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"kind\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: quantile }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"quantile\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: le }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"le\" is Streamgauge's own, or Prometheus's; take another\n" },
        { "labels: { cluster: job }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"job\" is Streamgauge's own, or Prometheus's; take another\n" },
        { "labels: { cluster: topic }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:20: the label \"topic\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { constant: { version: v } }\nclusters: [{ name: a, bootstrap_servers: b }]\n",
            "f.yml:1:23: the label \"version\" is Streamgauge's own, or Prometheus's; take "
            "another\n" },
        { "labels: { cluster: c, constant: { c: v } }\nclusters: [{ name: a, bootstrap_servers: b "
          "}]\n",
            "f.yml:1:35: the label \"c\" has the cluster's name (labels.cluster); take another\n" },
        { "labels: { constant: { c: v } }\nclusters: [{ name: a, jvms: [{ name: j, url: "
          "'http://h/', rules: jvm, labels: { c: w } }] }]\n",
            "f.yml:2:81: the label \"c\" is one of labels.constant; take another\n" },
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
            "f.yml:1:70: the environment has no variable \"SG_TEST_NONE\", which ${SG_TEST_NONE} "
            "asks for\n" },
        { "clusters: [{ name: a, bootstrap_servers: 'h1:9092;h2:9092' }]\n",
            "f.yml:1:42: \"h1:9092;h2:9092\": servers are separated by commas\n" },
        { "clusters: [{ name: a, bootstrap_servers: '' }]\n",
            "f.yml:1:42: there is no server in it; expected HOST:PORT,HOST:PORT\n" },
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

static void test_load_jolokia_keys_are_taken(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    int r =
        load("clusters:\n"
             "  - name: a\n"
             "    bootstrap_servers: b\n"
             "    jolokia:\n"
             "      proxy: { url: 'https://p/j', jmx_port: 9999, jmx_ports: { 2: 10000 },\n"
             "               username: u, password: w }\n"
             "      brokers: { 7: 'service:jmx:rmi:///jndi/rmi://h:1/jmxrmi' }\n"
             "      tls: { ca_file: /dev/null, cert_file: /dev/null, key_file: /dev/null,\n"
             "             key_password: k, server_name: agent }\n"
             "      username: n\n"
             "      password: x\n"
             "      slow_interval: 10m\n"
             "      rules: [kafka, jvm]\n"
             "    jvms:\n"
             "      - { name: zk, url: 'http://z/', rules: f.yml, labels: { tier: metadata } }\n"
             "      - { name: c1, rules: [x], slow_interval: 1h,\n"
             "          proxy: { url: 'http://p/', target: 'service:jmx:rmi://c' } }\n"
             "  - name: only-jvms\n"
             "    jvms: [{ name: j, url: 'https://j/', tls: { insecure_skip_verify: true },\n"
             "             rules: kafka }]\n",
            &config);
    assert_string_equal(problems, "");
    assert_int_equal(r, 0);

    const struct sg_cluster_config *cluster = &config->clusters[0];
    const struct sg_jolokia_source *source = &cluster->jolokia.source;
    assert_string_equal(source->proxy.url, "https://p/j");
    assert_string_equal(
        source->proxy.target, "service:jmx:rmi:///jndi/rmi://{host}:{jmx_port}/jmxrmi");
    assert_int_equal(source->proxy.jmx_port, 9999);
    assert_int_equal(source->proxy.n_jmx_ports, 1);
    assert_int_equal(source->proxy.jmx_ports[0].id, 2);
    assert_int_equal(source->proxy.jmx_ports[0].port, 10000);
    assert_string_equal(source->proxy.password, "w");
    assert_string_equal(source->password, "x");
    assert_string_equal(source->tls.key_password, "k");
    assert_string_equal(source->tls.server_name, "agent");
    assert_false(source->tls.insecure_skip_verify);
    assert_int_equal(source->slow_interval_ms, 600000);
    assert_int_equal(source->rules.n, 2);
    assert_string_equal(source->rules.names[1], "jvm");
    assert_non_null(strstr(source->rules.place, ":13:14"));
    assert_string_equal(
        cluster->jolokia.brokers[0].url, "service:jmx:rmi:///jndi/rmi://h:1/jmxrmi");

    assert_int_equal(cluster->n_jvms, 2);
    assert_string_equal(cluster->jvms[0].name, "zk");
    assert_int_equal(cluster->jvms[0].source.slow_interval_ms, 600000); /* the brokers' */
    assert_string_equal(cluster->jvms[0].labels[0].value, "metadata");
    assert_int_equal(cluster->jvms[1].source.slow_interval_ms, 3600000);
    assert_string_equal(cluster->jvms[1].source.proxy.target, "service:jmx:rmi://c");

    assert_null(config->clusters[1].bootstrap_servers);
    assert_false(config->clusters[1].has_jolokia);
    assert_true(config->clusters[1].jvms[0].source.tls.insecure_skip_verify);
    assert_int_equal(config->clusters[1].jvms[0].source.slow_interval_ms, SG_SLOW_INTERVAL_MS);
    (void)sg_config_unref(config);
}

static void test_load_slow_interval_is_never_under_the_interval(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(load("collect: { interval: 10m }\n"
                          "clusters: [{ name: a, bootstrap_servers: b,\n"
                          "             jolokia: { url: 'http://{host}/' } }]\n",
                         &config),
        0);
    assert_int_equal(config->clusters[0].jolokia.source.slow_interval_ms, 600000);
    (void)sg_config_unref(config);
}

/* A mistake in the map "jolokia" of a cluster, or in its list "jvms". */
struct part_case {
    const char *part;
    const char *problem; /* the whole line, without its place */
};

static void check_part_cases(
    const char *format, const struct part_case *cases, size_t n, const char *place)
{
    for (size_t i = 0; i < n; i++) {
        struct sg_config *config = NULL;
        char text[2048];
        char expected[1024];
        (void)snprintf(text, sizeof text, "%s%s\n", format, cases[i].part);
        (void)snprintf(expected, sizeof expected, ": %s\n", cases[i].problem);
        assert_int_equal(load(text, &config), SG_CONFIG_E_INVALID);
        if (strncmp(problems, place, strlen(place)) != 0 || !strstr(problems, expected) ||
            strchr(problems, '\n') != problems + strlen(problems) - 1)
            fail_msg("%s\nexpected %s…%sgot %s", text, place, expected, problems);
        assert_null(strstr(problems, "hunter2"));
    }
}

static void test_load_jolokia_mistakes_are_told(void **state)
{
    static const struct part_case cases[] = {
        { "{ proxy: { jmx_port: 1 } }", "\"proxy\" needs the \"url\" of a Jolokia" },
        { "{ proxy: { url: 'http://p/' } }",
            "{jmx_port} needs \"jmx_port\", or \"jmx_ports\" with the port of each broker" },
        { "{ proxy: { url: 'http://p/', jmx_port: 65536 } }", "\"65536\" is not a port" },
        { "{ proxy: { url: 'http://p/', jmx_port: 0 } }", "\"0\" is not a port" },
        { "{ proxy: { url: 'http://p/', jmx_ports: { 1: x } } }", "\"x\" is not a port" },
        { "{ proxy: { url: 'http://p/', jmx_ports: { a: 1 } } }",
            "\"a\" is not a broker id (a whole number)" },
        { "{ proxy: { url: 'http://p/', jmx_ports: { 1: 1, 01: 2 } } }", "duplicate id 1" },
        { "{ proxy: { url: 'http://p/', jmx_ports: [1] } }",
            "\"jmx_ports\" must be a map of ids and ports" },
        { "{ proxy: { url: 'http://p/', target: 'rmi://{host}' } }",
            "\"rmi://{host}\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi" },
        { "{ proxy: { url: 'http://p/', target: 'http://h?hunter2' } }",
            "\"http://h\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi" },
        { "{ proxy: { url: 'http://p/', target: 'service:jmx:rmi://h' } }",
            "the target is the same for every broker: it needs {host}, {id} or {jmx_port}" },
        { "{ proxy: { url: 'http://p/', target: 'service:jmx:rmi://{host}{port}' } }",
            "\"{port}\" is not known here; there are {host}, {id}, {jmx_port}" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1, target: 'service:jmx:rmi://{host}' } }",
            "\"jmx_port\" does nothing: the target has no {jmx_port}" },
        { "{ proxy: { url: 'http://u:hunter2@p/', jmx_port: 1 } }",
            "a URL with a password would be shown in logs; use \"username\" and "
            "\"password_file\"" },
        { "{ proxy: { url: 'u:hunter2@p', jmx_port: 1 } }",
            "a URL with a password would be shown in logs; use \"username\" and "
            "\"password_file\"" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1, password: hunter2 } }",
            "a password needs a \"username\"" },
        { "{ url: 'http://{host}/', password: hunter2 }", "a password needs a \"username\"" },
        { "{ url: 'http://{host}/', proxy: { url: 'http://p/', jmx_port: 1 } }",
            "brokers are read by their own agents (\"url\") or through a \"proxy\", not both" },
        { "{ brokers: { 1: 'http://{host}/' } }",
            "\"{host}\" is not known here; there is nothing to fill in" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1 }, brokers: { 1: 'service:jmx:{id}' } }",
            "\"{id}\" is not known here; there is nothing to fill in" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1 }, brokers: { 1: 'http://h/' } }",
            "\"http://h/\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi" },
        { "{ url: 'http://{host}:{jmx_port}/' }",
            "\"{jmx_port}\" is not known here; there are {host}, {id}" },
        { "{ url: 'http://{host}/', tls: { ca_file: /dev/null } }",
            "\"tls\" does nothing: no URL here is https://" },
        { "{ url: 'https://{host}/', tls: { ca_file: /nowhere } }",
            "/nowhere: No such file or directory" },
        { "{ url: 'https://{host}/', tls: { key_password: hunter2 } }",
            "\"key_password\" needs a \"cert_file\"" },
        { "{ url: 'https://{host}/', tls: { server_name: 'a:1' } }",
            "\"a:1\" is not a host's name" },
        { "{ url: 'https://{host}/', tls: { insecure_skip_verify: true, server_name: a } }",
            "with \"insecure_skip_verify\" nothing is verified: leave \"ca_file\" and "
            "\"server_name\" out, or this" },
        { "{ url: 'https://{host}/', tls: { verify: false } }",
            "unknown key \"verify\" in \"tls\"" },
        { "{ url: 'http://{host}/', slow_interval: 10s }",
            "\"slow_interval\" must be from the interval to 24h" },
        { "{ url: 'http://{host}/', rules: [] }", "\"rules\" must name 1 to 50 catalogues" },
        { "{ url: 'http://{host}/', rules: { a: b } }",
            "\"rules\" must be a catalogue, a rule file, or a list of them" },
        { "{ url: 'http://{host}/', rules: [a, a] }", "duplicate \"a\" in \"rules\"" },
        { "{ username: a }",
            "\"jolokia\" needs \"url\", \"brokers\", \"controllers\" or \"proxy\"" },
    };
    (void)state;

    check_part_cases("clusters:\n  - name: a\n    bootstrap_servers: b\n    jolokia: ", cases,
        sizeof cases / sizeof cases[0], "f.yml:4:");
}

static void test_load_jvm_mistakes_are_told(void **state)
{
    static const struct part_case cases[] = {
        { "[]", "\"jvms\" must be a list of 1 to 10000 JVMs" },
        { "[{ url: 'http://h/', rules: r }]", "a JVM needs a \"name\"" },
        { "[{ name: '', url: 'http://h/', rules: r }]", "the name must have 1 to 200 bytes" },
        { "[{ name: '12', url: 'http://h/', rules: r }]",
            "\"12\" would be taken for a broker's id: a JVM's name is not only digits" },
        { "[{ name: a, url: 'http://h/', rules: r }, { name: a, url: 'http://h/', rules: r }]",
            "two JVMs are called \"a\"" },
        { "[{ name: a, rules: r }]", "a JVM needs the \"url\" of its agent, or a \"proxy\"" },
        { "[{ name: a, url: 'http://h/' }]", "a JVM needs \"rules\": a catalogue or a rule file" },
        { "[{ name: a, url: 'http://h/a b?hunter2', rules: r }]",
            "\"http://h/a b\" is not a URL: there is a space in it, which is written %20" },
        { "[{ name: a, url: 'http://{host}/', rules: r }]",
            "\"{host}\" is not known here; there is nothing to fill in" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/' } }]",
            "a JVM's \"proxy\" needs the \"target\", a JMX service URL" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/', target: 'service:jmx:{host}' } }]",
            "\"{host}\" is not known here; there is nothing to fill in" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/', target: 'u:hunter2@h' } }]",
            "a URL with a password would be shown in logs; use the proxy's \"username\" and "
            "\"password_file\"" },
        { "[{ name: a, rules: r, url: 'http://h/',\n"
          "            proxy: { url: 'http://p/', target: 'service:jmx:x' } }]",
            "a JVM is read by its own agent (\"url\") or through a \"proxy\", not both" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { job: b } }]",
            "the label \"job\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { kafka_cluster: b } }]",
            "the label \"kafka_cluster\" has the cluster's name (labels.cluster); take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { gc: b } }]",
            "the label \"gc\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { pool: b } }]",
            "the label \"pool\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { clientId: b } }]",
            "the label \"clientId\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { target: b } }]",
            "the label \"target\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { collector: b } }]",
            "the label \"collector\" is Streamgauge's own, or Prometheus's; take another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { __a: b } }]",
            "\"__a\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { a-b: b } }]",
            "\"a-b\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { b: '' } }]",
            "the label's value must be text of 1 to 1024 bytes" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { b: c, b: d } }]",
            "duplicate label \"b\"" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: [b] }]",
            "\"labels\" must be a map of at most 20 names and values" },
        { "[{ name: a, url: 'http://h/', rules: r }]\n    topics: { include: a }",
            "\"topics\" needs \"bootstrap_servers\"; a cluster without has only \"jvms\"" },
    };
    (void)state;

    check_part_cases(
        "clusters:\n  - name: a\n    jvms: ", cases, sizeof cases / sizeof cases[0], "f.yml:");
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

    flags = (struct sg_config_flags){ 0 };
    assert_int_equal(sg_config_load(&flags, note, NULL, &config), 0);
    assert_string_equal(config->clusters[0].bootstrap_servers, "localhost:9092");
    assert_false(config->clusters[0].has_jolokia);
    (void)sg_config_unref(config);
}

/* What describes a cluster is in the file. */
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
        problems, "--kafka.server: there is no server in it; expected HOST:PORT,HOST:PORT\n");
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
        { "http://{host}:{port}/", "--jolokia.url: \"{port}\" is not known here" },
        { "http://{host}/{x?token=hunter2", "--jolokia.url: \"{x\" is not known here" },
        { "http://{host}/{x.hunter2}", "--jolokia.url: \"{x\" is not known here" },
        { "http://{host}/?token={hunter}", "--jolokia.url: \"{\" is not known here" },
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

/* What is wrong says curl, in words of its version. */
static void test_load_urls_are_those_that_curl_takes(void **state)
{
    static const struct {
        const char *part, *problem; /* NULL: it is taken */
    } cases[] = {
        { "jvms: [{ name: a, url: 'http://h:99999/', rules: jvm }]", "\"http://h:99999/\" is not" },
        { "jvms: [{ name: a, url: 'http://[::1/?s3cret', rules: jvm }]",
            "\"http://[::1/\" is not" },
        { "jvms: [{ name: a, url: 'http://[::1]:1/', rules: jvm }]", NULL },
        { "jvms: [{ name: a, rules: jvm, proxy: { url: 'http://p:99999/', target: "
          "'service:jmx:x' } }]",
            "\"http://p:99999/\" is not" },
        { "jolokia: { brokers: { 1: 'http://h:99999/' } }", "\"http://h:99999/\" is not" },
        { "jolokia: { url: 'http://{host}:99999/' }", "\"http://{host}:99999/\" is not" },
        { "jolokia: { url: 'http://h:1000{id}/a/{host}' }", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_config *config = NULL;
        char text[512];
        (void)snprintf(text, sizeof text, "clusters:\n- name: a\n  bootstrap_servers: b\n  %s\n",
            cases[i].part);
        assert_int_equal(load(text, &config), cases[i].problem ? SG_CONFIG_E_INVALID : 0);
        (void)sg_config_unref(config);
        if (cases[i].problem && (!strstr(problems, cases[i].problem) ||
                                    !strstr(problems, "f.yml:4:") || strstr(problems, "s3cret")))
            fail_msg("\"%s\" lacks \"%s\"", problems, cases[i].problem);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The paths are the same: only what is in the files tells that something must be made anew. */
static void test_file_that_was_replaced_on_disk_is_a_difference(void **state)
{
    char path[] = "/tmp/streamgauge-test-XXXXXX";
    struct sg_config *before = NULL, *same = NULL, *after = NULL;
    char text[1024];
    (void)state;

    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(text, sizeof text,
        "clusters:\n"
        "  - name: a\n"
        "    bootstrap_servers: h:1\n"
        "    client: { security.protocol: SSL, ssl.certificate.location: %s }\n"
        "    jolokia: { url: 'https://{host}/', tls: { cert_file: %s } }\n"
        "    jvms: [{ name: j, url: 'https://h/', rules: jvm, tls: { ca_file: %s } }]\n",
        path, path, path);
    write_file(path, "-----BEGIN CERTIFICATE-----\none\n");
    assert_int_equal(load(text, &before), 0);
    write_file(path, "-----BEGIN CERTIFICATE-----\none\n"); /* written again, but nothing new */
    assert_int_equal(load(text, &same), 0);
    write_file(path, "-----BEGIN CERTIFICATE-----\ntwo\n");
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

/* As editors on Windows write them. */
static void test_secret_file_without_mark_and_line_end(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *secret; /* NULL: an error */
    } cases[] = {
        { "\xEF\xBB\xBFsecret\r\n", 11, "secret" },
        { "secret\nmore", 11, "secret" },
        { "\xEF\xBB\xBF", 3, NULL },
        { "sec\0ret\n", 8, NULL },
        { "\xFF\xFEs\0e\0", 6, NULL },
        { "", 0, NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[] = "/tmp/streamgauge-test-XXXXXX";
        struct sg_error err = { "" };
        char *secret = NULL;
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, cases[i].bytes, cases[i].n), cases[i].n);
        (void)close(fd);
        int r = sg_secret_read_file(path, &secret, &err);
        (void)unlink(path);
        if (cases[i].secret) {
            assert_int_equal(r, 0);
            assert_string_equal(secret, cases[i].secret);
        } else {
            assert_int_equal(r, SG_SECRET_E_MISSING);
            assert_non_null(strstr(err.text, path));
        }
        free(secret);
    }
}

static void test_shown_url_has_no_secret(void **state)
{
    static const struct {
        const char *url;
        const char *shown;
    } cases[] = {
        { "http://h:8778/jolokia/", "http://h:8778/jolokia/" },
        { "http://h/j/?token=x#y", "http://h/j/?(hidden)" },
        { "https://u:p@h/j/?a@b", "https://(hidden)@h/j/?(hidden)" },
        { "h?x", "h?(hidden)" },
        { "http://{host}:1/j?t={id}", "http://{host}:1/j?(hidden)" },
    };
    struct sg_buf text;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sg_buf_init(&text, 1 << 16);
        sg_secret_show_url(&text, cases[i].url);
        assert_true(sg_str_equal(sg_buf_get(&text), sg_str_of(cases[i].shown)));
        sg_buf_done(&text);
    }
    struct sg_config *config = NULL;
    assert_int_equal(load("clusters: [{ name: a, bootstrap_servers: b, jolokia: { brokers:"
                          " { 1: 'http://h/?token=s3cret' } } }]\n",
                         &config),
        0);
    sg_buf_init(&text, 1 << 16);
    assert_int_equal(sg_config_show(config, &text), 0);
    assert_int_equal(sg_buf_add_char(&text, '\0'), 0);
    assert_null(strstr(text.ptr, "s3cret"));
    sg_buf_done(&text);
    (void)sg_config_unref(config);
}

static void test_shown_configuration_is_yaml_of_everything_but_secrets(void **state)
{
    static const char expected[] = "collect:\n"
                                   "  interval: 15s\n"
                                   "  timeout: 10s\n"
                                   "  stale_after: 30s\n"
                                   "labels:\n"
                                   "  cluster: \"kafka_cluster\"\n"
                                   "  constant:\n"
                                   "    site: \"north\"\n"
                                   "compat:\n"
                                   "  - \"kminion\"\n"
                                   "clusters:\n"
                                   "  - name: \"a\"\n"
                                   "    bootstrap_servers: \"h:1,i:2\"\n"
                                   "    client:\n"
                                   "      client.id: \"me\"\n"
                                   "      ssl.key.password: \"(set, not shown)\"\n"
                                   "    groups:\n"
                                   "      granularity: \"topic\"\n"
                                   "      states: [Empty, Stable]\n"
                                   "      status:\n"
                                   "        lagging: 1m\n"
                                   "        rewound: 10m\n"
                                   "        stalled: 90s\n"
                                   "    limits:\n"
                                   "      groups: 7\n"
                                   "      partitions: 500000\n"
                                   "      series: 5000000\n"
                                   "      jvm_series: 700000\n"
                                   "    jvms:\n"
                                   "      - name: \"z\"\n"
                                   "        url: \"http://h/?(hidden)\"\n"
                                   "        rules:\n"
                                   "          - \"jvm\"\n"
                                   "        slow_interval: 5m\n"
                                   "      - name: \"y\"\n"
                                   "        url: \"https://h/\"\n"
                                   "        tls:\n"
                                   "          server_name: \"s\"\n"
                                   "        rules:\n"
                                   "          - \"jvm\"\n"
                                   "        slow_interval: 1h\n"
                                   "    spark:\n"
                                   "      - name: \"q\"\n"
                                   "        checkpoint: \"/c\"\n";
    struct sg_config *config = NULL;
    struct sg_buf text;
    (void)state;

    assert_int_equal(load("labels: { constant: { site: north } }\n"
                          "compat: [kminion]\n"
                          "clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: [h:1, i:2]\n"
                          "    client: { client.id: me, ssl.key.password: hunter2 }\n"
                          "    groups: { states: [Stable, Empty], granularity: topic, status: { "
                          "stalled: 90s } }\n"
                          "    limits: { groups: 7 }\n"
                          "    jvms:\n"
                          "      - { name: z, url: 'http://h/?t=hunter2', rules: jvm }\n"
                          "      - { name: y, url: 'https://h/', rules: jvm, slow_interval: 1h,\n"
                          "          tls: { server_name: s } }\n"
                          "    spark: [{ name: q, checkpoint: /c }]\n",
                         &config),
        0);
    sg_buf_init(&text, 1 << 16);
    assert_int_equal(sg_config_show(config, &text), 0);
    assert_int_equal(sg_buf_add_char(&text, '\0'), 0);
    assert_string_equal(text.ptr, expected);
    sg_buf_done(&text);
    (void)sg_config_unref(config);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_limits_states_and_granularity),
        cmocka_unit_test(test_load_servers_as_a_list),
        cmocka_unit_test(test_load_spark_queries),
        cmocka_unit_test(test_load_full_file_gives_everything),
        cmocka_unit_test(test_load_mistakes_are_all_told_with_their_place),
        cmocka_unit_test(test_load_jolokia_keys_are_taken),
        cmocka_unit_test(test_load_slow_interval_is_never_under_the_interval),
        cmocka_unit_test(test_load_jolokia_mistakes_are_told),
        cmocka_unit_test(test_load_jvm_mistakes_are_told),
        cmocka_unit_test(test_load_urls_are_those_that_curl_takes),
        cmocka_unit_test(test_load_missing_file_is_one_clear_line),
        cmocka_unit_test(test_load_flags_alone_give_one_cluster),
        cmocka_unit_test(test_load_flags_beside_a_file_are_refused),
        cmocka_unit_test(test_flags_good_ones_are_taken),
        cmocka_unit_test(test_load_url_flag_mistakes_are_told),
        cmocka_unit_test(test_flags_bad_ones_are_named),
        cmocka_unit_test(test_file_that_was_replaced_on_disk_is_a_difference),
        cmocka_unit_test(test_secret_file_without_mark_and_line_end),
        cmocka_unit_test(test_shown_url_has_no_secret),
        cmocka_unit_test(test_shown_configuration_is_yaml_of_everything_but_secrets),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
