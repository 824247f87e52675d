/* SPDX-License-Identifier: Apache-2.0 */
#include "status/details.h"

#include "base/words.h"
#include "status/links.h"

enum {
    EVENTS_SHOWN = 20
};

bool sg_details_find(const struct sg_page *page,
    uint32_t (*find)(const struct sg_view *view, uint32_t cluster, struct sg_str name),
    struct sg_str name,
    uint32_t *ret_cluster,
    uint32_t *ret_number)
{
    if (!page->view)
        return false;
    *ret_cluster = sg_view_find_cluster(page->view, page->params->cluster);
    if (*ret_cluster == SG_INDEX_NONE)
        return false;
    *ret_number = find(page->view, *ret_cluster, name);
    return *ret_number != SG_INDEX_NONE;
}

void sg_details_title(struct sg_page *page,
    const char *what,
    enum sg_status_page list,
    uint32_t cluster,
    struct sg_str name)
{
    struct sg_str cluster_name = sg_view_cluster_name(page->view, cluster);

    sg_put(page, "<p class=\"crumb\"><a ");
    sg_put_href(page, SG_STATUS_HOME, cluster_name, "", SG_STR(""));
    sg_put(page, ">");
    sg_put_text(page, cluster_name);
    sg_put(page, "</a> / <a ");
    sg_put_href(page, list, cluster_name, "", SG_STR(""));
    (void)sg_buf_printf(
        page->html, ">%s</a></p>\n<div class=\"title\"><h1>%s ", sg_status_page_path(list), what);
    sg_put_text(page, sg_words_name(name));
    sg_put(page, "</h1><div>");
}

static void put_span(
    struct sg_page *page, enum sg_status_page self, const char *key, struct sg_str name, bool day)
{
    sg_put(page, "<a ");
    sg_put_href(page, self, page->params->cluster, key, name);
    page->html->len -= 1; /* the quote that closes it */
    sg_put(page, day ? "&amp;range=24h\"" : "\"");
    sg_put(page, sg_page_is_day(page) == day ? " aria-current=\"true\">" : ">");
    sg_put(page, day ? "Day</a> " : "Hour</a> ");
}

void sg_details_title_end(
    struct sg_page *page, enum sg_status_page self, const char *key, struct sg_str name)
{
    static const struct {
        enum sg_status_page page;
        const char *board, *label;
    } boards[] = { { SG_STATUS_BROKER, "kafka-broker", "broker" },
        { SG_STATUS_TOPIC, "kafka-topic", "topic" },
        { SG_STATUS_GROUP, "kafka-groups", "consumergroup" } };

    sg_put(page, "</div><div class=\"tabs\">");
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        if (boards[i].page == self)
            sg_put_other_links(page, boards[i].board, page->params->cluster, boards[i].label, name);
    }
    sg_put(page, "</div><div class=\"tabs end\" aria-label=\"Time that plots show\">");
    put_span(page, self, key, name, false);
    put_span(page, self, key, name, true);
    sg_put(page, "</div></div>\n");
}

void sg_details_plots(struct sg_page *page, const struct sg_page_plot *plots, size_t n)
{
    sg_put_section(page, "plots", sg_page_is_day(page) ? "Last day" : "Last hour", "times are UTC");
    sg_put(page, "<div class=\"plots\">\n");
    for (size_t i = 0; i < n; i++)
        sg_put_plot(page, &plots[i]);
    sg_put(page, "</div></section>\n");
}

void sg_details_events(struct sg_page *page, const struct sg_event_filter *filter)
{
    sg_put_section(page, "events", "What happened", "");
    (void)sg_put_events(page, filter, EVENTS_SHOWN, false);
    sg_put(page, "</section>\n");
}

struct sg_detail_query sg_details_query(
    const struct sg_page *page, const char *label, struct sg_str value, const char *const *families)
{
    return (struct sg_detail_query){ sg_str_of(page->cluster_label), page->params->cluster,
        sg_str_of(label), value, families };
}
