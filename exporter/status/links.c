/* SPDX-License-Identifier: Apache-2.0 */
#include "status/links.h"

enum {
    QUERY_BYTES_MAX = 16 * 1024
};

static const struct {
    const char *cause, *runbook;
} runbooks[] = {
    { "broker_busy", "KafkaRequestHandlersBusy" },
    { "broker_down", "KafkaBrokerDown" },
    { "cluster_down", "KafkaClusterUnreachable" },
    { "collector_fails", "KafkaExporterCollectorFailing" },
    { "group_lagging", "KafkaConsumerGroupLagTimeHigh" },
    { "group_losing_data", "KafkaConsumerGroupLosingData" },
    { "group_stalled", "KafkaConsumerGroupStalled" },
    { "group_stopped", "KafkaConsumerGroupEmptyWithLag" },
    { "leaderless", "KafkaOfflinePartitions" },
    { "missing_replica", "KafkaUnderReplicatedPartitions" },
    { "reload_failed", "KafkaExporterReloadFailed" },
    { "too_few_replicas", "KafkaUnderMinIsrPartitions" },
    { "under_min_isr", "KafkaUnderMinIsrPartitions" },
};

const char *sg_links_runbook(const char *cause)
{
    for (size_t i = 0; i < sizeof runbooks / sizeof runbooks[0]; i++) {
        if (strcmp(cause, runbooks[i].cause) == 0)
            return runbooks[i].runbook;
    }
    return NULL;
}

/* <a href="BASE, with as many slashes between it and what follows as `slash` says */
static void put_base(struct sg_page *page, const char *base, bool slash)
{
    struct sg_str url = sg_str_of(base);

    while (slash && url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    sg_put(page, "<a rel=\"noreferrer\" href=\"");
    sg_put_text(page, url);
    sg_put(page, slash ? "/" : "");
}

void sg_put_runbook_link(struct sg_page *page, const struct sg_cause *cause)
{
    const char *runbook = sg_links_runbook(cause->kind);

    if (!runbook || !page->links->runbooks)
        return;
    sg_put(page, " ");
    put_base(page, page->links->runbooks, false);
    (void)sg_buf_printf(page->html, "%s.md\">Runbook</a>", runbook);
}

/* ---- A board, and a query ---- */

static void put_variable(struct sg_page *page, const char *name, struct sg_str value)
{
    (void)sg_buf_printf(page->html, "&amp;var-%s=", name);
    sg_html_url(page->html, value);
}

/* LABEL="VALUE", as in a query. */
static void add_matcher(struct sg_buf *query, const char *label, struct sg_str value)
{
    (void)sg_buf_printf(query, "%s%s=\"", query->len > 1 ? "," : "", label);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '"' || c == '\\' || c == '\n')
            (void)sg_buf_add_char(query, '\\');
        (void)sg_buf_add_char(query, c == '\n' ? 'n' : c);
    }
    (void)sg_buf_add_char(query, '"');
}

static void put_query(
    struct sg_page *page, struct sg_str cluster, const char *label, struct sg_str value)
{
    struct sg_buf query;

    sg_buf_init(&query, QUERY_BYTES_MAX);
    (void)sg_buf_add_char(&query, '{');
    add_matcher(&query, page->cluster_label, cluster);
    if (label[0])
        add_matcher(&query, label, value);
    (void)sg_buf_add_char(&query, '}');
    sg_html_url(page->html, sg_buf_get(&query));
    sg_buf_done(&query);
}

void sg_put_other_links(struct sg_page *page,
    const char *board,
    struct sg_str cluster,
    const char *label,
    struct sg_str value)
{
    if (page->links->dashboards) {
        put_base(page, page->links->dashboards, true);
        (void)sg_buf_printf(page->html, "d/%s?orgId=1", board);
        put_variable(page, "kafka_cluster", cluster);
        if (label[0])
            put_variable(page, label, value);
        sg_put(page, "\">Grafana</a> ");
    }
    if (page->links->prometheus) {
        put_base(page, page->links->prometheus, true);
        sg_put(page, "graph?g0.tab=1&amp;g0.expr=");
        put_query(page, cluster, label, value);
        sg_put(page, "\">Prometheus</a> ");
    }
}
