/* SPDX-License-Identifier: Apache-2.0 */
#include "base/test_clock.h"
#include "status/history.h"
#include "status/html.h"
#include "status/status_page.h"
#include "status/troubles.h"
#include "status/view.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

#define HOUR_MS ((int64_t)SG_HISTORY_POINTS * SG_HISTORY_POINT_MS)

static struct sg_str key(const char *text)
{
    return sg_str_of(text);
}

static void test_html_text_is_escaped(void **state)
{
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 1000);
    sg_html_text(&html, SG_STR("<b a=\"1\">&\x01\xff"));
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_string_equal(html.ptr, "&lt;b a=&quot;1&quot;&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd");
    sg_buf_done(&html);
}

static void test_html_numbers_read_well(void **state)
{
    static const struct {
        void (*write)(struct sg_buf *html, double number);
        double number;
        const char *text;
    } cases[] = {
        { sg_html_count, 1e300, "1e+300" },
        { sg_html_bytes, 0, "0 B" },
        { sg_html_bytes, 999, "999 B" },
        { sg_html_bytes, 1500, "1.5 kB" },
        { sg_html_bytes, 123456789, "123 MB" },
        { sg_html_duration, 0, "0 s" },
        { sg_html_duration, 0.25, "250 ms" },
        { sg_html_duration, 3.21, "3.2 s" },
        { sg_html_duration, 320, "5 min 20 s" },
        { sg_html_duration, 11100, "3 h 5 min" },
        { sg_html_duration, 1e6, "11 days" },
        { sg_html_count, 0, "0" },
        { sg_html_count, 1234567, "1,234,567" },
        { sg_html_count, -123, "-123" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_buf html;
        sg_buf_init(&html, 1000);
        cases[i].write(&html, cases[i].number);
        assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
        assert_string_equal(html.ptr, cases[i].text);
        sg_buf_done(&html);
    }
}

static void test_history_keeps_the_largest_of_each_half_minute_for_an_hour(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS];
    int64_t time_ms = 10 * HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    sg_history_add_gauge(history, key("a"), time_ms, 3);
    sg_history_add_gauge(history, key("a"), time_ms + 1000, 7);
    sg_history_add_gauge(history, key("a"), time_ms + 2000, 5);
    sg_history_add_gauge(history, key("a"), time_ms + 3 * (int64_t)SG_HISTORY_POINT_MS, 1);
    sg_history_points(history, key("a"), time_ms + 3 * (int64_t)SG_HISTORY_POINT_MS, points);
    assert_true(points[SG_HISTORY_POINTS - 1] == 1 && points[SG_HISTORY_POINTS - 4] == 7);
    assert_true(isnan(points[SG_HISTORY_POINTS - 2]) && isnan(points[0]));
    sg_history_points(history, key("a"), time_ms + 2 * HOUR_MS, points);
    for (size_t i = 0; i < SG_HISTORY_POINTS; i++)
        assert_true(isnan(points[i]));
    sg_history_add_gauge(history, key("a"), time_ms + 5 * HOUR_MS, 2);
    sg_history_points(history, key("a"), time_ms + 5 * HOUR_MS, points);
    assert_true(points[SG_HISTORY_POINTS - 1] == 2 && isnan(points[SG_HISTORY_POINTS - 2]));
    (void)sg_history_free(history);
}

static void test_history_in_the_first_hour_of_the_clock_has_no_points_before_it(void **state)
{
    static const int64_t times_ms[] = { 0, 1000, HOUR_MS - 60000 };
    float points[SG_HISTORY_POINTS];
    (void)state;

    for (size_t t = 0; t < sizeof times_ms / sizeof times_ms[0]; t++) {
        struct sg_history *history;
        int64_t time_ms = times_ms[t];
        assert_int_equal(sg_history_new(&history), 0);
        sg_history_add_gauge(history, key("a"), time_ms, 7);
        sg_history_points(history, key("a"), time_ms, points);
        for (size_t i = 0; i < SG_HISTORY_POINTS - 1; i++)
            assert_true(isnan(points[i]));
        assert_true(points[SG_HISTORY_POINTS - 1] == 7);
        sg_history_add_counter(history, key("c"), time_ms, 1000);
        sg_history_add_counter(history, key("c"), time_ms + 10000, 3000);
        assert_true(sg_history_rate(history, key("c"), time_ms + 10000) == 200);
        (void)sg_history_free(history);
    }
}

static void test_history_of_a_counter_is_its_rate_and_survives_a_restart(void **state)
{
    struct sg_history *history;
    int64_t time_ms = HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms)));
    sg_history_add_counter(history, key("c"), time_ms, 1000);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms)));
    sg_history_add_counter(history, key("c"), time_ms + 10000, 3000);
    assert_true(sg_history_rate(history, key("c"), time_ms + 10000) == 200);
    sg_history_add_counter(history, key("c"), time_ms + 20000, 10); /* was reset */
    assert_true(sg_history_rate(history, key("c"), time_ms + 20000) == 200);
    sg_history_add_counter(history, key("c"), time_ms + 30000, 1010);
    assert_true(sg_history_rate(history, key("c"), time_ms + 30000) == 100);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms + HOUR_MS)));
    (void)sg_history_free(history);
}

static void test_history_is_bounded_and_the_unseen_make_room(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS];
    char name[32];
    int64_t time_ms = HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    for (int i = 0; i < SG_HISTORY_SERIES_MAX + 10; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        sg_history_add_gauge(history, key(name), time_ms, 1);
    }
    sg_history_points(history, key(name), time_ms, points);
    assert_true(isnan(points[SG_HISTORY_POINTS - 1]));
    time_ms += HOUR_MS + 1;
    sg_history_add_gauge(history, key(name), time_ms, 1);
    sg_history_points(history, key(name), time_ms, points);
    assert_true(points[SG_HISTORY_POINTS - 1] == 1);
    (void)sg_history_free(history);
}

/* ---- The page ---- */

struct fixture {
    struct sg_store *store;
    struct sg_roster *roster;
    struct sg_cluster *cluster;
    struct sg_slot *slot;
    struct sg_series_table *table;
    struct sg_buf html;
};

static void put(struct fixture *f,
    const char *family_name,
    const struct sg_label *labels,
    size_t n_labels,
    double value)
{
    const struct sg_family family = { family_name, SG_METRIC_GAUGE, "" };
    uint32_t id;

    assert_int_equal(sg_series_table_add_family(f->table, &family, &id), 0);
    assert_int_equal(sg_series_table_put_double(f->table, id, labels, n_labels, value), 0);
}

static void publish(struct fixture *f)
{
    struct sg_sample_set *set = NULL;

    assert_int_equal(sg_series_table_snapshot(f->table, &set), 0);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set);
}

static void write_page(struct fixture *f)
{
    const struct sg_status_sources sources = {
        .telemetry_path = "/metrics",
        .store = f->store,
        .roster = f->roster,
        .clock = &test_clock,
    };

    sg_buf_clear(&f->html);
    assert_int_equal(sg_status_page_write(&sources, &f->html), 0);
    assert_int_equal(sg_buf_add_char(&f->html, '\0'), 0);
}

static int set_up(void **state)
{
    static struct fixture f;
    const struct sg_label label = { SG_STR("kafka_cluster"), SG_STR("<c>") };

    now_ms = 1000000;
    assert_int_equal(sg_store_new(&test_clock, 30000, &f.store), 0);
    assert_int_equal(sg_roster_new(&f.roster), 0);
    assert_int_equal(sg_cluster_new("<c>", &f.cluster), 0);
    assert_int_equal(
        sg_roster_set(f.roster, &f.cluster, 1, "kafka_cluster", "password: <hidden>"), 0);
    assert_int_equal(sg_store_slot(f.store, "<c>", "admin", "cluster", &f.slot), 0);
    assert_int_equal(sg_series_table_new(&label, 1, 0, &f.table), 0);
    sg_series_table_begin(f.table);
    sg_buf_init(&f.html, SG_STATUS_PAGE_BYTES_MAX);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)sg_series_table_free(f->table);
    (void)sg_slot_free(f->slot);
    (void)sg_store_free(f->store);
    (void)sg_roster_free(f->roster);
    (void)sg_cluster_unref(f->cluster);
    sg_buf_done(&f->html);
    return 0;
}

static void test_page_tells_what_is_urgent_first_and_escapes_every_name(void **state)
{
    struct fixture *f = *state;
    const struct sg_label group[] = {
        { SG_STR("consumergroup"), SG_STR("<script>alert(1)</script>\"\\\n") },
        { SG_STR("status"), SG_STR("losing_data") },
    };
    const struct sg_label partition[] = {
        { SG_STR("topic"), SG_STR("t") },
        { SG_STR("partition"), SG_STR("7") },
        { SG_STR("leader"), SG_STR("-1") },
    };

    sg_cluster_set_up(f->cluster, true);
    assert_int_equal(sg_cluster_set_broker(f->cluster, 4, "<host>", 9092, false), 0);
    put(f, "kafka_consumergroup_status", group, 2, 1);
    put(f, "kafka_consumergroup_lag_seconds_max", group, 1, 3700);
    put(f, "kafka_topic_partition_info", partition, 3, 1);
    publish(f);
    write_page(f);
    assert_null(strstr(f->html.ptr, "<script>alert"));
    assert_null(strstr(f->html.ptr, "<host>"));
    assert_null(strstr(f->html.ptr, "<c>"));
    const char *broker = strstr(f->html.ptr, "Broker 4 is down");
    const char *leader = strstr(f->html.ptr, "1 partition has no leader");
    const char *loses =
        strstr(f->html.ptr, "Group &lt;script&gt;alert(1)&lt;/script&gt;&quot;\\\n loses data");
    assert_true(broker && leader && loses);
    assert_true(broker < leader && leader < loses);
    assert_non_null(strstr(f->html.ptr, "3 problems need action now"));
    assert_non_null(strstr(f->html.ptr, "61 min 40 s"));
}

static void test_page_of_a_healthy_cluster_says_so(void **state)
{
    struct fixture *f = *state;
    const struct sg_label broker[] = { { SG_STR("broker"), SG_STR("1") } };

    write_page(f);
    assert_non_null(strstr(f->html.ptr, "Starting"));
    sg_cluster_set_up(f->cluster, true);
    assert_int_equal(sg_cluster_set_broker(f->cluster, 1, "h", 9092, true), 0);
    put(f, "kafka_server_replicamanager_leadercount", broker, 1, 1234);
    put(f, "kafka_network_socketserver_networkprocessoravgidle_percent", broker, 1, 0.25);
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, "All is well"));
    assert_non_null(strstr(f->html.ptr, ">1,234<"));
    assert_non_null(strstr(f->html.ptr, "mark warn\">25 %"));
    assert_non_null(strstr(f->html.ptr, "password: &lt;hidden&gt;"));
}

static void test_page_says_that_the_lag_of_a_share_group_cannot_be_told(void **state)
{
    struct fixture *f = *state;
    struct sg_label group[] = {
        { SG_STR("consumergroup"), SG_STR("sharers") },
        { SG_STR("type"), SG_STR("share") },
    };

    put(f, "kafka_consumergroup_info", group, 2, 1);
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, ">sharers</th><td>share group: librdkafka cannot tell"));
}

/* With groups.share_lag, which has a sum for each topic. */
static void test_page_shows_the_lag_of_a_share_group_that_has_one(void **state)
{
    struct fixture *f = *state;
    struct sg_label group[] = {
        { SG_STR("consumergroup"), SG_STR("sharers") },
        { SG_STR("type"), SG_STR("share") },
    };

    put(f, "kafka_consumergroup_info", group, 2, 1);
    group[1] = (struct sg_label){ SG_STR("topic"), SG_STR("a") };
    put(f, "kafka_sharegroup_lag_sum", group, 2, 40);
    group[1] = (struct sg_label){ SG_STR("topic"), SG_STR("b") };
    put(f, "kafka_sharegroup_lag_sum", group, 2, 2);
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, ">sharers</th><td></td>"));
    assert_non_null(strstr(f->html.ptr, "<td class=\"n\">42</td>"));
}

static void test_page_says_nothing_of_the_type_of_other_groups(void **state)
{
    struct fixture *f = *state;
    struct sg_label group[] = {
        { SG_STR("consumergroup"), SG_STR("app") },
        { SG_STR("type"), SG_STR("streams") },
    };

    put(f, "kafka_consumergroup_info", group, 2, 1);
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, ">app</th><td></td>"));
}

static void test_page_shows_so_many_brokers_whether_up_or_down_and_counts_the_rest(void **state)
{
    struct fixture *f = *state;

    sg_cluster_set_up(f->cluster, true);
    for (int32_t id = 0; id < 250; id++)
        assert_int_equal(sg_cluster_set_broker(f->cluster, id, "h", 9092, id % 2 == 0), 0);
    write_page(f);
    assert_int_equal(count(f->html.ptr, "\">down</span>"), 125);
    assert_int_equal(count(f->html.ptr, "\">no JMX<"), 200);
    assert_non_null(strstr(f->html.ptr, "and 50 more brokers"));
}

static void test_page_tells_when_it_has_not_counted_all_groups(void **state)
{
    struct fixture *f = *state;
    char name[16];
    const struct sg_label group = { SG_STR("consumergroup"), { name, 6 } };

    for (int i = 0; i < SG_VIEW_ROWS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%06d", i);
        put(f, "kafka_consumergroup_members", &group, 1, 1);
    }
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, "and 19,950 more groups with less lag"));
    (void)snprintf(name, sizeof name, "%06d", SG_VIEW_ROWS_MAX);
    put(f, "kafka_consumergroup_members", &group, 1, 1);
    publish(f);
    write_page(f);
    assert_non_null(strstr(f->html.ptr, "and at least 19,950 more groups<"));
}

/* A table as text: a line for each row, a bar after each cell. @param id  of its heading */
static const char *table_text(struct fixture *f, const char *id, char *out, size_t size)
{
    const char *at = strstr(f->html.ptr, id);
    size_t n = 0;

    assert_non_null(at);
    at = strstr(at, "<tbody>");
    assert_non_null(at);
    while (strncmp(at, "</tbody>", 8) != 0) {
        assert_true(n + 1 < size);
        if (*at == '<') {
            if (strncmp(at, "</th>", 5) == 0 || strncmp(at, "</td>", 5) == 0)
                out[n++] = '|';
            else if (strncmp(at, "</tr>", 5) == 0)
                out[n++] = '\n';
            at = strchr(at, '>') + 1;
        } else if (*at++ != '\n') {
            out[n++] = at[-1];
        }
    }
    out[n] = '\0';
    return out;
}

static void put_group(struct fixture *f, const char *name, const char *status, double lag_seconds)
{
    const struct sg_label labels[] = {
        { SG_STR("consumergroup"), sg_str_of(name) },
        { SG_STR("status"), sg_str_of(status) },
    };

    put(f, "kafka_consumergroup_status", labels, 2, 1);
    if (!isnan(lag_seconds))
        put(f, "kafka_consumergroup_lag_seconds_max", labels, 1, lag_seconds);
}

static void test_page_groups_are_by_lag_then_by_status_then_by_name(void **state)
{
    struct fixture *f = *state;
    struct sg_label group[] = {
        { SG_STR("consumergroup"), SG_STR("b") },
        { SG_STR("topic"), SG_STR("t") },
    };
    char text[1000];

    put_group(f, "e", "consuming", NAN);
    put_group(f, "d", "consuming", NAN);
    put_group(f, "z", "stalled", NAN);
    put_group(f, "y", "stopped", 5);
    put_group(f, "x", "rewound", 5);
    put_group(f, "b", "lagging", 60);
    put(f, "kafka_consumergroup_lag_sum", group, 2, 12000);
    group[1].value = SG_STR("u");
    put(f, "kafka_consumergroup_lag_sum", group, 2, 345);
    put(f, "kafka_consumergroup_members", group, 1, 7);
    publish(f);
    write_page(f);
    assert_string_equal(table_text(f, "id=\"groups\"", text, sizeof text),
        "b|lagging|60 s||12,345|7|&lt;c&gt;|\n"
        "y|stopped|5.0 s||||&lt;c&gt;|\n"
        "x|rewound|5.0 s||||&lt;c&gt;|\n"
        "z|stalled|||||&lt;c&gt;|\n"
        "d|consuming|||||&lt;c&gt;|\n"
        "e|consuming|||||&lt;c&gt;|\n");
}

static void put_partition(
    struct fixture *f, const char *topic, const char *partition, const char *leader)
{
    const struct sg_label labels[] = {
        { SG_STR("topic"), sg_str_of(topic) },
        { SG_STR("partition"), sg_str_of(partition) },
        { SG_STR("leader"), sg_str_of(leader) },
        { SG_STR("replicas"), SG_STR("1,2,3") },
        { SG_STR("isr"), SG_STR("1,2") },
        { SG_STR("missing"), SG_STR("3") },
    };

    put(f, "kafka_topic_partition_info", labels, 6, 1);
}

static void test_page_partitions_without_a_leader_are_first_and_kafkas_own_last(void **state)
{
    struct fixture *f = *state;
    const struct sg_label under[] = { { SG_STR("topic"), SG_STR("b") },
        { SG_STR("partition"), SG_STR("10") } };
    char text[1000];

    put_partition(f, "__own", "0", "1");
    put_partition(f, "b", "10", "1");
    put_partition(f, "b", "11", "2");
    put_partition(f, "b", "9", "2");
    put_partition(f, "a", "12", "2");
    put_partition(f, "z", "0", "-1");
    put(f, "kafka_topic_partition_under_min_isr", under, 2, 1);
    publish(f);
    write_page(f);
    assert_string_equal(table_text(f, "id=\"partitions\"", text, sizeof text),
        "z|0|no leader|none|1,2,3|1,2|3|&lt;c&gt;|\n"
        "b|10|under min ISR|1|1,2,3|1,2|3|&lt;c&gt;|\n"
        "a|12|replica missing|2|1,2,3|1,2|3|&lt;c&gt;|\n"
        "b|9|replica missing|2|1,2,3|1,2|3|&lt;c&gt;|\n"
        "b|11|replica missing|2|1,2,3|1,2|3|&lt;c&gt;|\n"
        "__own|0|replica missing|1|1,2,3|1,2|3|&lt;c&gt;|\n");
    assert_non_null(strstr(f->html.ptr, "4 partitions have replicas that are not in sync"));
}

static void test_page_broker_has_its_numbers_and_those_that_are_down_are_first(void **state)
{
    struct fixture *f = *state;
    const struct sg_label id[] = { { SG_STR("broker"), SG_STR("1") } };
    char text[1000];

    sg_cluster_set_up(f->cluster, true);
    assert_int_equal(sg_cluster_set_broker(f->cluster, 1, "h", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(f->cluster, 2, "", 0, false), 0);
    put(f, "kafka_controller_kafkacontroller_activecontrollercount", id, 1, 1);
    put(f, "kafka_server_replicamanager_leadercount", id, 1, 3);
    put(f, "kafka_server_replicamanager_partitioncount", id, 1, 9);
    put(f, "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", id, 1, 0.75);
    put(f, "kafka_network_socketserver_networkprocessoravgidle_percent", id, 1, 0.5);
    publish(f);
    write_page(f);
    assert_string_equal(table_text(f, "id=\"brokers-0\"", text, sizeof text),
        "2|down|unknown|no JMX|\n"
        "1|up controller|h:9092|3|9||||75 %|50 %|\n");
    assert_null(strstr(f->html.ptr, " more brokers"));
}

static void test_page_collectors_that_fail_are_first_then_those_that_start(void **state)
{
    struct fixture *f = *state;
    const struct sg_error err = { "refused" };
    const char *const targets[] = { "3", "2", "1" };
    struct sg_slot *slots[3];
    char text[1000];

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sg_store_slot(f->store, "<c>", "jolokia", targets[i], &slots[i]), 0);
    sg_slot_begin(slots[0]);
    sg_slot_fail(slots[0], SG_FAILURE_CONNECT, &err);
    sg_slot_fail(slots[0], SG_FAILURE_TIMEOUT, &err);
    sg_slot_end(slots[0], NULL);
    put_group(f, "g", "consuming", 1);
    sg_slot_begin(f->slot);
    now_ms += 1500;
    struct sg_sample_set *set = NULL;
    assert_int_equal(sg_series_table_snapshot(f->table, &set), 0);
    sg_slot_end(f->slot, set);
    now_ms += 4000;
    write_page(f);
    assert_string_equal(table_text(f, "id=\"collectors\"", text, sizeof text),
        "jolokia|3|failing|0 s|never|0|2|&lt;c&gt;|refused|\n"
        "jolokia|1|starting||never|0|0|&lt;c&gt;||\n"
        "jolokia|2|starting||never|0|0|&lt;c&gt;||\n"
        "admin|cluster|ok|1.5 s|4.0 s ago|2|0|&lt;c&gt;||\n");
    for (size_t i = 0; i < 3; i++)
        (void)sg_slot_free(slots[i]);
}

static void test_page_counts_what_needs_action_apart_from_what_needs_attention(void **state)
{
    static const struct {
        const char *status;
        int n;
        const char *verdict;
    } steps[] = {
        { "consuming", 1, "All is well" },
        { "stalled", 1, ">1 problem needs attention<" },
        { "stopped", 1, ">2 problems need attention<" },
        { "losing_data", 1, ">1 problem needs action now, 2 more need attention<" },
        { "losing_data", SG_TROUBLES_LISTED_MAX, "problems need action now, 2 more need" },
    };
    struct fixture *f = *state;
    char name[16], more[32];
    int n_groups = 0;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (int n = 0; n < steps[i].n; n++) {
            (void)snprintf(name, sizeof name, "g%d", n_groups++);
            put_group(f, name, steps[i].status, NAN);
        }
        publish(f);
        write_page(f);
        assert_non_null(strstr(f->html.ptr, steps[i].verdict));
    }
    (void)snprintf(more, sizeof more, "<p>and %d more</p>", 3);
    assert_non_null(strstr(f->html.ptr, more));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_text_is_escaped),
        cmocka_unit_test(test_html_numbers_read_well),
        cmocka_unit_test(test_history_keeps_the_largest_of_each_half_minute_for_an_hour),
        cmocka_unit_test(test_history_in_the_first_hour_of_the_clock_has_no_points_before_it),
        cmocka_unit_test(test_history_of_a_counter_is_its_rate_and_survives_a_restart),
        cmocka_unit_test(test_history_is_bounded_and_the_unseen_make_room),
        cmocka_unit_test_setup_teardown(
            test_page_tells_what_is_urgent_first_and_escapes_every_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_page_of_a_healthy_cluster_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_shows_so_many_brokers_whether_up_or_down_and_counts_the_rest, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_says_that_the_lag_of_a_share_group_cannot_be_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_shows_the_lag_of_a_share_group_that_has_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_says_nothing_of_the_type_of_other_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_tells_when_it_has_not_counted_all_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_groups_are_by_lag_then_by_status_then_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_partitions_without_a_leader_are_first_and_kafkas_own_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_broker_has_its_numbers_and_those_that_are_down_are_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_collectors_that_fail_are_first_then_those_that_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_counts_what_needs_action_apart_from_what_needs_attention, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("status_page", tests, NULL, NULL);
}
