/* SPDX-License-Identifier: Apache-2.0 */
#include "status/api_objects.h"

#include "status/group_rows.h"

#include <math.h>
#include <stdio.h>

enum {
    TEXT_BYTES_MAX = 8192
};

/* ---- Values ---- */

static void put_since(struct sg_page *page, const struct sg_since *since)
{
    int64_t age_ms = page->now_ms - since->moment.monotonic_ms;

    if (since->moment.unix_ms == 0) {
        sg_json_null(page->html, "since");
        return;
    }
    sg_json_open(page->html, "since", '{');
    sg_json_time(page->html, "time", since->moment.unix_ms);
    sg_json_integer(page->html, "seconds", age_ms > 0 ? age_ms / 1000 : 0);
    sg_json_bool(page->html, "at_least", since->at_least);
    sg_json_close(page->html, '}');
}

static void put_cluster(struct sg_page *page, uint32_t cluster)
{
    sg_json_text(page->html, "cluster", sg_view_cluster_name(page->view, cluster));
}

/* Numbers of a row, by their names. */
struct number {
    const char *key;
    double value;
};

static void put_numbers(struct sg_page *page, const struct number *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sg_json_number(page->html, numbers[i].key, numbers[i].value);
}

#define PUT_NUMBERS(page, numbers) put_numbers(page, numbers, sizeof(numbers) / sizeof *(numbers))

static double rate_of(
    const struct sg_page *page, enum sg_plot plot, uint32_t cluster, struct sg_str name)
{
    return sg_page_rate(page, plot, sg_view_cluster_name(page->view, cluster), name);
}

/* Ids of brokers are texts here, as they are labels on the metrics page. */
static void put_id(struct sg_page *page, const char *key, double id)
{
    char text[32] = "";

    if (id >= 0 && id <= (double)INT32_MAX)
        (void)snprintf(text, sizeof text, "%.0f", id);
    sg_json_word(page->html, key, text);
}

/* "1,3" */
static void put_ids(struct sg_page *page, const char *key, struct sg_str ids)
{
    sg_json_open(page->html, key, '[');
    while (ids.len) {
        const char *comma = memchr(ids.ptr, ',', ids.len);
        size_t n = comma ? (size_t)(comma - ids.ptr) : ids.len;
        sg_json_text(page->html, NULL, (struct sg_str){ ids.ptr, n });
        n += comma != NULL;
        ids = (struct sg_str){ ids.ptr + n, ids.len - n };
    }
    sg_json_close(page->html, ']');
}

/* Something that is not in trouble is ok; an event is info. */
static const char *word_of(enum sg_severity severity)
{
    return severity == SG_SEVERITY_INFO ? "ok" : sg_severity_text(severity);
}

/* ---- Clusters ---- */

const char *sg_api_cluster_state(const struct sg_view_cluster *cluster)
{
    static const char *const states[] = {
        [SG_CLUSTER_UNKNOWN] = "unknown",
        [SG_CLUSTER_DOWN] = "down",
        [SG_CLUSTER_UP] = "up",
        [SG_CLUSTER_NO_KAFKA] = "no_kafka",
    };

    return states[cluster->state];
}

const char *sg_api_cluster_severity(const struct sg_page *page, uint32_t i)
{
    enum sg_severity severity = SG_SEVERITY_INFO;

    for (size_t c = 0; c < page->causes.n; c++) {
        const struct sg_cause *cause = &page->causes.list[c];
        if (cause->cluster == i && cause->severity < severity)
            severity = cause->severity;
    }
    if (severity == SG_SEVERITY_INFO &&
        sg_view_cluster_at(page->view, i)->state == SG_CLUSTER_UNKNOWN)
        return "";
    return word_of(severity);
}

static void put_cause(struct sg_page *page, const struct sg_cause *cause)
{
    sg_json_open(page->html, NULL, '{');
    sg_json_word(page->html, "severity", sg_severity_text(cause->severity));
    sg_json_word(page->html, "kind", cause->kind);
    sg_json_text(page->html, "title", cause->title);
    sg_json_text_or_null(page->html, "detail", cause->detail);
    put_since(page, &cause->since);
    sg_json_close(page->html, '}');
}

void sg_api_put_causes(struct sg_page *page, uint32_t cluster)
{
    sg_json_open(page->html, "causes", '[');
    for (size_t i = 0; i < page->causes.n; i++) {
        if (page->causes.list[i].cluster == cluster)
            put_cause(page, &page->causes.list[i]);
    }
    sg_json_close(page->html, ']');
}

void sg_api_put_cluster(struct sg_page *page, uint32_t i)
{
    const struct sg_view_cluster *cluster = sg_view_cluster_at(page->view, i);
    double unknown = cluster->collected_ms ? 0 : (double)NAN; /* nothing was ever collected */
    const struct number numbers[] = { { "partition_count", cluster->n_partitions + unknown },
        { "leaderless", cluster->n_leaderless + unknown },
        { "under_min_isr", cluster->n_under_min_isr + unknown },
        { "missing_replicas", cluster->n_missing_replicas + unknown } };

    put_cluster(page, i);
    sg_json_word(page->html, "state", sg_api_cluster_state(cluster));
    sg_json_word(page->html, "severity", sg_api_cluster_severity(page, i));
    put_since(page, &cluster->since);
    PUT_NUMBERS(page, numbers);
    sg_api_put_causes(page, i);
}

/* ---- Brokers ---- */

const char *sg_api_broker_state(const struct sg_view_broker *broker)
{
    static const char *const states[] = { "unknown", "up", "down" };

    return states[broker->state];
}

const char *sg_api_broker_severity(const struct sg_view_broker *broker)
{
    enum sg_severity severity = sg_page_severity_of_broker(broker);

    return severity == SG_SEVERITY_INFO && broker->state == SG_VIEW_BROKER_UNKNOWN
               ? ""
               : word_of(severity);
}

static void put_controller(struct sg_page *page, const struct sg_view_broker *broker)
{
    if (isnan(broker->is_controller))
        sg_json_null(page->html, "controller");
    else
        sg_json_bool(page->html, "controller", broker->is_controller > 0);
}

void sg_api_put_broker(struct sg_page *page, uint32_t i)
{
    const struct sg_view_broker *broker = sg_view_broker_at(page->view, i);
    const struct number numbers[] = { { "leader_count", broker->leaders },
        { "partition_count", broker->partitions },
        { "bytes_in_per_second",
            rate_of(page, SG_PLOT_BROKER_BYTES_IN, broker->cluster, broker->id) },
        { "bytes_out_per_second",
            rate_of(page, SG_PLOT_BROKER_BYTES_OUT, broker->cluster, broker->id) },
        { "messages_in_per_second",
            rate_of(page, SG_PLOT_BROKER_MESSAGES_IN, broker->cluster, broker->id) },
        { "request_handlers_idle_ratio", broker->handlers_idle },
        { "network_threads_idle_ratio", broker->network_idle },
        { "log_size_bytes", broker->size_bytes } };

    put_cluster(page, broker->cluster);
    sg_json_text(page->html, "broker", broker->id);
    sg_json_text_or_null(page->html, "host", broker->host);
    sg_json_number(page->html, "port", broker->host.len ? (double)broker->port : (double)NAN);
    sg_json_word(page->html, "state", sg_api_broker_state(broker));
    sg_json_word(page->html, "severity", sg_api_broker_severity(broker));
    put_since(page, &broker->since);
    put_controller(page, broker);
    PUT_NUMBERS(page, numbers);
}

/* ---- Topics ---- */

const char *sg_api_topic_state(const struct sg_view_topic *topic)
{
    return topic->n_leaderless         ? "leaderless"
           : topic->n_under_min_isr    ? "under_min_isr"
           : topic->n_missing_replicas ? "missing_replicas"
                                       : "ok";
}

const char *sg_api_topic_severity(const struct sg_view_topic *topic)
{
    return word_of(sg_page_severity_of_topic(topic));
}

static void put_last_produced(struct sg_page *page, double unix_s)
{
    if (unix_s > 0 && unix_s < 1e11)
        sg_json_time(page->html, "last_produced", (int64_t)(unix_s * 1000));
    else
        sg_json_null(page->html, "last_produced");
}

void sg_api_put_topic(struct sg_page *page, uint32_t i)
{
    const struct sg_view_topic *topic = sg_view_topic_at(page->view, i);
    const struct number numbers[] = { { "partition_count", topic->partitions },
        { "replication_factor", topic->replication_factor },
        { "min_insync_replicas", topic->min_isr },
        { "missing_replicas", topic->n_missing_replicas },
        { "under_min_isr", topic->n_under_min_isr }, { "leaderless", topic->n_leaderless },
        { "reassigning", topic->n_reassigning }, { "group_count", topic->groups },
        { "retention_seconds", topic->retention_s }, { "log_size_bytes", topic->size_bytes },
        { "records_in_per_second",
            rate_of(page, SG_PLOT_TOPIC_RECORDS_IN, topic->cluster, topic->name) } };

    put_cluster(page, topic->cluster);
    sg_json_text(page->html, "topic", topic->name);
    sg_json_word(page->html, "state", sg_api_topic_state(topic));
    sg_json_word(page->html, "severity", sg_api_topic_severity(topic));
    put_since(page, &topic->since);
    PUT_NUMBERS(page, numbers);
    put_last_produced(page, topic->last_produced_unix_s);
}

static void put_partition(struct sg_page *page, const struct sg_view_partition *of)
{
    static const char *const states[] = { "leaderless", "under_min_isr", "missing_replicas", "ok" };
    static const struct sg_since none = { .at_least = false };
    enum sg_partition_state state = sg_view_partition_state(of);

    sg_json_open(page->html, NULL, '{');
    sg_json_integer(page->html, "partition", of->number);
    sg_json_word(page->html, "state", states[state]);
    put_since(page, state == SG_PARTITION_OK ? &none : &of->since);
    put_id(page, "leader", of->leaderless ? (double)NAN : of->leader);
    sg_json_number(page->html, "replicas", of->replicas);
    sg_json_number(page->html, "in_sync_replicas", of->in_sync);
    put_ids(page, "missing_brokers", of->missing_ids);
    sg_json_bool(page->html, "reassigning", of->reassigning);
    sg_json_number(page->html, "log_end_offset", of->end);
    sg_json_number(page->html, "records_in_per_second", of->rate);
    sg_json_close(page->html, '}');
}

void sg_api_put_topic_with_partitions(struct sg_page *page, uint32_t number)
{
    sg_api_put_topic(page, number);
    sg_json_open(page->html, "partitions", '[');
    for (uint32_t i = 0; i < page->view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(page->view, i);
        if (partition->topic == number)
            put_partition(page, partition);
    }
    sg_json_close(page->html, ']');
}

/* ---- Groups ---- */

const char *sg_api_group_state(const struct sg_view_group *group)
{
    return group->status == SG_GROUP_NOT_KNOWN ? "unknown" : sg_view_status_text(group->status);
}

const char *sg_api_group_severity(const struct sg_view_group *group)
{
    return group->status == SG_GROUP_NOT_KNOWN ? "" : word_of(sg_page_severity_of_group(group));
}

void sg_api_put_group(struct sg_page *page, uint32_t i)
{
    const struct sg_view_group *group = sg_view_group_at(page->view, i);
    const struct number numbers[] = { { "members", group->members }, { "lag", group->lag },
        { "lag_seconds", group->lag_seconds },
        { "records_read_per_second",
            rate_of(page, SG_PLOT_GROUP_RECORDS_READ, group->cluster, group->name) },
        { "time_to_drain_seconds", group->drain_seconds },
        { "retention_margin_ratio", group->retention_margin },
        { "unread_lost", group->unread_lost } };

    put_cluster(page, group->cluster);
    sg_json_text(page->html, "group", group->name);
    sg_json_word(page->html, "status", sg_view_status_text(group->status));
    sg_json_word(page->html, "severity", sg_api_group_severity(group));
    put_since(page, &group->since);
    sg_json_text_or_null(page->html, "state", group->state);
    sg_json_text_or_null(page->html, "type", group->type);
    sg_json_text_or_null(page->html, "coordinator", group->coordinator);
    PUT_NUMBERS(page, numbers);
}

static void put_row(struct sg_page *page, const struct sg_group_row *row)
{
    double unknown = (double)NAN;

    sg_json_open(page->html, NULL, '{');
    sg_json_text(page->html, "topic", row->topic);
    sg_json_integer(page->html, "partition", row->partition);
    sg_json_word(page->html, "status", sg_view_status_text(row->status));
    sg_json_number(page->html, "committed_offset", row->committed);
    sg_json_number(page->html, "log_end_offset", row->end);
    sg_json_number(page->html, "lag", row->lag);
    sg_json_number(page->html, "lag_seconds", row->lag_seconds);
    sg_json_number(page->html, "records_read_per_second", row->pace.read_per_s);
    sg_json_number(page->html, "time_to_drain_seconds", row->pace.drain_s);
    put_id(page, "leader", row->of && !row->of->leaderless ? row->of->leader : unknown);
    sg_json_text_or_null(page->html, "member", row->member);
    sg_json_text_or_null(page->html, "client_id", row->client_id);
    sg_json_text_or_null(page->html, "host", row->host);
    sg_json_close(page->html, '}');
}

void sg_api_put_group_with_partitions(struct sg_page *page, uint32_t number)
{
    const struct sg_view_group *group = sg_view_group_at(page->view, number);
    struct sg_group_rows rows;

    sg_api_put_group(page, number);
    sg_json_open(page->html, "partitions", '[');
    if (sg_group_rows_read(page, group->cluster, group->name, &rows))
        page->failed = true;
    for (uint32_t i = 0; i < rows.list.n; i++)
        put_row(page, sg_keyed_at(&rows.list, i));
    sg_group_rows_done(&rows);
    sg_json_close(page->html, ']');
}

/* ---- Events ---- */

static void put_text_if(struct sg_page *page, const char *key, bool has, const char *text)
{
    sg_json_text_or_null(page->html, key, sg_str_of(has ? text : ""));
}

static void put_sentence(struct sg_page *page, const struct sg_event *event)
{
    struct sg_buf text;

    sg_buf_init(&text, TEXT_BYTES_MAX);
    sg_event_write(event, &text);
    sg_json_text(page->html, "text", sg_buf_get(&text));
    sg_buf_done(&text);
}

/* What it is about. */
static void put_subject(struct sg_page *page, const struct sg_event *event)
{
    bool of_group =
        event->kind == SG_EVENT_GROUP_STATUS || event->kind == SG_EVENT_GROUP_REBALANCED;
    bool of_broker =
        (event->kind >= SG_EVENT_BROKER_DOWN && event->kind <= SG_EVENT_CONTROLLER_MOVED) ||
        event->kind == SG_EVENT_LEADER_MOVED;
    double unknown = (double)NAN;

    put_id(page, "broker", of_broker ? (double)event->broker : unknown);
    put_text_if(page, "topic", true, event->topic);
    sg_json_number(
        page->html, "partition", event->partition < 0 ? unknown : (double)event->partition);
    if (of_group && !event->n_more) /* its name may be empty */
        sg_json_text(page->html, "group", sg_str_of(event->group));
    else
        sg_json_null(page->html, "group");
}

void sg_api_put_event(struct sg_page *page, const struct sg_event *event)
{
    bool of_status = event->kind == SG_EVENT_GROUP_STATUS;
    bool of_collector =
        event->kind == SG_EVENT_COLLECTOR_FAILS || event->kind == SG_EVENT_COLLECTOR_WORKS;

    sg_json_open(page->html, NULL, '{');
    sg_json_integer(page->html, "number", (int64_t)event->number);
    sg_json_time(page->html, "time", event->unix_ms);
    sg_json_word(page->html, "kind", sg_event_kind_text(event->kind));
    sg_json_word(page->html, "severity", sg_severity_text(event->severity));
    put_text_if(page, "cluster", true, event->cluster);
    put_sentence(page, event);
    put_text_if(page, "detail", true, event->detail);
    put_subject(page, event);
    put_text_if(page, "status_before", of_status, event->from);
    put_text_if(page, "status", of_status, event->to);
    put_text_if(page, "collector", of_collector, event->from);
    put_text_if(page, "target", of_collector, event->to);
    if (event->lasted_ms < 0)
        sg_json_null(page->html, "lasted_seconds");
    else
        sg_json_integer(page->html, "lasted_seconds", event->lasted_ms / 1000);
    sg_json_bool(page->html, "at_least", event->at_least);
    sg_json_number(page->html, "more", event->n_more ? (double)event->n_more : (double)NAN);
    sg_json_close(page->html, '}');
}
