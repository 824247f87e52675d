/* SPDX-License-Identifier: Apache-2.0 */
#include "golden.h"
#include "status/api.h"
#include "status/status_page.h"
#include "watch/test_watched.h"

#include <stdlib.h>

/*
 * Whole pages and answers of one cluster with something of everything: each cell, note and link.
 * SG_GOLDEN_UPDATE=1 writes what is expected, to tests/fixtures/status; read the difference.
 */

/* ---- The cluster ---- */

enum {
    ROUNDS = 4, /* collections, 10 s apart */
};

/* A series, from a collection on: its value there, and by how much it grows with each one. */
struct sample {
    const char *family, *labels;
    double value, step;
    int first, last;
};

#define ALWAYS   0, ROUNDS - 1
#define FROM(n)  n, ROUNDS - 1
#define UNTIL(n) 0, n

static const struct sample samples[] = {
    /* Broker 1 is the controller until 2 is; 2 is busy from then on, 3 goes down. */
    { "kafka_controller_kafkacontroller_activecontrollercount", "broker=1", 1, 0, UNTIL(1) },
    { "kafka_controller_kafkacontroller_activecontrollercount", "broker=1", 0, 0, FROM(2) },
    { "kafka_controller_kafkacontroller_activecontrollercount", "broker=2", 1, 0, FROM(2) },
    { "kafka_server_replicamanager_leadercount", "broker=1", 41, 0, ALWAYS },
    { "kafka_server_replicamanager_leadercount", "broker=2", 42, 0, ALWAYS },
    { "kafka_server_replicamanager_partitioncount", "broker=1", 120, 1, ALWAYS },
    { "kafka_server_replicamanager_partitioncount", "broker=2", 1300, 0, ALWAYS },
    { "kafka_server_brokertopicmetrics_alltopics_bytesin_total", "broker=1", 5000, 70000, ALWAYS },
    { "kafka_server_brokertopicmetrics_alltopics_bytesin_total", "broker=2", 1, 300, ALWAYS },
    { "kafka_server_brokertopicmetrics_alltopics_bytesout_total", "broker=1", 9, 150000, ALWAYS },
    { "kafka_server_brokertopicmetrics_alltopics_messagesin_total", "broker=1", 0, 620, ALWAYS },
    { "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", "broker=1", 0.93, -0.04,
        ALWAYS },
    { "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", "broker=2", 0.42, -0.13,
        ALWAYS },
    { "kafka_network_socketserver_networkprocessoravgidle_percent", "broker=1", 0.97, 0, ALWAYS },
    { "kafka_network_socketserver_networkprocessoravgidle_percent", "broker=2", 0.57, 0, ALWAYS },
    { "process_start_time_seconds", "broker=1", 400, 0, ALWAYS },
    { "process_start_time_seconds", "broker=2", 500, 0, UNTIL(1) },
    { "process_start_time_seconds", "broker=2", 1012, 0, FROM(2) },
    { "kafka_broker_log_size_bytes", "broker=1", 123456789, 0, ALWAYS },
    { "kafka_broker_log_size_bytes", "broker=2", 4321, 0, ALWAYS },
    { "kafka_log_size", "broker=1 topic=orders partition=0", 70000, 1, ALWAYS },
    { "kafka_coordinator_group_numgroups", "broker=1", 5, 0, ALWAYS },
    { "kafka_server_replicafetchermanager_maxlag", "broker=1 client=Replica", 3, 0, ALWAYS },
    { "kafka_utils_other", "broker=1", 1, 0, ALWAYS },
    { "jvm_memory_used_bytes", "broker=1 area=heap", 1e9, 0, ALWAYS },
    { "custom_thing", "broker=1 a=<b> c=d", 1.5, 0, ALWAYS },
    /* A healthy topic, which gets a partition. */
    { "kafka_topic_partitions", "topic=orders", 2, 0, UNTIL(1) },
    { "kafka_topic_partitions", "topic=orders", 3, 0, FROM(2) },
    { "kafka_topic_replication_factor", "topic=orders", 3, 0, ALWAYS },
    { "kafka_topic_min_insync_replicas", "topic=orders", 2, 0, ALWAYS },
    { "kafka_topic_retention_seconds", "topic=orders", 604800, 0, ALWAYS },
    { "kafka_topic_log_size_leader_bytes", "topic=orders", 987654, 0, ALWAYS },
    { "kafka_topic_groups", "topic=orders", 4, 0, ALWAYS },
    { "kafka_topic_last_produced_timestamp_seconds", "topic=orders", 990, 10, ALWAYS },
    { "kafka_topic_config_info", "topic=orders cleanup_policy=delete compression_type=zstd", 1, 0,
        ALWAYS },
    { "kafka_topic_partition_leader", "topic=orders partition=0", 1, 0, ALWAYS },
    { "kafka_topic_partition_replicas", "topic=orders partition=0", 3, 0, ALWAYS },
    { "kafka_topic_partition_in_sync_replica", "topic=orders partition=0", 3, 0, ALWAYS },
    { "kafka_topic_partition_current_offset", "topic=orders partition=0", 5000, 700, ALWAYS },
    { "kafka_topic_partition_oldest_offset", "topic=orders partition=0", 1000, 10, ALWAYS },
    { "kafka_topic_partition_leader", "topic=orders partition=1", 2, 0, ALWAYS },
    { "kafka_topic_partition_replicas", "topic=orders partition=1", 3, 0, ALWAYS },
    { "kafka_topic_partition_in_sync_replica", "topic=orders partition=1", 3, 0, ALWAYS },
    { "kafka_topic_partition_current_offset", "topic=orders partition=1", 800, 0, ALWAYS },
    { "kafka_topic_partition_oldest_offset", "topic=orders partition=1", 0, 0, ALWAYS },
    /* One whose partitions have a fault each: no leader, under min ISR, a replica missing. */
    { "kafka_topic_partitions", "topic=pay<ments>", 4, 0, ALWAYS },
    { "kafka_topic_replication_factor", "topic=pay<ments>", 3, 0, ALWAYS },
    { "kafka_topic_partition_leader", "topic=pay<ments> partition=0", 3, 0, UNTIL(1) },
    { "kafka_topic_partition_leaderless", "topic=pay<ments> partition=0", 1, 0, FROM(2) },
    { "kafka_topic_partition_info", "topic=pay<ments> partition=0 replicas=3 isr=3 missing=", 1, 0,
        FROM(2) },
    { "kafka_topic_partition_replicas", "topic=pay<ments> partition=0", 1, 0, ALWAYS },
    { "kafka_topic_partition_leader", "topic=pay<ments> partition=1", 1, 0, ALWAYS },
    { "kafka_topic_partition_replicas", "topic=pay<ments> partition=1", 3, 0, ALWAYS },
    { "kafka_topic_partition_in_sync_replica", "topic=pay<ments> partition=1", 3, 0, UNTIL(1) },
    { "kafka_topic_partition_in_sync_replica", "topic=pay<ments> partition=1", 1, 0, FROM(2) },
    { "kafka_topic_partition_under_min_isr", "topic=pay<ments> partition=1", 1, 0, FROM(2) },
    { "kafka_topic_partition_info", "topic=pay<ments> partition=1 replicas=1,2,3 isr=1 missing=2,3",
        1, 0, FROM(2) },
    { "kafka_topic_partition_leader", "topic=pay<ments> partition=2", 2, 0, ALWAYS },
    { "kafka_topic_partition_replicas", "topic=pay<ments> partition=2", 3, 0, ALWAYS },
    { "kafka_topic_partition_in_sync_replica", "topic=pay<ments> partition=2", 2, 0, FROM(1) },
    { "kafka_topic_partition_reassigning", "topic=pay<ments> partition=2", 1, 0, FROM(1) },
    { "kafka_topic_partition_info", "topic=pay<ments> partition=2 replicas=1,2,3 isr=1,2 missing=3",
        1, 0, FROM(1) },
    { "kafka_topic_partition_leader", "topic=pay<ments> partition=3", 1, 0, UNTIL(1) },
    { "kafka_topic_partition_leader", "topic=pay<ments> partition=3", 2, 0, FROM(2) },
    { "kafka_topic_partition_replicas", "topic=pay<ments> partition=3", 2, 0, ALWAYS },
    { "kafka_topic_partition_in_sync_replica", "topic=pay<ments> partition=3", 2, 0, ALWAYS },
    /* One of which all ends are known: it has a rate. */
    { "kafka_topic_partitions", "topic=steady", 1, 0, ALWAYS },
    { "kafka_topic_partition_current_offset", "topic=steady partition=0", 100, 250, ALWAYS },
    /* Topics that come and go. */
    { "kafka_topic_partitions", "topic=gone", 1, 0, UNTIL(0) },
    { "kafka_topic_partitions", "topic=new", 1, 0, FROM(3) },
    /* Groups: one of each status. */
    { "kafka_consumergroup_status", "consumergroup=fine status=ok", 1, 0, ALWAYS },
    { "kafka_consumergroup_status", "consumergroup=behind status=ok", 1, 0, UNTIL(1) },
    { "kafka_consumergroup_status", "consumergroup=behind status=lagging", 1, 0, FROM(2) },
    { "kafka_consumergroup_status", "consumergroup=back status=ok", 1, 0, UNTIL(1) },
    { "kafka_consumergroup_status", "consumergroup=back status=rewound", 1, 0, FROM(2) },
    { "kafka_consumergroup_status", "consumergroup=away status=stopped", 1, 0, ALWAYS },
    { "kafka_consumergroup_status", "consumergroup=stuck status=stalled", 1, 0, FROM(1) },
    { "kafka_consumergroup_status", "consumergroup=loser status=losing_data", 1, 0, FROM(1) },
    { "kafka_consumergroup_lag_seconds_max", "consumergroup=fine", 1, 0, ALWAYS },
    { "kafka_consumergroup_lag_seconds_max", "consumergroup=behind topic=orders", 30, 5, ALWAYS },
    { "kafka_consumergroup_lag_seconds_max", "consumergroup=behind topic=new", 3, 0, ALWAYS },
    { "kafka_consumergroup_lag_sum", "consumergroup=behind topic=orders", 150, 30, ALWAYS },
    { "kafka_consumergroup_lag_sum", "consumergroup=behind topic=new", 7, 0, ALWAYS },
    { "kafka_sharegroup_lag_sum", "consumergroup=fine topic=orders", 0, 0, ALWAYS },
    { "kafka_consumergroup_members", "consumergroup=behind", 2, 0, ALWAYS },
    { "kafka_consumergroup_members", "consumergroup=stuck", 1, 0, ALWAYS },
    { "kafka_consumergroup_rebalances_total", "consumergroup=behind", 3, 1, ALWAYS },
    { "kafka_consumergroup_unread_lost_total", "consumergroup=loser topic=orders", 12, 4, ALWAYS },
    { "kafka_consumergroup_current_offset_sum", "consumergroup=behind topic=orders", 4850, 670,
        ALWAYS },
    { "kafka_consumergroup_time_to_drain_seconds", "consumergroup=behind topic=orders", 95, 0,
        ALWAYS },
    { "kafka_consumergroup_retention_margin_ratio", "consumergroup=behind topic=orders", 0.81, 0,
        ALWAYS },
    { "kafka_consumergroup_state", "consumergroup=behind state=Stable", 1, 0, ALWAYS },
    { "kafka_consumergroup_info", "consumergroup=behind type=classic coordinator=2", 1, 0, ALWAYS },
    { "kafka_consumergroup_current_offset", "consumergroup=behind topic=orders partition=0", 4850,
        670, ALWAYS },
    { "kafka_consumergroup_lag", "consumergroup=behind topic=orders partition=0", 150, 30, ALWAYS },
    { "kafka_consumergroup_lag_seconds", "consumergroup=behind topic=orders partition=0", 30, 5,
        ALWAYS },
    { "kafka_consumergroup_partition_owner_info",
        "consumergroup=behind topic=orders partition=0 member=m-1 client_id=app host=/10.0.0.1", 1,
        0, ALWAYS },
    { "kafka_consumergroup_current_offset", "consumergroup=behind topic=orders partition=1", 800, 0,
        ALWAYS },
    { "kafka_consumergroup_lag", "consumergroup=behind topic=orders partition=1", 0, 0, ALWAYS },
    { "kafka_consumergroup_partition_owner_info",
        "consumergroup=behind topic=orders partition=1 member=m-2 client_id= host=", 1, 0, ALWAYS },
    { "kafka_consumergroup_lag", "consumergroup=behind topic=pay<ments> partition=0", 7, 0,
        ALWAYS },
};

/* The cluster's samples, and those that have the JMX of brokers 1 and 2 as their source. */
static struct watched sources[3];

static void add_sources(struct watched *w)
{
    const struct sg_label label = { SG_STR("kafka_cluster"), SG_STR("<c>") };

    for (size_t i = 0; i < 3; i++)
        sources[i] = *w;
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(sg_series_table_new(&label, 1, 0, &sources[i].table), 0);
        sg_series_table_begin(sources[i].table);
        assert_int_equal(
            sg_store_slot(w->store, "<c>", "jolokia", i == 1 ? "1" : "2", &sources[i].slot), 0);
    }
}

static size_t source_of(const struct sample *sample)
{
    if (strncmp(sample->labels, "broker=", 7) != 0)
        return 0;
    return sample->labels[7] == '1' ? 1 : 2;
}

static void collect_rounds(struct watched *w)
{
    add_sources(w);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            const struct sample *sample = &samples[i];
            if (sample->first <= round && round <= sample->last)
                watched_put(&sources[source_of(sample)], sample->family, sample->labels,
                    sample->value + sample->step * (round - sample->first));
        }
        if (round == 2)
            sg_cluster_set_broker_down(w->cluster, 3);
        watched_collect(&sources[1]);
        watched_collect(&sources[2]);
        if (round == 2)
            watched_fail(w, "no answer <within> 10 s");
        else
            watched_collect(w);
        watched_wait(w, 7000);
    }
}

static int tear_down(void **state)
{
    for (size_t i = 1; i < 3; i++) {
        (void)sg_series_table_free(sources[i].table);
        (void)sg_slot_free(sources[i].slot);
    }
    return watched_tear_down(state);
}

static int set_up(void **state)
{
    const struct sg_roster_links links = { "https://grafana.example.com",
        "https://prom.example.com", "https://git.example.com/runbooks/" };

    watched_set_up(state);
    struct watched *w = *state;
    assert_int_equal(
        sg_roster_set(w->roster, &w->cluster, 1, "kafka_cluster", "key: <hidden>", &links), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "kafka-1", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "kafka-2", 9093, true), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 3, "<kafka-3>", 9092, true), 0);
    return 0;
}

static int set_up_one(void **state)
{
    set_up(state);
    collect_rounds(*state);
    return 0;
}

/* A second cluster, which is not requested itself. */
static int set_up_two(void **state)
{
    struct watched *w = NULL;

    set_up(state);
    w = *state;
    collect_rounds(w);
    watched_add_cluster(w, "second", "kafka_topic_partitions", "topic=elsewhere");
    watched_wait(w, 1000);
    return 0;
}

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

/* ---- Pages ---- */

static void assert_golden_status(const char *name, const char *text)
{
    char path[256];

    (void)snprintf(path, sizeof path, "status/%s", name);
    assert_golden(path, text);
}

/* From one text to before another, a line for each element. */
static void add_part(struct sg_buf *out, const char *page, const char *from, const char *to)
{
    const char *at = strstr(page, from);
    const char *end = at ? strstr(at, to) : NULL;

    assert_true(at && end);
    for (; at < end; at++) {
        if (*at == '<' && at[1] != '/' && out->len && out->ptr[out->len - 1] != '\n')
            (void)sg_buf_add_char(out, '\n');
        (void)sg_buf_add_char(out, *at);
    }
}

static void check_page(struct watched *w,
    const char *name,
    enum sg_status_page which,
    const struct sg_status_params *params)
{
    const struct sg_status_sources from = sources_of(w);
    struct sg_buf page, out;

    sg_buf_init(&page, SG_STATUS_PAGE_BYTES_MAX);
    sg_buf_init(&out, SG_STATUS_PAGE_BYTES_MAX);
    assert_int_equal(sg_status_page_write(&from, which, params, &page), 0);
    assert_int_equal(sg_buf_add_char(&page, '\0'), 0);
    add_part(&out, page.ptr, "<!doctype", "<style>");
    add_part(&out, page.ptr, "<header class=\"top\"", "<footer>"); /* it has the version */
    add_part(&out, page.ptr, "</span> <a href=\"./metrics", "<script>");
    assert_int_equal(sg_buf_add_char(&out, '\0'), 0);
    assert_golden_status(name, out.ptr);
    sg_buf_done(&out);
    sg_buf_done(&page);
}

static void test_golden_pages_of_one_cluster(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params none = { .page = 0 }, refresh = { .refresh_s = 10 };
    const struct sg_status_params first = { .broker = SG_STR("1") };
    const struct sg_status_params down = { .broker = SG_STR("3") };
    const struct sg_status_params healthy = { .topic = SG_STR("orders") };
    const struct sg_status_params faulty = { .topic = SG_STR("pay<ments>") };
    const struct sg_status_params behind = { .group = SG_STR("behind") };
    const struct sg_status_params day = { .topic = SG_STR("steady"), .range = SG_STR("24h") };
    const struct sg_status_params critical = { .state = SG_STR("critical"), .q = SG_STR("s") };
    const struct sg_status_params loser = { .group = SG_STR("loser") };

    check_page(w, "home.html", SG_STATUS_HOME, &none);
    check_page(w, "brokers.html", SG_STATUS_BROKERS, &none);
    check_page(w, "topics.html", SG_STATUS_TOPICS, &none);
    check_page(w, "groups.html", SG_STATUS_GROUPS, &none);
    check_page(w, "collectors.html", SG_STATUS_COLLECTORS, &refresh);
    check_page(w, "events.html", SG_STATUS_EVENTS, &none);
    check_page(w, "broker.html", SG_STATUS_BROKER, &first);
    check_page(w, "broker-down.html", SG_STATUS_BROKER, &down);
    check_page(w, "topic.html", SG_STATUS_TOPIC, &healthy);
    check_page(w, "topic-faulty.html", SG_STATUS_TOPIC, &faulty);
    check_page(w, "group.html", SG_STATUS_GROUP, &behind);
    check_page(w, "group-losing.html", SG_STATUS_GROUP, &loser);
    check_page(w, "topic-day.html", SG_STATUS_TOPIC, &day);
    check_page(w, "topics-critical.html", SG_STATUS_TOPICS, &critical);
}

static void test_golden_pages_of_two_clusters(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params none = { .page = 0 }, all = { .all = 1 };
    const struct sg_status_params one = { .cluster = SG_STR("second") };
    const struct sg_status_params found = { .q = SG_STR("e") };
    const struct sg_status_params events = { .per = 3, .severity = SG_STR("warning") };

    check_page(w, "two-home.html", SG_STATUS_HOME, &all);
    check_page(w, "two-home-one.html", SG_STATUS_HOME, &one);
    check_page(w, "two-topics.html", SG_STATUS_TOPICS, &none);
    check_page(w, "two-find.html", SG_STATUS_FIND, &found);
    check_page(w, "two-events.html", SG_STATUS_EVENTS, &events);
}

/* ---- Orders ---- */

/* The first cells of a page's rows, without markup, a bar after each. */
static void add_first_cells(struct sg_buf *out, const char *page)
{
    const char *at = strstr(page, "<tbody");

    while (at && (at = strstr(at, "role=\"rowheader\""))) {
        const char *end = strstr(at, "</th>");
        assert_non_null(end);
        for (at = strchr(at, '>'); at < end; at++) {
            if (*at == '<')
                at = strchr(at, '>');
            else if (*at != '>')
                (void)sg_buf_add_char(out, *at);
        }
        (void)sg_buf_add_char(out, '|');
    }
}

static void add_order(struct watched *w,
    enum sg_status_page which,
    struct sg_status_params params,
    struct sg_buf *out)
{
    const struct sg_status_sources from = sources_of(w);
    struct sg_buf page;

    sg_buf_init(&page, SG_STATUS_PAGE_BYTES_MAX);
    assert_int_equal(sg_status_page_write(&from, which, &params, &page), 0);
    assert_int_equal(sg_buf_add_char(&page, '\0'), 0);
    (void)sg_buf_printf(
        out, "%s " SG_STR_FMT ": ", sg_status_page_path(which), SG_STR_ARG(params.sort));
    add_first_cells(out, page.ptr);
    (void)sg_buf_add_char(out, '\n');
    sg_buf_done(&page);
}

static void test_golden_orders_by_each_column_both_ways(void **state)
{
    static const struct {
        enum sg_status_page page;
        const char *columns;
    } lists[] = {
        { SG_STATUS_BROKERS, "id state host leaders partitions in hour out handlers network" },
        { SG_STATUS_TOPICS, "topic state partitions replicas missing records groups size" },
        { SG_STATUS_GROUPS, "group status lag records members state" },
        { SG_STATUS_COLLECTORS, "collector target state took complete series failures failed" },
    };
    struct sg_buf out;

    sg_buf_init(&out, SG_STATUS_PAGE_BYTES_MAX);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const char *at = lists[i].columns; *at; at += strcspn(at, " "), at += *at == ' ') {
            char sort[32];
            size_t n = (size_t)snprintf(sort, sizeof sort, "-%.*s", (int)strcspn(at, " "), at);
            struct sg_status_params params = { .cluster = SG_STR("<c>"), .sort = { sort, n } };
            add_order(*state, lists[i].page, params, &out);
            params.sort = (struct sg_str){ sort + 1, n - 1 };
            add_order(*state, lists[i].page, params, &out);
        }
    }
    assert_int_equal(sg_buf_add_char(&out, '\0'), 0);
    assert_golden("status/orders.txt", out.ptr);
    sg_buf_done(&out);
}

/* ---- Answers of the API ---- */

/* A line for each member. */
static void check_answer(struct watched *w, const char *name, const struct sg_api_query *query)
{
    const struct sg_status_sources from = sources_of(w);
    struct sg_buf json, out;

    sg_buf_init(&json, SG_STATUS_PAGE_BYTES_MAX);
    sg_buf_init(&out, SG_STATUS_PAGE_BYTES_MAX);
    assert_int_equal(sg_api_write(&from, query, &json), 0);
    for (size_t i = 0; i < json.len; i++) {
        (void)sg_buf_add_char(&out, json.ptr[i]);
        if (json.ptr[i] == ',' || json.ptr[i] == '{')
            (void)sg_buf_add_char(&out, '\n');
    }
    assert_int_equal(sg_buf_add_char(&out, '\0'), 0);
    assert_golden_status(name, out.ptr);
    sg_buf_done(&out);
    sg_buf_done(&json);
}

static void test_golden_answers(void **state)
{
    struct watched *w = *state;
    const struct sg_str c = SG_STR("<c>");

    for (int api = 0; api < SG_APIS; api++) {
        const struct sg_api_query all = { .api = (enum sg_api)api };
        char name[64];
        (void)snprintf(name, sizeof name, "%s.json", sg_api_name(all.api));
        check_answer(w, name, &all);
    }
    const struct sg_api_query topic = { .api = SG_API_TOPICS,
        .params = { .cluster = c, .topic = SG_STR("pay<ments>") },
        .has_name = true };
    const struct sg_api_query group = { .api = SG_API_GROUPS,
        .params = { .cluster = c, .group = SG_STR("behind") },
        .has_name = true };
    check_answer(w, "topic.json", &topic);
    check_answer(w, "group.json", &group);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden_pages_of_one_cluster, set_up_one, tear_down),
        cmocka_unit_test_setup_teardown(test_golden_pages_of_two_clusters, set_up_two, tear_down),
        cmocka_unit_test_setup_teardown(
            test_golden_orders_by_each_column_both_ways, set_up_one, tear_down),
        cmocka_unit_test_setup_teardown(test_golden_answers, set_up_two, tear_down),
    };
    return cmocka_run_group_tests_name("golden pages", tests, NULL, NULL);
}
