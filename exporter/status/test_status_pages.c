/* SPDX-License-Identifier: Apache-2.0 */
#include "status/status_page.h"

#include "status/links.h"
#include "test.h"
#include "watch/test_watched.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct sg_buf html;

/* @return what sg_status_page_write() returned; `html` is terminated */
static int write_page(
    struct watched *w, enum sg_status_page page, const struct sg_status_params *params)
{
    const struct sg_status_sources sources = {
        .telemetry_path = "/metrics",
        .store = w->store,
        .roster = w->roster,
        .watch = w->watch,
        .clock = &test_clock,
    };

    sg_buf_clear(&html);
    int r = sg_status_page_write(&sources, page, params, &html);
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    return r;
}

static void write_plain(struct watched *w, enum sg_status_page page)
{
    const struct sg_status_params params = { .page = 0 };

    assert_int_equal(write_page(w, page, &params), 0);
}

static int set_up(void **state)
{
    sg_buf_init(&html, SG_STATUS_PAGE_BYTES_MAX);
    return watched_set_up(state);
}

static int tear_down(void **state)
{
    sg_buf_done(&html);
    return watched_tear_down(state);
}

static size_t n_of(const char *text)
{
    size_t n = 0;

    for (const char *at = html.ptr; (at = strstr(at, text)); at++)
        n++;
    return n;
}

static bool has(const char *text)
{
    return strstr(html.ptr, text) != NULL;
}

/* A table as text: a line for each row, a bar after each cell. */
static const char *table_text(const char *id)
{
    static char out[4000];
    const char *at = strstr(html.ptr, id);
    size_t n = 0;

    assert_non_null(at);
    at = strstr(at, "<tbody");
    assert_non_null(at);
    while (strncmp(at, "</tbody>", 8) != 0) {
        assert_true(n + 1 < sizeof out);
        if (*at == '<') {
            if (strncmp(at, "</th>", 5) == 0 || strncmp(at, "</td>", 5) == 0)
                out[n++] = '|';
            else if (strncmp(at, "</tr>", 5) == 0)
                out[n++] = '\n';
            else if (strncmp(at, "<small>", 7) == 0)
                out[n++] = '/';
            at = strchr(at, '>') + 1;
        } else if (*at++ != '\n') {
            out[n++] = at[-1];
        }
    }
    out[n] = '\0';
    return out;
}

static void put_group(struct watched *w, const char *name, const char *status, double lag_seconds)
{
    char labels[128];

    (void)snprintf(labels, sizeof labels, "consumergroup=%s status=%s", name, status);
    watched_put(w, "kafka_consumergroup_status", labels, 1);
    (void)snprintf(labels, sizeof labels, "consumergroup=%s", name);
    watched_put(w, "kafka_consumergroup_lag_seconds_max", labels, lag_seconds);
}

static void test_pages_before_anything_was_collected_say_so(void **state)
{
    struct watched *w = *state;

    write_plain(w, SG_STATUS_HOME);
    assert_true(has("<h1>Starting</h1>") && has("password: &lt;hidden&gt;"));
    write_plain(w, SG_STATUS_BROKERS);
    assert_true(has("Nothing has been collected yet"));
    write_plain(w, SG_STATUS_FIND);
    assert_true(has("Nothing has been collected yet"));
    write_plain(w, SG_STATUS_EVENTS);
    assert_true(has("Nothing has happened"));
}

static void test_home_of_a_healthy_cluster_says_what_was_looked_at(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "h", 9092, true), 0);
    put_group(w, "g", "ok", 0);
    watched_put(w, "kafka_topic_partitions", "topic=t", 3);
    watched_collect(w);
    write_plain(w, SG_STATUS_HOME);
    assert_true(has("<h1>All is well</h1>"));
    assert_true(has("1 cluster, 1 broker, 1 topic, 1 group and 1 target looked at"));
    assert_true(has("<title>Well - Overview - Streamgauge</title>"));
    assert_true(has("password: &lt;hidden&gt;"));
    assert_true(has(" class=\"ok\"><span class=\"vh\">broker </span>1"));
}

static void test_home_names_causes_with_their_start_and_escapes_every_name(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 4, "<host>", 9092, true), 0);
    put_group(w, "<script>alert(1)</script>\"", "ok", 0);
    watched_collect(w);
    sg_cluster_set_broker_down(w->cluster, 4);
    put_group(w, "<script>alert(1)</script>\"", "losing_data", 3700);
    watched_collect(w);
    now_ms += 34000;
    write_plain(w, SG_STATUS_HOME);
    assert_true(has("<title>2 critical - Overview - Streamgauge</title>"));
    assert_true(has("Broker 4 is down</a>"));
    assert_true(has("<strong>34 s</strong> <span>since <time "
                    "datetime=\"1970-01-01T00:16:42Z\">00:16:42</time> UTC"));
    assert_true(has("Group &lt;script&gt;alert(1)&lt;/script&gt;&quot; loses data"));
    assert_true(has("group=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22\""));
    assert_true(has("It is 1 h 1 min behind."));
    assert_false(has("<script>alert"));
    assert_false(has("<host>"));
    assert_false(has("<c>"));
    assert_true(has("broker 4 (&lt;host&gt;:9092) is down"));
}

static void test_home_shows_some_causes_and_all_when_asked(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params all = { .all = 1 };
    static const char *const statuses[] = { "losing_data", "stalled", "stopped" };
    char name[16];

    for (int i = 0; i < 9; i++) {
        (void)snprintf(name, sizeof name, "g%d", i);
        put_group(w, name, statuses[i % 3], 5);
    }
    for (int i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "broker=%d", i);
        watched_put(
            w, "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", name, 0.1);
    }
    watched_collect(w);
    write_plain(w, SG_STATUS_HOME);
    assert_true(has("6 critical, 6 warnings"));
    assert_true(has("and 4 more"));
    assert_int_equal(write_page(w, SG_STATUS_HOME, &all), 0);
    assert_false(has("and 4 more"));
}

static void test_a_group_with_an_empty_name_is_named_and_reachable(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .cluster = SG_STR("<c>") };

    put_group(w, "", "ok", 0);
    watched_collect(w);
    put_group(w, "", "losing_data", 60);
    watched_collect(w);
    write_plain(w, SG_STATUS_HOME);
    assert_true(has("<a href=\"./group?cluster=%3Cc%3E\">Group (empty name) loses data"));
    write_plain(w, SG_STATUS_GROUPS);
    assert_true(has("<a href=\"./group?cluster=%3Cc%3E\">(empty name)</a>"));
    assert_int_equal(write_page(w, SG_STATUS_GROUP, &params), 0);
    assert_true(has("<h1>Group (empty name)</h1>"));
    write_plain(w, SG_STATUS_EVENTS);
    assert_true(has("group (empty name) loses data, was ok"));
}

static void test_groups_sort_filter_and_turn_pages(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .sort = SG_STR("-lag") };

    put_group(w, "a", "ok", 5);
    put_group(w, "b", "stalled", 60);
    put_group(w, "Bc", "stopped", 7);
    watched_put(w, "kafka_consumergroup_members", "consumergroup=d", 2);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_GROUPS, &params), 0);
    assert_string_equal(table_text("id=\"groups\""),
        "b|stalled/at least 0 ms, since before 00:16:41|60 s|/at most 60 s|&ndash; not "
        "known|&ndash; not "
        "known||\n"
        "Bc|stopped/at least 0 ms, since before 00:16:41|7 s|/at most 7 s|&ndash; not "
        "known|&ndash; not "
        "known||\n"
        "a|ok|5 s|/at most 5 s|&ndash; not known|&ndash; not known||\n"
        "d|not known|&ndash; not known||&ndash; not known|2||\n");
    assert_true(has("aria-sort=\"descending\"><a href=\"./groups?sort=lag\">Lag</a>"));
    params.sort = SG_STR("lag"); /* what is not known is last again */
    assert_int_equal(write_page(w, SG_STATUS_GROUPS, &params), 0);
    assert_non_null(strstr(table_text("id=\"groups\""), "60 s"));
    assert_true(strncmp(table_text("id=\"groups\""), "a|", 2) == 0);
    params.q = SG_STR("b");
    params.state = SG_STR("warning");
    assert_int_equal(write_page(w, SG_STATUS_GROUPS, &params), 0);
    assert_true(strncmp(table_text("id=\"groups\""), "Bc|", 3) == 0);
    assert_true(has("Critical <b>1</b>") && has("Warning <b>1</b>") && has("All <b>2</b>"));
    params.q = SG_STR("nobody");
    assert_int_equal(write_page(w, SG_STATUS_GROUPS, &params), 0);
    assert_true(has("Nothing matches."));
    params = (struct sg_status_params){ .per = 3, .page = 2, .sort = SG_STR("group") };
    assert_int_equal(write_page(w, SG_STATUS_GROUPS, &params), 0);
    assert_true(strncmp(table_text("id=\"groups\""), "d|", 2) == 0);
    assert_true(has("4 to 4 of 4") && has("page=1&amp;per=3\" rel=\"prev\">Back</a>"));
}

static void test_group_shows_its_partitions_with_member_end_and_leader(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .group = SG_STR("g") };

    put_group(w, "g", "ok", 5);
    watched_put(w, "kafka_consumergroup_retention_margin_ratio", "consumergroup=g topic=t", 0.62);
    watched_put(w, "kafka_consumergroup_info", "consumergroup=g coordinator=42", 1);
    watched_put(w, "kafka_topic_partition_current_offset", "topic=t partition=1", 500);
    watched_put(w, "kafka_topic_partition_oldest_offset", "topic=t partition=1", 460);
    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=1", 3);
    watched_put(
        w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=1", 490);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=1", 10);
    watched_put(w, "kafka_consumergroup_lag", "consumergroup=other topic=t partition=1", 99);
    watched_put(w, "kafka_consumergroup_partition_owner_info",
        "consumergroup=g topic=t partition=1 member=m client_id=app host=/h", 1);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_GROUP, &params), 0);
    assert_true(has("<dt>Margin to retention</dt><dd>62 %</dd>"));
    assert_true(has("<dt>Coordinator</dt><dd>42</dd>"));
    assert_string_equal(table_text("id=\"partitions\""),
        "t 1|&ndash; not known|10|490|500|&ndash; not known|&ndash; not known|&ndash; not known|"
        "75 %|3|app//h|\n");
}

static void test_group_shows_how_fast_it_reads_from_the_second_time_on(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .group = SG_STR("g") };

    for (int i = 0; i < 2; i++) {
        put_group(w, "g", "ok", 5);
        watched_put(w, "kafka_consumergroup_current_offset", "consumergroup=g topic=t partition=1",
            490 + 100 * i);
        watched_put(
            w, "kafka_consumergroup_lag", "consumergroup=g topic=t partition=1", 1000 - 50 * i);
        watched_collect(w);
        assert_int_equal(write_page(w, SG_STATUS_GROUP, &params), 0);
        watched_wait(w, 10000);
    }
    assert_string_equal(table_text("id=\"partitions\""),
        "t 1|&ndash; not known|950|590|1,540|&ndash; not known|9.1/s|3 min|&ndash; not "
        "known|&ndash; not known||\n");
}

static void test_topic_shows_partitions_groups_and_settings(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .topic = SG_STR("t") };

    watched_put(w, "kafka_topic_partitions", "topic=t", 1);
    watched_put(w, "kafka_topic_partition_replicas", "topic=t partition=0", 3);
    watched_put(w, "kafka_topic_partition_in_sync_replica", "topic=t partition=0", 2);
    watched_put(w, "kafka_topic_partition_leader", "topic=t partition=0", 1);
    watched_put(w, "kafka_topic_partition_info", "topic=t partition=0 missing=3", 1);
    watched_put(w, "kafka_consumergroup_lag_sum", "consumergroup=g topic=t", 7);
    watched_put(w, "kafka_topic_config_info", "topic=t cleanup_policy=compact", 1);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_TOPIC, &params), 0);
    assert_string_equal(table_text("id=\"partitions\""),
        "0|replica missing/at least 0 ms, since before 00:16:41|1|2 of 3|3|&ndash; not known|"
        "&ndash; not known|\n");
    assert_true(
        has("group=g\">g</a></th><td role=\"cell\" class=\"r\" data-l=\"Records to read\">7<"));
    assert_true(has("<dt>cleanup.policy</dt><dd>compact</dd>"));
}

static void test_broker_shows_all_that_its_jmx_says(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .broker = SG_STR("1") };

    assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "h", 9092, false), 0);
    watched_put(w, "kafka_log_size", "broker=1 topic=t", 1234);
    watched_put(w, "kafka_log_size", "broker=2 topic=t", 5678);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_BROKER, &params), 0);
    assert_true(has("Broker 1 is down. "));
    assert_true(has("Logs <span class=\"q\">1 series</span>"));
    assert_true(has("kafka_log_size <span class=\"q\">topic=</span>t</th>"));
    assert_false(has("5678"));
}

/* At the limits of what is listed, and past them. */
static void test_long_lists_are_cut_and_say_so(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params broker = { .broker = SG_STR("1") };
    struct sg_status_params find = { .q = SG_STR("t-") };
    char labels[64];

    for (int past = 0; past < 2; past++) {
        assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "h", 9092, false), 0);
        for (int i = 0; i < 400 + past; i++) {
            (void)snprintf(labels, sizeof labels, "broker=1 partition=%d", i);
            watched_put(w, "kafka_log_size", labels, i);
        }
        for (int i = 0; i < 50 + past; i++) {
            (void)snprintf(labels, sizeof labels, "topic=t-%d", i);
            watched_put(w, "kafka_topic_partitions", labels, 1);
        }
        watched_collect(w);
        assert_int_equal(write_page(w, SG_STATUS_BROKER, &broker), 0);
        assert_int_equal(n_of("kafka_log_size <"), 400);
        assert_int_equal(has("The first 400 of 401; the metrics page has all."), past);
        assert_int_equal(write_page(w, SG_STATUS_FIND, &find), 0);
        assert_int_equal(n_of("&amp;topic=t-"), 50);
        assert_int_equal(has("and 1 more: make the name longer"), past);
    }
}

/* All cells, or those in trouble before the others. */
static void test_home_shows_as_many_brokers_as_fit_those_in_trouble_first(void **state)
{
    struct watched *w = *state;

    for (int32_t id = 101; id <= 161; id++) {
        assert_int_equal(sg_cluster_set_broker(w->cluster, id, "h", 9092, id != 161), 0);
        if (id < 160)
            continue;
        watched_collect(w);
        write_plain(w, SG_STATUS_HOME);
        assert_int_equal(n_of("<span class=\"vh\">broker </span>"), 60);
        assert_int_equal(has("<span class=\"vh\">broker </span>160"), id == 160);
        assert_int_equal(has("<span class=\"vh\">broker </span>161"), id == 161);
        assert_int_equal(has(">and 1 more</a></li>"), id == 161);
    }
}

static void test_pages_of_what_is_not_known_say_so(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .cluster = SG_STR("<c>"),
        .broker = SG_STR("9"),
        .topic = SG_STR("<b>"),
        .group = SG_STR("x") };

    watched_collect(w);
    for (int page = SG_STATUS_BROKER; page <= SG_STATUS_GROUP; page++)
        assert_int_equal(write_page(w, (enum sg_status_page)page, &params), SG_STATUS_E_NOT_FOUND);
    assert_int_equal(write_page(w, SG_STATUS_TOPIC, &params), SG_STATUS_E_NOT_FOUND);
    assert_true(has("No topic &lt;b&gt;"));
    params.cluster = SG_STR("");
    watched_add_cluster(w, "second", "kafka_topic_partitions", "topic=u");
    watched_put(w, "kafka_topic_partitions", "topic=t", 1);
    params.topic = SG_STR("t");
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_TOPIC, &params), SG_STATUS_E_NOT_FOUND);
    assert_true(has("There are several clusters: the parameter cluster must name one."));
    write_plain(w, SG_STATUS_TOPICS);
    assert_true(has("<option>second</option>"));
}

static void test_find_leads_to_the_only_match_and_lists_several(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .q = SG_STR("ORD") };

    watched_put(w, "kafka_topic_partitions", "topic=orders", 1);
    watched_put(w, "kafka_topic_partitions", "topic=logs", 1);
    put_group(w, "log+reader", "ok", 0);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_FIND, &params), SG_STATUS_E_ELSEWHERE);
    assert_string_equal(html.ptr, "topic?cluster=%3Cc%3E&topic=orders");
    write_plain(w, SG_STATUS_FIND);
    assert_true(has(">orders</a>") && has(">logs</a>"));
    assert_int_equal(n_of("<h2>Topics</h2>"), 1);
    params.q = SG_STR("log");
    assert_int_equal(write_page(w, SG_STATUS_FIND, &params), 0);
    assert_true(has(">logs</a>") && has("group=log%2Breader\">log+reader</a>"));
    assert_true(has("<h2>Topics</h2>") && has("<h2>Groups</h2>") && !has("<h2>Brokers</h2>"));
    char labels[1024];
    (void)snprintf(labels, sizeof labels, "consumergroup=%0*d", 900, 7);
    watched_put(w, "kafka_consumergroup_members", labels, 1);
    watched_collect(w);
    params.q = SG_STR("0000");
    assert_int_equal(write_page(w, SG_STATUS_FIND, &params), SG_STATUS_E_ELSEWHERE);
    assert_true(strlen(html.ptr) > 900 && html.ptr[strlen(html.ptr) - 1] == '7');
    params.q = SG_STR("none");
    assert_int_equal(write_page(w, SG_STATUS_FIND, &params), 0);
    assert_true(has("No broker, topic or group"));
}

static void test_collectors_keep_what_failed_last(void **state)
{
    struct watched *w = *state;

    watched_fail(w, "no answer <x>");
    watched_collect(w);
    write_plain(w, SG_STATUS_COLLECTORS);
    assert_non_null(strstr(table_text("id=\"collectors\""), "|ok|"));
    assert_non_null(strstr(table_text("id=\"collectors\""), "|1|no answer &lt;x&gt;/at 00:16:40|"));
    write_plain(w, SG_STATUS_EVENTS);
    assert_true(has("collector admin of cluster works again after more than 1 s"));
}

static void test_events_are_filtered_and_older_ones_are_a_link_away(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .per = 2, .severity = SG_STR("critical") };

    put_group(w, "g", "ok", 0);
    watched_collect(w);
    for (int i = 0; i < 3; i++) {
        put_group(w, "g", "stalled", 5);
        watched_collect(w);
        put_group(w, "g", "ok", 0);
        watched_collect(w);
    }
    assert_int_equal(write_page(w, SG_STATUS_EVENTS, &params), 0);
    assert_true(has("group g is stalled, was ok"));
    assert_false(has("is ok again"));
    assert_true(
        has("<a href=\"./events?severity=critical&amp;per=2&amp;refresh=10\" id=\"reload\">"));
    assert_true(has("?severity=critical&amp;per=2&amp;before=4\" rel=\"next\">Older</a>"));
    assert_true(has("<select name=\"severity\"><option value=\"\">all</option>"
                    "<option value=\"critical\" selected>critical</option>"
                    "<option value=\"warning\">warning</option></select>"));
    params = (struct sg_status_params){ .kind = SG_STR("started") };
    assert_int_equal(write_page(w, SG_STATUS_EVENTS, &params), 0);
    assert_true(has("Streamgauge has started"));
    assert_false(has("group g"));
    params = (struct sg_status_params){ .topic = SG_STR("t") };
    assert_int_equal(write_page(w, SG_STATUS_EVENTS, &params), 0);
    assert_true(has("No such event is known."));
}

static void test_events_of_a_broker_that_is_gone_lead_nowhere(void **state)
{
    struct watched *w = *state;
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .broker = SG_STR("7") };

    assert_int_equal(sg_cluster_set_broker(w->cluster, 7, "seven", 9092, true), 0);
    watched_collect(w);
    sg_cluster_set_broker_down(w->cluster, 7);
    watched_collect(w);
    write_plain(w, SG_STATUS_EVENTS);
    assert_true(has("broker=7\">broker 7 (seven:9092) is down</a>"));
    assert_int_equal(write_page(w, SG_STATUS_BROKER, &params), 0);
    sg_cluster_forget_broker(w->cluster, 7);
    watched_collect(w);
    write_plain(w, SG_STATUS_EVENTS);
    assert_true(has("<span>broker 7 (seven:9092) is down"));
    assert_int_equal(write_page(w, SG_STATUS_BROKER, &params), SG_STATUS_E_NOT_FOUND);
}

static void set_links(struct watched *w, const struct sg_roster_links *links)
{
    assert_int_equal(sg_roster_set(w->roster, &w->cluster, 1, "kafka_cluster", "", links), 0);
}

static void test_links_lead_to_other_programs_if_they_are_configured(void **state)
{
    struct watched *w = *state;
    const struct sg_roster_links links = { "https://grafana.example.com/x/",
        "http://prometheus.example.com", "https://git.example.com/runbooks/" };
    const struct sg_status_params params = { .cluster = SG_STR("<c>"), .group = SG_STR("a\"&b") };

    put_group(w, "a\"&b", "stalled", 60);
    watched_collect(w);
    write_plain(w, SG_STATUS_HOME);
    assert_false(has("Runbook") || has("Grafana") || has("Prometheus<"));
    set_links(w, &links);
    write_plain(w, SG_STATUS_HOME);
    assert_true(has("<a rel=\"noreferrer\" href=\"https://git.example.com/runbooks/"
                    "KafkaConsumerGroupStalled.md\">Runbook</a>"));
    assert_true(has("href=\"https://grafana.example.com/x/d/kafka-cluster?orgId=1&amp;"
                    "var-kafka_cluster=%3Cc%3E\">Grafana</a>"));
    assert_int_equal(write_page(w, SG_STATUS_GROUP, &params), 0);
    assert_true(has("/d/kafka-groups?orgId=1&amp;var-kafka_cluster=%3Cc%3E&amp;"
                    "var-consumergroup=a%22%26b\">Grafana</a>"));
    /* {kafka_cluster="<c>",consumergroup="a\"&b"} */
    assert_true(has("href=\"http://prometheus.example.com/graph?g0.tab=1&amp;g0.expr="
                    "%7Bkafka_cluster%3D%22%3Cc%3E%22%2Cconsumergroup%3D%22a%5C%22%26b%22%7D\">"));
    set_links(w, NULL);
    write_plain(w, SG_STATUS_HOME);
    assert_false(has("Runbook") || has("Grafana") || has("Prometheus<"));
}

static void test_each_cause_has_a_runbook_that_exists(void **state)
{
    static const char *const kinds[] = { "broker_busy", "broker_down", "cluster_down",
        "collector_fails", "group_lagging", "group_losing_data", "group_stalled", "group_stopped",
        "leaderless", "missing_replica", "reload_failed", "too_few_replicas", "under_min_isr" };
    char path[4096];
    (void)state;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_non_null(sg_links_runbook(kinds[i]));
        (void)snprintf(path, sizeof path, "%s/../../alerts/runbooks/%s.md", getenv("SG_FIXTURES"),
            sg_links_runbook(kinds[i]));
        if (access(path, R_OK) != 0)
            fail_msg("there is no %s", path);
    }
    assert_null(sg_links_runbook("nope"));
}

static void test_brokers_are_found_by_id_or_host(void **state)
{
    struct watched *w = *state;
    struct sg_status_params params = { .q = SG_STR("2") };

    assert_int_equal(sg_cluster_set_broker(w->cluster, 1, "kafka-2", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "", 0, true), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 12, "kafka-3", 9092, true), 0);
    watched_collect(w);
    assert_int_equal(write_page(w, SG_STATUS_BROKERS, &params), 0);
    assert_true(has("1 to 2 of 2"));
    params.q = SG_STR("fka-2:90");
    assert_int_equal(write_page(w, SG_STATUS_BROKERS, &params), 0);
    assert_true(has("1 to 1 of 1"));
    params.q = SG_STR("KAFKA");
    assert_int_equal(write_page(w, SG_STATUS_BROKERS, &params), 0);
    assert_true(has("1 to 2 of 2"));
}

static void test_params_are_read_and_others_refused(void **state)
{
    static const struct {
        const char *name, *value, *error;
    } bad[] = {
        { "pages", "1", "unknown parameter \"pages\"" },
        { "page", "x", "page must be a number" },
        { "severity", "bogus", "severity: there is no \"bogus\"" },
        { "kind", "bogus", "kind: there is no \"bogus\"" },
        { "page", "-1", "page must be a number" },
        { "per", "501", "per must be at most 500" },
        { "before", "12345678901234567890", "before must be a number" },
    };
    struct sg_status_params params = { .page = 0 };
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(
            sg_status_params_set(&params, bad[i].name, bad[i].value, &err), SG_STATUS_E_BAD);
        assert_string_equal(err.text, bad[i].error);
    }
    assert_int_equal(sg_status_params_set(&params, "per", "", &err), 0);
    assert_int_equal(sg_status_params_set(&params, "page", "7", &err), 0);
    assert_int_equal(sg_status_params_set(&params, "before", "9000000000", &err), 0);
    assert_int_equal(sg_status_params_set(&params, "group", "g", &err), 0);
    assert_true(params.per == 0 && params.page == 7 && params.before == 9000000000 &&
                sg_str_equal(params.group, SG_STR("g")));
}

int main(void)
{
#define PAGES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        PAGES(test_pages_before_anything_was_collected_say_so),
        PAGES(test_home_of_a_healthy_cluster_says_what_was_looked_at),
        PAGES(test_home_names_causes_with_their_start_and_escapes_every_name),
        PAGES(test_home_shows_some_causes_and_all_when_asked),
        PAGES(test_a_group_with_an_empty_name_is_named_and_reachable),
        PAGES(test_groups_sort_filter_and_turn_pages),
        PAGES(test_group_shows_its_partitions_with_member_end_and_leader),
        PAGES(test_group_shows_how_fast_it_reads_from_the_second_time_on),
        PAGES(test_topic_shows_partitions_groups_and_settings),
        PAGES(test_broker_shows_all_that_its_jmx_says),
        PAGES(test_long_lists_are_cut_and_say_so),
        PAGES(test_home_shows_as_many_brokers_as_fit_those_in_trouble_first),
        PAGES(test_pages_of_what_is_not_known_say_so),
        PAGES(test_find_leads_to_the_only_match_and_lists_several),
        PAGES(test_collectors_keep_what_failed_last),
        PAGES(test_events_are_filtered_and_older_ones_are_a_link_away),
        PAGES(test_events_of_a_broker_that_is_gone_lead_nowhere),
        PAGES(test_brokers_are_found_by_id_or_host),
        PAGES(test_links_lead_to_other_programs_if_they_are_configured),
        cmocka_unit_test(test_each_cause_has_a_runbook_that_exists),
        cmocka_unit_test(test_params_are_read_and_others_refused),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
