/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/status_page.h"

#include "base/auto.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Streamgauge</title>\n<style>\n"
    ":root{color-scheme:light dark;--bad:#b3261e;--good:#1a7f37;--line:#8884}\n"
    "@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7ee787}}\n"
    "body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}\n"
    "h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}\n"
    "div{overflow-x:auto}table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}\n"
    ".narrow{width:auto;min-width:24rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-"
    "nums}\n"
    ".up{color:var(--good)}.down{color:var(--bad);font-weight:600}\n"
    "</style>\n<body>\n<h1>Streamgauge</h1>\n";

static int add_escaped(struct sg_buf *html, const char *text)
{
    int r = 0;

    for (; *text && !r; text++) {
        switch (*text) {
        case '&':
            r = sg_buf_add_str(html, SG_STR("&amp;"));
            break;
        case '<':
            r = sg_buf_add_str(html, SG_STR("&lt;"));
            break;
        case '>':
            r = sg_buf_add_str(html, SG_STR("&gt;"));
            break;
        case '"':
            r = sg_buf_add_str(html, SG_STR("&quot;"));
            break;
        default:
            r = sg_buf_add_char(html, *text);
        }
    }
    return r;
}

/* <td>…</td>, with a class or without. */
static int add_cell(struct sg_buf *html, const char *class, const char *text)
{
    int r = class ? sg_buf_printf(html, "<td class=\"%s\">", class)
                  : sg_buf_add_str(html, SG_STR("<td>"));
    if (!r)
        r = add_escaped(html, text);
    return r ? r : sg_buf_add_str(html, SG_STR("</td>"));
}

static int add_brokers(const struct sg_cluster *cluster, struct sg_buf *html)
{
    sg_auto_free struct sg_broker *brokers = NULL;
    size_t n;
    char text[SG_HOST_BYTES_MAX + 16];

    int r = sg_cluster_copy_brokers(cluster, &brokers, &n);
    if (r || n == 0)
        return r;
    r = sg_buf_add_str(html,
        SG_STR(
            "<div><table class=\"narrow\"><thead><tr><th>Broker</th><th>State</th><th>Address</th>"
            "</tr></thead>\n<tbody>\n"));
    for (size_t i = 0; i < n && !r; i++) {
        (void)snprintf(text, sizeof text, "%d", brokers[i].id);
        r = sg_buf_add_str(html, SG_STR("<tr>"));
        if (!r)
            r = add_cell(html, NULL, text);
        if (!r)
            r = add_cell(html, brokers[i].up ? "up" : "down", brokers[i].up ? "up" : "down");
        (void)snprintf(text, sizeof text, "%s:%d", brokers[i].host, brokers[i].port);
        if (!r)
            r = add_cell(html, NULL, brokers[i].host[0] ? text : "unknown");
        if (!r)
            r = sg_buf_add_str(html, SG_STR("</tr>\n"));
    }
    return r ? r : sg_buf_add_str(html, SG_STR("</tbody></table></div>\n"));
}

static int add_cluster(const struct sg_cluster *cluster, struct sg_buf *html)
{
    static const struct {
        const char *class;
        const char *text;
    } states[] = {
        [SG_CLUSTER_UNKNOWN] = { "", "not asked yet" },
        [SG_CLUSTER_DOWN] = { "down", "down" },
        [SG_CLUSTER_UP] = { "up", "up" },
        [SG_CLUSTER_NO_KAFKA] = { "", "only JVMs" },
    };
    enum sg_cluster_state state = sg_cluster_get_state(cluster);

    int r = sg_buf_add_str(html, SG_STR("<h2>Cluster "));
    if (!r)
        r = add_escaped(html, sg_cluster_name(cluster));
    if (!r)
        r = sg_buf_printf(
            html, ": <span class=\"%s\">%s</span></h2>\n", states[state].class, states[state].text);
    return r ? r : add_brokers(cluster, html);
}

static int add_slot(
    const struct sg_serve_config *config, const struct sg_slot_status *status, struct sg_buf *html)
{
    char text[64];
    const char *state = !status->has_run ? "starting" : status->success ? "ok" : "failing";

    int r = sg_buf_add_str(html, SG_STR("<tr>"));
    if (!r)
        r = add_cell(html, NULL, status->cluster);
    if (!r)
        r = add_cell(html, NULL, status->collector);
    if (!r)
        r = add_cell(html, NULL, status->target);
    if (!r)
        r = add_cell(html, !status->has_run ? NULL : status->success ? "up" : "down", state);
    (void)snprintf(text, sizeof text, "%.3f s", (double)status->duration_ms / 1000);
    if (!r)
        r = add_cell(html, "n", status->has_run ? text : "");
    if (status->last_success_unix_ms)
        (void)snprintf(text, sizeof text, "%.0f s ago",
            (double)(sg_clock_unix_ms(config->clock) - status->last_success_unix_ms) / 1000);
    else
        (void)snprintf(text, sizeof text, "never");
    if (!r)
        r = add_cell(html, "n", text);
    (void)snprintf(text, sizeof text, "%zu", status->n_series);
    if (!r)
        r = add_cell(html, "n", text);
    if (!r)
        r = add_cell(html, NULL, status->failure.text);
    return r ? r : sg_buf_add_str(html, SG_STR("</tr>\n"));
}

static int add_collectors(const struct sg_serve_config *config, struct sg_buf *html)
{
    size_t n = sg_store_n_slots(config->store);

    int r = sg_buf_add_str(html,
        SG_STR("<h2>Collectors</h2>\n<div><table><thead><tr><th>Cluster</th><th>Collector</th>"
               "<th>Target</th><th>State</th><th class=\"n\">Took</th>"
               "<th class=\"n\">Complete</th><th class=\"n\">Series</th>"
               "<th>Latest failure</th></tr></thead>\n<tbody>\n"));
    for (size_t i = 0; i < n && !r; i++) {
        struct sg_slot_status status;
        if (!sg_store_slot_status(config->store, i, &status))
            continue;
        r = add_slot(config, &status, html);
    }
    return r ? r : sg_buf_add_str(html, SG_STR("</tbody></table></div>\n"));
}

int sg_status_page_write(const struct sg_serve_config *config, struct sg_buf *html)
{
    int r = sg_buf_add(html, head, sizeof head - 1);

    if (!r)
        r = sg_buf_add_str(html, SG_STR("<p>Version " SG_VERSION ". <a href=\""));
    if (!r)
        r = add_escaped(html, config->telemetry_path);
    if (!r)
        r = sg_buf_add_str(html, SG_STR("\">Metrics</a> · <a href=\"/-/ready\">Ready?</a></p>\n"));
    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    for (size_t i = 0; i < clusters->n && !r; i++)
        r = add_cluster(clusters->clusters[i], html);
    (void)sg_clusters_unref(clusters);
    return r ? r : add_collectors(config, html);
}
