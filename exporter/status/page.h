/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the pages have in common: the frame around them, links, and pieces of tables. One page is
 * written by one thread. Internal to this room.
 */

#include "status/html.h"
#include "status/params.h"
#include "status/plot.h"
#include "watch/causes.h"
#include "watch/plots.h"
#include "watch/view.h"

#include <stdbool.h>

/* Everything for one page; borrowed but for the causes, the view and the clusters. */
struct sg_page {
    const struct sg_status_sources *sources;
    const struct sg_status_params *params;
    struct sg_buf *html;
    struct sg_view *view; /* NULL: there is none yet */
    const struct sg_clusters *clusters;
    const char *cluster_label; /* name of the label with a cluster's name */
    struct sg_history *history;
    struct sg_journal *journal;
    struct sg_causes causes;
    int64_t now_ms, now_unix_ms;
    const void *rows; /* of the list that is written, if they are not the view's */
    const struct sg_roster_links *links; /* URLs of other programs */
    bool failed;                         /* without memory */
};

/** Take what it is written from; free it with sg_page_close(). */
void sg_page_open(struct sg_page *page,
    const struct sg_status_sources *sources,
    const struct sg_status_params *params,
    struct sg_buf *out);

/** @return 0 or -ENOMEM */
int sg_page_find_causes(struct sg_page *page);

void sg_page_close(struct sg_page *page);

/* ---- Writing ---- */

/** A constant, or what is escaped already. */
static inline void sg_put(struct sg_page *page, const char *constant)
{
    (void)sg_buf_add_str(page->html, sg_str_of(constant));
}

static inline void sg_put_text(struct sg_page *page, struct sg_str text)
{
    sg_html_text(page->html, text);
}

/** A number, or "–" when it is not known. */
void sg_put_number(struct sg_page *page, double number);
void sg_put_unit(struct sg_page *page, enum sg_plot_unit unit, double value);
void sg_put_bytes(struct sg_page *page, double bytes);

/** Do plots show a day, instead of an hour? */
static inline bool sg_page_is_day(const struct sg_page *page)
{
    return sg_str_equal(page->params->range, SG_STR("24h"));
}

/** "34 s, since 08:03:08"; nothing if it is not known. */
void sg_put_since(struct sg_page *page, const struct sg_since *since);

/* ---- Links: to be closed with </a> ---- */

/** href of a list, or a detail page. @param name, key  of what it shows; empty: none */
void sg_put_href(struct sg_page *page,
    enum sg_status_page to,
    struct sg_str cluster,
    const char *key,
    struct sg_str name);

/** Begin a link to a page with these parameters: <a href="./topics?page=2", without the > */
void sg_put_link_to(
    struct sg_page *page, enum sg_status_page to, const struct sg_status_params *params);

/** A link around an item's name. */
void sg_put_broker_link(struct sg_page *page, uint32_t broker);
void sg_put_topic_link(struct sg_page *page, uint32_t topic);
void sg_put_group_link(struct sg_page *page, uint32_t group);

/** The cluster's name in small print, if there are several. */
void sg_put_cluster(struct sg_page *page, uint32_t cluster);

/** Is the cluster the one that the page is limited to, if it is? */
bool sg_page_has_cluster(const struct sg_page *page, uint32_t cluster);

/** Is this a part of the name, in either case? The empty text is a part of every name. */
bool sg_page_name_has(struct sg_str name, struct sg_str part);

/** Is it a part of the broker's host, its port, or a part of HOST:PORT with the colon? */
bool sg_page_address_has(const struct sg_view_broker *broker, struct sg_str part);

/* ---- States ---- */

/** The class and icon of a severity: "crit", "warn"; "ok" of none. */
const char *sg_page_class(enum sg_severity severity);

enum sg_severity sg_page_severity_of_broker(const struct sg_view_broker *broker);
enum sg_severity sg_page_severity_of_topic(const struct sg_view_topic *topic);
enum sg_severity sg_page_severity_of_group(const struct sg_view_group *group);
enum sg_severity sg_page_severity_of_slot(const struct sg_view_slot *slot);

void sg_put_broker_state(struct sg_page *page, const struct sg_view_broker *broker);
void sg_put_topic_state(struct sg_page *page, const struct sg_view_topic *topic);
void sg_put_group_state(struct sg_page *page, const struct sg_view_group *group);
void sg_put_slot_state(struct sg_page *page, const struct sg_view_slot *slot);

/* ---- Plots ---- */

struct sg_page_plot {
    enum sg_plot plot;
    enum sg_plot_unit unit;
    const char *title;
    const char *class;
    struct sg_str cluster, name;
    int64_t mark_unix_ms;
    double limit;
};

void sg_put_small_plot(struct sg_page *page, const struct sg_page_plot *plot);
void sg_put_plot(struct sg_page *page, const struct sg_page_plot *plot);
double sg_page_rate(
    const struct sg_page *page, enum sg_plot plot, struct sg_str cluster, struct sg_str name);

/* ---- Events ---- */

/** The latest events that match, at most n. @return how many there were */
size_t sg_put_events(
    struct sg_page *page, const struct sg_event_filter *filter, size_t n, bool has_all_link);

/* ---- The frame ---- */

/** A stat: a label, and a value that is written between these two. */
void sg_put_stat(struct sg_page *page, const char *label);
void sg_put_stat_end(struct sg_page *page);

/** A head of a section: title and, if it is not empty, a note. */
void sg_put_section(struct sg_page *page, const char *id, const char *title, const char *note);

/* ---- The pages: what is in <main> ---- */

void sg_page_home(struct sg_page *page);
void sg_page_brokers(struct sg_page *page);
void sg_page_topics(struct sg_page *page);
void sg_page_groups(struct sg_page *page);
void sg_page_collectors(struct sg_page *page);
void sg_page_events(struct sg_page *page);

/** @return is there such a thing? */
bool sg_page_broker(struct sg_page *page);
bool sg_page_topic(struct sg_page *page);
bool sg_page_group(struct sg_page *page);

/** What is found by name; one match alone: *ret_location is where it is. */
void sg_page_find(struct sg_page *page, struct sg_buf *ret_location);
