/* SPDX-License-Identifier: Apache-2.0 */
#include "config/test_load.h"
#include "test.h"

#include <stdlib.h>

/* How JVMs are polled. */

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
             "      size_interval: 1m\n"
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
    assert_int_equal(source->size_interval_ms, 60000);
    assert_int_equal(source->rules.n, 2);
    assert_string_equal(source->rules.names[1], "jvm");
    assert_non_null(strstr(source->rules.place, ":14:14"));
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
    assert_int_equal(config->clusters[0].jolokia.source.size_interval_ms, 0); /* not read */
    (void)sg_config_unref(config);
}

/* ---- Rules that tables of aliases need ---- */

static void assert_rules(const struct sg_rules_config *rules, const char *expected)
{
    char names[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < rules->n; i++)
        used += (size_t)snprintf(
            names + used, sizeof names - used, "%s%s", i ? " " : "", rules->names[i]);
    assert_string_equal(names, expected);
}

static void assert_added(const struct sg_config *config, const char *expected)
{
    struct sg_buf text;

    sg_buf_init(&text, 4096);
    assert_int_equal(sg_config_note_added(config, &text), 0);
    assert_string_equal(sg_buf_get_cut(&text), expected);
    sg_buf_done(&text);
}

static void test_load_tables_add_catalogues_to_default_rules(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(
        load("compat: [strimzi, jmx-exporter-partitions, strimzi-metrics-reporter]\n"
             "clusters:\n"
             "  - { name: a, bootstrap_servers: b, jolokia: { url: 'http://{host}/' } }\n"
             "  - { name: c, bootstrap_servers: d }\n"
             "  - { name: e, bootstrap_servers: f, jolokia: { url: 'http://{host}/',\n"
             "      rules: kafka }, jvms: [{ name: z, url: 'http://z/', rules: jvm }] }\n",
            &config),
        0);
    assert_rules(
        &config->clusters[0].jolokia.source.rules, "kafka kafka-connections kafka-log-sizes");
    assert_non_null(strstr(config->clusters[0].jolokia.source.rules.place, ":1:9"));
    assert_rules(&config->clusters[1].jolokia.source.rules, "");
    assert_rules(&config->clusters[2].jolokia.source.rules, "kafka"); /* the file's own */
    assert_rules(&config->clusters[2].jvms[0].source.rules, "jvm");
    assert_added(config,
        "cluster \"a\": \"compat\" adds to \"rules\": kafka-connections, kafka-log-sizes\n");
    (void)sg_config_unref(config);
    assert_int_equal(
        load("compat: [kminion]\n"
             "clusters:\n"
             "  - { name: a, bootstrap_servers: b, jolokia: { url: 'http://{host}/' } }\n",
            &config),
        0);
    assert_rules(&config->clusters[0].jolokia.source.rules, "kafka");
    assert_null(config->clusters[0].jolokia.source.rules.place);
    assert_added(config, "");
    (void)sg_config_unref(config);
}

static void test_load_table_and_the_catalogue_it_replaces_are_refused(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    assert_int_equal(load("compat: [jmx-exporter-partitions]\n"
                          "clusters:\n"
                          "  - { name: a, bootstrap_servers: b, jolokia: { url: 'http://{host}/',\n"
                          "      rules: [kafka, kafka-partitions] } }\n",
                         &config),
        SG_CONFIG_E_INVALID);
    assert_string_equal(problems,
        "f.yml:4:14: the catalogue \"kafka-partitions\" and the table \"jmx-exporter-partitions\" "
        "have the same names: remove one\n");
}

/* An error in the map "jolokia" of a cluster, or in its list "jvms". */
struct part_case {
    const char *part;
    const char *problem; /* the whole line, without its position */
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
            "\"{port}\" is not a placeholder here; use {host}, {id}, {jmx_port}" },
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
            "\"{host}\" is not a placeholder here; there are none" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1 }, brokers: { 1: 'service:jmx:{id}' } }",
            "\"{id}\" is not a placeholder here; there are none" },
        { "{ proxy: { url: 'http://p/', jmx_port: 1 }, brokers: { 1: 'http://h/' } }",
            "\"http://h/\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi" },
        { "{ url: 'http://{host}:{jmx_port}/' }",
            "\"{jmx_port}\" is not a placeholder here; use {host}, {id}" },
        { "{ url: 'http://{host}/', tls: { ca_file: /dev/null } }",
            "\"tls\" does nothing: no URL here is https://" },
        { "{ url: 'https://{host}/', tls: { ca_file: /nowhere } }",
            "/nowhere: No such file or directory" },
        { "{ url: 'https://{host}/', tls: { key_password: hunter2 } }",
            "\"key_password\" needs a \"cert_file\"" },
        { "{ url: 'https://{host}/', tls: { server_name: 'a:1' } }",
            "\"a:1\" is not a host's name" },
        { "{ url: 'https://{host}/', tls: { insecure_skip_verify: true, server_name: a } }",
            "with \"insecure_skip_verify\" nothing is verified: remove either \"ca_file\" "
            "and \"server_name\", or it" },
        { "{ url: 'https://{host}/', tls: { verify: false } }",
            "unknown key \"verify\" in \"tls\"" },
        { "{ url: 'http://{host}/', slow_interval: 10s }",
            "\"slow_interval\" must be from the interval to 24h" },
        { "{ url: 'http://{host}/', size_interval: 10s }",
            "\"size_interval\" must be from the interval to 24h" },
        { "{ url: 'http://{host}/', size_interval: 25h }",
            "\"size_interval\" must be from the interval to 24h" },
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

static void test_load_jmx_keys_are_taken(void **state)
{
    struct sg_config *config = NULL;
    (void)state;

    int r = load("clusters:\n"
                 "  - name: a\n"
                 "    bootstrap_servers: b\n"
                 "    jmx:\n"
                 "      port: 9999\n"
                 "      ports: { 2: 10000 }\n"
                 "      host: jmx-{id}\n"
                 "      username: u\n"
                 "      password: w\n"
                 "      tls: { server_name: broker }\n"
                 "      registry_tls: true\n"
                 "      follow_stub: true\n"
                 "      controllers: { 100: '[::1]:9998' }\n"
                 "      slow_interval: 10m\n"
                 "    jvms:\n"
                 "      - { name: zk, jmx: 'z:9999', rules: jvm, tls: {} }\n"
                 "  - { name: c, bootstrap_servers: b, jmx: { port: 1 } }\n",
        &config);
    assert_string_equal(problems, "");
    assert_int_equal(r, 0);

    const struct sg_cluster_config *cluster = &config->clusters[0];
    const struct sg_jolokia_source *source = &cluster->jmx.source;
    assert_false(cluster->has_jolokia);
    assert_ptr_equal(sg_config_brokers(cluster), &cluster->jmx);
    assert_int_equal(source->jmx.port, 9999);
    assert_int_equal(source->jmx.ports[0].id, 2);
    assert_int_equal(source->jmx.ports[0].port, 10000);
    assert_string_equal(source->jmx.host, "jmx-{id}");
    assert_string_equal(source->username, "u");
    assert_string_equal(source->password, "w");
    assert_string_equal(source->tls.server_name, "broker");
    assert_true(source->jmx.has_tls && source->jmx.registry_tls && source->jmx.follow_stub);
    assert_string_equal(cluster->jmx.controllers[0].url, "[::1]:9998");
    assert_rules(&source->rules, "kafka");
    assert_string_equal(cluster->jvms[0].source.jmx.address, "z:9999");
    assert_true(cluster->jvms[0].source.jmx.has_tls);
    assert_int_equal(cluster->jvms[0].source.slow_interval_ms, 600000); /* the brokers' */
    assert_false(config->clusters[1].jmx.source.jmx.has_tls);
    assert_string_equal(config->clusters[1].jmx.source.jmx.host, "{host}");
    assert_int_equal(config->clusters[1].jmx.source.slow_interval_ms, SG_SLOW_INTERVAL_MS);
    (void)sg_config_unref(config);
}

static void test_load_jmx_mistakes_are_told(void **state)
{
    static const struct part_case cases[] = {
        { "{}", "\"jmx\" needs the \"port\" of all brokers, \"ports\" with that of each, "
                "\"brokers\" or \"controllers\"" },
        { "{ port: 0 }", "\"0\" is not a port" },
        { "{ port: 1, ports: { 1: 65536 } }", "\"65536\" is not a port" },
        { "{ port: 1, host: 'http://h/' }", "\"http://h/\" is not a host's name" },
        { "{ port: 1, host: 'a@{host}' }", "\"a@{host}\" is not a host's name" },
        { "{ port: 1, host: '{jmx_port}' }",
            "\"{jmx_port}\" is not a placeholder here; use {host}, {id}" },
        { "{ brokers: { 1: 'http://h:1' } }",
            "\"http://h:1\" is not the address of a JMX port: HOST:PORT" },
        { "{ brokers: { 1: h } }", "\"h\" is not the address of a JMX port: HOST:PORT" },
        { "{ controllers: { 1: ':1' } }", "\":1\" is not the address of a JMX port: HOST:PORT" },
        { "{ port: 1, password: hunter2 }", "a password needs a \"username\"" },
        { "{ port: 1, registry_tls: true }", "\"registry_tls\" needs a \"tls\"" },
        { "{ port: 1, url: 'http://{host}/' }", "unknown key \"url\" in \"jmx\"" },
        { "{ port: 1 }\n    jolokia: { url: 'http://{host}/' }",
            "brokers are read by agents (\"jolokia\") or by their JMX ports (\"jmx\"), not both" },
    };
    (void)state;

    check_part_cases("clusters:\n  - name: a\n    bootstrap_servers: b\n    jmx: ", cases,
        sizeof cases / sizeof cases[0], "f.yml:4:");
}

static void test_load_jvm_mistakes_are_told(void **state)
{
    static const struct part_case cases[] = {
        { "[]", "\"jvms\" must be a list of 1 to 10000 JVMs" },
        { "[{ url: 'http://h/', rules: r }]", "a JVM needs a \"name\"" },
        { "[{ name: '', url: 'http://h/', rules: r }]", "the name must have 1 to 200 bytes" },
        { "[{ name: '12', url: 'http://h/', rules: r }]",
            "\"12\" looks like a broker id: a JVM's name must not be only digits" },
        { "[{ name: a, url: 'http://h/', rules: r }, { name: a, url: 'http://h/', rules: r }]",
            "two JVMs are called \"a\"" },
        { "[{ name: a, rules: r }]",
            "a JVM needs the \"url\" of its agent, a \"proxy\", or \"jmx\", its JMX port" },
        { "[{ name: a, url: 'http://h/', jmx: 'h:1', rules: r }]",
            "a JVM is read through Jolokia (\"url\", \"proxy\") or by its JMX port (\"jmx\"), not "
            "both" },
        { "[{ name: a, jmx: 'h:0', rules: r }]",
            "\"h:0\" is not the address of a JMX port: HOST:PORT" },
        { "[{ name: a, url: 'http://h/', follow_stub: true, rules: r }]",
            "\"follow_stub\" needs a \"jmx\"" },
        { "[{ name: a, url: 'http://h/' }]", "a JVM needs \"rules\": a catalogue or a rule file" },
        { "[{ name: a, url: 'http://h/a b?hunter2', rules: r }]",
            "\"http://h/a b\" is not a URL: it contains a space; write %20" },
        { "[{ name: a, url: 'http://{host}/', rules: r }]",
            "\"{host}\" is not a placeholder here; there are none" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/' } }]",
            "a JVM's \"proxy\" needs the \"target\", a JMX service URL" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/', target: 'service:jmx:{host}' } }]",
            "\"{host}\" is not a placeholder here; there are none" },
        { "[{ name: a, rules: r, proxy: { url: 'http://p/', target: 'u:hunter2@h' } }]",
            "a URL with a password would be shown in logs; use the proxy's \"username\" and "
            "\"password_file\"" },
        { "[{ name: a, rules: r, url: 'http://h/',\n"
          "            proxy: { url: 'http://p/', target: 'service:jmx:x' } }]",
            "a JVM is read by its own agent (\"url\") or through a \"proxy\", not both" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { job: b } }]",
            "the label \"job\" is reserved by Streamgauge or Prometheus; choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { kafka_cluster: b } }]",
            "the label \"kafka_cluster\" has the cluster's name (labels.cluster); choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { gc: b } }]",
            "the label \"gc\" is reserved by Streamgauge or Prometheus; choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { pool: b } }]",
            "the label \"pool\" is reserved by Streamgauge or Prometheus; choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { clientId: b } }]",
            "the label \"clientId\" is reserved by Streamgauge or Prometheus; choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { target: b } }]",
            "the label \"target\" is reserved by Streamgauge or Prometheus; choose another" },
        { "[{ name: a, url: 'http://h/', rules: r, labels: { collector: b } }]",
            "the label \"collector\" is reserved by Streamgauge or Prometheus; choose another" },
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
            "\"topics\" needs \"bootstrap_servers\"; a cluster without it has only \"jvms\"" },
    };
    (void)state;

    check_part_cases(
        "clusters:\n  - name: a\n    jvms: ", cases, sizeof cases / sizeof cases[0], "f.yml:");
}

/* The reason is curl's text, which depends on its version. */
static void test_load_urls_are_those_that_curl_takes(void **state)
{
    static const struct {
        const char *part, *problem; /* NULL: it is accepted */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_jolokia_keys_are_taken),
        cmocka_unit_test(test_load_slow_interval_is_never_under_the_interval),
        cmocka_unit_test(test_load_tables_add_catalogues_to_default_rules),
        cmocka_unit_test(test_load_table_and_the_catalogue_it_replaces_are_refused),
        cmocka_unit_test(test_load_jolokia_mistakes_are_told),
        cmocka_unit_test(test_load_jmx_keys_are_taken),
        cmocka_unit_test(test_load_jmx_mistakes_are_told),
        cmocka_unit_test(test_load_jvm_mistakes_are_told),
        cmocka_unit_test(test_load_urls_are_those_that_curl_takes),
    };

    return cmocka_run_group_tests_name("config_jmx", tests, NULL, NULL);
}
