/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"
#include "status/links.h"
#include "status/lists.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CAUSES_SHOWN = 8,
    BROKERS_SHOWN = 60, /* cells of a cluster */
    ROWS_SHOWN = 10,
    EVENTS_SHOWN = 11,
};

/* ---- Causes ---- */

/* Where a cause is shown in full. */
static void put_cause_href(struct sg_page *page, const struct sg_cause *cause)
{
    const struct sg_view *view = page->view;
    struct sg_str cluster =
        cause->cluster == SG_INDEX_NONE ? SG_STR("") : sg_view_cluster_name(view, cause->cluster);
    bool is_one = cause->item != SG_INDEX_NONE;

    switch (cause->subject) {
    case SG_SUBJECT_BROKER:
        sg_put_href(page, is_one ? SG_STATUS_BROKER : SG_STATUS_BROKERS, cluster, "broker",
            is_one ? sg_view_broker_at(view, cause->item)->id : SG_STR(""));
        break;
    case SG_SUBJECT_TOPIC:
        sg_put_href(page, is_one ? SG_STATUS_TOPIC : SG_STATUS_TOPICS, cluster, "topic",
            is_one ? sg_view_topic_at(view, cause->item)->name : SG_STR(""));
        break;
    case SG_SUBJECT_GROUP:
        sg_put_href(page, is_one ? SG_STATUS_GROUP : SG_STATUS_GROUPS, cluster, "group",
            is_one ? sg_view_group_at(view, cause->item)->name : SG_STR(""));
        break;
    default:
        sg_put_href(page, SG_STATUS_COLLECTORS, cluster, "", SG_STR(""));
    }
}

static void put_cause(struct sg_page *page, const struct sg_cause *cause)
{
    const char *class = sg_page_class(cause->severity);

    (void)sg_buf_printf(page->html, "<li class=\"cause %s\"><div>", class);
    sg_html_chip(page->html, class, sg_severity_text(cause->severity));
    sg_put(page, "</div><div><b><a ");
    put_cause_href(page, cause);
    sg_put(page, ">");
    sg_put_text(page, cause->title);
    sg_put(page, "</a></b>");
    if (cause->detail.len) {
        sg_put(page, "<p>");
        sg_put_text(page, cause->detail);
        sg_put(page, "</p>");
    }
    sg_put(page, "</div><div class=\"when\">");
    if (cause->since.moment.unix_ms) {
        (void)sg_buf_printf(page->html, "<strong>%s%s</strong> <span>since %s",
            cause->since.at_least ? "at least " : "",
            sg_words_age(page->now_ms - cause->since.moment.monotonic_ms).text,
            cause->since.at_least ? "before " : "");
        sg_html_time(page->html, cause->since.moment.unix_ms, page->now_unix_ms);
        sg_put(page, " UTC</span>");
    }
    sg_put_runbook_link(page, cause);
    sg_put(page, "</div></li>\n");
}

static void put_counts(struct sg_page *page)
{
    size_t n_critical = page->causes.n_critical;
    size_t n_warnings = page->causes.n - n_critical;

    if (n_critical)
        (void)sg_buf_printf(page->html, "%zu critical", n_critical);
    if (n_warnings)
        (void)sg_buf_printf(
            page->html, "%s%s", n_critical ? ", " : "", sg_words_count(n_warnings, "warning").text);
}

static void put_well(struct sg_page *page)
{
    const struct sg_view *view = page->view;
    bool is_ready = view && view->is_ready;

    if (!is_ready) {
        sg_put(page, "<div class=\"verdict warn\" role=\"status\"><header>");
        sg_html_icon(page->html, "unk");
        sg_put(page, "<h1>Starting</h1><p class=\"q\">Some collectors have not run "
                     "yet</p></header></div>\n");
        return;
    }
    sg_put(page, "<div class=\"verdict ok\" role=\"status\"><header>");
    sg_html_icon(page->html, "ok");
    sg_put(page, "<h1>All is well</h1><p class=\"q\">");
    (void)sg_buf_printf(page->html, "%s, ", sg_words_count(view->clusters.n, "cluster").text);
    (void)sg_buf_printf(page->html, "%s, ", sg_words_count(view->brokers.n, "broker").text);
    (void)sg_buf_printf(page->html, "%s, ", sg_words_count(view->topics.n, "topic").text);
    (void)sg_buf_printf(page->html, "%s and ", sg_words_count(view->groups.n, "group").text);
    (void)sg_buf_printf(page->html, "%s looked at", sg_words_count(view->n_slots, "target").text);
    sg_put(page, "</p></header></div>\n");
}

static void put_verdict(struct sg_page *page)
{
    size_t shown =
        page->params->all || page->causes.n < CAUSES_SHOWN ? page->causes.n : CAUSES_SHOWN;

    if (page->causes.n == 0) {
        put_well(page);
        return;
    }
    (void)sg_buf_printf(page->html, "<div class=\"verdict %s\" role=\"status\"><header>",
        page->causes.n_critical ? "crit" : "warn");
    sg_html_icon(page->html, page->causes.n_critical ? "crit" : "warn");
    sg_put(page, "<h1>");
    put_counts(page);
    sg_put(page, "</h1></header><ol>\n");
    for (size_t i = 0; i < shown; i++)
        put_cause(page, &page->causes.list[i]);
    sg_put(page, "</ol>");
    if (shown < page->causes.n)
        (void)sg_buf_printf(page->html,
            "<p class=\"foot\"><a href=\"./?all=1\">and %zu more</a></p>", page->causes.n - shown);
    sg_put(page, "</div>\n");
}

/* ---- Clusters ---- */

/* What a cluster's line counts. */
struct counts {
    size_t n_brokers, n_up, n_groups, n_groups_in_trouble;
    double bytes_in, bytes_out, worst_lag_s;
};

static void count_brokers(const struct sg_page *page, uint32_t cluster, struct counts *counts)
{
    struct sg_str name = sg_view_cluster_name(page->view, cluster);

    for (uint32_t i = 0; i < page->view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(page->view, i);
        if (broker->cluster != cluster)
            continue;
        double in = sg_page_rate(page, SG_PLOT_BROKER_BYTES_IN, name, broker->id);
        double out = sg_page_rate(page, SG_PLOT_BROKER_BYTES_OUT, name, broker->id);
        counts->n_brokers++;
        counts->n_up += broker->state == SG_VIEW_BROKER_UP;
        if (!isnan(in))
            counts->bytes_in = (isnan(counts->bytes_in) ? 0 : counts->bytes_in) + in;
        if (!isnan(out))
            counts->bytes_out = (isnan(counts->bytes_out) ? 0 : counts->bytes_out) + out;
    }
}

static void count_groups(const struct sg_page *page, uint32_t cluster, struct counts *counts)
{
    for (uint32_t i = 0; i < page->view->groups.n; i++) {
        const struct sg_view_group *group = sg_view_group_at(page->view, i);
        if (group->cluster != cluster)
            continue;
        counts->n_groups++;
        counts->n_groups_in_trouble += sg_page_severity_of_group(group) != SG_SEVERITY_INFO;
        if (!(group->lag_seconds <= counts->worst_lag_s))
            counts->worst_lag_s =
                isnan(group->lag_seconds) ? counts->worst_lag_s : group->lag_seconds;
    }
}

static enum sg_severity worst_of(const struct sg_page *page, uint32_t cluster)
{
    enum sg_severity worst = SG_SEVERITY_INFO;

    for (size_t i = 0; i < page->causes.n; i++) {
        if (page->causes.list[i].cluster == cluster && page->causes.list[i].severity < worst)
            worst = page->causes.list[i].severity;
    }
    return worst;
}

static void put_cell(struct sg_page *page, uint32_t number)
{
    const struct sg_view_broker *broker = sg_view_broker_at(page->view, number);
    enum sg_severity severity = sg_page_severity_of_broker(broker);
    bool is_unknown = broker->state == SG_VIEW_BROKER_UNKNOWN;
    const char *class = is_unknown ? "unk" : sg_page_class(severity);

    sg_put(page, "<li><a ");
    sg_put_href(page, SG_STATUS_BROKER, sg_view_cluster_name(page->view, broker->cluster), "broker",
        broker->id);
    (void)sg_buf_printf(page->html, " class=\"%s\">", class);
    if (is_unknown || severity != SG_SEVERITY_INFO)
        sg_html_icon(page->html, class);
    sg_put(page, "<span class=\"vh\">broker </span>");
    sg_put_text(page, broker->id);
    (void)sg_buf_printf(page->html, "<span class=\"vh\"> %s</span></a></li>",
        is_unknown                             ? "not known"
        : broker->state == SG_VIEW_BROKER_DOWN ? "down"
        : severity == SG_SEVERITY_WARNING      ? "up, busy"
                                               : "up");
}

/* Those in trouble first, if not all are shown. */
static void put_cells(struct sg_page *page, uint32_t cluster, const struct counts *counts)
{
    size_t shown = 0;

    sg_put(page, "<ul class=\"bk\" aria-label=\"Brokers\">");
    for (int pass = counts->n_brokers > BROKERS_SHOWN ? 0 : 2; pass < 3; pass++) {
        for (uint32_t i = 0; i < page->view->brokers.n && shown < BROKERS_SHOWN; i++) {
            const struct sg_view_broker *broker = sg_view_broker_at(page->view, i);
            bool is_well = broker->state == SG_VIEW_BROKER_UP;
            if (broker->cluster != cluster || (pass < 2 && is_well != (pass == 1)))
                continue;
            put_cell(page, i);
            shown++;
        }
        pass += pass == 1; /* all were shown by the first two */
    }
    if (shown < counts->n_brokers) {
        sg_put(page, "<li><a ");
        sg_put_href(
            page, SG_STATUS_BROKERS, sg_view_cluster_name(page->view, cluster), "", SG_STR(""));
        (void)sg_buf_printf(page->html, ">and %zu more</a></li>", counts->n_brokers - shown);
    }
    sg_put(page, "</ul>");
}

static void put_share(struct sg_page *page, const char *label, const char *bad, double n, double of)
{
    sg_put_stat(page, label);
    (void)sg_buf_printf(page->html, "<span class=\"%s\">%s of %s</span>", bad,
        sg_words_number(n).text, sg_words_number(of).text);
    sg_put_stat_end(page);
}

static void put_stats(struct sg_page *page, uint32_t number, const struct counts *counts)
{
    const struct sg_view_cluster *cluster = sg_view_cluster_at(page->view, number);

    sg_put(page, "<dl class=\"st\">");
    put_share(page, "Brokers up", counts->n_up < counts->n_brokers ? "bad" : "",
        (double)counts->n_up, (double)counts->n_brokers);
    put_share(page, "Partitions with missing replicas",
        cluster->n_missing_replicas > 0 ? "odd" : "", cluster->n_missing_replicas,
        cluster->n_partitions);
    put_share(page, "Groups in trouble", counts->n_groups_in_trouble ? "odd" : "",
        (double)counts->n_groups_in_trouble, (double)counts->n_groups);
    sg_put_stat(page, "Largest lag");
    sg_put_unit(page, SG_PLOT_SECONDS, counts->worst_lag_s);
    sg_put_stat_end(page);
    sg_put_stat(page, "Bytes in");
    sg_put_unit(page, SG_PLOT_BYTES_RATE, counts->bytes_in);
    sg_put_stat_end(page);
    sg_put_stat(page, "Bytes out");
    sg_put_unit(page, SG_PLOT_BYTES_RATE, counts->bytes_out);
    sg_put_stat_end(page);
    sg_put(page, "</dl>");
}

static void put_cluster_state(
    struct sg_page *page, const struct sg_view_cluster *cluster, enum sg_severity worst)
{
    if (cluster->state == SG_CLUSTER_DOWN)
        sg_html_chip(page->html, "crit", "cannot be reached");
    else if (cluster->state == SG_CLUSTER_UNKNOWN)
        sg_html_chip(page->html, "unk", "not asked yet");
    else if (cluster->state == SG_CLUSTER_NO_KAFKA)
        sg_html_chip(page->html, "unk", "only JVMs, no Kafka");
    else
        sg_html_chip(page->html, sg_page_class(worst),
            worst == SG_SEVERITY_CRITICAL  ? "critical"
            : worst == SG_SEVERITY_WARNING ? "warning"
                                           : "well");
}

static void put_cluster(struct sg_page *page, uint32_t number)
{
    const struct sg_view_cluster *cluster = sg_view_cluster_at(page->view, number);
    struct counts counts = {
        .bytes_in = (double)NAN, .bytes_out = (double)NAN, .worst_lag_s = (double)NAN
    };

    count_brokers(page, number, &counts);
    count_groups(page, number, &counts);
    sg_put(page, "<article class=\"cl\"><div><h3><a ");
    sg_put_href(page, SG_STATUS_HOME, sg_view_cluster_name(page->view, number), "", SG_STR(""));
    sg_put(page, ">");
    sg_put_text(page, sg_view_cluster_name(page->view, number));
    sg_put(page, "</a> ");
    put_cluster_state(page, cluster, worst_of(page, number));
    sg_put(page, "</h3>");
    if (cluster->state == SG_CLUSTER_DOWN) {
        sg_put(page, "<p class=\"q sm\">");
        sg_put_since(page, &cluster->since);
        sg_put(page, "</p>");
    }
    sg_put(page, "<p class=\"sm\">");
    sg_put_other_links(
        page, "kafka-cluster", sg_view_cluster_name(page->view, number), "", SG_STR(""));
    sg_put(page, "</p>");
    sg_put(page, "</div><div class=\"rt\">");
    if (counts.n_brokers)
        put_cells(page, number, &counts);
    if (cluster->state == SG_CLUSTER_UP)
        put_stats(page, number, &counts);
    else if (cluster->state == SG_CLUSTER_DOWN)
        sg_put(page, "<p class=\"q\">Nothing is known of it since. <a href=\"./collectors\">What "
                     "failed</a></p>");
    sg_put(page, "</div></article>\n");
}

static void put_clusters(struct sg_page *page)
{
    char note[16];

    (void)snprintf(note, sizeof note, "%zu", page->view->clusters.n);
    sg_put_section(page, "clusters", "Clusters", page->view->clusters.n > 1 ? note : "");
    sg_put(page, "<div class=\"card\">");
    for (uint32_t i = 0; i < page->view->clusters.n; i++) {
        if (sg_page_has_cluster(page, i))
            put_cluster(page, i);
    }
    sg_put(page, "</div></section>\n");
}

/* ---- What needs a look ---- */

static bool group_in_trouble(const struct sg_page *page, uint32_t row)
{
    const struct sg_view_group *group = sg_view_group_at(page->view, row);

    return sg_page_has_cluster(page, group->cluster) &&
           sg_page_severity_of_group(group) != SG_SEVERITY_INFO;
}

static bool group_is_shown(const struct sg_page *page, uint32_t row)
{
    return sg_page_has_cluster(page, sg_view_group_at(page->view, row)->cluster);
}

static bool topic_in_trouble(const struct sg_page *page, uint32_t row)
{
    const struct sg_view_topic *topic = sg_view_topic_at(page->view, row);

    return sg_page_has_cluster(page, topic->cluster) &&
           sg_page_severity_of_topic(topic) != SG_SEVERITY_INFO;
}

static size_t n_wanted(const struct sg_page *page, const struct sg_table *table)
{
    size_t n = 0;

    for (uint32_t i = 0; i < table->n; i++)
        n += table->is_wanted(page, i);
    return n;
}

/* The first rows of a list, and a link to all. */
static void put_part(
    struct sg_page *page, struct sg_table table, const char *title, const char *sort)
{
    size_t n = n_wanted(page, &table);
    char note[64];

    if (n == 0)
        return;
    (void)snprintf(
        note, sizeof note, "%zu of %zu", n < ROWS_SHOWN ? n : (size_t)ROWS_SHOWN, table.n);
    table.has_controls = false;
    table.n_max = ROWS_SHOWN;
    table.sort = sort;
    sg_put_section(page, table.id, title, note);
    (void)sg_table_write(page, &table);
    (void)sg_buf_printf(page->html, "<p class=\"sm\"><a href=\"./%s\">All %s</a></p></section>\n",
        sg_status_page_path(table.page), sg_status_page_path(table.page));
}

static void put_groups(struct sg_page *page)
{
    struct sg_table table = sg_list_groups(page);

    table.is_wanted = group_in_trouble;
    if (n_wanted(page, &table)) {
        put_part(page, table, "Groups that need a look", "status");
        return;
    }
    table.is_wanted = group_is_shown;
    put_part(page, table, "Groups furthest behind", "-lag");
}

static void put_topics(struct sg_page *page)
{
    struct sg_table table = sg_list_topics(page);

    table.is_wanted = topic_in_trouble;
    put_part(page, table, "Topics that need a look", "state");
}

static void put_brokers(struct sg_page *page)
{
    struct sg_table table = sg_list_brokers(page);

    put_part(page, table, "Brokers", "state");
}

static void put_events(struct sg_page *page)
{
    const struct sg_event_filter filter = { .cluster = page->params->cluster,
        .severity_max = SG_SEVERITY_INFO };

    sg_put_section(page, "events", "What happened", "");
    (void)sg_put_events(page, &filter, EVENTS_SHOWN, true);
    sg_put(page, "</section>\n");
}

/* The configuration without secrets. */
static void put_config(struct sg_page *page)
{
    const struct sg_clusters *clusters = sg_roster_take(page->sources->roster);

    sg_put(
        page, "<details class=\"card foot\"><summary>Configuration</summary><pre tabindex=\"0\">");
    sg_put_text(page, sg_str_of(clusters->config_text));
    sg_put(page, "</pre></details>\n");
    (void)sg_clusters_unref(clusters);
}

/* What a view shows. */
static void put_view(struct sg_page *page)
{
    put_clusters(page);
    sg_put(page, "<div class=\"cols\"><div>");
    put_groups(page);
    put_topics(page);
    sg_put(page, "</div><div>");
    put_events(page);
    sg_put(page, "</div></div>\n");
    put_brokers(page);
}

void sg_page_home(struct sg_page *page)
{
    put_verdict(page);
    if (page->view)
        put_view(page);
    put_config(page);
}
