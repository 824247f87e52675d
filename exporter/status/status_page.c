/* SPDX-License-Identifier: Apache-2.0 */
#include "status/status_page.h"

#include "base/words.h"
#include "status/page.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const char *const titles[SG_STATUS_PAGES] = { "Overview", "Brokers", "Topics", "Groups",
    "Collectors", "Events", "Broker", "Topic", "Group", "Find" };

/* ---- Head ---- */

/* Shapes that tell a state without its colour: disc, octagon, triangle, broken ring, dot. */
static const char symbols[] =
    "<svg hidden><symbol id=\"ok\" viewBox=\"0 0 16 16\"><path fill-rule=\"evenodd\" d=\"M8 1a7 7 "
    "0 "
    "1 0 0 14A7 7 0 0 0 8 1zM7 11.4 3.7 8.1 5 6.9l2 2 4-4 1.2 1.2z\"/></symbol><symbol id=\"crit\" "
    "viewBox=\"0 0 16 16\"><path fill-rule=\"evenodd\" d=\"M5 1h6l4 4v6l-4 4H5l-4-4V5zm.3 3L4 5.3 "
    "6.7 8 4 10.7 5.3 12 8 9.3l2.7 2.7 1.3-1.3L9.3 8 12 5.3 10.7 4 8 6.7z\"/></symbol><symbol "
    "id=\"warn\" viewBox=\"0 0 16 16\"><path fill-rule=\"evenodd\" d=\"M8 1l7.6 13.6H.4zM7.1 "
    "6v4.2h1.8V6zm0 5.4V13h1.8v-1.6z\"/></symbol><symbol id=\"unk\" viewBox=\"0 0 16 16\"><circle "
    "cx=\"8\" cy=\"8\" r=\"6\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" "
    "stroke-dasharray=\"3 2.2\"/></symbol><symbol id=\"chg\" viewBox=\"0 0 16 16\"><circle "
    "cx=\"8\" cy=\"8\" r=\"3.2\"/></symbol></svg>\n";

/* The state in the tab: a coloured disc, triangle or octagon. */
static void put_icon(struct sg_page *page)
{
    static const char *const paths[] = {
        "fill='%23c4281f' d='M5 1h6l4 4v6l-4 4H5l-4-4V5z'",
        "fill='%23d38b00' d='M8 1l7.6 13.6H.4z'",
        "fill='%231d8a3a' d='M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z'",
    };
    size_t which = page->causes.n_critical ? 0 : page->causes.n ? 1 : 2;

    sg_put(page, "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg "
                 "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath ");
    sg_put(page, paths[which]);
    sg_put(page, "/%3E%3C/svg%3E\">\n");
}

static void put_title(struct sg_page *page, enum sg_status_page which)
{
    size_t n_critical = page->causes.n_critical, n_warnings = page->causes.n - n_critical;

    sg_put(page, "<title>");
    if (n_critical)
        (void)sg_buf_printf(page->html, "%zu critical, ", n_critical);
    if (n_warnings)
        (void)sg_buf_printf(page->html, "%s, ", sg_words_count(n_warnings, "warning").text);
    if (page->causes.n)
        page->html->len -= 2;
    else
        sg_put(page, "Well");
    (void)sg_buf_printf(page->html, " - %s - Streamgauge</title>\n", titles[which]);
}

/* ---- The top bar ---- */

static size_t n_in_trouble(const struct sg_page *page, enum sg_status_page which)
{
    const struct sg_view *view = page->view;
    size_t n = 0;

    for (uint32_t i = 0; which == SG_STATUS_BROKERS && i < view->brokers.n; i++)
        n += sg_page_severity_of_broker(sg_view_broker_at(view, i)) != SG_SEVERITY_INFO;
    for (uint32_t i = 0; which == SG_STATUS_TOPICS && i < view->topics.n; i++)
        n += sg_page_severity_of_topic(sg_view_topic_at(view, i)) != SG_SEVERITY_INFO;
    for (uint32_t i = 0; which == SG_STATUS_GROUPS && i < view->groups.n; i++)
        n += sg_page_severity_of_group(sg_view_group_at(view, i)) != SG_SEVERITY_INFO;
    for (size_t i = 0; which == SG_STATUS_COLLECTORS && i < view->n_slots; i++)
        n += sg_page_severity_of_slot(&view->slots[i]) != SG_SEVERITY_INFO;
    return n;
}

static void put_nav(struct sg_page *page, enum sg_status_page current)
{
    sg_put(page, "<nav id=\"nav\" aria-label=\"Pages\">");
    for (int i = SG_STATUS_HOME; i <= SG_STATUS_EVENTS; i++) {
        size_t n = page->view ? n_in_trouble(page, (enum sg_status_page)i) : 0;
        (void)sg_buf_printf(page->html, "<a href=\"./%s\"%s>%s",
            sg_status_page_path((enum sg_status_page)i),
            i == (int)current ? " aria-current=\"page\"" : "", titles[i]);
        if (n)
            (void)sg_buf_printf(page->html,
                " <span class=\"n warn\">%zu<span class=\"vh\"> in trouble</span></span>", n);
        sg_put(page, "</a>");
    }
    sg_put(page, "</nav>\n");
}

static void put_tools(struct sg_page *page, enum sg_status_page which)
{
    struct sg_status_params again = *page->params;

    again.refresh_s = 10;
    sg_put(page,
        "<div class=\"tools find\"><form role=\"search\" action=\"./find\"><input id=\"q\" "
        "type=\"search\" name=\"q\" required aria-label=\"Find a topic, group or broker\" "
        "placeholder=\"Find by name\"> <button>Find</button></form></div>\n<div "
        "class=\"tools\"><span id=\"lost\" class=\"s crit\" role=\"alert\" hidden></span><span "
        "class=\"q\" id=\"made\">");
    sg_html_time(page->html, page->now_unix_ms, page->now_unix_ms);
    sg_put(page, " UTC</span>");
    sg_put_link_to(page, which, &again);
    sg_put(page, " id=\"reload\">Reload every 10 s</a><button id=\"refresh\" type=\"button\" "
                 "hidden>Pause</button></div>\n");
}

static void put_head(struct sg_page *page, enum sg_status_page which)
{
    sg_put(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                 "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    if (page->params->refresh_s)
        (void)sg_buf_printf(page->html,
            "<noscript><meta http-equiv=\"refresh\" content=\"%u\">"
            "</noscript>\n",
            page->params->refresh_s);
    put_icon(page);
    put_title(page, which);
    sg_put(page, "<style>");
    (void)sg_buf_add_str(page->html, sg_status_page_style);
    sg_put(
        page, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n");
    sg_put(page, symbols);
    sg_put(page, "<header class=\"top\"><div class=\"wrap\"><a class=\"brand\" href=\"./\">"
                 "Streamgauge</a>\n");
    put_nav(page, which);
    put_tools(page, which);
    sg_put(page, "</div></header>\n<main id=\"main\">\n");
}

/* On pages besides the first: what is wrong, in one line. */
static void put_strip(struct sg_page *page)
{
    size_t n_critical = page->causes.n_critical;

    if (page->causes.n == 0)
        return;
    (void)sg_buf_printf(page->html, "<p class=\"strip\"><a href=\"./\">");
    sg_html_chip(page->html, n_critical ? "crit" : "warn", n_critical ? "critical" : "warning");
    sg_put(page, " ");
    sg_put_text(page, page->causes.list[0].title);
    if (page->causes.n > 1)
        (void)sg_buf_printf(page->html, ", and %zu more", page->causes.n - 1);
    sg_put(page, "</a></p>\n");
}

static void put_foot(struct sg_page *page)
{
    sg_put(page, "</main>\n<footer><div class=\"wrap\"><span>Streamgauge " SG_VERSION
                 ", compiled with " COMPILER "</span> <a href=\".");
    sg_put_text(page, sg_str_of(page->sources->telemetry_path));
    sg_put(page, "\">Metrics</a> <a href=\"./-/ready\">Ready?</a></div></footer>\n<script>");
    (void)sg_buf_add_str(page->html, sg_status_page_script);
    sg_put(page, "</script>\n</body>\n</html>\n");
}

/* ---- The pages ---- */

static void put_not_found(struct sg_page *page, enum sg_status_page which)
{
    const struct sg_status_params *params = page->params;
    struct sg_str name = which == SG_STATUS_BROKER  ? params->broker
                         : which == SG_STATUS_TOPIC ? params->topic
                                                    : params->group;

    (void)sg_buf_printf(page->html, "<div class=\"title\"><h1>No %s ", sg_status_page_path(which));
    sg_put_text(page, name);
    sg_put(page, "</h1></div>\n<p class=\"card pad\">");
    if (params->cluster.len == 0) {
        sg_put(page, "There are several clusters: the parameter cluster must name one.</p>\n");
        return;
    }
    sg_put(page, "It is not known in cluster ");
    sg_put_text(page, params->cluster);
    sg_put(page, ". It may be gone, or not have been collected yet.</p>\n");
}

static int write_page(struct sg_page *page, enum sg_status_page which, struct sg_buf *location)
{
    static void (*const simple[SG_STATUS_PAGES])(struct sg_page * page) = {
        [SG_STATUS_HOME] = sg_page_home,
        [SG_STATUS_BROKERS] = sg_page_brokers,
        [SG_STATUS_TOPICS] = sg_page_topics,
        [SG_STATUS_GROUPS] = sg_page_groups,
        [SG_STATUS_COLLECTORS] = sg_page_collectors,
        [SG_STATUS_EVENTS] = sg_page_events,
    };
    static bool (*const of_one[SG_STATUS_PAGES])(struct sg_page * page) = {
        [SG_STATUS_BROKER] = sg_page_broker,
        [SG_STATUS_TOPIC] = sg_page_topic,
        [SG_STATUS_GROUP] = sg_page_group,
    };
    int r = 0;

    if (which == SG_STATUS_FIND && page->view)
        sg_page_find(page, location);
    else if (of_one[which])
        r = of_one[which](page) ? 0 : SG_STATUS_E_NOT_FOUND;
    else if (simple[which] && (page->view || which == SG_STATUS_HOME || which == SG_STATUS_EVENTS))
        simple[which](page);
    else
        sg_put(page, "<p class=\"card pad\">Nothing has been collected yet.</p>\n");
    if (r)
        put_not_found(page, which);
    return r;
}

static int write(struct sg_page *page, enum sg_status_page which)
{
    struct sg_buf location;

    sg_buf_init(&location, SG_STATUS_PAGE_BYTES_MAX);
    put_head(page, which);
    if (which != SG_STATUS_HOME)
        put_strip(page);
    int r = write_page(page, which, &location);
    put_foot(page);
    if (sg_buf_get(&location).len) {
        sg_buf_clear(page->html);
        (void)sg_buf_add_str(page->html, sg_buf_get(&location));
        r = SG_STATUS_E_ELSEWHERE;
    }
    sg_buf_done(&location);
    if (page->failed)
        return -ENOMEM;
    return sg_buf_error(page->html) ? sg_buf_error(page->html) : r;
}

int sg_status_page_write(const struct sg_status_sources *sources,
    enum sg_status_page which,
    const struct sg_status_params *params,
    struct sg_buf *html)
{
    struct sg_status_params own = *params;
    struct sg_page page;

    sg_page_open(&page, sources, &own, html);
    /* One thing is of the only cluster if none is named. */
    if (page.view && which >= SG_STATUS_BROKER && which <= SG_STATUS_GROUP &&
        own.cluster.len == 0 && page.view->clusters.n == 1)
        own.cluster = sg_view_cluster_name(page.view, 0);
    int r = sg_page_find_causes(&page);
    if (!r)
        r = write(&page, which);
    sg_page_close(&page);
    return r;
}
