/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the pages of one broker, topic or group have in common. Internal to this room. */

#include "status/page.h"
#include "watch/detail.h"

enum {
    SG_DETAILS_ROWS_MAX = 2000
};

/** Find what the page is about. @return is there such a thing? */
bool sg_details_find(const struct sg_page *page,
    uint32_t (*find)(const struct sg_view *view, uint32_t cluster, struct sg_str name),
    struct sg_str name,
    uint32_t *ret_cluster,
    uint32_t *ret_number);

/** Where it is, and its name; what follows is beside it, up to the end. */
void sg_details_title(struct sg_page *page,
    const char *what,
    enum sg_status_page list,
    uint32_t cluster,
    struct sg_str name);
void sg_details_title_end(
    struct sg_page *page, enum sg_status_page self, const char *key, struct sg_str name);

void sg_details_plots(struct sg_page *page, const struct sg_page_plot *plots, size_t n);

void sg_details_events(struct sg_page *page, const struct sg_event_filter *filter);

/** All that the metrics page has of it. @param families  NULL: all */
struct sg_detail_query sg_details_query(const struct sg_page *page,
    const char *label,
    struct sg_str value,
    const char *const *families);
