/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/text.h"
#include "status/details.h"
#include "watch/causes.h"

#include <math.h>
#include <stdio.h>

/* ---- All that its JMX says ---- */

/* Families of one meaning, by the beginning of their names. */
static const struct {
    const char *title;
    const char *prefix;
} meanings[] = {
    { "Topics and records", "kafka_server_brokertopicmetrics_" },
    { "Replication", "kafka_server_replica" },
    { "Requests", "kafka_network_" },
    { "Logs", "kafka_log_" },
    { "Controller", "kafka_controller_" },
    { "Groups and transactions", "kafka_coordinator_" },
    { "Other of the broker", "kafka_" },
    { "JVM", "jvm_" },
    { "Process", "process_" },
    { "Everything else", "" },
};

enum {
    MEANINGS = sizeof meanings / sizeof meanings[0],
    SERIES_SHOWN = 400, /* of one meaning */
    ROWS_BYTES_MAX = 4 * 1024 * 1024,
};

static size_t meaning_of(const char *family)
{
    size_t i = 0;

    while (!sg_str_starts_with(sg_str_of(family), sg_str_of(meanings[i].prefix)))
        i++;
    return i;
}

/* The rows of each meaning, written in one pass over the broker's series. */
struct writer {
    struct sg_page *page;
    size_t n[MEANINGS];
    struct sg_buf rows[MEANINGS];
};

/* The labels but those that all have. */
static void put_labels(struct sg_page *page, struct sg_str labels)
{
    struct sg_label label;
    char plain[2 * SG_LABEL_VALUE_BYTES_MAX];

    while (sg_text_next_label(&labels, &label)) {
        if (label.value.len > sizeof plain || sg_str_equal(label.name, SG_STR("broker")) ||
            sg_str_equal(label.name, sg_str_of(page->cluster_label)))
            continue;
        sg_put(page, " <span class=\"q\">");
        sg_put_text(page, label.name);
        sg_put(page, "=</span>");
        sg_put_text(page, (struct sg_str){ plain, sg_text_unescape(label.value, plain) });
    }
}

static void put_series(void *context, const struct sg_detail_series *series)
{
    struct writer *writer = context;
    struct sg_page *page = writer->page;
    size_t meaning = meaning_of(series->family->name);
    struct sg_buf *html = page->html;

    if (writer->n[meaning]++ >= SERIES_SHOWN)
        return;
    page->html = &writer->rows[meaning];
    sg_put(page, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\" title=\"");
    sg_put_text(page, sg_str_of(series->family->help));
    sg_put(page, "\">");
    sg_put_text(page, series->name);
    put_labels(page, series->labels);
    (void)sg_buf_printf(page->html, "</th><td role=\"cell\" class=\"r\">%.10g</td></tr>\n",
        sg_detail_number(series));
    page->html = html;
}

static void put_meaning(const struct writer *writer, size_t meaning)
{
    struct sg_page *page = writer->page;

    (void)sg_buf_printf(page->html,
        "<details class=\"card foot\"><summary>%s <span class=\"q\">%zu series</span></summary>"
        "<div class=\"tb\"><table role=\"table\"><caption class=\"vh\">%s</caption><tbody "
        "role=\"rowgroup\">\n",
        meanings[meaning].title, writer->n[meaning], meanings[meaning].title);
    (void)sg_buf_add_str(page->html, sg_buf_get(&writer->rows[meaning]));
    sg_put(page, "</tbody></table></div>");
    if (writer->n[meaning] > SERIES_SHOWN)
        (void)sg_buf_printf(page->html,
            "<p class=\"q\">The first %d of %zu; the metrics page has all.</p>", SERIES_SHOWN,
            writer->n[meaning]);
    sg_put(page, "</details>\n");
}

static void put_metrics(struct sg_page *page, struct sg_str id)
{
    const struct sg_detail_query query = sg_details_query(page, "broker", id, NULL);
    struct writer writer = { .page = page };

    for (size_t i = 0; i < MEANINGS; i++)
        sg_buf_init(&writer.rows[i], ROWS_BYTES_MAX);
    sg_detail_read(page->sources->store, &query, put_series, &writer);
    sg_put_section(page, "metrics", "All metrics", "");
    for (size_t i = 0; i < MEANINGS; i++) {
        if (writer.n[i])
            put_meaning(&writer, i);
        page->failed = page->failed || sg_buf_error(&writer.rows[i]);
        sg_buf_done(&writer.rows[i]);
    }
    sg_put(page, "</section>\n");
}

/* ---- The page ---- */

static void put_stats(struct sg_page *page, const struct sg_view_broker *broker)
{
    sg_put(page, "<dl class=\"st tall card pad\">");
    sg_put_stat(page, "Address");
    sg_put_text(page, broker->host.len ? broker->host : SG_STR("not known"));
    if (broker->host.len)
        (void)sg_buf_printf(page->html, ":%d", (int)broker->port);
    sg_put_stat_end(page);
    sg_put_stat(page, "Leads");
    sg_put_number(page, broker->leaders);
    sg_put_stat_end(page);
    sg_put_stat(page, "Partitions");
    sg_put_number(page, broker->partitions);
    sg_put_stat_end(page);
    sg_put_stat(page, "Request handlers idle");
    sg_put_unit(page, SG_PLOT_SHARE, broker->handlers_idle);
    sg_put_stat_end(page);
    sg_put_stat(page, "Network threads idle");
    sg_put_unit(page, SG_PLOT_SHARE, broker->network_idle);
    sg_put_stat_end(page);
    sg_put_stat(page, "Logs");
    sg_put_bytes(page, broker->size_bytes);
    sg_put_stat_end(page);
    sg_put_stat(page, "Started");
    if (isnan(broker->started_unix_s))
        sg_put_number(page, (double)NAN);
    else
        sg_html_time(page->html, (int64_t)(broker->started_unix_s * 1000), page->now_unix_ms);
    sg_put_stat_end(page);
    sg_put(page, "</dl>\n");
}

/* What of the causes is about this broker. */
static void put_notes(struct sg_page *page, uint32_t number)
{
    for (size_t i = 0; i < page->causes.n; i++) {
        const struct sg_cause *cause = &page->causes.list[i];
        if (cause->subject != SG_SUBJECT_BROKER || cause->item != number)
            continue;
        (void)sg_buf_printf(
            page->html, "<p class=\"note card %s\">", sg_page_class(cause->severity));
        sg_put_text(page, cause->title);
        sg_put(page, ". ");
        sg_put_text(page, cause->detail);
        sg_put(page, "</p>\n");
    }
}

bool sg_page_broker(struct sg_page *page)
{
    uint32_t cluster, number;

    if (!sg_details_find(page, sg_view_find_broker, page->params->broker, &cluster, &number))
        return false;
    const struct sg_view_broker *broker = sg_view_broker_at(page->view, number);
    struct sg_str name = sg_view_cluster_name(page->view, cluster);
    int64_t mark = broker->state == SG_VIEW_BROKER_DOWN ? broker->since.moment.unix_ms : 0;
    sg_details_title(page, "Broker", SG_STATUS_BROKERS, cluster, broker->id);
    sg_put_broker_state(page, broker);
    sg_details_title_end(page, SG_STATUS_BROKER, "broker", broker->id);
    put_notes(page, number);
    put_stats(page, broker);
    const struct sg_page_plot plots[] = {
        { SG_PLOT_BROKER_BYTES_IN, SG_PLOT_BYTES_RATE, "Bytes in", "p1", name, broker->id, mark,
            (double)NAN },
        { SG_PLOT_BROKER_BYTES_OUT, SG_PLOT_BYTES_RATE, "Bytes out", "p2", name, broker->id, mark,
            (double)NAN },
        { SG_PLOT_BROKER_MESSAGES_IN, SG_PLOT_RATE, "Records in", "p1", name, broker->id, mark,
            (double)NAN },
        { SG_PLOT_BROKER_HANDLERS_IDLE, SG_PLOT_SHARE, "Request handlers idle", "p3", name,
            broker->id, mark, SG_CAUSES_IDLE_MIN },
        { SG_PLOT_BROKER_NETWORK_IDLE, SG_PLOT_SHARE, "Network threads idle", "p3", name,
            broker->id, mark, SG_CAUSES_IDLE_MIN },
    };
    sg_details_plots(page, plots, sizeof plots / sizeof plots[0]);
    const struct sg_event_filter filter = {
        .cluster = name, .broker = broker->id, .severity_max = SG_SEVERITY_INFO
    };
    sg_details_events(page, &filter);
    put_metrics(page, broker->id);
    return true;
}
