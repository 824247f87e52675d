/* SPDX-License-Identifier: Apache-2.0 */
#include "status/details.h"
#include "status/group_rows.h"
#include "status/table.h"

#include <inttypes.h>
#include <math.h>

/* ---- The table ---- */

static const struct sg_group_row *at(const struct sg_page *page, uint32_t i)
{
    return sg_keyed_at(page->rows, i);
}

static enum sg_severity severity(const struct sg_page *page, uint32_t i)
{
    (void)page;
    (void)i;
    return SG_SEVERITY_INFO;
}

static struct sg_str topic(const struct sg_page *page, uint32_t i)
{
    return at(page, i)->topic;
}

static void put_topic(struct sg_page *page, uint32_t i)
{
    const struct sg_group_row *row = at(page, i);

    sg_put(page, "<a ");
    sg_put_href(page, SG_STATUS_TOPIC, page->params->cluster, "topic", row->topic);
    sg_put(page, ">");
    sg_put_text(page, row->topic);
    (void)sg_buf_printf(page->html, " %" PRId32 "</a>", row->partition);
}

static double lag_seconds(const struct sg_page *page, uint32_t i)
{
    return at(page, i)->lag_seconds;
}

static void put_lag_seconds(struct sg_page *page, uint32_t i)
{
    sg_put_unit(page, SG_PLOT_SECONDS, at(page, i)->lag_seconds);
}

static double lag(const struct sg_page *page, uint32_t i)
{
    return at(page, i)->lag;
}

static void put_lag(struct sg_page *page, uint32_t i)
{
    sg_put_number(page, at(page, i)->lag);
}

static void put_committed(struct sg_page *page, uint32_t i)
{
    sg_put_number(page, at(page, i)->committed);
}

static void put_end(struct sg_page *page, uint32_t i)
{
    sg_put_number(page, at(page, i)->end);
}

/* As kafka_consumergroup_retention_margin_ratio: how much of the log is before the next record. */
static double margin(const struct sg_page *page, uint32_t i)
{
    const struct sg_group_row *row = at(page, i);

    if (!row->of || !(row->end > row->of->start))
        return row->lag == 0 ? 1 : (double)NAN;
    double part = (row->committed - row->of->start) / (row->end - row->of->start);
    return part < 0 ? 0 : part > 1 ? 1 : part;
}

static void put_margin(struct sg_page *page, uint32_t i)
{
    sg_put_unit(page, SG_PLOT_SHARE, margin(page, i));
}

static void put_rate(struct sg_page *page, uint32_t i)
{
    sg_put_unit(page, SG_PLOT_RATE, at(page, i)->of ? at(page, i)->of->rate : (double)NAN);
}

static double read_rate(const struct sg_page *page, uint32_t i)
{
    return at(page, i)->pace.read_per_s;
}

static void put_read_rate(struct sg_page *page, uint32_t i)
{
    sg_put_unit(page, SG_PLOT_RATE, read_rate(page, i));
}

static double drain(const struct sg_page *page, uint32_t i)
{
    return at(page, i)->pace.drain_s;
}

static void put_time_to_drain(struct sg_page *page, double lag_records, double seconds)
{
    if (lag_records == 0)
        sg_put(page, "caught up");
    else
        sg_put_unit(page, SG_PLOT_SECONDS, seconds);
}

static void put_drain(struct sg_page *page, uint32_t i)
{
    put_time_to_drain(page, at(page, i)->lag, drain(page, i));
}

static void put_leader(struct sg_page *page, uint32_t i)
{
    const struct sg_view_partition *of = at(page, i)->of;

    if (of && of->leaderless)
        sg_html_chip(page->html, "crit", "none");
    else
        sg_put_number(page, of ? of->leader : (double)NAN);
}

static void put_member(struct sg_page *page, uint32_t i)
{
    const struct sg_group_row *row = at(page, i);

    sg_put_text(page, row->client_id.len ? row->client_id : row->member);
    if (row->host.len == 0)
        return;
    sg_put(page, "<small>");
    sg_put_text(page, row->host);
    sg_put(page, "</small>");
}

static const struct sg_table_column columns[] = {
    { "topic", "Partition", false, NULL, NULL, topic, put_topic },
    { "lag", "Lag", true, NULL, lag_seconds, NULL, put_lag_seconds },
    { "records", "Records to read", true, NULL, lag, NULL, put_lag },
    { "committed", "Committed offset", true, NULL, NULL, NULL, put_committed },
    { "end", "End of the log", true, NULL, NULL, NULL, put_end },
    { "rate", "Records in", true, NULL, NULL, NULL, put_rate },
    { "read", "Records read", true, NULL, read_rate, NULL, put_read_rate },
    { "drain", "Time to drain", true, NULL, drain, NULL, put_drain },
    { "margin", "Margin to retention", true, NULL, margin, NULL, put_margin },
    { "leader", "Leader", true, NULL, NULL, NULL, put_leader },
    { "member", "Member", false, NULL, NULL, NULL, put_member },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

static void put_partitions(struct sg_page *page, uint32_t cluster, struct sg_str group)
{
    struct sg_group_rows rows;

    page->failed = sg_group_rows_read(page, cluster, group, &rows) || page->failed;
    page->rows = &rows.list;
    const struct sg_table table = {
        .page = SG_STATUS_GROUP,
        .id = "partitions",
        .caption = "Partitions",
        .columns = columns,
        .sort = "-lag",
        .n = rows.list.n,
        .severity = severity,
        .none = "No partitions are known; groups.granularity may leave them out.",
        .n_max = SG_DETAILS_ROWS_MAX,
    };
    sg_put_section(page, "partitions", "Partitions", "");
    (void)sg_table_write(page, &table);
    sg_put(page, "</section>\n");
    page->rows = NULL;
    sg_group_rows_done(&rows);
}

/* ---- The page ---- */

static void put_stats(struct sg_page *page, const struct sg_view_group *group)
{
    sg_put(page, "<dl class=\"st tall card pad\">");
    sg_put_stat(page, "Lag");
    sg_put_unit(page, SG_PLOT_SECONDS, group->lag_seconds);
    sg_put_stat_end(page);
    sg_put_stat(page, "Records to read");
    sg_put_number(page, group->lag);
    sg_put_stat_end(page);
    sg_put_stat(page, "Time to drain");
    put_time_to_drain(page, group->lag, group->drain_seconds);
    sg_put_stat_end(page);
    sg_put_stat(page, "Members");
    sg_put_number(page, group->members);
    sg_put_stat_end(page);
    sg_put_stat(page, "Lost unread");
    sg_put_number(page, group->unread_lost);
    sg_put_stat_end(page);
    sg_put_stat(page, "Margin to retention");
    sg_put_unit(page, SG_PLOT_SHARE, group->retention_margin);
    sg_put_stat_end(page);
    sg_put_stat(page, "State in Kafka");
    sg_put_text(page, group->state);
    sg_put_stat_end(page);
    sg_put_stat(page, "Coordinator");
    sg_put_text(page, group->coordinator);
    sg_put_stat_end(page);
    sg_put(page, "</dl>\n");
}

static void put_note(struct sg_page *page, const struct sg_view_group *group)
{
    static const char *const notes[] = {
        [SG_GROUP_LOSING_DATA] = "Records are deleted before the group reads them: its committed "
                                 "offset is before the start of the log.",
        [SG_GROUP_STALLED] = "The group has members and records to read, and has not committed a "
                             "later offset for long.",
        [SG_GROUP_STOPPED] = "The group has records to read and no members.",
        [SG_GROUP_LAGGING] = "The group reads, but is behind.",
        [SG_GROUP_REWOUND] = "The group's committed offset has gone back.",
    };

    if (group->status >= SG_GROUP_OK)
        return;
    (void)sg_buf_printf(page->html, "<p class=\"note card %s\">%s</p>\n",
        sg_page_class(sg_page_severity_of_group(group)), notes[group->status]);
}

bool sg_page_group(struct sg_page *page)
{
    uint32_t cluster, number;

    if (!sg_details_find(page, sg_view_find_group, page->params->group, &cluster, &number))
        return false;
    const struct sg_view_group *group = sg_view_group_at(page->view, number);
    sg_details_title(page, "Group", SG_STATUS_GROUPS, cluster, group->name);
    sg_put_group_state(page, group);
    sg_details_title_end(page, SG_STATUS_GROUP, "group", group->name);
    put_note(page, group);
    put_stats(page, group);
    const struct sg_page_plot plots[] = {
        { SG_PLOT_GROUP_LAG_SECONDS, SG_PLOT_SECONDS, "Lag", "p3",
            sg_view_cluster_name(page->view, cluster), group->name,
            group->status < SG_GROUP_OK ? group->since.moment.unix_ms : 0, (double)NAN },
        { SG_PLOT_GROUP_LAG, SG_PLOT_COUNT, "Records to read", "p3",
            sg_view_cluster_name(page->view, cluster), group->name, 0, (double)NAN },
        { SG_PLOT_GROUP_RECORDS_READ, SG_PLOT_RATE, "Records read", "p1",
            sg_view_cluster_name(page->view, cluster), group->name, 0, (double)NAN },
    };
    sg_details_plots(page, plots, sizeof plots / sizeof plots[0]);
    put_partitions(page, cluster, group->name);
    const struct sg_event_filter filter = {
        .cluster = page->params->cluster, .group = group->name, .severity_max = SG_SEVERITY_INFO
    };
    sg_details_events(page, &filter);
    return true;
}
