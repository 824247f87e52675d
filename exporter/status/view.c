/* SPDX-License-Identifier: Apache-2.0 */
#include "status/view.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/index.h"
#include "metric/series.h"
#include "metric/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Only the families of the table below are looked at; of all others not even a label is read. A
 * row, such as a group, is found again by its cluster and name.
 */

struct labels {
    size_t n;
    struct sg_label label[SG_LABELS_MAX];
};

struct reader {
    struct sg_view *view;
    struct sg_str cluster_label;
    struct sg_index brokers;
    struct sg_index partitions;
    struct sg_index groups;
    size_t brokers_allocated;
    size_t partitions_allocated;
    size_t groups_allocated;
};

struct key {
    struct sg_str cluster;
    struct sg_str name;
    struct sg_str more; /* of partitions */
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

/* ---- Labels, from the rendered text ---- */

/* @return the value as it was before it was escaped; empty without memory */
static struct sg_str unescape(struct sg_arena *arena, struct sg_str value)
{
    char *plain = sg_arena_bytes(arena, value.len + 1);
    size_t n = 0;

    for (size_t i = 0; plain && i < value.len; i++) {
        if (value.ptr[i] == '\\' && i + 1 < value.len)
            plain[n++] = value.ptr[++i] == 'n' ? '\n' : value.ptr[i];
        else
            plain[n++] = value.ptr[i];
    }
    return (struct sg_str){ plain ? plain : "", n };
}

static void read_labels(struct sg_arena *arena, struct sg_str text, struct labels *labels)
{
    struct sg_str rest = sg_text_labels(text);

    labels->n = 0;
    while (labels->n < SG_LABELS_MAX && sg_text_next_label(&rest, &labels->label[labels->n])) {
        struct sg_label *label = &labels->label[labels->n++];
        label->value = unescape(arena, label->value);
    }
}

static struct sg_str find_label(const struct labels *labels, struct sg_str name)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (sg_str_equal(labels->label[i].name, name))
            return labels->label[i].value;
    }
    return SG_STR("");
}

/* ---- Rows ---- */

static uint32_t hash_of(const struct sg_index *index, const struct key *key)
{
    return sg_index_hash(index, key->cluster) ^ (sg_index_hash(index, key->name) * 31) ^
           (sg_index_hash(index, key->more) * 131);
}

static bool is_broker(const void *owner, uint32_t id, const void *opaque)
{
    const struct sg_view *view = owner;
    const struct key *key = opaque;
    return sg_str_equal(view->brokers[id].id, key->name) &&
           sg_str_equal(view->brokers[id].cluster, key->cluster);
}

static bool is_partition(const void *owner, uint32_t id, const void *opaque)
{
    const struct sg_view *view = owner;
    const struct key *key = opaque;
    return sg_str_equal(view->partitions[id].topic, key->name) &&
           sg_str_equal(view->partitions[id].partition, key->more) &&
           sg_str_equal(view->partitions[id].cluster, key->cluster);
}

static bool is_group(const void *owner, uint32_t id, const void *opaque)
{
    const struct sg_view *view = owner;
    const struct key *key = opaque;
    return sg_str_equal(view->groups[id].name, key->name) &&
           sg_str_equal(view->groups[id].cluster, key->cluster);
}

static struct sg_view_broker *broker_of(struct reader *reader, const struct labels *labels)
{
    struct sg_view *view = reader->view;
    const struct key key = { find_label(labels, reader->cluster_label),
        find_label(labels, SG_STR("broker")), SG_STR("") };
    uint32_t hash = hash_of(&reader->brokers, &key);
    uint32_t id = sg_index_find(&reader->brokers, hash, is_broker, view, &key);

    if (id != SG_INDEX_NONE)
        return &view->brokers[id];
    if (key.name.len == 0 || view->n_brokers == SG_VIEW_ROWS_MAX ||
        sg_grow(
            &view->brokers, view->n_brokers, &reader->brokers_allocated, sizeof *view->brokers) ||
        sg_index_add(&reader->brokers, hash, (uint32_t)view->n_brokers))
        return NULL;
    double unknown = (double)NAN;
    view->brokers[view->n_brokers] = (struct sg_view_broker){ key.cluster, key.name, unknown,
        unknown, unknown, unknown, unknown, unknown, unknown };
    return &view->brokers[view->n_brokers++];
}

static struct sg_view_group *group_of(struct reader *reader, const struct labels *labels)
{
    struct sg_view *view = reader->view;
    const struct key key = { find_label(labels, reader->cluster_label),
        find_label(labels, SG_STR("consumergroup")), SG_STR("") };
    uint32_t hash = hash_of(&reader->groups, &key);
    uint32_t id = sg_index_find(&reader->groups, hash, is_group, view, &key);

    if (id != SG_INDEX_NONE)
        return &view->groups[id];
    if (view->n_groups == SG_VIEW_ROWS_MAX ||
        sg_grow(&view->groups, view->n_groups, &reader->groups_allocated, sizeof *view->groups) ||
        sg_index_add(&reader->groups, hash, (uint32_t)view->n_groups))
        return NULL;
    double unknown = (double)NAN;
    view->groups[view->n_groups] =
        (struct sg_view_group){ key.cluster, key.name, SG_STR(""), unknown, unknown, unknown };
    return &view->groups[view->n_groups++];
}

static struct sg_view_partition *partition_of(struct reader *reader, const struct labels *labels)
{
    struct sg_view *view = reader->view;
    const struct key key = { find_label(labels, reader->cluster_label),
        find_label(labels, SG_STR("topic")), find_label(labels, SG_STR("partition")) };
    uint32_t hash = hash_of(&reader->partitions, &key);
    uint32_t id = sg_index_find(&reader->partitions, hash, is_partition, view, &key);

    if (id != SG_INDEX_NONE)
        return &view->partitions[id];
    if (view->n_partitions == SG_VIEW_ROWS_MAX ||
        sg_grow(&view->partitions, view->n_partitions, &reader->partitions_allocated,
            sizeof *view->partitions) ||
        sg_index_add(&reader->partitions, hash, (uint32_t)view->n_partitions))
        return NULL;
    view->partitions[view->n_partitions] = (struct sg_view_partition){
        .cluster = key.cluster, .topic = key.name, .partition = key.more
    };
    return &view->partitions[view->n_partitions++];
}

/* ---- Families ---- */

enum field {
    CONTROLLER,
    LEADERS,
    PARTITIONS,
    BYTES_IN,
    BYTES_OUT,
    HANDLERS_IDLE,
    NETWORK_IDLE,
    PARTITION_INFO,
    UNDER_MIN_ISR,
    GROUP_LAG,
    GROUP_LAG_SECONDS,
    GROUP_MEMBERS,
    GROUP_STATUS,
};

static const struct {
    const char *family;
    enum field field;
} families[] = {
    { "kafka_controller_kafkacontroller_activecontrollercount", CONTROLLER },
    { "kafka_server_replicamanager_leadercount", LEADERS },
    { "kafka_server_replicamanager_partitioncount", PARTITIONS },
    { "kafka_server_brokertopicmetrics_alltopics_bytesin_total", BYTES_IN },
    { "kafka_server_brokertopicmetrics_alltopics_bytesout_total", BYTES_OUT },
    { "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", HANDLERS_IDLE },
    { "kafka_network_socketserver_networkprocessoravgidle_percent", NETWORK_IDLE },
    { "kafka_topic_partition_info", PARTITION_INFO },
    { "kafka_topic_partition_under_min_isr", UNDER_MIN_ISR },
    { "kafka_consumergroup_lag_sum", GROUP_LAG },
    { "kafka_consumergroup_lag_seconds_max", GROUP_LAG_SECONDS },
    { "kafka_consumergroup_members", GROUP_MEMBERS },
    { "kafka_consumergroup_status", GROUP_STATUS },
};

static void set_broker(
    struct reader *reader, enum field field, const struct labels *labels, double value)
{
    struct sg_view_broker *broker = broker_of(reader, labels);

    if (!broker)
        return;
    switch (field) {
    case CONTROLLER:
        broker->is_controller = value;
        break;
    case LEADERS:
        broker->leaders = value;
        break;
    case PARTITIONS:
        broker->partitions = value;
        break;
    case BYTES_IN:
        broker->bytes_in = value;
        break;
    case BYTES_OUT:
        broker->bytes_out = value;
        break;
    case HANDLERS_IDLE:
        broker->handlers_idle = value;
        break;
    default:
        broker->network_idle = value;
        break;
    }
}

static void set_group(
    struct reader *reader, enum field field, const struct labels *labels, double value)
{
    struct sg_view_group *group = group_of(reader, labels);

    if (!group)
        return;
    if (field == GROUP_LAG)
        group->lag = isnan(group->lag) ? value : group->lag + value;
    else if (field == GROUP_LAG_SECONDS && !(value <= group->lag_seconds))
        group->lag_seconds = value;
    else if (field == GROUP_MEMBERS)
        group->members = value;
    else if (field == GROUP_STATUS && value > 0)
        group->status = find_label(labels, SG_STR("status"));
}

static void set_partition(
    struct reader *reader, enum field field, const struct labels *labels, double value)
{
    struct sg_view_partition *partition = value > 0 ? partition_of(reader, labels) : NULL;

    if (!partition)
        return;
    if (field == UNDER_MIN_ISR) {
        partition->under_min_isr = true;
        return;
    }
    partition->leader = find_label(labels, SG_STR("leader"));
    partition->replicas = find_label(labels, SG_STR("replicas"));
    partition->in_sync = find_label(labels, SG_STR("isr"));
    partition->missing = find_label(labels, SG_STR("missing"));
}

static double value_at(const struct sg_sample_set *set, size_t i)
{
    return sg_value_number((enum sg_value_kind)set->kinds[i], set->bits[i]);
}

static void read_run(struct reader *reader,
    const struct sg_sample_set *set,
    const struct sg_family_run *run,
    enum field field)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);
    struct labels labels;

    for (uint32_t i = run->first; i < run->first + run->n; i++) {
        if (set->kinds[i] == SG_VALUE_ABSENT)
            continue;
        double value = value_at(set, i);
        if ((field == UNDER_MIN_ISR || field == GROUP_STATUS) && !(value > 0))
            continue;
        read_labels(reader->view->arena, sg_series_text_labels(&texts[i]), &labels);
        if (field >= GROUP_LAG)
            set_group(reader, field, &labels, value);
        else if (field >= PARTITION_INFO)
            set_partition(reader, field, &labels, value);
        else
            set_broker(reader, field, &labels, value);
    }
}

static void read_set(struct reader *reader, const struct sg_sample_set *set)
{
    for (size_t i = 0; i < sg_layout_n_runs(set->layout); i++) {
        const struct sg_family_run *run = sg_layout_run(set->layout, i);
        for (size_t j = 0; j < sizeof families / sizeof families[0]; j++) {
            if (strcmp(run->family.name, families[j].family) == 0)
                read_run(reader, set, run, families[j].field);
        }
    }
}

int sg_view_new(const struct sg_store *store, const char *cluster_label, struct sg_view **ret_view)
{
    sg_auto(sg_view_free) struct sg_view *view = calloc(1, sizeof *view);

    if (!view || !(view->arena = sg_arena_new()))
        return -ENOMEM;
    const char *label = sg_arena_copy(view->arena, sg_str_of(cluster_label));
    if (!label)
        return -ENOMEM;
    struct reader reader = { .view = view, .cluster_label = sg_str_of(label) };
    sg_index_init(&reader.brokers);
    sg_index_init(&reader.partitions);
    sg_index_init(&reader.groups);
    size_t n = sg_store_n_slots(store);
    for (size_t i = 0; i < n; i++) {
        struct sg_sample_set *set = sg_store_take_set(store, i);
        if (set)
            read_set(&reader, set);
        (void)sg_sample_set_unref(set);
    }
    sg_index_done(&reader.brokers);
    sg_index_done(&reader.partitions);
    sg_index_done(&reader.groups);
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
        sg_history_note_counter(history,
            sg_view_key(SG_VIEW_BYTES_IN, broker->cluster, broker->id, bytes), now_ms,
            broker->bytes_in);
        sg_history_note_counter(history,
            sg_view_key(SG_VIEW_BYTES_OUT, broker->cluster, broker->id, bytes), now_ms,
            broker->bytes_out);
    }
    for (size_t i = 0; i < view->n_groups; i++) {
        const struct sg_view_group *group = &view->groups[i];
        if (!isnan(group->lag_seconds))
            sg_history_note(history,
                sg_view_key(SG_VIEW_LAG_SECONDS, group->cluster, group->name, bytes), now_ms,
                group->lag_seconds);
    }
}
