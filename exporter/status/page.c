/* SPDX-License-Identifier: Apache-2.0 */
#include "status/page.h"

#include "base/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

/* ---- Numbers ---- */

static bool put_unknown(struct sg_page *page, double number)
{
    if (!isnan(number))
        return false;
    sg_put(page, "<span class=\"q\">&ndash;<span class=\"vh\"> not known</span></span>");
    return true;
}

void sg_put_number(struct sg_page *page, double number)
{
    if (!put_unknown(page, number))
        sg_put(page, sg_words_number(number).text);
}

void sg_put_unit(struct sg_page *page, enum sg_plot_unit unit, double value)
{
    if (!put_unknown(page, value))
        sg_plot_write_value(page->html, unit, value);
}

void sg_put_bytes(struct sg_page *page, double bytes)
{
    if (!put_unknown(page, bytes))
        sg_put(page, sg_words_bytes(bytes).text);
}

void sg_put_since(struct sg_page *page, const struct sg_since *since)
{
    if (since->moment.unix_ms == 0)
        return;
    (void)sg_buf_printf(page->html, "%s%s, since %s", since->at_least ? "at least " : "",
        sg_words_age(page->now_ms - since->moment.monotonic_ms).text,
        since->at_least ? "before " : "");
    sg_html_time(page->html, since->moment.unix_ms, page->now_unix_ms);
}

/* ---- Links ---- */

void sg_put_href(struct sg_page *page,
    enum sg_status_page to,
    struct sg_str cluster,
    const char *key,
    struct sg_str name)
{
    (void)sg_buf_printf(page->html, "href=\"./%s", sg_status_page_path(to));
    if (cluster.len) {
        sg_put(page, "?cluster=");
        sg_html_url(page->html, cluster);
    }
    if (name.len) {
        (void)sg_buf_printf(page->html, "%s%s=", cluster.len ? "&amp;" : "?", key);
        sg_html_url(page->html, name);
    }
    sg_put(page, "\"");
}

void sg_put_link_to(
    struct sg_page *page, enum sg_status_page to, const struct sg_status_params *params)
{
    (void)sg_buf_printf(page->html, "<a href=\"./%s", sg_status_page_path(to));
    sg_status_params_write(params, page->html);
    sg_put(page, "\"");
}

static void put_link(struct sg_page *page,
    enum sg_status_page to,
    uint32_t cluster,
    const char *key,
    struct sg_str name)
{
    sg_put(page, "<a ");
    sg_put_href(page, to, sg_view_cluster_name(page->view, cluster), key, name);
    sg_put(page, ">");
    sg_put_text(page, sg_words_name(name));
    sg_put(page, "</a>");
}

void sg_put_broker_link(struct sg_page *page, uint32_t broker)
{
    const struct sg_view_broker *of = sg_view_broker_at(page->view, broker);

    put_link(page, SG_STATUS_BROKER, of->cluster, "broker", of->id);
}

void sg_put_topic_link(struct sg_page *page, uint32_t topic)
{
    const struct sg_view_topic *of = sg_view_topic_at(page->view, topic);

    put_link(page, SG_STATUS_TOPIC, of->cluster, "topic", of->name);
}

void sg_put_group_link(struct sg_page *page, uint32_t group)
{
    const struct sg_view_group *of = sg_view_group_at(page->view, group);

    put_link(page, SG_STATUS_GROUP, of->cluster, "group", of->name);
}

void sg_put_cluster(struct sg_page *page, uint32_t cluster)
{
    if (page->view->clusters.n < 2)
        return;
    sg_put(page, "<small>");
    sg_put_text(page, sg_view_cluster_name(page->view, cluster));
    sg_put(page, "</small>");
}

bool sg_page_has_cluster(const struct sg_page *page, uint32_t cluster)
{
    struct sg_str wanted = page->params->cluster;

    return wanted.len == 0 || sg_str_equal(sg_view_cluster_name(page->view, cluster), wanted);
}

bool sg_page_name_has(struct sg_str name, struct sg_str part)
{
    if (part.len == 0)
        return true;
    for (size_t i = 0; i + part.len <= name.len; i++) {
        if (strncasecmp(name.ptr + i, part.ptr, part.len) == 0)
            return true;
    }
    return false;
}

bool sg_page_address_has(const struct sg_view_broker *broker, struct sg_str part)
{
    char text[SG_HOST_BYTES_MAX + 16], port[16];

    (void)snprintf(port, sizeof port, "%" PRId32, broker->port);
    (void)snprintf(text, sizeof text, SG_STR_FMT ":%s", SG_STR_ARG(broker->host), port);
    if (broker->host.len == 0)
        return false;
    /* One digit would be a part of most ports. */
    return sg_page_name_has(broker->host, part) || sg_str_equal(sg_str_of(port), part) ||
           (part.len && memchr(part.ptr, ':', part.len) && sg_page_name_has(sg_str_of(text), part));
}

/* ---- States ---- */

const char *sg_page_class(enum sg_severity severity)
{
    static const char *const classes[SG_SEVERITIES] = { "crit", "warn", "ok" };

    return classes[severity];
}

enum sg_severity sg_page_severity_of_broker(const struct sg_view_broker *broker)
{
    if (broker->state == SG_VIEW_BROKER_DOWN)
        return SG_SEVERITY_CRITICAL;
    return broker->handlers_idle < SG_CAUSES_IDLE_MIN ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO;
}

enum sg_severity sg_page_severity_of_topic(const struct sg_view_topic *topic)
{
    if (topic->n_leaderless || topic->n_under_min_isr)
        return SG_SEVERITY_CRITICAL;
    return topic->n_missing_replicas ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO;
}

enum sg_severity sg_page_severity_of_group(const struct sg_view_group *group)
{
    if (group->status == SG_GROUP_LOSING_DATA || group->status == SG_GROUP_STALLED)
        return SG_SEVERITY_CRITICAL;
    return group->status < SG_GROUP_OK ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO;
}

enum sg_severity sg_page_severity_of_slot(const struct sg_view_slot *slot)
{
    return slot->status.has_run && !slot->status.success ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO;
}

static void put_state(
    struct sg_page *page, const char *class, const char *word, const struct sg_since *since)
{
    sg_html_chip(page->html, class, word);
    if (!since || since->moment.unix_ms == 0)
        return;
    sg_put(page, "<small>");
    sg_put_since(page, since);
    sg_put(page, "</small>");
}

void sg_put_broker_state(struct sg_page *page, const struct sg_view_broker *broker)
{
    static const char *const words[] = { "not known", "up", "down" };
    static const char *const classes[] = { "unk", "ok", "crit" };

    put_state(page, classes[broker->state], words[broker->state],
        broker->state == SG_VIEW_BROKER_DOWN ? &broker->since : NULL);
    if (broker->is_controller > 0)
        sg_put(page, " <small>controller</small>");
}

void sg_put_topic_state(struct sg_page *page, const struct sg_view_topic *topic)
{
    const char *class = sg_page_class(sg_page_severity_of_topic(topic));
    const char *word = topic->n_leaderless         ? "no leader"
                       : topic->n_under_min_isr    ? "under min ISR"
                       : topic->n_missing_replicas ? "replicas missing"
                                                   : "ok";

    put_state(page, class, word, &topic->since);
}

void sg_put_group_state(struct sg_page *page, const struct sg_view_group *group)
{
    static const char *const words[] = { "loses data", "stalled", "stopped", "lagging", "rewound",
        "ok", "not known" };
    bool is_unknown = group->status == SG_GROUP_NOT_KNOWN;

    put_state(page, is_unknown ? "unk" : sg_page_class(sg_page_severity_of_group(group)),
        words[group->status], group->status < SG_GROUP_OK ? &group->since : NULL);
}

void sg_put_slot_state(struct sg_page *page, const struct sg_view_slot *slot)
{
    if (!slot->status.has_run)
        put_state(page, "unk", "starting", NULL);
    else if (slot->status.success)
        put_state(page, "ok", "ok", NULL);
    else
        put_state(page, "warn", "failing", &slot->since);
}

/* ---- Plots ---- */

static enum sg_history_span span_of(const struct sg_page *page)
{
    return sg_page_is_day(page) ? SG_HISTORY_DAY : SG_HISTORY_HOUR;
}

static void draw(struct sg_page *page,
    const struct sg_page_plot *plot,
    enum sg_history_span span,
    void (*write)(struct sg_buf *html, const struct sg_plot_drawing *drawing))
{
    const struct sg_plot_of of = { plot->plot, plot->cluster, plot->name };
    float points[SG_HISTORY_POINTS_MAX];
    int64_t point_ms = sg_history_point_ms(span);

    sg_plots_points(page->history, &of, span, page->now_ms, points);
    const struct sg_plot_drawing drawing = {
        .title = plot->title,
        .class = plot->class,
        .unit = plot->unit,
        .points = points,
        .n = sg_history_n_points(span),
        .point_ms = point_ms,
        .end_unix_ms = page->now_unix_ms - page->now_ms % point_ms,
        .mark_unix_ms = plot->mark_unix_ms,
        .limit = plot->limit,
    };
    write(page->html, &drawing);
}

void sg_put_small_plot(struct sg_page *page, const struct sg_page_plot *plot)
{
    draw(page, plot, SG_HISTORY_HOUR, sg_plot_write_small);
}

void sg_put_plot(struct sg_page *page, const struct sg_page_plot *plot)
{
    draw(page, plot, span_of(page), sg_plot_write);
}

double sg_page_rate(
    const struct sg_page *page, enum sg_plot plot, struct sg_str cluster, struct sg_str name)
{
    const struct sg_plot_of of = { plot, cluster, name };

    return sg_plots_rate(page->history, &of, page->now_ms);
}

/* ---- Pieces of the frame ---- */

void sg_put_stat(struct sg_page *page, const char *label)
{
    sg_put(page, "<div><dt>");
    sg_put(page, label);
    sg_put(page, "</dt><dd>");
}

void sg_put_stat_end(struct sg_page *page)
{
    sg_put(page, "</dd></div>");
}

void sg_put_section(struct sg_page *page, const char *id, const char *title, const char *note)
{
    (void)sg_buf_printf(page->html,
        "<section aria-labelledby=\"h-%s\"><div class=\"hd\"><h2 id=\"h-%s\">%s</h2><span>%s</span>"
        "</div>\n",
        id, id, title, note);
}
