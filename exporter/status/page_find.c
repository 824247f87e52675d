/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"
#include "status/page.h"

/* What is found by a part of its name: brokers, topics and groups. */

enum {
    SHOWN = 50 /* of each kind */
};

struct kind {
    enum sg_status_page page;
    const char *key;
    const char *title;
    size_t n;
    struct sg_str (*name)(const struct sg_view *view, uint32_t i);
    uint32_t (*cluster)(const struct sg_view *view, uint32_t i);
};

#define ACCESS(what, field)                                                  \
    static struct sg_str what##_name(const struct sg_view *view, uint32_t i) \
    {                                                                        \
        return sg_view_##what##_at(view, i)->field;                          \
    }                                                                        \
    static uint32_t what##_cluster(const struct sg_view *view, uint32_t i)   \
    {                                                                        \
        return sg_view_##what##_at(view, i)->cluster;                        \
    }                                                                        \
    _Static_assert(1, "semicolon")

ACCESS(broker, id);
ACCESS(topic, name);
ACCESS(group, name);

/* A broker's id is found as a whole. */
static bool matches(const struct kind *kind, struct sg_str name, struct sg_str q)
{
    return kind->page == SG_STATUS_BROKER ? sg_str_equal(name, q) : sg_page_name_has(name, q);
}

static void put_match(struct sg_page *page, const struct kind *kind, uint32_t i)
{
    sg_put(page, "<li><a ");
    sg_put_href(page, kind->page, sg_view_cluster_name(page->view, kind->cluster(page->view, i)),
        kind->key, kind->name(page->view, i));
    sg_put(page, ">");
    sg_put_text(page, sg_words_name(kind->name(page->view, i)));
    sg_put(page, "</a> ");
    sg_put_cluster(page, kind->cluster(page->view, i));
    sg_put(page, "</li>\n");
}

/* @return how many match; *ret_last is the last one */
static size_t put_matches(struct sg_page *page, const struct kind *kind, uint32_t *ret_last)
{
    size_t n = 0;

    for (uint32_t i = 0; i < kind->n; i++) {
        if (!matches(kind, kind->name(page->view, i), page->params->q))
            continue;
        if (n == 0)
            (void)sg_buf_printf(page->html, "<h2>%s</h2>\n<ul class=\"card pad\">", kind->title);
        if (n < SHOWN)
            put_match(page, kind, i);
        *ret_last = i;
        n++;
    }
    if (n > SHOWN)
        (void)sg_buf_printf(page->html, "<li>and %zu more: make the name longer</li>", n - SHOWN);
    if (n)
        sg_put(page, "</ul>\n");
    return n;
}

void sg_page_find(struct sg_page *page, struct sg_buf *ret_location)
{
    const struct sg_view *view = page->view;
    size_t n = 0;

    sg_put(page, "<div class=\"title\"><h1>Found: ");
    sg_put_text(page, page->params->q);
    sg_put(page, "</h1></div>\n");
    const struct kind kinds[] = {
        { SG_STATUS_BROKER, "broker", "Brokers", view->brokers.n, broker_name, broker_cluster },
        { SG_STATUS_TOPIC, "topic", "Topics", view->topics.n, topic_name, topic_cluster },
        { SG_STATUS_GROUP, "group", "Groups", view->groups.n, group_name, group_cluster },
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        uint32_t last = 0;
        size_t found = put_matches(page, &kinds[k], &last);
        if (found == 1 && n == 0) {
            sg_buf_clear(ret_location);
            (void)sg_buf_printf(ret_location, "%s?cluster=", sg_status_page_path(kinds[k].page));
            sg_html_url(ret_location, sg_view_cluster_name(view, kinds[k].cluster(view, last)));
            (void)sg_buf_printf(ret_location, "&%s=", kinds[k].key);
            sg_html_url(ret_location, kinds[k].name(view, last));
        }
        n += found;
    }
    if (n != 1)
        sg_buf_clear(ret_location);
    if (n == 0)
        sg_put(page, "<p class=\"pad q card\">No broker, topic or group has a name with this in "
                     "it.</p>\n");
}
