/* SPDX-License-Identifier: Apache-2.0 */
#include "status/burrow.h"

#include "status/api.h"
#include "test.h"
#include "watch/test_watched.h"

/* Answers have the members that Burrow's documentation gives them (HTTP-Endpoint). */

static struct sg_buf json;

#define REQUEST ",\"request\":{\"url\":\"/p\",\"host\":\"h\"}}"

static int ask(struct watched *w, const char *path)
{
    const struct sg_status_sources sources = {
        .telemetry_path = "/metrics",
        .store = w->store,
        .roster = w->roster,
        .watch = w->watch,
        .clock = &test_clock,
    };
    const struct sg_burrow_request request = { "/p", "h" };
    struct sg_burrow_path found;

    assert_true(sg_burrow_find(path, &found));
    sg_buf_clear(&json);
    int r = sg_burrow_write(&sources, &found, &request, &json);
    assert_int_equal(sg_buf_add_char(&json, '\0'), 0);
    return r;
}

static void assert_answer(struct watched *w, const char *path, const char *expected)
{
    assert_int_equal(ask(w, path), 0);
    assert_string_equal(json.ptr, expected);
}

static int set_up(void **state)
{
    sg_buf_init(&json, 1024 * 1024);
    return watched_set_up(state);
}

static int tear_down(void **state)
{
    sg_buf_done(&json);
    return watched_tear_down(state);
}

/* Group g, lagging: partition 0 is at its end, 2 is not; another group. */
static void put_all(struct watched *w)
{
    assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "broker-1", 9092, true), 0);
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=2", 500);
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=0", 70);
    watched_put(w, "kafka_consumergroup_status", "consumergroup=g status=lagging", 1);
    watched_put(w, "kafka_consumergroup_lag_sum", "consumergroup=g topic=t", 10);
    watched_put(w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=0", 70);
    watched_put(
        w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=2", 490);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=0", 0);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=2", 10);
    watched_put(w, "kafka_consumergroup_partition_owner_info",
        "consumergroup=g topic=t partition=2 member=m client_id=app host=/h", 1);
    watched_put(w, "kafka_consumergroup_status", "consumergroup=a/b status=ok", 1);
}

static void test_paths_are_taken_apart(void **state)
{
    static const struct {
        const char *path;
        enum sg_burrow_what what;
        const char *cluster, *name;
    } good[] = {
        { "/v3/kafka", SG_BURROW_CLUSTERS, "", "" },
        { "/v3/kafka/", SG_BURROW_CLUSTERS, "", "" },
        { "/v3/kafka/c", SG_BURROW_CLUSTER, "c", "" },
        { "/v3/kafka/c/", SG_BURROW_CLUSTER, "c", "" },
        { "/v3/kafka/c/topic", SG_BURROW_TOPICS, "c", "" },
        { "/v3/kafka/c/topic/t", SG_BURROW_TOPIC, "c", "t" },
        { "/v3/kafka/c/topic/t/consumers", SG_BURROW_TOPIC_CONSUMERS, "c", "t" },
        { "/v3/kafka/c/consumer", SG_BURROW_CONSUMERS, "c", "" },
        { "/v3/kafka/c/consumer/", SG_BURROW_CONSUMERS, "c", "" },
        { "/v3/kafka/c/consumer/g", SG_BURROW_CONSUMER, "c", "g" },
        { "/v3/kafka/c/consumer/lag", SG_BURROW_CONSUMER, "c", "lag" },
        { "/v3/kafka/c/consumer/g/status", SG_BURROW_CONSUMER_STATUS, "c", "g" },
        { "/v3/kafka/c/consumer/a/b/lag", SG_BURROW_CONSUMER_LAG, "c", "a/b" },
        { "/v3/kafka/c/consumer//lag", SG_BURROW_CONSUMER_LAG, "c", "" },
    };
    static const char *const bad[] = { "/v3/kafkas", "/v3/kafka//topic", "/v3/kafka/c/topics",
        "/v3/kafka/c//consumer", "/v3", "" };
    struct sg_burrow_path path;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(sg_burrow_find(good[i].path, &path));
        assert_int_equal(path.what, good[i].what);
        assert_true(sg_str_equal(path.cluster, sg_str_of(good[i].cluster)));
        assert_true(sg_str_equal(path.name, sg_str_of(good[i].name)));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_burrow_find(bad[i], &path));
}

static void test_lists_of_clusters_topics_and_consumers(void **state)
{
    struct watched *w = *state;

    assert_answer(w, "/v3/kafka",
        "{\"error\":false,\"message\":\"cluster list returned\",\"clusters\":[\"<c>\"]" REQUEST);
    put_all(w);
    watched_collect(w);
    assert_answer(w, "/v3/kafka/<c>",
        "{\"error\":false,\"message\":\"cluster module detail returned\","
        "\"module\":{\"class-name\":\"kafka\",\"servers\":[\"broker-1:9092\"]}" REQUEST);
    assert_answer(w, "/v3/kafka/<c>/topic",
        "{\"error\":false,\"message\":\"topic list returned\",\"topics\":[\"t\"]" REQUEST);
    assert_answer(w, "/v3/kafka/<c>/topic/t",
        "{\"error\":false,\"message\":\"topic offsets returned\","
        "\"offsets\":[70,null,500]" REQUEST);
    assert_answer(w, "/v3/kafka/<c>/topic/t/consumers",
        "{\"error\":false,\"message\":\"consumers of topic returned\","
        "\"consumers\":[\"g\"]" REQUEST);
    assert_answer(w, "/v3/kafka/<c>/consumer",
        "{\"error\":false,\"message\":\"consumer list returned\","
        "\"consumers\":[\"g\",\"a/b\"]" REQUEST);
}

#define OFFSET(offset, lag) \
    "{\"offset\":" #offset ",\"timestamp\":1000000,\"observedAt\":1000000,\"lag\":" #lag "}"
#define PARTITION_2                                                                                \
    "{\"topic\":\"t\",\"partition\":2,\"owner\":\"/h\",\"client_id\":\"app\",\"status\":\"WARN\"," \
    "\"start\":" OFFSET(490, 10) ",\"end\":" OFFSET(490, 10) ",\"current_lag\":10,\"complete\":1}"

static void test_status_has_partitions_that_are_not_ok_and_lag_has_all(void **state)
{
    struct watched *w = *state;

    put_all(w);
    watched_collect(w);
    assert_answer(w, "/v3/kafka/<c>/consumer/g/status",
        "{\"error\":false,\"message\":\"consumer status returned\",\"status\":{"
        "\"cluster\":\"<c>\",\"group\":\"g\",\"status\":\"WARN\",\"complete\":1,"
        "\"partitions\":[" PARTITION_2 "],\"maxlag\":" PARTITION_2
        ",\"partition_count\":2,\"totallag\":10}" REQUEST);
    assert_answer(w, "/v3/kafka/<c>/consumer/g/lag",
        "{\"error\":false,\"message\":\"consumer status returned\",\"status\":{"
        "\"cluster\":\"<c>\",\"group\":\"g\",\"status\":\"WARN\",\"complete\":1,"
        "\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"owner\":\"\",\"client_id\":\"\","
        "\"status\":\"OK\",\"start\":" OFFSET(70, 0) ",\"end\":" OFFSET(
            70, 0) ",\"current_lag\":0,\"complete\":1}," PARTITION_2 "],\"maxlag\":" PARTITION_2
                   ",\"partition_count\":2,\"totallag\":10}" REQUEST);
}

static void test_consumer_has_a_place_for_each_partition(void **state)
{
    struct watched *w = *state;

    put_all(w);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=far partition=2000000000", 1);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=u partition=0", 3);
    watched_collect(w);
    assert_answer(w, "/v3/kafka/<c>/consumer/g",
        "{\"error\":false,\"message\":\"consumer detail returned\",\"topics\":{\"far\":[],"
        "\"t\":[{\"offsets\":[" OFFSET(70,
            0) "],\"owner\":\"\",\"client_id\":\"\",\"current-lag\":0},"
               "{\"offsets\":[],\"owner\":\"\",\"client_id\":\"\",\"current-lag\":null},"
               "{\"offsets\":[" OFFSET(490, 10) "],\"owner\":\"/h\",\"client_id\":\"app\","
                                                "\"current-lag\":10}],"
                                                "\"u\":[{\"offsets\":[],\"owner\":\"\",\"client_"
                                                "id\":\"\",\"current-lag\":3}]}" REQUEST);
}

static const char *status_of(struct watched *w, const char *ours, const char *of_partition)
{
    static char found[64];
    char labels[128];

    (void)snprintf(labels, sizeof labels, "consumergroup=g status=%s", ours);
    watched_put(w, "kafka_consumergroup_status", labels, 1);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=0", 5);
    (void)snprintf(
        labels, sizeof labels, "consumergroup=g topic=t partition=0 status=%s", of_partition);
    if (of_partition[0])
        watched_put(w, "kafka_consumergroup_partition_status", labels, 1);
    watched_collect(w);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/g/lag"), 0);
    const char *group = strstr(json.ptr, "\"group\":\"g\",\"status\":\"");
    const char *partition = strstr(json.ptr, "\"client_id\":\"\",\"status\":\"");
    assert_true(group && partition);
    group += strlen("\"group\":\"g\",\"status\":\"");
    partition += strlen("\"client_id\":\"\",\"status\":\"");
    (void)snprintf(found, sizeof found, "%.*s %.*s", (int)strcspn(group, "\""), group,
        (int)strcspn(partition, "\""), partition);
    return found;
}

static void test_statuses_are_burrows_words(void **state)
{
    struct watched *w = *state;

    assert_string_equal(status_of(w, "ok", ""), "OK OK");
    assert_string_equal(status_of(w, "lagging", ""), "WARN WARN");
    assert_string_equal(status_of(w, "rewound", ""), "WARN REWIND");
    assert_string_equal(status_of(w, "stalled", ""), "ERR STALL");
    assert_string_equal(status_of(w, "stopped", ""), "ERR STOP");
    assert_string_equal(status_of(w, "losing_data", ""), "ERR ERR");
    assert_string_equal(status_of(w, "stalled", "ok"), "ERR OK");
    assert_string_equal(status_of(w, "stalled", "rewound"), "ERR REWIND");
    assert_string_equal(status_of(w, "stalled", "stalled"), "ERR STALL");
    assert_string_equal(status_of(w, "stopped", "stalled"), "ERR STOP");
}

static void test_what_is_not_known_is_not_found(void **state)
{
    struct watched *w = *state;

    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer"), SG_API_E_NOT_READY);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/g/status"), SG_API_E_NOT_READY);
    put_all(w);
    watched_collect(w);
    assert_int_equal(ask(w, "/v3/kafka/x"), SG_STATUS_E_NOT_FOUND);
    assert_string_equal(
        json.ptr, "{\"error\":true,\"message\":\"cluster module not found\"" REQUEST);
    assert_int_equal(ask(w, "/v3/kafka/x/consumer"), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(ask(w, "/v3/kafka/<c>/topic/x"), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/x"), SG_STATUS_E_NOT_FOUND);
    assert_string_equal(
        json.ptr, "{\"error\":true,\"message\":\"cluster or consumer not found\"" REQUEST);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/x/lag"), SG_STATUS_E_NOT_FOUND);
    assert_string_equal(json.ptr,
        "{\"error\":false,\"message\":\"consumer status returned\",\"status\":{"
        "\"cluster\":\"<c>\",\"group\":\"x\",\"status\":\"NOTFOUND\",\"complete\":1,"
        "\"partitions\":[],\"maxlag\":null,\"partition_count\":0,\"totallag\":0}" REQUEST);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/a/b/status"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_paths_are_taken_apart),
        TEST(test_lists_of_clusters_topics_and_consumers),
        TEST(test_status_has_partitions_that_are_not_ok_and_lag_has_all),
        TEST(test_consumer_has_a_place_for_each_partition),
        TEST(test_statuses_are_burrows_words),
        TEST(test_what_is_not_known_is_not_found),
#undef TEST
    };

    return cmocka_run_group_tests_name("burrow", tests, NULL, NULL);
}
