/* SPDX-License-Identifier: Apache-2.0 */
#include "status/lists.h"

#include "base/words.h"

#include <math.h>
#include <stdlib.h>

/* ---- Of any list ---- */

static double by_severity(enum sg_severity severity)
{
    return (double)severity;
}

/* ---- Brokers ---- */

static const struct sg_view_broker *broker(const struct sg_page *page, uint32_t row)
{
    return sg_view_broker_at(page->view, row);
}

static bool broker_is_wanted(const struct sg_page *page, uint32_t row)
{
    return sg_page_has_cluster(page, broker(page, row)->cluster);
}

static enum sg_severity broker_severity(const struct sg_page *page, uint32_t row)
{
    return sg_page_severity_of_broker(broker(page, row));
}

static double broker_number(const struct sg_page *page, uint32_t row)
{
    return strtod(broker(page, row)->id.ptr, NULL);
}

static bool broker_matches(const struct sg_page *page, uint32_t row, struct sg_str q)
{
    const struct sg_view_broker *of = broker(page, row);

    return sg_str_equal(of->id, q) || sg_page_address_has(of, q);
}

static void put_broker_name(struct sg_page *page, uint32_t row)
{
    sg_put_broker_link(page, row);
    sg_put_cluster(page, broker(page, row)->cluster);
}

static double broker_state(const struct sg_page *page, uint32_t row)
{
    return by_severity(broker_severity(page, row));
}

static void put_broker_state(struct sg_page *page, uint32_t row)
{
    sg_put_broker_state(page, broker(page, row));
}

static struct sg_str broker_host(const struct sg_page *page, uint32_t row)
{
    return broker(page, row)->host;
}

static void put_broker_host(struct sg_page *page, uint32_t row)
{
    const struct sg_view_broker *of = broker(page, row);

    sg_put_text(page, of->host);
    if (of->host.len)
        (void)sg_buf_printf(page->html, ":%d", (int)of->port);
}

#define BROKER_NUMBER(name, field, put)                                   \
    static double broker_##name(const struct sg_page *page, uint32_t row) \
    {                                                                     \
        return broker(page, row)->field;                                  \
    }                                                                     \
    static void put_broker_##name(struct sg_page *page, uint32_t row)     \
    {                                                                     \
        put;                                                              \
    }                                                                     \
    _Static_assert(1, "semicolon")

BROKER_NUMBER(leaders, leaders, sg_put_number(page, broker(page, row)->leaders));
BROKER_NUMBER(partitions, partitions, sg_put_number(page, broker(page, row)->partitions));
BROKER_NUMBER(
    handlers, handlers_idle, sg_put_unit(page, SG_PLOT_SHARE, broker(page, row)->handlers_idle));
BROKER_NUMBER(
    network, network_idle, sg_put_unit(page, SG_PLOT_SHARE, broker(page, row)->network_idle));

static double rate_of_broker(const struct sg_page *page, uint32_t row, enum sg_plot plot)
{
    const struct sg_view_broker *of = broker(page, row);

    return sg_page_rate(page, plot, sg_view_cluster_name(page->view, of->cluster), of->id);
}

static double broker_bytes_in(const struct sg_page *page, uint32_t row)
{
    return rate_of_broker(page, row, SG_PLOT_BROKER_BYTES_IN);
}

static void put_broker_bytes_in(struct sg_page *page, uint32_t row)
{
    sg_put_unit(page, SG_PLOT_BYTES_RATE, broker_bytes_in(page, row));
}

static double broker_bytes_out(const struct sg_page *page, uint32_t row)
{
    return rate_of_broker(page, row, SG_PLOT_BROKER_BYTES_OUT);
}

static void put_broker_bytes_out(struct sg_page *page, uint32_t row)
{
    sg_put_unit(page, SG_PLOT_BYTES_RATE, broker_bytes_out(page, row));
}

static void put_broker_hour(struct sg_page *page, uint32_t row)
{
    const struct sg_view_broker *of = broker(page, row);
    const struct sg_page_plot plot = { SG_PLOT_BROKER_BYTES_IN, SG_PLOT_BYTES_RATE, "Bytes in",
        "p1", sg_view_cluster_name(page->view, of->cluster), of->id, 0, (double)NAN };

    sg_put_small_plot(page, &plot);
}

static const struct sg_table_column broker_columns[] = {
    { "id", "Broker", false, NULL, broker_number, NULL, put_broker_name },
    { "state", "State", false, "sc", broker_state, NULL, put_broker_state },
    { "host", "Address", false, NULL, NULL, broker_host, put_broker_host },
    { "leaders", "Leads", true, NULL, broker_leaders, NULL, put_broker_leaders },
    { "partitions", "Partitions", true, NULL, broker_partitions, NULL, put_broker_partitions },
    { "in", "Bytes in", true, NULL, broker_bytes_in, NULL, put_broker_bytes_in },
    { "hour", "Last hour", false, "w2", NULL, NULL, put_broker_hour },
    { "out", "Bytes out", true, NULL, broker_bytes_out, NULL, put_broker_bytes_out },
    { "handlers", "Handlers idle", true, NULL, broker_handlers, NULL, put_broker_handlers },
    { "network", "Network idle", true, NULL, broker_network, NULL, put_broker_network },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

struct sg_table sg_list_brokers(const struct sg_page *page)
{
    return (struct sg_table){
        .page = SG_STATUS_BROKERS,
        .id = "brokers",
        .caption = "Brokers",
        .columns = broker_columns,
        .sort = "id",
        .n = page->view->brokers.n,
        .is_wanted = broker_is_wanted,
        .matches = broker_matches,
        .severity = broker_severity,
        .none = "No broker is known.",
        .has_controls = true,
    };
}

/* ---- Topics ---- */

static const struct sg_view_topic *topic(const struct sg_page *page, uint32_t row)
{
    return sg_view_topic_at(page->view, row);
}

static bool topic_is_wanted(const struct sg_page *page, uint32_t row)
{
    return sg_page_has_cluster(page, topic(page, row)->cluster);
}

static enum sg_severity topic_severity(const struct sg_page *page, uint32_t row)
{
    return sg_page_severity_of_topic(topic(page, row));
}

static struct sg_str topic_name(const struct sg_page *page, uint32_t row)
{
    return topic(page, row)->name;
}

static void put_topic_name(struct sg_page *page, uint32_t row)
{
    sg_put_topic_link(page, row);
    sg_put_cluster(page, topic(page, row)->cluster);
}

static double topic_state(const struct sg_page *page, uint32_t row)
{
    return by_severity(topic_severity(page, row));
}

static void put_topic_state(struct sg_page *page, uint32_t row)
{
    sg_put_topic_state(page, topic(page, row));
}

static double topic_missing(const struct sg_page *page, uint32_t row)
{
    return (double)topic(page, row)->n_missing_replicas;
}

static void put_topic_missing(struct sg_page *page, uint32_t row)
{
    sg_put_number(page, topic_missing(page, row));
}

static double topic_records(const struct sg_page *page, uint32_t row)
{
    const struct sg_view_topic *of = topic(page, row);

    return sg_page_rate(
        page, SG_PLOT_TOPIC_RECORDS_IN, sg_view_cluster_name(page->view, of->cluster), of->name);
}

static void put_topic_records(struct sg_page *page, uint32_t row)
{
    sg_put_unit(page, SG_PLOT_RATE, topic_records(page, row));
}

static void put_topic_hour(struct sg_page *page, uint32_t row)
{
    const struct sg_view_topic *of = topic(page, row);
    const struct sg_page_plot plot = { SG_PLOT_TOPIC_RECORDS_IN, SG_PLOT_RATE, "Records in", "p1",
        sg_view_cluster_name(page->view, of->cluster), of->name, 0, (double)NAN };

    sg_put_small_plot(page, &plot);
}

#define TOPIC_NUMBER(name, field, put_value)                             \
    static double topic_##name(const struct sg_page *page, uint32_t row) \
    {                                                                    \
        return topic(page, row)->field;                                  \
    }                                                                    \
    static void put_topic_##name(struct sg_page *page, uint32_t row)     \
    {                                                                    \
        put_value(page, topic(page, row)->field);                        \
    }                                                                    \
    _Static_assert(1, "semicolon")

TOPIC_NUMBER(partitions, partitions, sg_put_number);
TOPIC_NUMBER(replicas, replication_factor, sg_put_number);
TOPIC_NUMBER(groups, groups, sg_put_number);
TOPIC_NUMBER(size, size_bytes, sg_put_bytes);

static const struct sg_table_column topic_columns[] = {
    { "topic", "Topic", false, NULL, NULL, topic_name, put_topic_name },
    { "state", "State", false, "sc", topic_state, NULL, put_topic_state },
    { "partitions", "Partitions", true, NULL, topic_partitions, NULL, put_topic_partitions },
    { "replicas", "Replicas", true, NULL, topic_replicas, NULL, put_topic_replicas },
    { "missing", "Missing", true, NULL, topic_missing, NULL, put_topic_missing },
    { "records", "Records in", true, NULL, topic_records, NULL, put_topic_records },
    { "hour", "Last hour", false, "w2", NULL, NULL, put_topic_hour },
    { "groups", "Groups", true, NULL, topic_groups, NULL, put_topic_groups },
    { "size", "Size", true, NULL, topic_size, NULL, put_topic_size },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

struct sg_table sg_list_topics(const struct sg_page *page)
{
    return (struct sg_table){
        .page = SG_STATUS_TOPICS,
        .id = "topics",
        .caption = "Topics",
        .columns = topic_columns,
        .sort = "state",
        .n = page->view->topics.n,
        .is_wanted = topic_is_wanted,
        .severity = topic_severity,
        .none = "No topic is known.",
        .has_controls = true,
    };
}

/* ---- Groups ---- */

static const struct sg_view_group *group(const struct sg_page *page, uint32_t row)
{
    return sg_view_group_at(page->view, row);
}

static bool group_is_wanted(const struct sg_page *page, uint32_t row)
{
    return sg_page_has_cluster(page, group(page, row)->cluster);
}

static enum sg_severity group_severity(const struct sg_page *page, uint32_t row)
{
    return sg_page_severity_of_group(group(page, row));
}

static struct sg_str group_name(const struct sg_page *page, uint32_t row)
{
    return group(page, row)->name;
}

static void put_group_name(struct sg_page *page, uint32_t row)
{
    sg_put_group_link(page, row);
    sg_put_cluster(page, group(page, row)->cluster);
}

static double group_status(const struct sg_page *page, uint32_t row)
{
    return (double)group(page, row)->status;
}

static void put_group_status(struct sg_page *page, uint32_t row)
{
    sg_put_group_state(page, group(page, row));
}

static double group_lag_seconds(const struct sg_page *page, uint32_t row)
{
    return group(page, row)->lag_seconds;
}

static void put_group_lag_seconds(struct sg_page *page, uint32_t row)
{
    sg_put(page, "<b>");
    sg_put_unit(page, SG_PLOT_SECONDS, group(page, row)->lag_seconds);
    sg_put(page, "</b>");
}

static void put_group_hour(struct sg_page *page, uint32_t row)
{
    const struct sg_view_group *of = group(page, row);
    const struct sg_page_plot plot = { SG_PLOT_GROUP_LAG_SECONDS, SG_PLOT_SECONDS, "Lag", "p3",
        sg_view_cluster_name(page->view, of->cluster), of->name, 0, (double)NAN };

    sg_put_small_plot(page, &plot);
}

static double group_lag(const struct sg_page *page, uint32_t row)
{
    return group(page, row)->lag;
}

static void put_group_lag(struct sg_page *page, uint32_t row)
{
    const struct sg_view_group *of = group(page, row);

    sg_put_number(page, of->lag);
    if (of->drain_seconds > 0)
        (void)sg_buf_printf(page->html, "<small>drains in %s</small>",
            sg_words_age((int64_t)(of->drain_seconds * 1000)).text);
}

static double group_members(const struct sg_page *page, uint32_t row)
{
    return group(page, row)->members;
}

static void put_group_members(struct sg_page *page, uint32_t row)
{
    sg_put_number(page, group(page, row)->members);
}

static struct sg_str group_state(const struct sg_page *page, uint32_t row)
{
    return group(page, row)->state;
}

static void put_group_state(struct sg_page *page, uint32_t row)
{
    sg_put_text(page, group(page, row)->state);
}

static const struct sg_table_column group_columns[] = {
    { "group", "Group", false, NULL, NULL, group_name, put_group_name },
    { "status", "Status", false, "sc", group_status, NULL, put_group_status },
    { "lag", "Lag", true, NULL, group_lag_seconds, NULL, put_group_lag_seconds },
    { "hour", "Last hour", false, "w2", NULL, NULL, put_group_hour },
    { "records", "Records to read", true, NULL, group_lag, NULL, put_group_lag },
    { "members", "Members", true, NULL, group_members, NULL, put_group_members },
    { "state", "State in Kafka", false, NULL, NULL, group_state, put_group_state },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

struct sg_table sg_list_groups(const struct sg_page *page)
{
    return (struct sg_table){
        .page = SG_STATUS_GROUPS,
        .id = "groups",
        .caption = "Consumer groups",
        .columns = group_columns,
        .sort = "-lag",
        .n = page->view->groups.n,
        .is_wanted = group_is_wanted,
        .severity = group_severity,
        .none = "No groups: nothing has committed an offset.",
        .has_controls = true,
    };
}

/* ---- Collectors ---- */

static const struct sg_view_slot *slot(const struct sg_page *page, uint32_t row)
{
    return &page->view->slots[row];
}

static bool slot_is_wanted(const struct sg_page *page, uint32_t row)
{
    struct sg_str wanted = page->params->cluster;

    return wanted.len == 0 || sg_str_equal(sg_str_of(slot(page, row)->status.cluster), wanted);
}

static enum sg_severity slot_severity(const struct sg_page *page, uint32_t row)
{
    return sg_page_severity_of_slot(slot(page, row));
}

static struct sg_str slot_name(const struct sg_page *page, uint32_t row)
{
    return sg_str_of(slot(page, row)->status.collector);
}

static void put_slot_name(struct sg_page *page, uint32_t row)
{
    sg_put_text(page, slot_name(page, row));
    if (page->view->clusters.n > 1 && slot(page, row)->status.cluster[0]) {
        sg_put(page, "<small>");
        sg_put_text(page, sg_str_of(slot(page, row)->status.cluster));
        sg_put(page, "</small>");
    }
}

static struct sg_str slot_target(const struct sg_page *page, uint32_t row)
{
    return sg_str_of(slot(page, row)->status.target);
}

static void put_slot_target(struct sg_page *page, uint32_t row)
{
    sg_put_text(page, slot_target(page, row));
}

static double slot_state(const struct sg_page *page, uint32_t row)
{
    return by_severity(slot_severity(page, row));
}

static void put_slot_state(struct sg_page *page, uint32_t row)
{
    sg_put_slot_state(page, slot(page, row));
}

static double slot_took(const struct sg_page *page, uint32_t row)
{
    return slot(page, row)->status.has_run ? (double)slot(page, row)->status.duration_ms
                                           : (double)NAN;
}

static void put_slot_took(struct sg_page *page, uint32_t row)
{
    if (slot(page, row)->status.has_run)
        sg_put(page, sg_words_age(slot(page, row)->status.duration_ms).text);
}

static double slot_complete(const struct sg_page *page, uint32_t row)
{
    return (double)slot(page, row)->status.last_success_unix_ms;
}

static void put_slot_complete(struct sg_page *page, uint32_t row)
{
    const struct sg_slot_status *status = &slot(page, row)->status;

    if (status->last_success_unix_ms)
        (void)sg_buf_printf(page->html, "%s ago", sg_words_age(status->last_success_ms_ago).text);
    else
        sg_put(page, "never");
}

static double slot_series(const struct sg_page *page, uint32_t row)
{
    return (double)slot(page, row)->status.n_series;
}

static void put_slot_series(struct sg_page *page, uint32_t row)
{
    sg_put_number(page, slot_series(page, row));
}

static double slot_failures(const struct sg_page *page, uint32_t row)
{
    double n = 0;

    for (int kind = 0; kind < SG_FAILURE_KINDS; kind++)
        n += (double)slot(page, row)->status.n_failures[kind];
    return n;
}

static void put_slot_failures(struct sg_page *page, uint32_t row)
{
    sg_put_number(page, slot_failures(page, row));
}

static void put_slot_failed(struct sg_page *page, uint32_t row)
{
    const struct sg_view_slot *of = slot(page, row);

    sg_put_text(page, of->failed_text);
    if (of->failed_text.len == 0)
        return;
    sg_put(page, "<small>at ");
    sg_html_time(page->html, of->failed.unix_ms, page->now_unix_ms);
    sg_put(page, "</small>");
}

static const struct sg_table_column slot_columns[] = {
    { "collector", "Collector", false, NULL, NULL, slot_name, put_slot_name },
    { "target", "Target", false, NULL, NULL, slot_target, put_slot_target },
    { "state", "State", false, "sc", slot_state, NULL, put_slot_state },
    { "took", "Took", true, NULL, slot_took, NULL, put_slot_took },
    { "complete", "Complete", true, NULL, slot_complete, NULL, put_slot_complete },
    { "series", "Series", true, NULL, slot_series, NULL, put_slot_series },
    { "failures", "Failures", true, NULL, slot_failures, NULL, put_slot_failures },
    { "failed", "What failed last", false, "tx", NULL, NULL, put_slot_failed },
    { NULL, NULL, false, NULL, NULL, NULL, NULL },
};

struct sg_table sg_list_collectors(const struct sg_page *page)
{
    return (struct sg_table){
        .page = SG_STATUS_COLLECTORS,
        .id = "collectors",
        .caption = "Collectors",
        .columns = slot_columns,
        .sort = "state",
        .n = page->view->n_slots,
        .is_wanted = slot_is_wanted,
        .severity = slot_severity,
        .none = "There are no collectors.",
        .has_controls = true,
    };
}

/* ---- The pages ---- */

static void put_list(struct sg_page *page, const char *title, const struct sg_table *table)
{
    sg_put(page, "<div class=\"title\"><h1>");
    sg_put(page, title);
    sg_put(page, "</h1></div>\n");
    (void)sg_table_write(page, table);
    if (page->view->is_full)
        sg_put(
            page, "<p class=\"q\">There are more than fit here; the metrics page has all.</p>\n");
}

void sg_page_brokers(struct sg_page *page)
{
    const struct sg_table table = sg_list_brokers(page);

    put_list(page, "Brokers", &table);
}

void sg_page_topics(struct sg_page *page)
{
    const struct sg_table table = sg_list_topics(page);

    put_list(page, "Topics", &table);
}

void sg_page_groups(struct sg_page *page)
{
    const struct sg_table table = sg_list_groups(page);

    put_list(page, "Consumer groups", &table);
}

void sg_page_collectors(struct sg_page *page)
{
    const struct sg_table table = sg_list_collectors(page);

    put_list(page, "Collectors", &table);
}
