/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "config/compat.h"
#include "config/table_catalogues.h"
#include "golden.h"
#include "jmx/catalogue/test_recording.h"
#include "jmx/rules/matcher.h"
#include "jmx/test_fixture.h"

#include <jansson.h>
#include <stdlib.h>

/*
 * What the catalogues make of recorded answers. The answers to the requests, and the same with all
 * other MBeans added, must give the same series, so that no rule depends on an MBean that is not
 * requested.
 */

/* ---- Comparing pages ---- */

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Samples in order of bytes: series come in the order of the answer, which is the agent's.
 * @param page  consumed @param without  prefix of families that are left out; may be NULL
 */
static char *sort_samples(char *page, const char *without)
{
    size_t n = 0;
    size_t len = strlen(page);
    char **lines = calloc(len + 1, sizeof *lines);
    struct sg_buf out;

    for (char *line = page; *line;) {
        char *end = strchr(line, '\n');
        *end = '\0';
        if (*line != '#' && !(without && strncmp(line, without, strlen(without)) == 0))
            lines[n++] = line;
        line = end + 1;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    sg_buf_init(&out, len + 1);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_printf(&out, "%s\n", lines[i]), 0);
    assert_int_equal(sg_buf_add_char(&out, '\0'), 0);
    free(lines);
    free(page);
    return sg_buf_take(&out);
}

/* ---- Golden pages ---- */

/* Requests of which a catalogue reads only some keys, though its rules match all. */
static const char *narrow_of(const char *catalogue)
{
    return strcmp(catalogue, "kafka") == 0 ? "kafka_network_requestmetrics_" : NULL;
}

static void assert_golden_of(const char *catalogue, const char *recording, const char *page)
{
    char name[256];

    (void)snprintf(name, sizeof name, "jolokia/golden/%s%s%s.txt",
        strcmp(catalogue, "kafka") ? catalogue : "", strcmp(catalogue, "kafka") ? "." : "",
        recording);
    assert_golden(name, page);
}

/* Of a catalogue that reads only some MBeans of the kinds that its rules match. */
static void check_golden_part(const char *catalogue, const char *recording)
{
    struct sg_rules *rules = catalogue_load(catalogue);
    json_t *all = recording_read(recording);
    char *page = recording_asked_page(rules, all, "broker");

    assert_golden_of(catalogue, recording, page);
    free(page);
    json_decref(all);
    (void)sg_rules_free(rules);
}

static void check_golden(const char *catalogue, const char *recording)
{
    const char *target = recording_is_broker(recording) ? "broker" : "jvm";
    struct sg_rules *rules = catalogue_load(catalogue);
    json_t *all = recording_read(recording);
    char *page = recording_asked_page(rules, all, target);

    assert_golden_of(catalogue, recording, page);
    char *asked = sort_samples(page, narrow_of(catalogue));
    char *whole = sort_samples(recording_whole_page(rules, all, target), narrow_of(catalogue));
    assert_true(*asked != '\0');
    assert_same_lines("what was asked", asked, whole);
    free(asked);
    free(whole);
    json_decref(all);
    (void)sg_rules_free(rules);
}

static void test_golden_kafka(void **state)
{
    (void)state;
    check_golden("kafka", "kafka-3.6.0-zk-active-controller");
    check_golden("kafka", "kafka-3.6.0-zk-broker");
    check_golden("kafka", "kafka-3.9.1-kraft-broker");
    check_golden("kafka", "kafka-3.9.1-kraft-controller");
    check_golden("kafka", "kafka-4.1.0-kraft-combined");
    check_golden("kafka", "kafka-4.4.0-kraft-broker");
    check_golden("kafka", "kafka-4.4.0-kraft-controller");
}

static void test_golden_kafka_more(void **state)
{
    (void)state;
    check_golden("kafka-requests", "kafka-3.9.1-kraft-controller");
    check_golden("kafka-groups", "kafka-3.6.0-zk-broker");
    check_golden("kafka-groups", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-groups", "kafka-4.1.0-kraft-combined");
    check_golden("kafka-groups", "kafka-4.4.0-kraft-broker");
    check_golden("kafka-transactions", "kafka-4.1.0-kraft-combined");
    check_golden("kafka-connections", "kafka-3.6.0-zk-broker");
    check_golden("kafka-connections", "kafka-4.4.0-kraft-broker");
    check_golden("kafka-quotas", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-fetch", "kafka-3.6.0-zk-broker");
    check_golden("kafka-tiered", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-tiered", "kafka-4.4.0-kraft-broker");
    check_golden("kafka-partitions", "kafka-3.6.0-zk-broker");
    check_golden("kafka-partitions", "kafka-4.4.0-kraft-broker");
    check_golden_part("kafka-requests-fetch", "kafka-4.4.0-kraft-broker");
    check_golden_part("kafka-log-sizes", "kafka-4.4.0-kraft-broker");
}

static void test_golden_zookeeper(void **state)
{
    (void)state;
    check_golden("zookeeper", "zookeeper-standalone");
    check_golden("zookeeper", "zookeeper-ensemble-leader");
    check_golden("zookeeper", "zookeeper-ensemble-follower");
}

static void test_golden_connect_and_clients(void **state)
{
    (void)state;
    check_golden("kafka-connect", "connect-distributed");
    check_golden("kafka-connect", "connect-worker");
    check_golden("kafka-client", "connect-worker");
    check_golden("kafka-client-names", "connect-worker");
    check_golden("kafka-client", "kafka-3.9.1-kraft-broker"); /* the clients of tiered storage */
}

static void test_golden_spark_and_presto(void **state)
{
    (void)state;
    check_golden("spark", "spark-driver");
    check_golden("presto", "presto-coordinator");
    check_golden("presto", "presto-worker");
    check_golden("jvm", "zookeeper-standalone");
}

/* ---- Other exporters' names ---- */

static void read_tables(const char *const *names, struct sg_aliases *aliases)
{
    struct sg_table_catalogues catalogues = { 0 };
    struct sg_error err;

    for (const struct sg_embedded *file = sg_compat_files; file->set; file++) {
        for (const char *const *name = names; *name; name++) {
            if (strcmp(*name, file->set) == 0)
                assert_int_equal(
                    sg_compat_add(file, "kafka_cluster", aliases, &catalogues, &err), 0);
        }
    }
    assert_true(aliases->n > 0);
    sg_aliases_sort(aliases);
    sg_table_catalogues_done(&catalogues);
}

/* Series of the tables, after what they are made of. */
static void check_tables(const char *catalogue,
    const char *recording,
    const char *const *tables,
    const char *const *lines)
{
    struct sg_aliases aliases = { 0 };
    struct sg_rules *rules = catalogue_load(catalogue);
    json_t *all = recording_read(recording);

    read_tables(tables, &aliases);
    char *page = recording_page_with(
        rules, all, recording_is_broker(recording) ? "broker" : "jvm", &aliases);
    for (const char *const *line = lines; *line; line++) {
        if (!strstr(page, *line))
            fail_msg("%s of %s lacks %s", *tables, recording, *line);
    }
    free(page);
    sg_aliases_done(&aliases);
    json_decref(all);
    (void)sg_rules_free(rules);
}

#define TABLES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define LINES(...)  ((const char *const[]){ __VA_ARGS__, NULL })
#define OF_JVM      "{kafka_cluster=\"streaming\",jvm=\"1\""
#define OF_BROKER   "{kafka_cluster=\"streaming\",broker=\"1\""

/* A server that does not lead says so: the sum over an ensemble without a leader is 0. */
static void test_names_of_zookeeper_exporters(void **state)
{
    (void)state;
    check_tables("zookeeper", "zookeeper-ensemble-leader", TABLES("zookeeper"),
        LINES("\nzk_server_leader" OF_JVM "} 1\n", "\nzookeeper_ticktime" OF_JVM "} 2000\n",
            "\nzookeeper_minrequestlatency" OF_JVM "} 2\n"));
    check_tables("zookeeper", "zookeeper-ensemble-follower", TABLES("zookeeper"),
        LINES("\nzk_server_leader" OF_JVM "} 0\n"));
    check_tables("zookeeper", "zookeeper-standalone", TABLES("zookeeper"),
        LINES("\nzookeeper_ticktime" OF_JVM "} 3000\n"));
}

static void test_names_of_strimzi(void **state)
{
    (void)state;
    check_tables("kafka-connect", "connect-worker", TABLES("strimzi"),
        LINES("\nkafka_connect_connector_status" OF_JVM
              ",connector=\"bad-sink\",status=\"running\"} 1\n",
            "\nkafka_connect_connector_task_status" OF_JVM
            ",connector=\"bad-sink\",task=\"0\",status=\"failed\"} 1\n",
            "\nkafka_connect_worker_connector_destroyed_task_count" OF_JVM
            ",connector=\"bad-sink\"} 0\n"));
}

/* The metrics reporter counts idle time in nanoseconds; Confluent's rules have a ratio under that
 * name. */
static void test_names_of_idle_request_handlers(void **state)
{
#define IDLE \
    "\nkafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_total" OF_BROKER "} "
    (void)state;
    check_tables("kafka", "kafka-3.9.1-kraft-broker", TABLES("strimzi-metrics-reporter"),
        LINES(IDLE "1622204729051",
            "\nkafka_server_brokertopicmetrics_bytesinpersec_total" OF_BROKER "} "));
    check_tables("kafka", "kafka-3.9.1-kraft-broker", TABLES("confluent"),
        LINES(IDLE "0.9973239137365814\n",
            "\nkafka_server_brokertopicmetrics_bytesinpersec_count" OF_BROKER "} "));
#undef IDLE
}

/* ---- Traps of the other JVMs ---- */

static char *page_of(const char *catalogue, const char *recording)
{
    struct sg_rules *rules = catalogue_load(catalogue);
    json_t *all = recording_read(recording);
    char *page = recording_asked_page(rules, all, "jvm");

    json_decref(all);
    (void)sg_rules_free(rules);
    return page;
}

/* Spark's and Presto's consumers have a new client id each time. */
static void test_clients_that_come_and_go_are_left_out(void **state)
{
    (void)state;
    char *page = page_of("kafka-client", "spark-driver");
    assert_null(strstr(page, "kafka_consumer_"));
    free(page);
    page = page_of("kafka-client", "presto-coordinator");
    assert_null(strstr(page, "kafka_consumer_"));
    free(page);
    page = page_of("kafka-client", "connect-worker");
    assert_non_null(strstr(page, "kafka_consumer_"));
    free(page);
}

static void test_spark_application_id_is_nowhere(void **state)
{
    (void)state;
    char *page = page_of("spark", "spark-driver");
    assert_null(strstr(page, "local-1795469343309"));
    assert_non_null(strstr(page, "query=\"plain_q\""));
    free(page);
}

/* Sessions have MBeans with the addresses of clients; no request may read them. */
static void test_zookeeper_sessions_are_not_read(void **state)
{
    size_t n_sessions = 0;
    struct sg_rules *rules = catalogue_load("zookeeper");
    (void)state;

    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = recording_read(recording_names[i]);
        const char *key;
        json_t *attributes;
        json_object_foreach(all, key, attributes)
        {
            struct sg_object_name name;
            if (!strstr(key, "=Connections,"))
                continue;
            n_sessions++;
            assert_int_equal(sg_object_name_parse(sg_str_of(key), &name, NULL), 0);
            for (size_t j = 0; j < rules->requests.n; j++)
                assert_false(sg_object_name_matches(&rules->requests.lists[j].mbean.name, &name));
        }
        json_decref(all);
    }
    assert_true(n_sessions > 0);
    (void)sg_rules_free(rules);
}

static void test_presto_worker_has_no_nodes(void **state)
{
    (void)state;
    char *page = page_of("presto", "presto-worker");
    assert_null(strstr(page, "presto_active_nodes"));
    free(page);
    page = page_of("presto", "presto-coordinator");
    assert_non_null(strstr(page, "presto_active_nodes{"));
    free(page);
}

/* ---- Names that no recording has ---- */

/* "name{label=value,...}" as the rules make it of one attribute, "" for nothing. */
static void assert_series(
    const struct sg_rules *rules, const char *mbean, const char *attribute, const char *expected)
{
    const struct sg_attribute_value one = { .kind = SG_ATTRIBUTE_INT, .integer = 1 };
    const struct sg_attribute what = fixture_attribute(mbean, (const char *[]){ attribute, NULL });
    struct sg_matcher *matcher = NULL;
    struct sg_outcome outcome;
    struct sg_buf series;

    assert_int_equal(sg_matcher_new(rules, &matcher), 0);
    assert_int_equal(sg_matcher_decide(matcher, &what, &one, &outcome), 0);
    sg_buf_init(&series, 4096);
    assert_int_equal(sg_buf_reserve(&series, 1), 0);
    if (outcome.kind == SG_OUTCOME_SERIES) {
        assert_int_equal(sg_buf_printf(&series, "%s{", outcome.family.name), 0);
        for (size_t i = 0; i < outcome.n_labels; i++)
            assert_int_equal(
                sg_buf_printf(&series, "%s" SG_STR_FMT "=" SG_STR_FMT, i ? "," : "",
                    SG_STR_ARG(outcome.labels[i].name), SG_STR_ARG(outcome.labels[i].value)),
                0);
        assert_int_equal(sg_buf_add_char(&series, '}'), 0);
    }
    assert_int_equal(sg_buf_add_char(&series, '\0'), 0);
    assert_string_equal(series.ptr, expected);
    sg_buf_done(&series);
    (void)sg_matcher_free(matcher);
}

/* Quotas are per user, per client id, or for both; names that need it are quoted. */
static void test_quota_of_user_and_client_keeps_them_apart(void **state)
{
    struct sg_rules *rules = catalogue_load("kafka-quotas");
    (void)state;

    assert_series(rules, "kafka.server:type=Produce,user=alice,client-id=app", "byte-rate",
        "kafka_server_quota_byte_rate{clientId=app,resource=Produce,user=alice}");
    assert_series(rules, "kafka.server:type=Fetch,user=\"a, client-id=b\"", "throttle-time",
        "kafka_server_quota_throttle_time{resource=Fetch,user=a, client-id=b}");
    assert_series(rules, "kafka.server:type=ControllerMutation,client-id=\"x:y\",user=u", "tokens",
        "kafka_server_quota_tokens{clientId=x:y,resource=ControllerMutation,user=u}");
    assert_series(rules, "kafka.server:type=other,client-id=app", "byte-rate", "");
    (void)sg_rules_free(rules);
}

static void test_names_in_quotes_lose_them(void **state)
{
    struct sg_rules *rules = catalogue_load_every();
    (void)state;

    assert_series(rules, "kafka.connect:type=sink-task-metrics,connector=\"a b,c\",task=0",
        "sink-record-read-total",
        "kafka_connect_sink_task_sink_record_read_total{connector=a b,c,task=0}");
    assert_series(rules, "kafka.consumer:type=consumer-metrics,client-id=\"x y\"",
        "connection-count", "kafka_consumer_connection_count{client_id=x y}");
    assert_series(rules,
        "metrics:name=\"my app.driver.spark.streaming.a.b c,d.latency\",type=gauges", "Value",
        "spark_streaming_latency_seconds{query=a.b c,d}");
    assert_series(rules, "metrics:name=ns.7.executor.runTime,type=counters", "Count",
        "spark_executor_run_time_seconds_total{}");
    (void)sg_rules_free(rules);
}

static void test_trino_has_the_names_of_presto(void **state)
{
    struct sg_rules *rules = catalogue_load("presto");
    (void)state;

    assert_series(rules, "trino.execution:name=QueryManager", "FailedQueries.TotalCount",
        "presto_failed_queries_total{}");
    assert_series(rules, "trino.failuredetector:name=HeartbeatFailureDetector", "FailedCount",
        "presto_failure_detector_failed_services{}");
    assert_series(rules, "trino.memory:type=ClusterMemoryPool,name=general", "BlockedNodes",
        "presto_cluster_memory_pool_blocked_nodes{pool=general}");
    /* Presto's own QueryManager does not see all queries. */
    assert_series(
        rules, "com.facebook.presto.execution:name=QueryManager", "FailedQueries.TotalCount", "");
    (void)sg_rules_free(rules);
}

/* A log that moves to another directory is listed twice; a controller's label is replaced. */
static void test_kafka_names_that_would_collide(void **state)
{
    struct sg_rules *rules = catalogue_load_every();
    (void)state;

    assert_series(rules, "kafka.log:type=Log,name=Size,topic=t,partition=3", "Value",
        "kafka_log_log_size{partition=3,topic=t}");
    assert_series(
        rules, "kafka.log:type=Log,name=Size,topic=t,partition=3,is-future=true", "Value", "");
    assert_series(rules,
        "kafka.controller:type=KafkaController,name=BrokerRegistrationState,broker=2", "Value",
        "kafka_controller_kafkacontroller_brokerregistrationstate{broker_id=2}");
    (void)sg_rules_free(rules);
}

/* ---- All catalogues together ---- */

/* Any of them can be combined: nothing is dropped, and no file is loaded twice. */
static void test_all_catalogues_go_together(void **state)
{
    struct sg_rules *rules = catalogue_load_every();
    (void)state;

    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = recording_read(recording_names[i]);
        free(recording_asked_page(
            rules, all, recording_is_broker(recording_names[i]) ? "broker" : "jvm"));
        json_decref(all);
    }
    (void)sg_rules_free(rules);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_kafka),
        cmocka_unit_test(test_golden_kafka_more),
        cmocka_unit_test(test_golden_zookeeper),
        cmocka_unit_test(test_golden_connect_and_clients),
        cmocka_unit_test(test_golden_spark_and_presto),
        cmocka_unit_test(test_names_of_zookeeper_exporters),
        cmocka_unit_test(test_names_of_strimzi),
        cmocka_unit_test(test_names_of_idle_request_handlers),
        cmocka_unit_test(test_clients_that_come_and_go_are_left_out),
        cmocka_unit_test(test_spark_application_id_is_nowhere),
        cmocka_unit_test(test_zookeeper_sessions_are_not_read),
        cmocka_unit_test(test_presto_worker_has_no_nodes),
        cmocka_unit_test(test_quota_of_user_and_client_keeps_them_apart),
        cmocka_unit_test(test_names_in_quotes_lose_them),
        cmocka_unit_test(test_trino_has_the_names_of_presto),
        cmocka_unit_test(test_kafka_names_that_would_collide),
        cmocka_unit_test(test_all_catalogues_go_together),
    };
    return cmocka_run_group_tests_name("catalogue_pages", tests, NULL, NULL);
}
