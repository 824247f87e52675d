/* SPDX-License-Identifier: Apache-2.0 */
#include "status/page.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SHOWN_MAX = SG_STATUS_ROWS_MAX,
    TEXT_BYTES_MAX = 8192,
};

static const char *icon_of(const struct sg_event *event)
{
    static const char *const ends[] = { "ok", "chg" };
    bool is_end = event->lasted_ms >= 0 && event->kind != SG_EVENT_GROUP_STATUS;
    bool is_well = event->kind == SG_EVENT_GROUP_STATUS && strcmp(event->to, "ok") == 0;

    if (event->severity != SG_SEVERITY_INFO)
        return sg_page_class(event->severity);
    return ends[!(is_end || is_well)];
}

/* Where it leads: to what it is about, if that is still there. */
static bool put_event_link(struct sg_page *page, const struct sg_event *event)
{
    const struct sg_view *view = page->view;
    uint32_t cluster = view ? sg_view_find_cluster(view, sg_str_of(event->cluster)) : SG_INDEX_NONE;
    char id[16];

    (void)snprintf(id, sizeof id, "%" PRId32, event->broker);
    if (cluster == SG_INDEX_NONE)
        return false;
    if (event->topic[0] &&
        sg_view_find_topic(view, cluster, sg_str_of(event->topic)) != SG_INDEX_NONE) {
        sg_put(page, "<a ");
        sg_put_href(
            page, SG_STATUS_TOPIC, sg_str_of(event->cluster), "topic", sg_str_of(event->topic));
    } else if (event->group[0] &&
               sg_view_find_group(view, cluster, sg_str_of(event->group)) != SG_INDEX_NONE) {
        sg_put(page, "<a ");
        sg_put_href(
            page, SG_STATUS_GROUP, sg_str_of(event->cluster), "group", sg_str_of(event->group));
    } else if (!event->topic[0] &&
               sg_view_find_broker(view, cluster, sg_str_of(id)) != SG_INDEX_NONE) {
        sg_put(page, "<a ");
        sg_put_href(page, SG_STATUS_BROKER, sg_str_of(event->cluster), "broker", sg_str_of(id));
    } else {
        return false;
    }
    sg_put(page, ">");
    return true;
}

static bool is_of_error(const struct sg_event *event)
{
    return event->kind == SG_EVENT_COLLECTOR_FAILS || event->kind == SG_EVENT_RELOAD_FAILED;
}

static void put_event(struct sg_page *page, const struct sg_event *event)
{
    const char *icon = icon_of(event);
    struct sg_buf text;

    (void)sg_buf_printf(page->html, "<li id=\"e%" PRIu64 "\" class=\"%s\">", event->number, icon);
    sg_html_time(page->html, event->unix_ms, page->now_unix_ms);
    sg_html_icon(page->html, icon);
    sg_put(page, "<span>");
    sg_buf_init(&text, TEXT_BYTES_MAX);
    sg_event_write(event, &text);
    bool has_link = put_event_link(page, event);
    sg_put_text(page, sg_buf_get(&text));
    sg_put(page, has_link ? "</a>" : "");
    sg_buf_done(&text);
    if (is_of_error(event)) {
        sg_put(page, "<small class=\"cut\">");
        sg_put_text(page, sg_str_of(event->detail));
        sg_put(page, "</small>");
    }
    if (page->view && page->view->clusters.n > 1 && event->cluster[0]) {
        sg_put(page, "<small>");
        sg_put_text(page, sg_str_of(event->cluster));
        sg_put(page, "</small>");
    }
    sg_put(page, "</span></li>\n");
}

/* On a page of one thing, to all that is known of it; on the page of events, to the next ones. */
static void put_more(struct sg_page *page,
    const struct sg_event_filter *filter,
    bool to_all,
    const struct sg_event *last,
    bool more)
{
    const struct sg_status_params all = { .cluster = filter->cluster,
        .topic = filter->topic,
        .group = filter->group,
        .broker = filter->broker };
    struct sg_status_params older = *page->params;

    if (!to_all && !more)
        return;
    older.before = last->number;
    sg_put(page, "<p class=\"foot\">");
    sg_put_link_to(page, SG_STATUS_EVENTS, to_all ? &all : &older);
    sg_put(page, to_all ? ">All events</a></p>" : " rel=\"next\">Older</a></p>");
}

static bool is_filtered(const struct sg_event_filter *filter)
{
    return filter->topic.len || filter->group.len || filter->broker.len || filter->kind.len ||
           filter->cluster.len || filter->before || filter->since_unix_ms ||
           filter->severity_max != SG_SEVERITY_INFO;
}

size_t sg_put_events(
    struct sg_page *page, const struct sg_event_filter *filter, size_t n_max, bool has_all_link)
{
    struct sg_event *events[SHOWN_MAX];
    bool more;
    size_t n = sg_journal_find(
        page->journal, filter, events, n_max < SHOWN_MAX ? n_max : SHOWN_MAX, &more);

    sg_put(page, "<div class=\"card\">");
    if (n == 0)
        (void)sg_buf_printf(page->html, "<p class=\"pad q\">%s</p>",
            is_filtered(filter) ? "No such event is known."
                                : "Nothing has happened since Streamgauge started.");
    else
        sg_put(page, "<ol class=\"ev\">\n");
    for (size_t i = 0; i < n; i++)
        put_event(page, events[i]);
    if (n) {
        sg_put(page, "</ol>");
        put_more(page, filter, has_all_link, events[n - 1], more);
    }
    sg_put(page, "</div>\n");
    for (size_t i = 0; i < n; i++)
        (void)sg_event_unref(events[i]);
    return n;
}

/* ---- The page ---- */

static void put_option(struct sg_page *page, const char *value, struct sg_str current)
{
    bool is_current = sg_str_equal(sg_str_of(value), current);

    (void)sg_buf_printf(page->html, "<option value=\"%s\"%s>%s</option>", value,
        is_current ? " selected" : "", value[0] ? value : "all");
}

static void put_input(
    struct sg_page *page, const char *label, const char *name, struct sg_str value)
{
    (void)sg_buf_printf(page->html, "<label>%s <input name=\"%s\" value=\"", label, name);
    sg_put_text(page, value);
    sg_put(page, "\"></label>");
}

static void put_form(struct sg_page *page)
{
    const struct sg_status_params *params = page->params;

    sg_put(page, "<form class=\"filter card\" method=\"get\">");
    put_input(page, "Cluster", "cluster", params->cluster);
    put_input(page, "Broker", "broker", params->broker);
    put_input(page, "Topic", "topic", params->topic);
    put_input(page, "Group", "group", params->group);
    sg_put(page, "<label>Severity at least <select name=\"severity\">");
    put_option(page, "", params->severity);
    for (int i = 0; i < SG_SEVERITY_INFO; i++)
        put_option(page, sg_severity_text((enum sg_severity)i), params->severity);
    sg_put(page, "</select></label><label>Kind <select name=\"kind\">");
    put_option(page, "", params->kind);
    for (int i = 0; i < SG_EVENT_KINDS; i++)
        put_option(page, sg_event_kind_text((enum sg_event_kind)i), params->kind);
    sg_put(page, "</select></label><button>Show</button></form>\n");
}

static enum sg_severity severity_max(const struct sg_status_params *params)
{
    for (int i = 0; i < SG_SEVERITY_INFO; i++) {
        if (sg_str_equal(params->severity, sg_str_of(sg_severity_text((enum sg_severity)i))))
            return (enum sg_severity)i;
    }
    return SG_SEVERITY_INFO;
}

void sg_page_events(struct sg_page *page)
{
    const struct sg_status_params *params = page->params;
    const struct sg_event_filter filter = {
        .cluster = params->cluster,
        .topic = params->topic,
        .group = params->group,
        .broker = params->broker,
        .kind = params->kind,
        .severity_max = severity_max(params),
        .before = params->before,
        .since_unix_ms =
            params->hours ? page->now_unix_ms - (int64_t)params->hours * 3600 * 1000 : 0,
    };

    sg_put(page, "<div class=\"title\"><h1>Events</h1></div>\n");
    put_form(page);
    (void)sg_put_events(page, &filter, params->per ? params->per : SG_STATUS_ROWS, false);
}
