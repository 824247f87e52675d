/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/collector.h"
#include "jmx/jolokia/test_agent.h"
#include "temporary.h"
#include "test.h"

#include <unistd.h>

/*
 * The whole collector against agents on loopback. A broker's "host" is the agent's port here, so
 * that a broker can move without a second address.
 */

extern const struct sg_collector sg_collector_jolokia;

static const char rules_text[] = "excludeJvmMetrics: true\n"
                                 "requests:\n"
                                 "  - { mbean: 'a:type=Fast', attributes: [Value] }\n"
                                 "  - { mbean: 'a:type=Slow', attributes: [Value], slow: true }\n"
                                 "rules:\n"
                                 "  - { pattern: 'a<type=(.+)><>Value', name: a_$1 }\n";

#define ANSWER(value)                               \
    "HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n" \
    "[{\"status\":200,\"value\":{\"Value\":" value "}}]"

/* The same with the process's identity: its id, or id and cluster. */
#define WHO(value, app_info, cluster) \
    "[{\"status\":200,\"value\":{\"Value\":" value "}}," app_info "," cluster ",{\"status\":404}]"
#define NOBODY "{\"status\":404}"
#define BROKER(id) \
    "{\"status\":200,\"value\":{\"kafka.server:type=app-info,id=" id "\":{\"Version\":\"4\"}}}"
#define OF_CLUSTER(name) "{\"status\":200,\"value\":{\"Value\":\"" name "\"}}"

struct fixture {
    char rules_path[TEMPORARY_BYTES];
    char *rules_name;
    struct sg_config config;
    struct sg_cluster_config cluster_config;
    struct sg_cluster *cluster;
    struct sg_store *store;
    void *self;
};

static const atomic_bool going_on = false;
static char label_name[] = "kafka_cluster";
static char cluster_name[] = "c";
static char url_by_port[] = "http://127.0.0.1:{host}/jolokia";
static char target_by_port[] = "service:jmx:rmi:///jndi/rmi://{host}:{jmx_port}/jmxrmi";

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){ 0 };
    temporary_file(rules_text, f.rules_path);
    f.rules_name = f.rules_path;
    f.config = (struct sg_config){
        .interval_ms = 1000, .timeout_ms = 900, .stale_after_ms = 2000, .cluster_label = label_name
    };
    sg_refs_init(&f.config.refs);
    f.cluster_config = (struct sg_cluster_config){ .name = cluster_name, .has_jolokia = true };
    f.cluster_config.jolokia.source.rules = (struct sg_rules_config){ 1, &f.rules_name, NULL, 0 };
    f.cluster_config.jolokia.source.slow_interval_ms = 3600000;
    assert_int_equal(sg_cluster_new("c", &f.cluster), 0);
    assert_int_equal(sg_store_new(&sg_clock_system, 2000, &f.store), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sg_collector_jolokia.destroy(f->self);
    (void)sg_store_free(f->store);
    (void)sg_cluster_unref(f->cluster);
    (void)unlink(f->rules_path);
    return 0;
}

static struct sg_collector_env env_of(
    struct fixture *f, const struct sg_cluster_config *cluster_config)
{
    return (struct sg_collector_env){
        .config = &f->config,
        .cluster_config = cluster_config,
        .cluster = f->cluster,
        .store = f->store,
        .clock = &sg_clock_system,
        .stopping = &going_on,
    };
}

static void *create_with(struct fixture *f, const struct sg_cluster_config *cluster_config)
{
    const struct sg_collector_env env = env_of(f, cluster_config);
    struct sg_error err = { "" };
    void *self = NULL;

    if (sg_collector_jolokia.create(&env, &self, &err))
        fail_msg("%s", err.text);
    return self;
}

static void create(struct fixture *f)
{
    f->self = create_with(f, &f->cluster_config);
}

static void collect(struct fixture *f)
{
    sg_collector_jolokia.collect(f->self, sg_clock_monotonic_ms(&sg_clock_system) + 900);
}

static void set_broker_port(struct fixture *f, int32_t id, int port)
{
    char host[16];

    (void)snprintf(host, sizeof host, "%d", port);
    assert_int_equal(sg_cluster_set_broker(f->cluster, id, host, 9092, true), 0);
}

/* The slot's state. @return is there such a slot? */
static bool find_slot(
    struct fixture *f, const char *collector, const char *target, struct sg_slot_status *ret_status)
{
    for (size_t i = 0; i < sg_store_n_slots(f->store); i++) {
        sg_store_slot_status(f->store, i, ret_status);
        if (strcmp(ret_status->collector, collector) == 0 &&
            strcmp(ret_status->target, target) == 0)
            return true;
    }
    return false;
}

static struct sg_slot_status slot(struct fixture *f, const char *collector, const char *target)
{
    struct sg_slot_status status;

    if (!find_slot(f, collector, target, &status))
        fail_msg("no slot %s of %s", collector, target);
    return status;
}

/* ---- Tests ---- */

static void test_collect_broker_that_moves_is_followed(void **state)
{
    struct fixture *f = *state;
    struct agent before;
    struct agent after;

    start_agent(&before, ANSWER("1.1"), false);
    before.identity = WHO("1.1", NOBODY, NOBODY);
    start_agent(&after, ANSWER("2.2"), false);
    after.identity = WHO("2.2", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    create(f);
    collect(f); /* no broker is known yet */
    assert_int_equal(sg_store_n_slots(f->store), 0);

    set_broker_port(f, 7, before.port);
    collect(f);
    assert_true(slot(f, "jolokia", "7").success);
    assert_int_equal(before.n_requests, 2); /* fast and slow */

    set_broker_port(f, 7, after.port);
    collect(f);
    assert_true(slot(f, "jolokia", "7").success);
    assert_int_equal(before.n_requests, 2);
    assert_int_equal(after.n_requests, 1);

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&before);
    stop_agent(&after);
}

/* Its agent answers still; nothing asks it any more, and no slot says that it fails. */
static void test_collect_broker_that_is_forgotten_is_no_target(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct agent agent;

    start_agent(&agent, ANSWER("1.1"), false);
    agent.identity = WHO("1.1", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    create(f);
    set_broker_port(f, 7, agent.port);
    collect(f);
    assert_true(slot(f, "jolokia", "7").success);
    int n_requests = agent.n_requests;

    sg_cluster_set_broker_down(f->cluster, 7);
    assert_int_equal(sg_cluster_forget_broker(f->cluster, 7), 0);
    collect(f);
    assert_int_equal(agent.n_requests, n_requests);
    assert_false(find_slot(f, "jolokia", "7", &status));
    assert_false(find_slot(f, "jolokia_slow", "7", &status));

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

static void test_collect_slow_lane_keeps_its_pace_and_its_slot(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct agent agent;

    start_agent(&agent, ANSWER("3.3"), false);
    agent.identity = WHO("3.3", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    f->cluster_config.jolokia.source.slow_interval_ms = 1200;
    create(f);
    set_broker_port(f, 1, agent.port);
    for (int i = 0; i < 3; i++)
        collect(f);
    assert_int_equal(agent.n_requests, 4);
    assert_int_equal(agent.n_connections, 1); /* one after the other */
    status = slot(f, "jolokia_slow", "1");
    assert_true(status.success && !status.stale);
    assert_int_equal(status.n_series, 1);
    assert_int_equal(slot(f, "jolokia", "1").n_series, 1);

    (void)usleep(800 * 1000); /* 1.2 s, less half an interval, after the first */
    collect(f);
    assert_int_equal(agent.n_requests, 6);

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

/* The sizes of logs have a pace of their own, and are requested after what is slow. */
static void test_collect_sizes_keep_their_pace_and_their_slot(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct sg_sizes_taken taken;
    struct agent agent;

    start_agent(&agent,
        "HTTP/1.1 200 OK\r\nContent-Length: 125\r\n\r\n"
        "[{\"status\":200,\"value\":{\"Value\":3}},{\"status\":200,\"value\":"
        "{\"kafka.log:name=Size,partition=0,topic=t,type=Log\":{\"Value\":77}}}]",
        false);
    agent.identity = WHO("3.3", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    f->cluster_config.jolokia.source.size_interval_ms = 1200;
    create(f);
    set_broker_port(f, 1, agent.port);
    for (int i = 0; i < 3; i++)
        collect(f);
    assert_int_equal(agent.n_requests, 5); /* three fast ones, one slow one, sizes once */
    assert_int_equal(agent.n_connections, 1);
    assert_non_null(strstr(agent.request, "a:type=Fast"));
    status = slot(f, "jolokia_sizes", "1");
    assert_true(status.success && !status.stale);
    assert_int_equal(status.n_series, 1);
    assert_int_equal(sg_size_board_take(sg_cluster_sizes(f->cluster),
                         sg_clock_monotonic_ms(&sg_clock_system), &taken),
        0);
    assert_int_equal(taken.n, 1);
    assert_int_equal(sg_log_sizes_total(sg_sizes_taken_find(&taken, 1)), 77);
    sg_sizes_taken_done(&taken);

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

/* It is not due at the next poll, where it would be before the sizes again. */
static void test_collect_failing_slow_request_does_not_stop_the_sizes(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct agent agent;

    start_agent(&agent, "HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\noops", false);
    agent.identity = WHO("3.3", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    f->cluster_config.jolokia.source.size_interval_ms = 3600000;
    create(f);
    set_broker_port(f, 1, agent.port);
    collect(f);
    assert_false(find_slot(f, "jolokia_sizes", "1", &status));
    collect(f);
    assert_int_equal(slot(f, "jolokia_slow", "1").n_failures[SG_FAILURE_HTTP], 1);
    assert_int_equal(slot(f, "jolokia_sizes", "1").n_failures[SG_FAILURE_HTTP], 1);

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

/* A target that does not answer the fast body is not sent the slow one. */
static void test_collect_failing_target_has_no_slow_slot(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct agent agent;

    start_agent(&agent, "HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\noops", false);
    f->cluster_config.jolokia.source.url = url_by_port;
    create(f);
    set_broker_port(f, 1, agent.port);
    collect(f);
    assert_int_equal(agent.n_requests, 1);
    assert_int_equal(slot(f, "jolokia", "1").n_failures[SG_FAILURE_HTTP], 1);
    assert_false(find_slot(f, "jolokia_slow", "1", &status));
    assert_true(sg_store_is_ready(f->store));

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

static void test_collect_broker_without_jmx_port_fails_alone(void **state)
{
    struct fixture *f = *state;
    struct sg_jmx_port port = { 1, 9999 };
    struct sg_jolokia_proxy *proxy = &f->cluster_config.jolokia.source.proxy;
    struct agent agent;

    /* Cannot be a proxy: no proxy in the answer to "version", and no error for the probe. */
    start_agent(&agent, ANSWER("4.4"), false);
    agent.identity = WHO("4.4", NOBODY, NOBODY);
    proxy->url = agent.url;
    proxy->target = target_by_port;
    proxy->jmx_ports = &port;
    proxy->n_jmx_ports = 1;
    create(f);
    set_broker_port(f, 1, 1);
    set_broker_port(f, 2, 1);
    collect(f);
    assert_int_equal(slot(f, "jolokia", "1").n_failures[SG_FAILURE_PROTOCOL], 1);
    assert_non_null(strstr(slot(f, "jolokia", "1").failure.text,
        "service:jmx:rmi:///jndi/rmi://1:9999/jmxrmi through http://127.0.0.1:"));
    assert_int_equal(agent.n_requests, 2); /* version and probe; never the bulk */
    assert_int_equal(slot(f, "jolokia", "2").n_failures[SG_FAILURE_CONNECT], 1);
    assert_non_null(strstr(slot(f, "jolokia", "2").failure.text, "no JMX port is known"));

    sg_collector_jolokia.destroy(f->self);
    f->self = NULL;
    stop_agent(&agent);
}

static void test_collect_another_jvm_than_was_meant_is_no_broker_of_ours(void **state)
{
    static const struct {
        const char *answer;
        bool good;
        const char *part;
    } cases[] = {
        { WHO("5", BROKER("1"), OF_CLUSTER("here")), true, "" },
        { WHO("5", BROKER("1"), NOBODY), true, "" },
        { WHO("5", NOBODY, NOBODY), true, "" },
        { WHO("5", "{\"status\":403}", "{\"status\":500}"), true, "" },
        { WHO("5", BROKER("2"), OF_CLUSTER("here")), false,
            "this JVM is broker 2 of cluster here, configured as broker 1 of cluster here" },
        { WHO("5", BROKER("1"), OF_CLUSTER("there")), false,
            "this JVM is broker 1 of cluster there, configured as broker 1 of cluster here" },
        { WHO("5", BROKER("2"), NOBODY), false,
            "this JVM is broker 2, configured as broker 1 of cluster here" },
        { WHO("5", NOBODY, OF_CLUSTER("there")), false, "of cluster there, configured" },
    };
    struct fixture *f = *state;
    struct agent agent;

    start_agent(&agent, ANSWER("4.4"), false);
    f->cluster_config.jolokia.source.url = url_by_port;
    assert_int_equal(sg_cluster_set_id(f->cluster, "here"), 0);
    set_broker_port(f, 1, agent.port);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        agent.identity = cases[i].answer;
        agent.n_requests = 0;
        create(f);
        collect(f);
        struct sg_slot_status status = slot(f, "jolokia", "1");
        assert_int_equal(status.success, cases[i].good);
        assert_int_equal(status.n_series, cases[i].good);
        assert_int_equal(status.n_failures[SG_FAILURE_IDENTITY], !cases[i].good);
        assert_int_equal(
            agent.n_requests, cases[i].good ? 2 : 1); /* nor is anything else requested from it */
        if (!cases[i].good)
            assert_non_null(strstr(status.failure.text, cases[i].part));
        sg_collector_jolokia.destroy(f->self);
        f->self = NULL;
    }
    stop_agent(&agent);
}

/*
 * A target that is taken over goes on where it was: its slow requests are not due yet. A target
 * with other settings is a new one, which sends all of its requests.
 */
static void test_reload_takes_over_only_targets_of_the_same_settings(void **state)
{
    static char one[] = "one", other[] = "other";
    static const struct {
        const char *what;
        char *key_password;
        int64_t slow_interval_ms;
        bool same;
    } cases[] = {
        { "nothing", one, 3600000, true },
        { "key_password", other, 3600000, false },
        { "slow_interval", one, 1800000, false },
    };
    struct fixture *f = *state;
    struct agent agent;

    start_agent(&agent, ANSWER("3.3"), false);
    agent.identity = WHO("3.3", NOBODY, NOBODY);
    f->cluster_config.jolokia.source.url = url_by_port;
    f->cluster_config.jolokia.source.tls.key_password = one;
    set_broker_port(f, 1, agent.port);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_cluster_config changed = f->cluster_config;
        changed.jolokia.source.tls.key_password = cases[i].key_password;
        changed.jolokia.source.slow_interval_ms = cases[i].slow_interval_ms;
        create(f);
        collect(f);
        agent.n_requests = 0;

        const struct sg_collector_env env = env_of(f, &changed);
        if (sg_collector_jolokia.same(f->self, &env) != cases[i].same)
            fail_msg("a change of %s is not seen, or seen without one", cases[i].what);
        void *later = create_with(f, &changed);
        sg_collector_jolokia.adopt(later, f->self);
        sg_collector_jolokia.destroy(f->self);
        f->self = later;
        collect(f);
        if (agent.n_requests != (cases[i].same ? 1 : 2))
            fail_msg("after a change of %s: %d requests", cases[i].what, agent.n_requests);
        assert_true(slot(f, "jolokia", "1").success);
        sg_collector_jolokia.destroy(f->self);
        f->self = NULL;
    }
    stop_agent(&agent);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_collect_broker_that_moves_is_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_broker_that_is_forgotten_is_no_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_slow_lane_keeps_its_pace_and_its_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_failing_slow_request_does_not_stop_the_sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_failing_target_has_no_slow_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_sizes_keep_their_pace_and_their_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_broker_without_jmx_port_fails_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collect_another_jvm_than_was_meant_is_no_broker_of_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_takes_over_only_targets_of_the_same_settings, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}
