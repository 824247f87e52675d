/* SPDX-License-Identifier: Apache-2.0 */
#include "status/view.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/keyed.h"
#include "metric/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Only the families in the table below are read; of all others not even the labels. A row, such as
 * a group, is looked up by its cluster and name. Labels are compared as they are in the series'
 * text, and unescaped once, when a row is created from them.
 */

enum {
    KEY_BYTES_MAX = 64 * 1024 /* longer than the text of a series */
};

/* Labels that are used here. */
enum label {
    CLUSTER,
    BROKER,
    TOPIC,
    PARTITION,
    LEADER,
    REPLICAS,
    IN_SYNC,
    MISSING,
    GROUP,
    STATUS,
    TYPE,
    LABELS,
};

/* The view's rows of one kind. */
struct rows {
    void *list; /* address of the pointer to them */
    size_t *n;
    size_t size;
    bool *is_full;
    enum label name, more; /* with the cluster, the key of a row; LABELS: none */
    size_t allocated;
    struct sg_keyed keys; /* numbered as the rows are */
};

struct reader {
    struct sg_view *view;
    struct sg_str names[LABELS];
    struct sg_str values[LABELS]; /* of the series that is read, escaped; ptr is NULL: absent */
    struct rows brokers, partitions, groups;
    struct sg_buf key; /* scratch */
};

SG_AUTO_DEFINE(struct sg_view *, sg_view_free);

struct sg_view *sg_view_free(struct sg_view *view)
{
    if (!view)
        return NULL;
    free(view->brokers);
    free(view->partitions);
    free(view->groups);
    (void)sg_arena_unref(view->arena);
    free(view);
    return NULL;
}

/* ---- Rows ---- */

/* @return the unescaped value, owned by the view; empty without memory */
static struct sg_str keep(const struct reader *reader, enum label label)
{
    struct sg_str value = reader->values[label];
    char *plain = value.len ? sg_arena_bytes(reader->view->arena, value.len) : NULL;

    return plain ? (struct sg_str){ plain, sg_text_unescape(value, plain) } : SG_STR("");
}

/*
 * Find the row of the series that is read, or add one. Values are escaped and contain no unescaped
 * quote, so that a quote separates them in the key. @param ret_is_new it is new, and the caller
 * must fill it
 * @return SG_INDEX_NONE when there is no room
 */
static uint32_t find_row(struct reader *reader, struct rows *rows, bool *ret_is_new)
{
    struct sg_buf *key = &reader->key;
    uint32_t row;

    sg_buf_clear(key);
    (void)sg_buf_add_str(key, reader->values[CLUSTER]);
    (void)sg_buf_add_char(key, '"');
    (void)sg_buf_add_str(key, reader->values[rows->name]);
    if (rows->more != LABELS) {
        (void)sg_buf_add_char(key, '"');
        (void)sg_buf_add_str(key, reader->values[rows->more]);
    }
    if (sg_buf_error(key) || sg_grow(rows->list, *rows->n, &rows->allocated, rows->size))
        return SG_INDEX_NONE;
    int r = sg_keyed_add(&rows->keys, sg_buf_get(key), &row, ret_is_new);
    *rows->is_full = *rows->is_full || r == SG_KEYED_E_FULL;
    if (r)
        return SG_INDEX_NONE;
    *rows->n += *ret_is_new;
    return row;
}

static struct sg_view_broker *broker_of(struct reader *reader)
{
    double unknown = (double)NAN;
    bool is_new;

    if (reader->values[BROKER].len == 0)
        return NULL;
    uint32_t row = find_row(reader, &reader->brokers, &is_new);
    if (row == SG_INDEX_NONE)
        return NULL;
    struct sg_view_broker *broker = &reader->view->brokers[row];
    if (is_new)
        *broker = (struct sg_view_broker){ keep(reader, CLUSTER), keep(reader, BROKER), unknown,
            unknown, unknown, unknown, unknown, unknown, unknown };
    return broker;
}

static struct sg_view_group *group_of(struct reader *reader)
{
    double unknown = (double)NAN;
    bool is_new;

    uint32_t row = find_row(reader, &reader->groups, &is_new);
    if (row == SG_INDEX_NONE)
        return NULL;
    struct sg_view_group *group = &reader->view->groups[row];
    if (is_new)
        *group = (struct sg_view_group){ keep(reader, CLUSTER), keep(reader, GROUP), SG_STR(""),
            unknown, unknown, unknown, false };
    return group;
}

static struct sg_view_partition *partition_of(struct reader *reader)
{
    bool is_new;

    uint32_t row = find_row(reader, &reader->partitions, &is_new);
    if (row == SG_INDEX_NONE)
        return NULL;
    struct sg_view_partition *partition = &reader->view->partitions[row];
    if (is_new)
        *partition = (struct sg_view_partition){ .cluster = keep(reader, CLUSTER),
            .topic = keep(reader, TOPIC),
            .partition = keep(reader, PARTITION) };
    return partition;
}

/* ---- Families ---- */

enum what {
    BROKER_NUMBER,
    PARTITION_INFO,
    UNDER_MIN_ISR,
    GROUP_LAG,
    GROUP_LAG_SECONDS,
    GROUP_MEMBERS,
    GROUP_STATUS,
    GROUP_INFO,
};

static const struct family {
    const char *name;
    enum what what;
    size_t place; /* of a broker's number */
} families[] = {
#define NUMBER(field) BROKER_NUMBER, offsetof(struct sg_view_broker, field)
    { "kafka_controller_kafkacontroller_activecontrollercount", NUMBER(is_controller) },
    { "kafka_server_replicamanager_leadercount", NUMBER(leaders) },
    { "kafka_server_replicamanager_partitioncount", NUMBER(partitions) },
    { "kafka_server_brokertopicmetrics_alltopics_bytesin_total", NUMBER(bytes_in) },
    { "kafka_server_brokertopicmetrics_alltopics_bytesout_total", NUMBER(bytes_out) },
    { "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", NUMBER(handlers_idle) },
    { "kafka_network_socketserver_networkprocessoravgidle_percent", NUMBER(network_idle) },
#undef NUMBER
    { "kafka_topic_partition_info", PARTITION_INFO, 0 },
    { "kafka_topic_partition_under_min_isr", UNDER_MIN_ISR, 0 },
    { "kafka_consumergroup_lag_sum", GROUP_LAG, 0 },
    { "kafka_sharegroup_lag_sum", GROUP_LAG, 0 },
    { "kafka_consumergroup_lag_seconds_max", GROUP_LAG_SECONDS, 0 },
    { "kafka_consumergroup_members", GROUP_MEMBERS, 0 },
    { "kafka_consumergroup_status", GROUP_STATUS, 0 },
    { "kafka_consumergroup_info", GROUP_INFO, 0 },
};

static void set_broker(struct reader *reader, const struct family *family, double value)
{
    struct sg_view_broker *broker = broker_of(reader);

    if (broker)
        memcpy((char *)broker + family->place, &value, sizeof value);
}

static void set_group(struct reader *reader, enum what what, double value)
{
    struct sg_view_group *group = group_of(reader);

    if (!group)
        return;
    if (what == GROUP_LAG)
        group->lag = isnan(group->lag) ? value : group->lag + value;
    else if (what == GROUP_LAG_SECONDS && !(value <= group->lag_seconds))
        group->lag_seconds = value;
    else if (what == GROUP_MEMBERS)
        group->members = value;
    else if (what == GROUP_STATUS)
        group->status = keep(reader, STATUS);
    else if (what == GROUP_INFO)
        group->is_share = sg_str_equal(reader->values[TYPE], SG_STR("share"));
}

static void set_partition(struct reader *reader, enum what what, double value)
{
    struct sg_view_partition *partition = value > 0 ? partition_of(reader) : NULL;

    if (!partition)
        return;
    if (what == UNDER_MIN_ISR) {
        partition->under_min_isr = true;
        return;
    }
    partition->leader = keep(reader, LEADER);
    partition->replicas = keep(reader, REPLICAS);
    partition->in_sync = keep(reader, IN_SYNC);
    partition->missing = keep(reader, MISSING);
}

static double value_at(const struct sg_sample_set *set, size_t i)
{
    return sg_value_number((enum sg_value_kind)set->kinds[i], set->bits[i]);
}

static void read_run(struct reader *reader,
    const struct sg_sample_set *set,
    const struct sg_family_run *run,
    const struct family *family)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);

    for (uint32_t i = run->first; i < run->first + run->n; i++) {
        if (set->kinds[i] == SG_VALUE_ABSENT)
            continue;
        double value = value_at(set, i);
        if ((family->what == UNDER_MIN_ISR || family->what == GROUP_STATUS) && !(value > 0))
            continue;
        sg_text_find_labels(sg_text_labels(sg_series_text_labels(&texts[i])), reader->names, LABELS,
            reader->values);
        if (family->what >= GROUP_LAG)
            set_group(reader, family->what, value);
        else if (family->what >= PARTITION_INFO)
            set_partition(reader, family->what, value);
        else
            set_broker(reader, family, value);
    }
}

static void read_set(struct reader *reader, const struct sg_sample_set *set)
{
    for (size_t i = 0; i < sg_layout_n_runs(set->layout); i++) {
        const struct sg_family_run *run = sg_layout_run(set->layout, i);
        for (size_t j = 0; j < sizeof families / sizeof families[0]; j++) {
            if (strcmp(run->family.name, families[j].name) == 0)
                read_run(reader, set, run, &families[j]);
        }
    }
}

int sg_view_new(const struct sg_store *store, const char *cluster_label, struct sg_view **ret_view)
{
    sg_auto(sg_view_free) struct sg_view *view = calloc(1, sizeof *view);

    if (!view || !(view->arena = sg_arena_new()))
        return -ENOMEM;
    struct reader reader = {
        .view = view,
        .names = { sg_str_of(cluster_label), SG_STR("broker"), SG_STR("topic"), SG_STR("partition"),
            SG_STR("leader"), SG_STR("replicas"), SG_STR("isr"), SG_STR("missing"),
            SG_STR("consumergroup"), SG_STR("status"), SG_STR("type") },
        .brokers = { &view->brokers, &view->n_brokers, sizeof *view->brokers, &view->brokers_full,
            .name = BROKER, .more = LABELS },
        .partitions = { &view->partitions, &view->n_partitions, sizeof *view->partitions,
            &view->partitions_full, .name = TOPIC, .more = PARTITION },
        .groups = { &view->groups, &view->n_groups, sizeof *view->groups, &view->groups_full,
            .name = GROUP, .more = LABELS },
    };
    struct rows *const kinds[] = { &reader.brokers, &reader.partitions, &reader.groups };
    sg_buf_init(&reader.key, KEY_BYTES_MAX);
    for (size_t i = 0; i < 3; i++) {
        sg_keyed_init(&kinds[i]->keys, &sg_keyed_texts);
        kinds[i]->keys.max = SG_VIEW_ROWS_MAX;
    }
    size_t n = sg_store_n_slots(store);
    for (size_t i = 0; i < n; i++) {
        struct sg_sample_set *set = sg_store_take_set(store, i);
        if (set)
            read_set(&reader, set);
        (void)sg_sample_set_unref(set);
    }
    for (size_t i = 0; i < 3; i++)
        sg_keyed_done(&kinds[i]->keys);
    sg_buf_done(&reader.key);
    *ret_view = sg_take(&view);
    return 0;
}

/* ---- History ---- */

struct sg_str sg_view_key(enum sg_view_plot plot,
    struct sg_str cluster,
    struct sg_str name,
    char bytes[SG_VIEW_KEY_BYTES_MAX])
{
    int n = snprintf(bytes, SG_VIEW_KEY_BYTES_MAX, "%d %zu " SG_STR_FMT SG_STR_FMT, (int)plot,
        cluster.len, SG_STR_ARG(cluster), SG_STR_ARG(name));

    return (
        struct sg_str){ bytes, n < SG_VIEW_KEY_BYTES_MAX ? (size_t)n : SG_VIEW_KEY_BYTES_MAX - 1 };
}

void sg_view_remember(const struct sg_view *view, struct sg_history *history, int64_t now_ms)
{
    char bytes[SG_VIEW_KEY_BYTES_MAX];

    for (size_t i = 0; i < view->n_brokers; i++) {
        const struct sg_view_broker *broker = &view->brokers[i];
        sg_history_add_counter(history,
            sg_view_key(SG_VIEW_BYTES_IN, broker->cluster, broker->id, bytes), now_ms,
            broker->bytes_in);
        sg_history_add_counter(history,
            sg_view_key(SG_VIEW_BYTES_OUT, broker->cluster, broker->id, bytes), now_ms,
            broker->bytes_out);
    }
    for (size_t i = 0; i < view->n_groups; i++) {
        const struct sg_view_group *group = &view->groups[i];
        if (!isnan(group->lag_seconds))
            sg_history_add_gauge(history,
                sg_view_key(SG_VIEW_LAG_SECONDS, group->cluster, group->name, bytes), now_ms,
                group->lag_seconds);
    }
}
