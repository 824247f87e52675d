/* SPDX-License-Identifier: Apache-2.0 */
#include "status/page.h"

void sg_page_open(struct sg_page *page,
    const struct sg_status_sources *sources,
    const struct sg_status_params *params,
    struct sg_buf *out)
{
    const struct sg_clusters *clusters = sg_roster_take(sources->roster);

    *page = (struct sg_page){
        .sources = sources,
        .params = params,
        .html = out,
        .view = sg_watch_take_view(sources->watch),
        .clusters = clusters,
        .cluster_label = clusters->label,
        .links = &clusters->links,
        .history = sg_watch_history(sources->watch),
        .journal = sg_watch_journal(sources->watch),
        .now_ms = sg_clock_monotonic_ms(sources->clock),
        .now_unix_ms = sg_clock_unix_ms(sources->clock),
    };
}

int sg_page_find_causes(struct sg_page *page)
{
    struct sg_event *reload = sg_journal_take_reload(page->journal);
    int r = page->view ? sg_causes_find(page->view, reload, &page->causes) : 0;

    (void)sg_event_unref(reload);
    return r;
}

void sg_page_close(struct sg_page *page)
{
    sg_causes_done(&page->causes);
    (void)sg_clusters_unref(page->clusters);
    (void)sg_view_unref(page->view);
}
