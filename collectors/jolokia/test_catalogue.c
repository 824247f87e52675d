/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "jolokia/answer.h"
#include "jolokia/catalogue.h"
#include "jolokia/matcher.h"
#include "jolokia/test_fixture.h"
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/*
 * Recorded answers hold every MBean of a process with all attributes. Each is read twice: cut down
 * to what the catalogue's requests would have brought, and with the MBeans besides that no request
 * matches. Both must give the same series, so that no rule waits for an MBean that nobody asks for.
 */

static const char *const recordings[] = {
    "connect-distributed",
    "connect-worker",
    "kafka-3.6.0-zk-active-controller",
    "kafka-3.6.0-zk-broker",
    "kafka-3.9.1-kraft-broker",
    "kafka-3.9.1-kraft-controller",
    "kafka-4.1.0-kraft-combined",
    "presto-coordinator",
    "presto-worker",
    "spark-driver",
    "zookeeper-ensemble-follower",
    "zookeeper-ensemble-leader",
    "zookeeper-standalone",
};

enum {
    N_RECORDINGS = sizeof recordings / sizeof recordings[0]
};

static struct sg_rules *load(const char *catalogue)
{
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    if (sg_catalogue_load(catalogue, &rules, &err))
        fail_msg("%s", err.text);
    return rules;
}

static struct sg_rules *load_every_catalogue(void)
{
    const char *names[64];
    size_t n = 0;
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++)
        names[n++] = one->name;
    if (sg_catalogue_load_all(names, n, &rules, &err))
        fail_msg("%s", err.text);
    return rules;
}

static struct sg_engine *new_engine(const struct sg_rules *rules, const char *target)
{
    struct sg_engine *engine = NULL;
    const struct sg_label constant[] = {
        { SG_STR("kafka_cluster"), SG_STR("streaming") },
        { sg_str_of(target), SG_STR("1") },
    };

    assert_int_equal(sg_engine_new(rules, constant, 2, &engine), 0);
    return engine;
}

/* ---- Recordings ---- */

/* Every MBean of a recorded answer: a map of ObjectNames to maps of attributes. @return owned */
static json_t *read_recording(const char *name)
{
    char path[256];
    size_t len;
    size_t i;
    json_t *element;
    json_t *all = json_object();

    (void)snprintf(path, sizeof path, "jolokia/%s.json.gz", name);
    char *text = fixture_read(path, &len);
    json_t *elements = json_loadb(text, len, 0, NULL);
    free(text);
    assert_true(json_is_array(elements));
    json_array_foreach(elements, i, element)
    {
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(element, "value"), key, value)
        {
            if (strchr(key, ':')) /* the answer to a "version" request has other keys */
                assert_int_equal(json_object_set(all, key, value), 0);
        }
    }
    assert_true(json_object_size(all) > 0);
    json_decref(elements);
    return all;
}

static json_t *some_attributes(
    json_t *attributes, bool (*want)(const void *, const char *), const void *context)
{
    const char *key;
    json_t *value;
    json_t *some = json_object();

    json_object_foreach(attributes, key, value)
    {
        if (want(context, key))
            assert_int_equal(json_object_set(some, key, value), 0);
    }
    return some;
}

static bool names_attribute(const void *context, const char *name)
{
    const struct sg_rules_attributes *request = context;

    for (size_t i = 0; i < request->n; i++) {
        if (strcmp(request->names[i], name) == 0)
            return true;
    }
    return false;
}

/* An MBean, and the requests that it could be read by. */
struct asked {
    const struct sg_rules *rules;
    struct sg_object_name name;
    bool is_asked; /* by any */
};

static bool matches_any(const struct asked *asked)
{
    for (size_t i = 0; i < asked->rules->requests.n; i++) {
        if (sg_object_name_matches(&asked->rules->requests.lists[i].mbean.name, &asked->name))
            return true;
    }
    return false;
}

/* Does a request for the MBean name the attribute? If there is none for it: does any request? */
static bool any_names_attribute(const void *context, const char *attribute)
{
    const struct asked *asked = context;

    for (size_t i = 0; i < asked->rules->requests.n; i++) {
        const struct sg_rules_attributes *request = &asked->rules->requests.lists[i];
        if (names_attribute(request, attribute) &&
            (!asked->is_asked || sg_object_name_matches(&request->mbean.name, &asked->name)))
            return true;
    }
    return false;
}

/* The MBeans that match a request, with the attributes that it names. @return owned */
static json_t *find_asked(const struct sg_rules_attributes *request, json_t *all)
{
    json_t *matching = json_object();
    const char *key;
    json_t *attributes;
    struct sg_str domain = request->mbean.name.domain; /* always literal, so that walks are short */

    assert_null(memchr(domain.ptr, '*', domain.len));
    json_object_foreach(all, key, attributes)
    {
        struct sg_object_name name;
        if (strncmp(key, domain.ptr, domain.len) != 0 || key[domain.len] != ':')
            continue;
        assert_int_equal(sg_object_name_parse(sg_str_of(key), &name, NULL), 0);
        if (!sg_object_name_matches(&request->mbean.name, &name))
            continue;
        json_t *some = some_attributes(attributes, names_attribute, request);
        if (json_object_size(some))
            assert_int_equal(json_object_set(matching, key, some), 0);
        json_decref(some);
    }
    return matching;
}

/* What an agent would answer to one request. */
static json_t *answer_request(
    const struct sg_rules_attributes *request, const struct sg_request *sent, json_t *all)
{
    json_t *matching = find_asked(request, all);

    if (json_object_size(matching) == 0) {
        json_decref(matching);
        return json_pack("{s:i, s:s}", "status", 404, "error_type", "none");
    }
    if (!sent->is_pattern) {
        json_t *only = json_incref(json_object_iter_value(json_object_iter(matching)));
        json_decref(matching);
        matching = only;
    }
    return json_pack("{s:i, s:o}", "status", 200, "value", matching);
}

/* @param asked  is set for each request of the rules that brought anything; may be NULL */
static char *answer_plan(
    const struct sg_rules *rules, const struct sg_request_plan *plan, json_t *all, bool *asked)
{
    json_t *answer = json_array();
    size_t at = 0;

    /* The plan borrows its ObjectNames from the rules and has them in their order. */
    for (size_t i = 0; i < plan->n; i++) {
        while (at < rules->requests.n &&
               rules->requests.lists[at].mbean.text != plan->requests[i].mbean)
            at++;
        assert_true(at < rules->requests.n);
        assert_true(rules->requests.lists[at].n > 0); /* never all of an MBean's attributes */
        json_t *element = answer_request(&rules->requests.lists[at], &plan->requests[i], all);
        if (asked && json_object_get(element, "value"))
            asked[at] = true;
        assert_int_equal(json_array_append_new(answer, element), 0);
    }
    char *body = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    return body;
}

/* What the requests bring, and of MBeans that no request matches, all that might be of use. */
static char *answer_whole(const struct sg_rules *rules, json_t *all)
{
    json_t *cut = json_object();
    const char *key;
    json_t *attributes;

    json_object_foreach(all, key, attributes)
    {
        struct asked asked = { .rules = rules };
        assert_int_equal(sg_object_name_parse(sg_str_of(key), &asked.name, NULL), 0);
        asked.is_asked = matches_any(&asked);
        json_t *some = some_attributes(attributes, any_names_attribute, &asked);
        assert_int_equal(json_object_set_new(cut, key, some), 0);
    }
    json_t *answer = json_pack("[{s:i, s:o}]", "status", 200, "value", cut);
    char *body = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    return body;
}

static void feed(struct sg_engine *engine, const struct sg_request_plan *plan, const char *body)
{
    char *copy = strdup(body); /* reading may overwrite it */

    fixture_feed(engine, plan, copy, strlen(copy));
    free(copy);
    for (int i = 0; i < SG_DROP_REASONS; i++)
        assert_int_equal(sg_engine_stats(engine)->n_dropped[i], 0);
}

/* The page of what the requests bring; read twice, because the second time runs no rule. */
static char *asked_page(const struct sg_rules *rules, json_t *all, const char *target)
{
    struct sg_request_plan *plan = NULL;
    struct sg_engine *engine = new_engine(rules, target);

    assert_int_equal(sg_request_plan_new(rules, &plan), 0);
    char *body = answer_plan(rules, plan, all, NULL);
    feed(engine, plan, body);
    char *first = fixture_page(engine);
    feed(engine, plan, body);
    assert_int_equal(sg_engine_stats(engine)->n_decided, 0);
    char *page = fixture_page(engine);
    assert_string_equal(first, page);
    free(first);
    free(body);
    (void)sg_engine_free(engine);
    (void)sg_request_plan_free(plan);
    return page;
}

static char *whole_page(const struct sg_rules *rules, json_t *all, const char *target)
{
    static const char *const everything[] = { "*:*", NULL };
    struct sg_rules *plan_rules = NULL;
    struct sg_request_plan *plan = fixture_plan(&plan_rules, everything);
    struct sg_engine *engine = new_engine(rules, target);

    char *body = answer_whole(rules, all);
    feed(engine, plan, body);
    free(body);
    char *page = fixture_page(engine);
    (void)sg_engine_free(engine);
    (void)sg_request_plan_free(plan);
    (void)sg_rules_free(plan_rules);
    return page;
}

/* ---- Comparing pages ---- */

/* Pages are long: a failure shows the first line that differs. */
static void assert_same_lines(const char *page, const char *expected)
{
    size_t line = 1;

    while (*page && *expected) {
        size_t n = strcspn(page, "\n") + 1;
        size_t n_expected = strcspn(expected, "\n") + 1;
        if (n != n_expected || strncmp(page, expected, n) != 0)
            fail_msg("line %zu is\n%.*sand should be\n%.*s", line, (int)n, page, (int)n_expected,
                expected);
        page += n;
        expected += n;
        line++;
    }
    assert_string_equal(page, expected);
}

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

static void assert_golden(const char *name, const char *page)
{
    char path[4096];
    size_t len;

    (void)snprintf(path, sizeof path, "%s/jolokia/golden/%s.txt", getenv("SG_FIXTURES"), name);
    if (getenv("SG_GOLDEN_UPDATE")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(page, 1, strlen(page), file), strlen(page));
        assert_int_equal(fclose(file), 0);
    }
    (void)snprintf(path, sizeof path, "jolokia/golden/%s.txt", name);
    char *expected = fixture_read(path, &len);
    assert_same_lines(page, expected);
    free(expected);
}

/* ---- Golden pages ---- */

/* Of which requests a catalogue asks for some keys only, though its rules would take all. */
static const char *narrow_of(const char *catalogue)
{
    return strcmp(catalogue, "kafka") == 0 ? "kafka_network_requestmetrics_" : NULL;
}

static bool is_broker(const char *recording)
{
    return strncmp(recording, "kafka-", 6) == 0;
}

static void check_golden(const char *catalogue, const char *recording)
{
    char name[256];
    const char *target = is_broker(recording) ? "broker" : "jvm";
    struct sg_rules *rules = load(catalogue);
    json_t *all = read_recording(recording);
    char *page = asked_page(rules, all, target);

    (void)snprintf(name, sizeof name, "%s%s%s", strcmp(catalogue, "kafka") ? catalogue : "",
        strcmp(catalogue, "kafka") ? "." : "", recording);
    assert_golden(name, page);
    char *asked = sort_samples(page, narrow_of(catalogue));
    char *whole = sort_samples(whole_page(rules, all, target), narrow_of(catalogue));
    assert_true(*asked != '\0');
    assert_same_lines(asked, whole);
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
}

static void test_golden_kafka_more(void **state)
{
    (void)state;
    check_golden("kafka-requests", "kafka-3.9.1-kraft-controller");
    check_golden("kafka-groups", "kafka-3.6.0-zk-broker");
    check_golden("kafka-groups", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-groups", "kafka-4.1.0-kraft-combined");
    check_golden("kafka-transactions", "kafka-4.1.0-kraft-combined");
    check_golden("kafka-connections", "kafka-3.6.0-zk-broker");
    check_golden("kafka-quotas", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-fetch", "kafka-3.6.0-zk-broker");
    check_golden("kafka-tiered", "kafka-3.9.1-kraft-broker");
    check_golden("kafka-partitions", "kafka-3.6.0-zk-broker");
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

/* ---- Traps of the other JVMs ---- */

static char *page_of(const char *catalogue, const char *recording)
{
    struct sg_rules *rules = load(catalogue);
    json_t *all = read_recording(recording);
    char *page = asked_page(rules, all, "jvm");

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
    struct sg_rules *rules = load("zookeeper");
    (void)state;

    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = read_recording(recordings[i]);
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
    struct sg_rules *rules = load("kafka-quotas");
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
    struct sg_rules *rules = load_every_catalogue();
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
    struct sg_rules *rules = load("presto");
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

/* A log that moves to another directory is there twice; a controller's label is not ours. */
static void test_kafka_names_that_would_collide(void **state)
{
    struct sg_rules *rules = load_every_catalogue();
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

/* Any of them go together: nothing is dropped, and no file is loaded twice. */
static void test_all_catalogues_go_together(void **state)
{
    struct sg_rules *rules = load_every_catalogue();
    (void)state;

    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = read_recording(recordings[i]);
        free(asked_page(rules, all, is_broker(recordings[i]) ? "broker" : "jvm"));
        json_decref(all);
    }
    (void)sg_rules_free(rules);
}

static void test_load_all_takes_each_file_once(void **state)
{
    const char *const twice[] = { "zookeeper", "jvm", "zookeeper" };
    const char *const unknown[] = { "jvm", "nope" };
    struct sg_rules *once = load("zookeeper");
    struct sg_rules *rules = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(sg_catalogue_load_all(twice, 3, &rules, &err), 0);
    assert_int_equal(rules->n_rules, once->n_rules);
    assert_int_equal(rules->requests.n, once->requests.n);
    (void)sg_rules_free(rules);
    (void)sg_rules_free(once);
    assert_int_equal(sg_catalogue_load_all(unknown, 2, &rules, &err), -ENOENT);
    assert_non_null(strstr(err.text, "nope"));
}

/* ---- Nothing in a catalogue is dead ---- */

/* What no recording has: how the request's MBean or the rule's name begins, and why. */
struct excuse {
    const char *what;
    const char *why;
    bool used;
};

static struct excuse excuses[] = {
#define NO_EVENT "there is none before it first happens, and none was recorded"
    { "kafka_log_logmanager_remaining", "only while logs are recovered at the start", false },
    { "kafka_network_requestmetrics_deprecatedrequests_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_buildremotelogauxstate", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_bytesrejected_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_failedfetchrequests_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_fetchmessageconversions_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidmagicnumberrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidmessagecrcrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidoffsetorsequencerecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_nokeycompactedtopicrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_producemessageconversions_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotecopy", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotedelete", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotefetch", NO_EVENT, false },
    { "kafka_server_delayedremotefetchmetrics_expires_total", NO_EVENT, false },
    { "kafka.server:type=DelayedRemoteFetchMetrics,", NO_EVENT, false },
#undef NO_EVENT
#define NAN_WHEN_IDLE "was NaN in every recording: nothing of the kind had happened lately"
    { "kafka_connect_source_task_poll_batch_", NAN_WHEN_IDLE, false },
    { "kafka_connect_worker_rebalance_rebalance_", NAN_WHEN_IDLE, false },
    { "kafka_consumer_coordinator_rebalance_latency_max_seconds", NAN_WHEN_IDLE, false },
    { "kafka_server_group_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
    { "kafka_server_quota_throttle_time", NAN_WHEN_IDLE, false },
    { "kafka_server_raftmetrics_election_latency_", NAN_WHEN_IDLE, false },
    { "kafka_server_remotelogmanager_", NAN_WHEN_IDLE, false },
    { "kafka_server_share_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
    { "kafka_server_share_coordinator_metrics_write_latency_", NAN_WHEN_IDLE, false },
    { "kafka_server_transaction_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
#undef NAN_WHEN_IDLE
    { "kafka.controller:type=KafkaController,name=ZkWrite*TimeMs", "only in a migration", false },
    { "kafka_controller_kafkacontroller_zkwrite", "only in a migration", false },
    { "kafka.server:type=AlterLogDirsReplication", "only with a throttle set", false },
    { "kafka.server:type=FollowerReplication", "only with a throttle set", false },
    { "kafka_server_alterlogdirsreplication_byte_rate", "only with a throttle set", false },
    { "kafka_server_followerreplication_byte_rate", "only with a throttle set", false },
    { "kafka.server:type=*,user=*", "no recorded broker authenticates its clients", false },
    { "kafka_server_quota_", "no recorded broker authenticates its clients", false },
    { "kafka_server_socket_server_metrics_connections_tls", "no recorded broker has TLS", false },
    { "metrics:name=master.", "no stand-alone master was recorded", false },
    { "metrics:name=worker.", "no stand-alone worker was recorded", false },
    { "spark_master_", "no stand-alone master was recorded", false },
    { "spark_worker_", "no stand-alone worker was recorded", false },
    { "trino.", "no Trino was recorded; its rules are Presto's", false },
    { NULL, NULL, false },
};

/* @return 1 when there is no excuse; told, so that one run shows them all */
static int check_excuse(const char *kind, const char *text)
{
    for (struct excuse *excuse = excuses; excuse->what; excuse++) {
        if (strncmp(text, excuse->what, strlen(excuse->what)) == 0) {
            excuse->used = true;
            return 0;
        }
    }
    print_error("no recording has anything for the %s %s\n", kind, text);
    return 1;
}

struct usage {
    struct sg_matcher *matcher;
    const struct sg_rules *rules;
    bool *used;  /* of each rule */
    bool *asked; /* of each request */
};

static void note_rule(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct usage *usage = context;
    struct sg_outcome outcome;

    assert_int_equal(sg_matcher_decide(usage->matcher, attribute, value, &outcome), 0);
    if (outcome.kind == SG_OUTCOME_SERIES)
        usage->used[outcome.rule - usage->rules->rules] = true;
}

static void ignore_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    fail_msg("%s: %s", sg_failure_kind_text(kind), err->text);
}

static void note_rules(struct usage *usage, const struct sg_request_plan *plan, json_t *all)
{
    const struct sg_answer_handler handler = { usage, note_rule, NULL, ignore_failure };
    char *body = answer_plan(usage->rules, plan, all, usage->asked);

    assert_int_equal(sg_answer_read(plan, body, strlen(body), &handler), 0);
    free(body);
}

static void test_every_request_and_rule_is_of_use(void **state)
{
    struct sg_rules *rules = load_every_catalogue();
    struct sg_request_plan *plan = NULL;
    struct usage usage = {
        .rules = rules,
        .used = calloc(rules->n_rules, sizeof(bool)),
        .asked = calloc(rules->requests.n, sizeof(bool)),
    };
    int n_dead = 0;
    (void)state;

    assert_int_equal(sg_matcher_new(rules, &usage.matcher), 0);
    assert_int_equal(sg_request_plan_new(rules, &plan), 0);
    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = read_recording(recordings[i]);
        note_rules(&usage, plan, all);
        json_decref(all);
    }
    for (size_t i = 0; i < rules->n_rules; i++) {
        if (!usage.used[i])
            n_dead += check_excuse("rule", rules->rules[i].name.text);
    }
    for (size_t i = 0; i < rules->requests.n; i++) {
        if (!usage.asked[i])
            n_dead += check_excuse("request", rules->requests.lists[i].mbean.text);
    }
    assert_int_equal(n_dead, 0);
    for (const struct excuse *excuse = excuses; excuse->what; excuse++) {
        if (!excuse->used)
            fail_msg("%s needs no excuse", excuse->what);
    }
    (void)sg_matcher_free(usage.matcher);
    (void)sg_request_plan_free(plan);
    (void)sg_rules_free(rules);
    free(usage.used);
    free(usage.asked);
}

/* ---- The catalogues as documentation ---- */

struct told {
    size_t n;
    char *names[2000];
};

/* "... (domain:key=value: attribute)" */
static bool names_its_mbean(const char *help)
{
    const char *open = strrchr(help, '(');
    const char *colon = open ? strchr(open, ':') : NULL;
    const char *equals = colon ? strchr(colon, '=') : NULL;

    return equals && strstr(equals, ": ") && help[strlen(help) - 1] == ')';
}

static bool is_constant_label(struct sg_str name)
{
    return sg_str_equal(name, SG_STR("kafka_cluster")) || sg_str_equal(name, SG_STR("broker")) ||
           sg_str_equal(name, SG_STR("jvm"));
}

static void check_metric(void *context, const struct sg_catalogue_metric *metric)
{
    struct told *told = context;
    const char *name = metric->family.name;

    assert_true(sg_metric_name_valid(sg_str_of(name)));
    assert_int_not_equal(metric->family.type, SG_METRIC_UNKNOWN);
    if (!names_its_mbean(metric->family.help))
        fail_msg("%s: %s", name, metric->family.help);
    bool counts = metric->family.type == SG_METRIC_COUNTER;
    assert_int_equal(counts, sg_str_ends_with(sg_str_of(name), SG_STR("_total")));
    for (size_t i = 0; i < metric->n_labels; i++) {
        assert_true(sg_label_name_valid(metric->labels[i]));
        assert_false(is_constant_label(metric->labels[i]));
    }
    /* A family is in one file only: its type, help and labels cannot differ. */
    for (size_t i = 0; i < told->n; i++) {
        if (strcmp(told->names[i], name) == 0)
            fail_msg("%s is in two files", name);
    }
    assert_true(told->n < sizeof told->names / sizeof told->names[0]);
    told->names[told->n++] = strdup(name);
}

static void test_each_metric_is_documented(void **state)
{
    struct told told = { .n = 0 };
    struct sg_error err;
    (void)state;

    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++)
        assert_int_equal(sg_catalogue_each_metric(one->name, check_metric, &told, &err), 0);
    assert_true(told.n > 400);
    for (size_t i = 0; i < told.n; i++)
        free(told.names[i]);
    assert_false(sg_catalogue_has("nope"));
    assert_int_not_equal(sg_catalogue_each_metric("nope", check_metric, &told, &err), 0);
}

static void test_catalogues_and_their_descriptions_agree(void **state)
{
    (void)state;
    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++) {
        assert_true(sg_catalogue_has(one->name));
        assert_true(one->title[0] && one->text[0]);
    }
    for (const struct sg_embedded *file = sg_catalogue_files; file->set; file++) {
        const struct sg_catalogue *one = sg_catalogues;
        while (one->name && strcmp(one->name, file->set) != 0)
            one++;
        if (!one->name)
            fail_msg("the catalogue %s has no description", file->set);
    }
}

/*
 * Each rule: a literal name, so that nobody's user, client id or topic becomes part of one; the
 * same type and help for all rules of a family; and a decision that holds whatever the number.
 */
static void test_each_rule_is_sound(void **state)
{
    struct sg_rules *rules = load_every_catalogue();
    (void)state;

    for (size_t i = 0; i < rules->n_rules; i++) {
        const struct sg_rule *rule = &rules->rules[i];
        struct sg_str literal;
        struct sg_str help;
        if (!sg_template_literal(&rule->name, &literal))
            fail_msg("rule %zu: the name is not literal", rule->line);
        assert_true(rule->has_help && sg_template_literal(&rule->help, &help));
        if (rule->sees_value && !rule->has_value)
            fail_msg("%s would be decided anew for each value", rule->name.text);
        for (size_t j = 0; j < i; j++) {
            const struct sg_rule *other = &rules->rules[j];
            if (strcmp(other->name.text, rule->name.text) != 0)
                continue;
            assert_int_equal(other->type, rule->type);
            assert_string_equal(other->help.text, rule->help.text);
        }
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
        cmocka_unit_test(test_clients_that_come_and_go_are_left_out),
        cmocka_unit_test(test_spark_application_id_is_nowhere),
        cmocka_unit_test(test_zookeeper_sessions_are_not_read),
        cmocka_unit_test(test_presto_worker_has_no_nodes),
        cmocka_unit_test(test_quota_of_user_and_client_keeps_them_apart),
        cmocka_unit_test(test_names_in_quotes_lose_them),
        cmocka_unit_test(test_trino_has_the_names_of_presto),
        cmocka_unit_test(test_kafka_names_that_would_collide),
        cmocka_unit_test(test_all_catalogues_go_together),
        cmocka_unit_test(test_load_all_takes_each_file_once),
        cmocka_unit_test(test_every_request_and_rule_is_of_use),
        cmocka_unit_test(test_each_metric_is_documented),
        cmocka_unit_test(test_catalogues_and_their_descriptions_agree),
        cmocka_unit_test(test_each_rule_is_sound),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
