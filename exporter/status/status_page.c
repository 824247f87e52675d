/* SPDX-License-Identifier: Apache-2.0 */
#include "status/status_page.h"

#include "base/auto.h"
#include "status/html.h"
#include "status/troubles.h"
#include "status/urgency.h"
#include "status/view.h"
#include "version.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    GROUPS_SHOWN = 50,
    PARTITIONS_SHOWN = 15,
    BROKERS_SHOWN = 200, /* of one cluster */
    SLOTS_SHOWN = 500,
};

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* Idle ratio of a broker's threads; Kafka's documentation recommends a higher one. */
#define IDLE_LOW 0.3

/* Everything for one page. */
struct page {
    const struct sg_status_sources *sources;
    struct sg_buf *html;
    int r; /* the first failure outside the buffer */
    const struct sg_clusters *clusters;
    struct sg_view *view;
    size_t n_slots;
    struct sg_slot_status *slots; /* failing ones first */
    int64_t now_ms;
};

/* ---- Writing ---- */

static void put(struct page *page, const char *constant)
{
    (void)sg_buf_add_str(page->html, sg_str_of(constant));
}

static void put_str(struct page *page, struct sg_str text)
{
    sg_html_text(page->html, text);
}

static void put_text(struct page *page, const char *text)
{
    sg_html_text(page->html, sg_str_of(text));
}

static void put_count(struct page *page, double count)
{
    if (!isnan(count))
        sg_html_count(page->html, count);
}

static void put_duration(struct page *page, double seconds)
{
    if (!isnan(seconds))
        sg_html_duration(page->html, seconds);
}

static void put_rate(struct page *page, double bytes)
{
    if (isnan(bytes))
        return;
    sg_html_bytes(page->html, bytes);
    put(page, "/s");
}

static void put_percent(struct page *page, double share)
{
    if (isnan(share))
        return;
    put(page, share < IDLE_LOW ? "<span class=\"mark warn\">" : "<span>");
    (void)sg_buf_printf(page->html, "%.0f %%</span>", share * 100);
}

static void put_plot(struct page *page,
    enum sg_view_plot plot,
    struct sg_str cluster,
    struct sg_str name,
    const char *what)
{
    float points[SG_HISTORY_POINTS];
    char bytes[SG_VIEW_KEY_BYTES_MAX];

    if (!page->sources->history)
        return;
    sg_history_points(
        page->sources->history, sg_view_key(plot, cluster, name, bytes), page->now_ms, points);
    sg_html_plot(page->html, points, SG_HISTORY_POINTS, what);
}

static double rate_of(
    const struct page *page, enum sg_view_plot plot, struct sg_str cluster, struct sg_str name)
{
    char bytes[SG_VIEW_KEY_BYTES_MAX];

    if (!page->sources->history)
        return (double)NAN;
    return sg_history_rate(
        page->sources->history, sg_view_key(plot, cluster, name, bytes), page->now_ms);
}

/* ---- Tables ---- */

static const char next_text[] = "</td><td>";
static const char next_number[] = "</td><td class=\"n\">";

static void put_text_cell(struct page *page, struct sg_str text)
{
    put(page, next_text);
    put_str(page, text);
}

static void put_count_cell(struct page *page, double count)
{
    put(page, next_number);
    put_count(page, count);
}

/* A heading, and a table below it. */
static void begin_section(
    struct page *page, const char *id, const char *title, const char *const *columns)
{
    put(page, "<h2 id=\"");
    put(page, id);
    put(page, "\">");
    put(page, title);
    put(page, "</h2>\n");
    sg_html_table_begin(page->html, title, "", columns);
}

/* ---- What needs attention ---- */

/* A link to the section with details. */
static void put_trouble(struct page *page, const struct sg_trouble *trouble)
{
    put(page, "<li><a href=\"#");
    put(page, trouble->anchor);
    put(page, "\">");
    put_text(page, trouble->before);
    put_str(page, trouble->name);
    put(page, trouble->after);
    put(page, "</a></li>\n");
}

static void put_verdict(struct page *page)
{
    struct sg_troubles troubles;

    sg_troubles_find(page->clusters, page->view, page->slots, page->n_slots, &troubles);
    size_t n = troubles.n_urgent + troubles.n_others;
    if (!sg_store_is_ready(page->sources->store))
        put(page,
            "<div class=\"verdict look\" role=\"status\"><p>Starting: some collectors have not run "
            "yet</p>");
    else if (n == 0)
        put(page, "<div class=\"verdict all-well\" role=\"status\"><p>All is well</p>");
    else
        put(page, troubles.n_urgent ? "<div class=\"verdict act\" role=\"status\"><p>"
                                    : "<div class=\"verdict look\" role=\"status\"><p>");
    if (n && sg_store_is_ready(page->sources->store)) {
        size_t n_first = troubles.n_urgent ? troubles.n_urgent : n;
        put_count(page, (double)n_first);
        put(page, n_first == 1 ? " problem needs" : " problems need");
        put(page, troubles.n_urgent ? " action now" : " attention");
        if (troubles.n_urgent && troubles.n_others) {
            put(page, ", ");
            put_count(page, (double)troubles.n_others);
            put(page, troubles.n_others == 1 ? " more needs attention" : " more need attention");
        }
        put(page, "</p>");
    }
    if (n) {
        put(page, "<ul>\n");
        for (size_t i = 0; i < n && i < SG_TROUBLES_LISTED_MAX; i++)
            put_trouble(page, &troubles.items[i]);
        put(page, "</ul>");
    }
    if (n > SG_TROUBLES_LISTED_MAX) {
        put(page, "<p>and ");
        put_count(page, (double)(n - SG_TROUBLES_LISTED_MAX));
        put(page, " more</p>");
    }
    put(page, "</div>\n");
}

/* ---- Brokers ---- */

static const struct sg_view_broker *find_view(
    const struct page *page, struct sg_str cluster, struct sg_str id)
{
    for (size_t i = 0; i < page->view->n_brokers; i++) {
        const struct sg_view_broker *broker = &page->view->brokers[i];
        if (sg_str_equal(broker->id, id) && sg_str_equal(broker->cluster, cluster))
            return broker;
    }
    return NULL;
}

static void put_broker_numbers(struct page *page, const struct sg_view_broker *broker)
{
    put_count_cell(page, broker->leaders);
    put_count_cell(page, broker->partitions);
    put(page, next_number);
    put_rate(page, rate_of(page, SG_VIEW_BYTES_IN, broker->cluster, broker->id));
    put(page, next_text);
    put_plot(page, SG_VIEW_BYTES_IN, broker->cluster, broker->id, "bytes in, last hour");
    put(page, next_number);
    put_rate(page, rate_of(page, SG_VIEW_BYTES_OUT, broker->cluster, broker->id));
    put(page, next_number);
    put_percent(page, broker->handlers_idle);
    put(page, next_number);
    put_percent(page, broker->network_idle);
    put(page, "</td></tr>\n");
}

static void put_broker(
    struct page *page, const struct sg_cluster *cluster, const struct sg_broker *broker)
{
    char id[16], address[SG_HOST_BYTES_MAX + 16];

    (void)snprintf(id, sizeof id, "%" PRId32, broker->id);
    (void)snprintf(address, sizeof address, "%s:%" PRId32, broker->host, broker->port);
    const struct sg_view_broker *view =
        find_view(page, sg_str_of(sg_cluster_name(cluster)), sg_str_of(id));
    put(page, "<tr><th scope=\"row\">");
    put(page, id);
    put(page, broker->up ? "</th><td><span class=\"up\">up</span>"
                         : "</th><td><span class=\"mark down\">down</span>");
    if (view && view->is_controller > 0)
        put(page, " <span class=\"quiet\">controller</span>");
    put(page, next_text);
    put_text(page, broker->host[0] ? address : "unknown");
    if (view)
        put_broker_numbers(page, view);
    else
        put(page, "</td><td colspan=\"7\" class=\"quiet\">no JMX</td></tr>\n");
}

static void put_brokers(struct page *page, const struct sg_cluster *cluster, const char *anchor)
{
    static const struct {
        const char *class;
        const char *text;
    } states[] = {
        [SG_CLUSTER_UNKNOWN] = { "quiet", "not asked yet" },
        [SG_CLUSTER_DOWN] = { "mark down", "cannot be reached" },
        [SG_CLUSTER_UP] = { "up", "up" },
        [SG_CLUSTER_NO_KAFKA] = { "quiet", "only JVMs, no Kafka" },
    };
    static const char *const columns[] = { "Broker", "State", "Address", "#Leads", "#Partitions",
        "#Bytes in", "Last hour", "#Bytes out", "#Handlers idle", "#Network idle", NULL };
    enum sg_cluster_state state = sg_cluster_get_state(cluster);
    sg_auto_free struct sg_broker *brokers = NULL;
    size_t n = 0;

    if (sg_cluster_copy_brokers(cluster, &brokers, &n))
        page->r = -ENOMEM;
    put(page, "<h2 id=\"");
    put(page, anchor);
    put(page, "\">Cluster ");
    put_text(page, sg_cluster_name(cluster));
    put(page, ": <span class=\"");
    put(page, states[state].class);
    put(page, "\">");
    put(page, states[state].text);
    put(page, "</span></h2>\n");
    if (n == 0)
        return;
    sg_html_table_begin(page->html, "Brokers of ", sg_cluster_name(cluster), columns);
    size_t shown = 0;
    for (int up = 0; up < 2; up++) {
        for (size_t i = 0; i < n && shown < BROKERS_SHOWN; i++) {
            if (brokers[i].up == (up == 1)) {
                put_broker(page, cluster, &brokers[i]);
                shown++;
            }
        }
    }
    sg_html_table_end(page->html, n, shown, false, " more brokers");
}

/* ---- Partitions and groups ---- */

static void put_partitions(struct page *page)
{
    static const char *const columns[] = { "Topic", "#Partition", "Trouble", "Leader", "Replicas",
        "In sync", "Missing", "Cluster", NULL };
    size_t n = page->view->n_partitions;

    if (n == 0)
        return;
    begin_section(page, "partitions", "Partitions with problems", columns);
    for (size_t i = 0; i < n && i < PARTITIONS_SHOWN; i++) {
        static const char *const marks[] = { "<span class=\"mark down\">no leader</span>",
            "<span class=\"mark down\">under min ISR</span>",
            "<span class=\"mark warn\">replica missing</span>" };
        const struct sg_view_partition *partition = &page->view->partitions[i];
        put(page, "<tr><th scope=\"row\" class=\"name\">");
        put_str(page, partition->topic);
        put(page, "</th><td class=\"n\">");
        put_str(page, partition->partition);
        put(page, next_text);
        put(page, marks[sg_urgency_of_partition(partition)]);
        put_text_cell(page, sg_view_is_leaderless(partition) ? SG_STR("none") : partition->leader);
        put_text_cell(page, partition->replicas);
        put_text_cell(page, partition->in_sync);
        put_text_cell(page, partition->missing);
        put_text_cell(page, partition->cluster);
        put(page, "</td></tr>\n");
    }
    sg_html_table_end(
        page->html, n, PARTITIONS_SHOWN, page->view->partitions_full, " more partitions");
}

static void put_group_status(struct page *page, const struct sg_view_group *group)
{
    static const char *const marks[] = { "<span class=\"mark down\">", "<span class=\"mark down\">",
        "<span class=\"mark warn\">", "<span class=\"mark warn\">", "<span>",
        "<span class=\"up\">" };
    static const char *const words[] = { "loses data", "stalled", "stopped", "lagging", "rewound" };
    int rank = sg_urgency_of_group(group);

    if (group->is_share && isnan(group->lag))
        put(page, "share group: librdkafka cannot tell its lag");
    if (group->status.len == 0)
        return;
    put(page, marks[rank]);
    if (rank < 5)
        put(page, words[rank]);
    else
        put_str(page, group->status);
    put(page, "</span>");
}

static void put_groups(struct page *page)
{
    static const char *const columns[] = { "Group", "Status", "#Lag, time", "Last hour",
        "#Lag, records", "#Members", "Cluster", NULL };
    size_t n = page->view->n_groups;

    if (n == 0)
        return;
    begin_section(page, "groups", "Consumer groups, by lag in seconds", columns);
    for (size_t i = 0; i < n && i < GROUPS_SHOWN; i++) {
        const struct sg_view_group *group = &page->view->groups[i];
        put(page, "<tr><th scope=\"row\" class=\"name\">");
        put_str(page, group->name);
        put(page, "</th><td>");
        put_group_status(page, group);
        put(page, next_number);
        put_duration(page, group->lag_seconds);
        put(page, next_text);
        put_plot(
            page, SG_VIEW_LAG_SECONDS, group->cluster, group->name, "lag in seconds, last hour");
        put_count_cell(page, group->lag);
        put_count_cell(page, group->members);
        put_text_cell(page, group->cluster);
        put(page, "</td></tr>\n");
    }
    sg_html_table_end(page->html, n, GROUPS_SHOWN, page->view->groups_full,
        page->view->groups_full ? " more groups" : " more groups with less lag");
}

/* ---- Collectors ---- */

static void put_slot(struct page *page, const struct sg_slot_status *slot)
{
    uint64_t n_failures = 0;

    for (int kind = 0; kind < SG_FAILURE_KINDS; kind++)
        n_failures += slot->n_failures[kind];
    put(page, "<tr><th scope=\"row\">");
    put_text(page, slot->collector);
    put(page, "</th><td class=\"name\">");
    put_text(page, slot->target);
    put(page, !slot->has_run  ? "</td><td><span class=\"quiet\">starting</span>"
              : slot->success ? "</td><td><span class=\"up\">ok</span>"
                              : "</td><td><span class=\"mark down\">failing</span>");
    put(page, next_number);
    if (slot->has_run)
        put_duration(page, (double)slot->duration_ms / 1000);
    put(page, next_number);
    if (slot->last_success_unix_ms) {
        put_duration(page, (double)slot->last_success_ms_ago / 1000);
        put(page, " ago");
    } else {
        put(page, "never");
    }
    put_count_cell(page, (double)slot->n_series);
    put_count_cell(page, (double)n_failures);
    put(page, next_text);
    put_text(page, slot->cluster);
    put(page, "</td><td class=\"text\">");
    put_text(page, slot->failure.text);
    put(page, "</td></tr>\n");
}

static void put_slots(struct page *page)
{
    static const char *const columns[] = { "Collector", "Target", "State", "#Took", "#Complete",
        "#Series", "#Failures", "Cluster", "Latest failure", NULL };
    begin_section(page, "collectors", "Collectors", columns);
    for (size_t i = 0; i < page->n_slots && i < SLOTS_SHOWN; i++)
        put_slot(page, &page->slots[i]);
    sg_html_table_end(page->html, page->n_slots, SLOTS_SHOWN, false, " more targets");
}

/* ---- The page ---- */

static void put_head(struct page *page)
{
    put(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<link rel=\"icon\" href=\"data:,\">\n<title>Streamgauge</title>\n<style>");
    (void)sg_buf_add_str(page->html, sg_status_page_style);
    put(page, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n"
              "<header><h1>Streamgauge</h1><span class=\"quiet\">" SG_VERSION "</span>"
              "<button id=\"refresh\" type=\"button\" hidden>Pause</button>"
              "<span id=\"lost\" class=\"mark down\" role=\"alert\" hidden>No answer; this page is "
              "out of date</span><nav aria-label=\"More\"><a href=\"");
    /* Relative: the page may be behind a proxy with a path prefix. */
    put(page, ".");
    put_text(page, page->sources->telemetry_path);
    put(page, "\">Metrics</a><a href=\"./-/ready\">Ready?</a></nav></header>\n"
              "<main id=\"main\">\n");
}

static void put_foot(struct page *page)
{
    char text[64];
    time_t now = (time_t)(sg_clock_unix_ms(page->sources->clock) / 1000);
    struct tm parts;

    put(page, "<details><summary>Configuration</summary>\n<pre tabindex=\"0\">");
    put_text(page, page->clusters->config_text);
    put(page, "</pre></details>\n<footer>Streamgauge " SG_VERSION ", compiled with " COMPILER
              ". This page was made at ");
    (void)gmtime_r(&now, &parts);
    (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    put(page, text);
    put(page, ".</footer>\n</main>\n<script>");
    (void)sg_buf_add_str(page->html, sg_status_page_script);
    put(page, "</script>\n</body>\n</html>\n");
}

static int read_slots(struct page *page)
{
    size_t n = sg_store_n_slots(page->sources->store);

    page->slots = calloc(n + 1, sizeof *page->slots);
    if (!page->slots)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        page->n_slots += sg_store_slot_status(page->sources->store, i, &page->slots[page->n_slots]);
    sg_urgency_sort_slots(page->slots, page->n_slots);
    return 0;
}

int sg_status_page_write(const struct sg_status_sources *sources, struct sg_buf *html)
{
    struct page page = {
        .sources = sources,
        .html = html,
        .clusters = sg_roster_take(sources->roster),
        .now_ms = sg_clock_monotonic_ms(sources->clock),
    };

    page.r = sg_view_new(sources->store, page.clusters->label, &page.view);
    if (!page.r)
        page.r = read_slots(&page);
    if (!page.r) {
        sg_urgency_sort_view(page.view);
        put_head(&page);
        put_verdict(&page);
        for (size_t i = 0; i < page.clusters->n; i++) {
            char anchor[32];
            (void)snprintf(anchor, sizeof anchor, "brokers-%zu", i);
            put_brokers(&page, page.clusters->clusters[i], anchor);
        }
        put_partitions(&page);
        put_groups(&page);
        put_slots(&page);
        put_foot(&page);
    }
    free(page.slots);
    (void)sg_view_free(page.view);
    (void)sg_clusters_unref(page.clusters);
    return page.r ? page.r : sg_buf_error(html);
}
