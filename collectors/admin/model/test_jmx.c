/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/jmx.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct rd_kafka_metadata_broker brokers[] = {
    { .id = 1001, .host = (char[]){ "a" }, .port = 9092 },
    { .id = 1002, .host = (char[]){ "b" }, .port = 9092 },
};
static const struct rd_kafka_metadata metadata = { .brokers = brokers, .broker_cnt = 2 };

static void add(void *context, const struct sg_check *check)
{
    char *findings = context;
    size_t n = strlen(findings);

    assert_int_equal(check->result, SG_CHECK_DOUBTFUL);
    (void)snprintf(
        findings + n, 500 - n, "%s %s: %.24s\n", check->what, check->target, check->text);
}

static const char *report(const struct sg_cluster_config *config)
{
    static char findings[500];
    struct sg_filter *all = NULL;
    struct sg_topology *topology = NULL;

    findings[0] = '\0';
    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 1000, &topology), 0);
    sg_jmx_report(config, topology, add, findings);
    (void)sg_topology_unref(topology);
    (void)sg_filter_free(all);
    return findings;
}

static void test_brokers_without_jmx_and_jmx_without_a_broker_are_named(void **state)
{
    struct sg_jolokia_target listed[] = { { 7, (char[]){ "http://h/" } },
        { 1002, (char[]){ "http://h/" } } };
    struct sg_cluster_config config = {
        .has_jolokia = true,
        .jolokia = { .brokers = listed, .n_brokers = 2 },
    };
    (void)state;

    assert_string_equal(report(&config), "jolokia 1001: no Jolokia URL is config\n"
                                         "broker 7: configured (jolokia.brok\n");
    config.jolokia.n_brokers = 0;
    config.jolokia.source.proxy.url = (char[]){ "http://p/" };
    config.jolokia.source.proxy.target = (char[]){ "service:jmx:rmi://{host}:{jmx_port}" };
    struct sg_jmx_port ports[] = { { 1001, 9999 } };
    config.jolokia.source.proxy.jmx_ports = ports;
    config.jolokia.source.proxy.n_jmx_ports = 1;
    assert_string_equal(report(&config), "jolokia 1002: no Jolokia URL is config\n");
}

static void test_brokers_without_a_jmx_port_are_named(void **state)
{
    struct sg_jmx_port ports[] = { { 1001, 9999 } };
    struct sg_cluster_config config = { .has_jmx = true };
    (void)state;

    config.jmx.source.jmx.ports = ports;
    config.jmx.source.jmx.n_ports = 1;
    assert_string_equal(report(&config), "jolokia 1002: no JMX port is configure\n");
    config.jmx.source.jmx.port = 9999;
    assert_string_equal(report(&config), "");
}

static void test_where_all_or_none_have_jmx_there_is_no_finding(void **state)
{
    struct sg_cluster_config config = { .has_jolokia = false };
    (void)state;

    assert_string_equal(report(&config), "");
    config.has_jolokia = true;
    config.jolokia.source.url = (char[]){ "http://{host}:8778/" };
    assert_string_equal(report(&config), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brokers_without_jmx_and_jmx_without_a_broker_are_named),
        cmocka_unit_test(test_brokers_without_a_jmx_port_are_named),
        cmocka_unit_test(test_where_all_or_none_have_jmx_there_is_no_finding),
    };
    return cmocka_run_group_tests_name("jmx", tests, NULL, NULL);
}
