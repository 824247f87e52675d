/* SPDX-License-Identifier: Apache-2.0 */
#include "base/grow.h"
#include "base/words.h"
#include "metric/text.h"
#include "status/details.h"
#include "status/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* ---- Partitions: rows are the view's ---- */

static const struct sg_view_partition *partition(const struct sg_page *page, uint32_t i)
{
    return sg_view_partition_at(page->view, ((const uint32_t *)page->rows)[i]);
}

static enum sg_severity severity(const struct sg_page *page, uint32_t i)
{
    enum sg_partition_state state = sg_view_partition_state(partition(page, i));

    return state <= SG_PARTITION_UNDER_MIN_ISR ? SG_SEVERITY_CRITICAL
           : state == SG_PARTITION_OK          ? SG_SEVERITY_INFO
                                               : SG_SEVERITY_WARNING;
}

static double number(const struct sg_page *page, uint32_t i)
{
    return (double)partition(page, i)->number;
}

static void put_number(struct sg_page *page, uint32_t i)
{
    (void)sg_buf_printf(page->html, "%" PRId32, partition(page, i)->number);
}

static void put_state(struct sg_page *page, uint32_t i)
{
    static const char *const words[] = { "no leader", "under min ISR", "replica missing", "ok" };
    const struct sg_view_partition *of = partition(page, i);
    enum sg_partition_state state = sg_view_partition_state(of);

    sg_html_chip(page->html, sg_page_class(severity(page, i)), words[state]);
    if (of->reassigning)
        sg_put(page, "<small>being reassigned</small>");
    if (state == SG_PARTITION_OK)
        return;
    sg_put(page, "<small>");
    sg_put_since(page, &of->since);
    sg_put(page, "</small>");
}

static void put_leader(struct sg_page *page, uint32_t i)
{
    if (partition(page, i)->leaderless)
        sg_put(page, "none");
    else
        sg_put_number(page, partition(page, i)->leader);
}

static void put_in_sync(struct sg_page *page, uint32_t i)
{
    const struct sg_view_partition *of = partition(page, i);

    sg_put_number(page, of->in_sync);
    sg_put(page, " of ");
    sg_put_number(page, of->replicas);
}

static void put_missing(struct sg_page *page, uint32_t i)
{
    sg_put_text(page, partition(page, i)->missing_ids);
}

static void put_end(struct sg_page *page, uint32_t i)
{
    sg_put_number(page, partition(page, i)->end);
}

static void put_rate(struct sg_page *page, uint32_t i)
{
    sg_put_unit(page, SG_PLOT_RATE, partition(page, i)->rate);
}

static const struct sg_table_column columns[] = {
    { "partition", "Partition", false, NULL, number, NULL, put_number },
    { "state", "State", false, "sc", NULL, NULL, put_state },
    { "leader", "Leader", true, NULL, NULL, NULL, put_leader },
    { "isr", "In sync", true, NULL, NULL, NULL, put_in_sync },
    { "missing", "Missing", false, NULL, NULL, NULL, put_missing },
    { "end", "End of the log", true, NULL, NULL, NULL, put_end },
    { "rate", "Records in", true, NULL, NULL, NULL, put_rate },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

static void put_partitions(struct sg_page *page, uint32_t topic)
{
    uint32_t *rows = NULL;
    size_t n = 0, allocated = 0;

    for (uint32_t i = 0; i < page->view->partitions.n; i++) {
        if (sg_view_partition_at(page->view, i)->topic != topic)
            continue;
        if (sg_grow(&rows, n, &allocated, sizeof *rows)) {
            page->failed = true;
            break;
        }
        rows[n++] = i;
    }
    page->rows = rows;
    const struct sg_table table = {
        .page = SG_STATUS_TOPIC,
        .id = "partitions",
        .caption = "Partitions",
        .columns = columns,
        .sort = "partition",
        .n = n,
        .severity = severity,
        .none = "No partitions are known; topics.granularity may leave them out.",
        .n_max = SG_DETAILS_ROWS_MAX,
    };
    sg_put_section(page, "partitions", "Partitions", "");
    (void)sg_table_write(page, &table);
    sg_put(page, "</section>\n");
    page->rows = NULL;
    free(rows);
}

/* ---- Groups that read it, and its settings ---- */

/* The groups of a topic that are written, and how many there are. */
struct groups {
    struct sg_page *page;
    size_t n;
};

static void put_group(void *context, const struct sg_detail_series *series)
{
    static const struct sg_str names[] = { { "consumergroup", 13 } };
    struct groups *groups = context;
    struct sg_page *page = groups->page;
    struct sg_str value;
    char plain[2 * SG_LABEL_VALUE_BYTES_MAX];

    sg_text_find_labels(series->labels, names, 1, &value);
    if (!value.ptr || value.len > sizeof plain || groups->n++ >= SG_DETAILS_ROWS_MAX)
        return;
    struct sg_str name = { plain, sg_text_unescape(value, plain) };
    sg_put(page, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><a ");
    sg_put_href(page, SG_STATUS_GROUP, page->params->cluster, "group", name);
    sg_put(page, ">");
    sg_put_text(page, sg_words_name(name));
    sg_put(page, "</a></th><td role=\"cell\" class=\"r\" data-l=\"Records to read\">");
    sg_put_number(page, sg_detail_number(series));
    sg_put(page, "</td></tr>\n");
}

static void put_groups(struct sg_page *page, struct sg_str topic)
{
    static const char *const families[] = { "kafka_consumergroup_lag_sum",
        "kafka_sharegroup_lag_sum", NULL };
    const struct sg_detail_query query = sg_details_query(page, "topic", topic, families);
    struct groups groups = { page, 0 };

    sg_put_section(page, "groups", "Groups that read it", "");
    sg_put(page, "<div class=\"card\"><div class=\"tb\"><table role=\"table\"><caption "
                 "class=\"vh\">Groups</caption><thead role=\"rowgroup\"><tr role=\"row\"><th "
                 "role=\"columnheader\" scope=\"col\">Group</th><th role=\"columnheader\" "
                 "scope=\"col\" class=\"r\">Records to read</th></tr></thead><tbody "
                 "role=\"rowgroup\">\n");
    sg_detail_read(page->sources->store, &query, put_group, &groups);
    sg_put(page, "</tbody></table></div>");
    if (groups.n > SG_DETAILS_ROWS_MAX)
        (void)sg_buf_printf(page->html, "<p class=\"foot\">The first %d of %zu.</p>",
            SG_DETAILS_ROWS_MAX, groups.n);
    sg_put(page, "</div></section>\n");
}

static void put_setting(void *context, const struct sg_detail_series *series)
{
    struct sg_page *page = context;
    struct sg_str rest = series->labels;
    struct sg_label label;
    char plain[2 * SG_LABEL_VALUE_BYTES_MAX];

    while (sg_text_next_label(&rest, &label)) {
        if (label.value.len > sizeof plain || sg_str_equal(label.name, SG_STR("topic")) ||
            sg_str_equal(label.name, sg_str_of(page->cluster_label)))
            continue;
        sg_put(page, "<dt>");
        for (size_t i = 0; i < label.name.len; i++)
            (void)sg_buf_add_char(page->html, label.name.ptr[i] == '_' ? '.' : label.name.ptr[i]);
        sg_put(page, "</dt><dd>");
        sg_put_text(page, (struct sg_str){ plain, sg_text_unescape(label.value, plain) });
        sg_put(page, "</dd>");
    }
}

static void put_settings(struct sg_page *page, struct sg_str topic)
{
    static const char *const families[] = { "kafka_topic_config_info", NULL };
    const struct sg_detail_query query = sg_details_query(page, "topic", topic, families);

    sg_put_section(page, "settings", "Settings", "");
    sg_put(page, "<dl class=\"kv card pad\">");
    sg_detail_read(page->sources->store, &query, put_setting, page);
    sg_put(page, "</dl></section>\n");
}

/* ---- The page ---- */

static void put_stats(struct sg_page *page, const struct sg_view_topic *topic)
{
    const struct {
        const char *label;
        double value;
    } stats[] = { { "Partitions", topic->partitions }, { "Replicas", topic->replication_factor },
        { "min.insync.replicas", topic->min_isr }, { "Groups", topic->groups } };

    sg_put(page, "<dl class=\"st tall card pad\">");
    for (size_t i = 0; i < sizeof stats / sizeof stats[0]; i++) {
        sg_put_stat(page, stats[i].label);
        sg_put_number(page, stats[i].value);
        sg_put_stat_end(page);
    }
    sg_put_stat(page, "Retention");
    sg_put_unit(page, SG_PLOT_SECONDS, topic->retention_s);
    sg_put_stat_end(page);
    sg_put_stat(page, "Size");
    sg_put_bytes(page, topic->size_bytes);
    sg_put_stat_end(page);
    sg_put(page, "</dl>\n");
}

bool sg_page_topic(struct sg_page *page)
{
    uint32_t cluster, found;

    if (!sg_details_find(page, sg_view_find_topic, page->params->topic, &cluster, &found))
        return false;
    const struct sg_view_topic *topic = sg_view_topic_at(page->view, found);
    sg_details_title(page, "Topic", SG_STATUS_TOPICS, cluster, topic->name);
    sg_put_topic_state(page, topic);
    sg_details_title_end(page, SG_STATUS_TOPIC, "topic", topic->name);
    put_stats(page, topic);
    const struct sg_page_plot plot = { SG_PLOT_TOPIC_RECORDS_IN, SG_PLOT_RATE, "Records in", "p1",
        sg_view_cluster_name(page->view, cluster), topic->name, topic->since.moment.unix_ms,
        (double)NAN };
    sg_details_plots(page, &plot, 1);
    put_partitions(page, found);
    put_groups(page, topic->name);
    put_settings(page, topic->name);
    const struct sg_event_filter filter = {
        .cluster = page->params->cluster, .topic = topic->name, .severity_max = SG_SEVERITY_INFO
    };
    sg_details_events(page, &filter);
    return true;
}
