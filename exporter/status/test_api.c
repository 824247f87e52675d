/* SPDX-License-Identifier: Apache-2.0 */
#include "status/api.h"

#include "status/json.h"
#include "test.h"
#include "watch/test_watched.h"

#include <jansson.h>
#include <math.h>

static struct sg_buf json;

static struct sg_status_sources sources_of(struct watched *w)
{
    return (struct sg_status_sources){
        .telemetry_path = "/metrics",
        .store = w->store,
        .roster = w->roster,
        .watch = w->watch,
        .clock = &test_clock,
    };
}

/* @param parameters  "limit=2&q=x" @return what sg_api_write() returned, or the parameter's error
 */
static int ask(struct watched *w, enum sg_api api, const char *parameters)
{
    static char text[500];
    const struct sg_status_sources sources = sources_of(w);
    struct sg_api_query query = { .api = api };
    struct sg_error err;
    char *rest = text;

    (void)snprintf(text, sizeof text, "%s", parameters);
    for (char *name; text[0] && (name = strsep(&rest, "&"));) {
        char *value = strchr(name, '=');
        *value = '\0';
        int r = sg_api_query_set(&query, name, value + 1, &err);
        if (r)
            return r;
    }
    sg_buf_clear(&json);
    return sg_api_write(&sources, &query, &json);
}

/* The answer, which must be JSON. */
static json_t *answer(struct watched *w, enum sg_api api, const char *parameters)
{
    json_error_t err;

    assert_int_equal(ask(w, api, parameters), 0);
    json_t *root = json_loadb(json.ptr, json.len, 0, &err);
    assert_non_null(root);
    return root;
}

/* Names of the rows, a space after each; then the total, and where it goes on. */
static const char *names(
    struct watched *w, enum sg_api api, const char *member, const char *parameters)
{
    static char out[500];
    json_t *root = answer(w, api, parameters), *row;
    struct sg_buf text;
    size_t i;

    sg_buf_init(&text, sizeof out - 1);
    json_array_foreach(json_object_get(root, sg_api_name(api)), i, row)(void)
        sg_buf_printf(&text, "%s ", json_string_value(json_object_get(row, member)));
    (void)sg_buf_printf(&text, "%d", (int)json_integer_value(json_object_get(root, "total")));
    if (json_is_string(json_object_get(root, "next")))
        (void)sg_buf_printf(&text, " %s", json_string_value(json_object_get(root, "next")));
    (void)snprintf(out, sizeof out, SG_STR_FMT, SG_STR_ARG(sg_buf_get(&text)));
    sg_buf_done(&text);
    json_decref(root);
    return out;
}

static void assert_answer(
    struct watched *w, enum sg_api api, const char *parameters, const char *expected)
{
    assert_int_equal(ask(w, api, parameters), 0);
    assert_int_equal(sg_buf_add_char(&json, '\0'), 0);
    assert_string_equal(json.ptr, expected);
}

static int set_up(void **state)
{
    sg_buf_init(&json, SG_API_BYTES_MAX);
    return watched_set_up(state);
}

static int tear_down(void **state)
{
    sg_buf_done(&json);
    return watched_tear_down(state);
}

static void put_group(struct watched *w, const char *name, const char *status)
{
    char labels[128];

    (void)snprintf(labels, sizeof labels, "consumergroup=%s status=%s", name, status);
    watched_put(w, "kafka_consumergroup_status", labels, 1);
}

static void test_lists_before_anything_was_collected_are_not_ready(void **state)
{
    assert_int_equal(ask(*state, SG_API_GROUPS, ""), SG_API_E_NOT_READY);
    assert_answer(*state, SG_API_EVENTS, "",
        "{\"time\":\"1970-01-01T00:16:40Z\",\"next\":null,\"events\":[]}");
}

static void test_clusters_have_their_state_its_start_and_causes(void **state)
{
    struct watched *w = *state;

    watched_collect(w);
    assert_answer(w, SG_API_CLUSTERS, "",
        "{\"time\":\"1970-01-01T00:16:41Z\",\"complete\":true,\"total\":1,\"next\":null,"
        "\"causes\":[],\"clusters\":[{\"cluster\":\"<c>\",\"state\":\"up\",\"severity\":\"ok\","
        "\"since\":{\"time\":\"1970-01-01T00:16:41Z\",\"seconds\":0,\"at_least\":true},"
        "\"partition_count\":0,\"leaderless\":0,\"under_min_isr\":0,"
        "\"missing_replicas\":0,\"causes\":[]}]}");
    put_group(w, "g", "losing_data");
    watched_collect(w);
    sg_cluster_set_up(w->cluster, false);
    watched_wait(w, 100000);
    watched_collect(w);
    now_ms += 7000;
    json_t *root = answer(w, SG_API_CLUSTERS, "state=critical");
    json_t *cluster = json_array_get(json_object_get(root, "clusters"), 0);
    assert_string_equal(json_string_value(json_object_get(cluster, "state")), "down");
    assert_string_equal(json_string_value(json_object_get(cluster, "severity")), "critical");
    json_t *since = json_object_get(cluster, "since");
    assert_true(json_is_false(json_object_get(since, "at_least")));
    assert_true(json_integer_value(json_object_get(since, "seconds")) >= 7);
    json_t *cause = json_array_get(json_object_get(cluster, "causes"), 0);
    assert_string_equal(json_string_value(json_object_get(cause, "kind")), "cluster_down");
    json_decref(root);
}

static void test_counts_of_a_cluster_that_was_never_collected_are_null(void **state)
{
    struct watched *w = *state;
    struct sg_error err;

    sg_slot_begin(w->slot);
    (void)sg_error_set(&err, 0, "it does not answer");
    sg_slot_fail(w->slot, SG_FAILURE_TIMEOUT, &err);
    sg_slot_end(w->slot, NULL);
    watched_wait(w, 1000);
    json_t *root = answer(w, SG_API_CLUSTERS, "cluster=<c>");
    json_t *cluster = json_array_get(json_object_get(root, "clusters"), 0);
    assert_true(json_is_null(json_object_get(cluster, "partition_count")));
    assert_true(json_is_null(json_object_get(cluster, "under_min_isr")));
    json_decref(root);
}

static void test_a_partition_without_a_leader_has_none(void **state)
{
    struct watched *w = *state;

    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=0", 7);
    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=1", 7);
    watched_put(w, "kafka_topic_partition_leaderless", "topic=t partition=0", 1);
    watched_collect(w);
    json_t *root = answer(w, SG_API_TOPICS, "state=leaderless&topic=t");
    json_t *topic = json_array_get(json_object_get(root, "topics"), 0);
    json_t *partitions = json_object_get(topic, "partitions");
    assert_string_equal(json_string_value(json_object_get(topic, "severity")), "critical");
    assert_true(json_is_null(json_object_get(json_array_get(partitions, 0), "leader")));
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(partitions, 1), "leader")), "7");
    json_decref(root);
}

static void test_brokers_are_in_the_order_of_their_ids_with_what_is_known(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 10, "h", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 9, "other", 9092, true), 0);
    watched_put(w, "kafka_server_replicamanager_leadercount", "broker=10", 4);
    watched_put(
        w, "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", "broker=10", 0.25);
    watched_collect(w);
    assert_string_equal(names(w, SG_API_BROKERS, "broker", ""), "9 10 2");
    assert_answer(w, SG_API_BROKERS, "broker=10",
        "{\"time\":\"1970-01-01T00:16:41Z\",\"complete\":true,\"total\":1,\"next\":null,"
        "\"brokers\":[{\"cluster\":\"<c>\",\"broker\":\"10\",\"host\":\"h\",\"port\":9092,"
        "\"state\":\"up\",\"severity\":\"warning\","
        "\"since\":{\"time\":\"1970-01-01T00:16:41Z\",\"seconds\":0,\"at_least\":true},"
        "\"controller\":null,\"leader_count\":4,\"partition_count\":null,"
        "\"bytes_in_per_second\":null,\"bytes_out_per_second\":null,"
        "\"messages_in_per_second\":null,\"request_handlers_idle_ratio\":0.25,"
        "\"network_threads_idle_ratio\":null,\"log_size_bytes\":null}]}");
    assert_string_equal(names(w, SG_API_BROKERS, "broker", "state=warning"), "10 1");
    assert_string_equal(names(w, SG_API_BROKERS, "broker", "q=OTHE"), "9 1");
    assert_string_equal(names(w, SG_API_BROKERS, "broker", "limit=1"), "9 2 <c>/0000000009");
    assert_string_equal(names(w, SG_API_BROKERS, "broker", "limit=1&after=<c>/0000000009"), "10 2");
}

static void test_a_topic_by_name_has_its_partitions(void **state)
{
    struct watched *w = *state;

    watched_put(w, "kafka_topic_partitions", "topic=t", 2);
    watched_put(w, "kafka_topic_partitions", "topic=other", 1);
    watched_put(w, "kafka_topic_last_produced_timestamp_seconds", "topic=t", 61);
    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=1", 1);
    watched_put(w, "kafka_topic_partition_replicas", "topic=t partition=1", 3);
    watched_put(w, "kafka_topic_partition_in_sync_replica", "topic=t partition=1", 1);
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=1", 500);
    watched_put(w, "kafka_topic_partition_info", "topic=t partition=1 missing=2,3", 1);
    watched_put(w, "kafka_topic_partition_leader", "topic=other partition=0", 1);
    watched_collect(w);
    assert_answer(w, SG_API_TOPICS, "topic=t&cluster=<c>",
        "{\"time\":\"1970-01-01T00:16:41Z\",\"complete\":true,\"total\":1,\"next\":null,"
        "\"topics\":[{\"cluster\":\"<c>\",\"topic\":\"t\",\"state\":\"missing_replicas\","
        "\"severity\":\"warning\","
        "\"since\":{\"time\":\"1970-01-01T00:16:41Z\",\"seconds\":0,\"at_least\":true},"
        "\"partition_count\":2,\"replication_factor\":null,\"min_insync_replicas\":null,"
        "\"missing_replicas\":1,\"under_min_isr\":0,\"leaderless\":0,\"reassigning\":0,"
        "\"group_count\":null,\"retention_seconds\":null,\"log_size_bytes\":null,"
        "\"records_in_per_second\":null,\"last_produced\":\"1970-01-01T00:01:01Z\","
        "\"partitions\":[{\"partition\":1,\"state\":\"missing_replicas\","
        "\"since\":{\"time\":\"1970-01-01T00:16:41Z\",\"seconds\":0,\"at_least\":true},"
        "\"leader\":\"1\",\"replicas\":3,\"in_sync_replicas\":1,\"missing_brokers\":[\"2\",\"3\"],"
        "\"reassigning\":false,\"log_end_offset\":500,\"records_in_per_second\":null}]}]}");
    assert_string_equal(names(w, SG_API_TOPICS, "topic", "state=ok"), "other 1");
    assert_null(memmem(json.ptr, json.len, "\"partitions\"", 12));
    assert_string_equal(names(w, SG_API_TOPICS, "topic", "state=missing_replicas"), "t 1");
}

static void test_a_group_by_name_has_its_partitions_with_member_end_and_leader(void **state)
{
    struct watched *w = *state;

    put_group(w, "g", "lagging");
    watched_put(w, "kafka_consumergroup_state", "consumergroup=g state=Stable", 1);
    watched_put(w, "kafka_consumergroup_lag_sum", "consumergroup=g topic=t", 10);
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=1", 500);
    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=1", 3);
    watched_put(
        w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=1", 490);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=1", 10);
    watched_put(w, "kafka_consumergroup_lag_seconds", "consumergroup=g topic=t partition=1", 1.5);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=other topic=t partition=1", 99);
    watched_put(w, "kafka_consumergroup_partition_status",
        "consumergroup=g topic=t partition=1 status=lagging", 1);
    watched_put(w, "kafka_consumergroup_partition_status",
        "consumergroup=g topic=t partition=1 status=stalled", 0);
    watched_put(w, "kafka_consumergroup_partition_owner_info",
        "consumergroup=g topic=t partition=1 member=m client_id=app host=/h", 1);
    watched_collect(w);
    assert_answer(w, SG_API_GROUPS, "group=g",
        "{\"time\":\"1970-01-01T00:16:41Z\",\"complete\":true,\"total\":1,\"next\":null,"
        "\"groups\":[{\"cluster\":\"<c>\",\"group\":\"g\",\"status\":\"lagging\","
        "\"severity\":\"warning\","
        "\"since\":{\"time\":\"1970-01-01T00:16:41Z\",\"seconds\":0,\"at_least\":true},"
        "\"state\":\"Stable\",\"type\":null,\"coordinator\":null,\"members\":null,\"lag\":10,"
        "\"lag_seconds\":null,\"records_read_per_second\":null,\"time_to_drain_seconds\":null,"
        "\"retention_margin_ratio\":null,\"unread_lost\":null,\"partitions\":[{\"topic\":\"t\","
        "\"partition\":1,\"status\":\"lagging\",\"committed_offset\":490,\"log_end_offset\":500,"
        "\"lag\":10,\"lag_seconds\":1.5,\"records_read_per_second\":null,"
        "\"time_to_drain_seconds\":null,\"leader\":\"3\",\"member\":\"m\",\"client_id\":\"app\","
        "\"host\":\"/h\"}]}]}");
}

static void put_read(struct watched *w, double end, double lag)
{
    put_group(w, "g", "lagging");
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=1", end);
    watched_put(
        w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=1", end - lag);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=1", lag);
}

/* The watch looks a moment after a collection: what is asked for in between is of that one alone.
 */
static void test_offsets_of_a_partition_are_of_one_collection(void **state)
{
    static const struct {
        double end, lag, expected;
    } cases[] = { { 503, 13, 503 }, { 504, 0, 503 } }; /* without lag the end is the view's */
    struct watched *w = *state;

    for (size_t i = 0; i < 2; i++) {
        put_read(w, i == 0 ? 500 : 503, 10);
        watched_collect(w);
        put_read(w, cases[i].end, cases[i].lag);
        watched_publish(w);
        json_t *root = answer(w, SG_API_GROUPS, "group=g");
        json_t *group = json_array_get(json_object_get(root, "groups"), 0);
        json_t *row = json_array_get(json_object_get(group, "partitions"), 0);
        assert_int_equal(json_integer_value(json_object_get(row, "lag")), cases[i].lag);
        assert_int_equal(
            json_integer_value(json_object_get(row, "log_end_offset")), cases[i].expected);
        json_decref(root);
    }
}

static void test_groups_are_filtered_and_read_in_pieces(void **state)
{
    struct watched *w = *state;

    put_group(w, "c", "stalled");
    put_group(w, "a", "ok");
    put_group(w, "Bc", "stopped");
    watched_put(w, "kafka_consumergroup_members", "consumergroup=d", 2);
    watched_collect(w);
    assert_string_equal(names(w, SG_API_GROUPS, "group", ""), "Bc a c d 4");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "limit=2"), "Bc a 4 <c>/a");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "limit=2&after=<c>/a"), "c d 4");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "after=<c>/b"), "c d 4");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "limit=4"), "Bc a c d 4");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "q=C"), "Bc c 2");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "state=critical"), "c 1");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "state=stopped"), "Bc 1");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "state=unknown"), "d 1");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "state=ok"), "a 1");
    assert_string_equal(names(w, SG_API_GROUPS, "group", "cluster=<c>&q=nobody"), "0");
}

static void test_a_name_that_is_not_known_is_not_found(void **state)
{
    struct watched *w = *state;

    put_group(w, "", "ok");
    watched_collect(w);
    assert_int_equal(ask(w, SG_API_GROUPS, "group=x"), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(ask(w, SG_API_GROUPS, "cluster=x"), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(ask(w, SG_API_GROUPS, "cluster=x&group="), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(ask(w, SG_API_CLUSTERS, "cluster=x"), SG_STATUS_E_NOT_FOUND);
    assert_string_equal(names(w, SG_API_TOPICS, "topic", "cluster=<c>"), "0");
    json_t *root = answer(w, SG_API_GROUPS, "group=");
    json_t *group = json_array_get(json_object_get(root, "groups"), 0);
    assert_string_equal(json_string_value(json_object_get(group, "group")), "");
    assert_true(json_is_array(json_object_get(group, "partitions")));
    json_decref(root);
}

static void test_events_are_filtered_and_read_in_pieces(void **state)
{
    struct watched *w = *state;

    put_group(w, "g", "ok");
    watched_collect(w);
    put_group(w, "g", "stalled");
    assert_int_equal(sg_cluster_set_broker(w->cluster, 4, "h", 9092, true), 0);
    watched_collect(w);
    sg_cluster_set_broker_down(w->cluster, 4);
    put_group(w, "g", "stalled");
    watched_collect(w);
    assert_answer(w, SG_API_EVENTS, "kind=group_status",
        "{\"time\":\"1970-01-01T00:16:43Z\",\"next\":null,\"events\":[{\"number\":2,"
        "\"time\":\"1970-01-01T00:16:42Z\",\"kind\":\"group_status\",\"severity\":\"critical\","
        "\"cluster\":\"<c>\",\"text\":\"group g is stalled, was ok\",\"detail\":null,"
        "\"broker\":null,\"topic\":null,\"partition\":null,\"group\":\"g\","
        "\"status_before\":\"ok\",\"status\":\"stalled\",\"collector\":null,\"target\":null,"
        "\"lasted_seconds\":1,\"at_least\":true,\"more\":null}]}");
    json_t *root = answer(w, SG_API_EVENTS, "limit=1");
    json_t *event = json_array_get(json_object_get(root, "events"), 0);
    assert_string_equal(json_string_value(json_object_get(event, "kind")), "broker_down");
    assert_string_equal(json_string_value(json_object_get(event, "broker")), "4");
    assert_string_equal(json_string_value(json_object_get(root, "next")), "3");
    json_decref(root);
    root = answer(w, SG_API_EVENTS, "limit=2&after=3");
    assert_int_equal(json_array_size(json_object_get(root, "events")), 2);
    assert_true(json_is_null(json_object_get(root, "next")));
    json_decref(root);
    root = answer(w, SG_API_EVENTS, "broker=4&severity=critical&hours=1&cluster=<c>");
    assert_int_equal(json_array_size(json_object_get(root, "events")), 1);
    json_decref(root);
    root = answer(w, SG_API_EVENTS, "severity=critical");
    assert_int_equal(json_array_size(json_object_get(root, "events")), 2);
    json_decref(root);
    root = answer(w, SG_API_EVENTS, "severity=info");
    assert_int_equal(json_array_size(json_object_get(root, "events")), 3);
    json_decref(root);
    root = answer(w, SG_API_EVENTS, "group=other");
    assert_int_equal(json_array_size(json_object_get(root, "events")), 0);
    json_decref(root);
}

static void test_events_that_are_only_counted_have_no_name(void **state)
{
    struct watched *w = *state;
    struct sg_event event = sg_journal_event(SG_EVENT_GROUP_STATUS, SG_SEVERITY_WARNING);

    event.cluster = "<c>";
    event.n_more = 180;
    sg_journal_add(sg_watch_journal(w->watch), &event);
    json_t *root = answer(w, SG_API_EVENTS, "kind=group_status");
    json_t *found = json_array_get(json_object_get(root, "events"), 0);
    assert_int_equal(json_integer_value(json_object_get(found, "more")), 180);
    assert_true(json_is_null(json_object_get(found, "group")));
    assert_true(json_is_null(json_object_get(found, "status")));
    json_decref(root);
}

static void test_parameters_that_a_list_does_not_have_are_errors(void **state)
{
    static const struct {
        enum sg_api api;
        const char *parameters;
    } bad[] = { { SG_API_GROUPS, "topic=t" }, { SG_API_GROUPS, "sort=lag" },
        { SG_API_GROUPS, "limit=0" }, { SG_API_GROUPS, "limit=" }, { SG_API_GROUPS, "limit=1x" },
        { SG_API_GROUPS, "limit=1000001" }, { SG_API_GROUPS, "limit=99999999" },
        { SG_API_GROUPS, "state=down" }, { SG_API_GROUPS, "state=" },
        { SG_API_TOPICS, "state=stalled" }, { SG_API_EVENTS, "q=x" },
        { SG_API_EVENTS, "kind=nothing" }, { SG_API_EVENTS, "severity=ok" },
        { SG_API_EVENTS, "after=x" }, { SG_API_EVENTS, "after=0" }, { SG_API_EVENTS, "hours=-1" },
        { SG_API_EVENTS, "hours=" }, { SG_API_EVENTS, "hours=99999" } };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ask(*state, bad[i].api, bad[i].parameters), SG_STATUS_E_BAD);
}

static void test_paths_of_the_lists_alone_are_found(void **state)
{
    enum sg_api api = SG_APIS;

    (void)state;
    assert_true(sg_api_find("/api/v1/groups", &api) && api == SG_API_GROUPS);
    assert_true(sg_api_find("/api/v1/events", &api) && api == SG_API_EVENTS);
    assert_false(sg_api_find("/api/v1/groups/", &api));
    assert_false(sg_api_find("/api/v1/", &api));
    assert_false(sg_api_find("/api/v2/groups", &api));
}

static void test_an_answer_that_is_too_long_fails(void **state)
{
    struct watched *w = *state;

    put_group(w, "g", "ok");
    watched_collect(w);
    sg_buf_done(&json);
    sg_buf_init(&json, 200);
    assert_int_equal(ask(w, SG_API_GROUPS, ""), SG_BUF_E_FULL);
}

static void assert_json(const char *expected)
{
    assert_int_equal(sg_buf_add_char(&json, '\0'), 0);
    assert_string_equal(json.ptr, expected);
    sg_buf_clear(&json);
}

static void test_numbers_that_are_not_known_are_null(void **state)
{
    (void)state;
    sg_json_open(&json, NULL, '{');
    sg_json_number(&json, "nan", (double)NAN);
    sg_json_number(&json, "inf", (double)-INFINITY);
    sg_json_number(&json, "a", 0.1);
    sg_json_number(&json, "b", -3);
    sg_json_number(&json, "c", 9007199254740992.0);
    sg_json_number(&json, "d", 1e300);
    sg_json_time(&json, "e", 1796095845999);
    sg_json_close(&json, '}');
    assert_json("{\"nan\":null,\"inf\":null,\"a\":0.1,\"b\":-3,\"c\":9007199254740992,\"d\":1e+"
                "300,\"e\":\"2026-12-01T03:30:45Z\"}");
}

static void test_text_is_escaped_and_always_utf_8(void **state)
{
    (void)state;
    sg_json_open(&json, NULL, '[');
    sg_json_text(&json, NULL, SG_STR("a\xff\"\n\\\xc3\xa9\0z\xc3"));
    sg_json_text(&json, NULL, (struct sg_str){ NULL, 0 });
    sg_json_text_or_null(&json, NULL, SG_STR(""));
    sg_json_open(&json, NULL, '{');
    sg_json_open_named(&json, SG_STR("x\"[{:"), '[');
    sg_json_text(&json, NULL, SG_STR("["));
    sg_json_text(&json, NULL, SG_STR("{"));
    sg_json_close(&json, ']');
    sg_json_close(&json, '}');
    sg_json_close(&json, ']');
    assert_json("[\"a\xEF\xBF\xBD\\\"\\u000a\\\\\xc3\xa9\\u0000z\xEF\xBF\xBD\",\"\",null,"
                "{\"x\\\"[{:\":[\"[\",\"{\"]}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_lists_before_anything_was_collected_are_not_ready),
        TEST(test_clusters_have_their_state_its_start_and_causes),
        TEST(test_counts_of_a_cluster_that_was_never_collected_are_null),
        TEST(test_a_partition_without_a_leader_has_none),
        TEST(test_brokers_are_in_the_order_of_their_ids_with_what_is_known),
        TEST(test_a_topic_by_name_has_its_partitions),
        TEST(test_a_group_by_name_has_its_partitions_with_member_end_and_leader),
        TEST(test_offsets_of_a_partition_are_of_one_collection),
        TEST(test_groups_are_filtered_and_read_in_pieces),
        TEST(test_a_name_that_is_not_known_is_not_found),
        TEST(test_events_are_filtered_and_read_in_pieces),
        TEST(test_events_that_are_only_counted_have_no_name),
        TEST(test_parameters_that_a_list_does_not_have_are_errors),
        TEST(test_paths_of_the_lists_alone_are_found),
        TEST(test_an_answer_that_is_too_long_fails),
        TEST(test_numbers_that_are_not_known_are_null),
        TEST(test_text_is_escaped_and_always_utf_8),
#undef TEST
    };

    return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
