/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/view.h"

#include "base/auto.h"
#include "metric/text.h"
#include "watch/families.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Items are found by the number of their cluster and their name. What the roster and the store know
 * is entered first; then the sample sets are read, of which families.h says what is taken.
 */

SG_AUTO_DEFINE(struct sg_view *, sg_view_unref);

#define KIND(type, more)                                                        \
    {                                                                           \
        .size = sizeof(struct type), .key_at = offsetof(struct type, more.ptr), \
        .seen_at = offsetof(struct type, more.seen)                             \
    }

static const struct sg_keyed_kind cluster_kind = KIND(sg_view_cluster, key);
static const struct sg_keyed_kind broker_kind = {
    .size = sizeof(struct sg_view_broker),
    .key_at = offsetof(struct sg_view_broker, key.ptr),
    .seen_at = offsetof(struct sg_view_broker, key.seen),
    .terminated = true, /* ids are read as numbers */
};
static const struct sg_keyed_kind topic_kind = KIND(sg_view_topic, key);
static const struct sg_keyed_kind group_kind = KIND(sg_view_group, key);
static const struct sg_keyed_kind partition_kind = {
    .size = sizeof(struct sg_view_partition),
    .key_bytes = offsetof(struct sg_view_partition, seen),
    .seen_at = offsetof(struct sg_view_partition, seen),
};

enum {
    NAME_BYTES_MAX = 2 * SG_LABEL_VALUE_BYTES_MAX /* escaped */
};

struct sg_view *sg_view_ref(struct sg_view *view)
{
    sg_refs_add(&view->refs);
    return view;
}

struct sg_view *sg_view_unref(struct sg_view *view)
{
    if (!view || !sg_refs_drop(&view->refs))
        return NULL;
    sg_keyed_done(&view->clusters);
    sg_keyed_done(&view->brokers);
    sg_keyed_done(&view->topics);
    sg_keyed_done(&view->partitions);
    sg_keyed_done(&view->groups);
    free(view->slots);
    (void)sg_arena_unref(view->arena);
    free(view);
    return NULL;
}

/* ---- Items ---- */

struct name_key {
    uint32_t cluster;
    char name[NAME_BYTES_MAX];
};

static struct sg_str key_of(struct name_key *key, uint32_t cluster, struct sg_str name)
{
    key->cluster = cluster;
    if (name.len)
        memcpy(key->name, name.ptr, name.len);
    return (struct sg_str){ (const char *)key, sizeof cluster + name.len };
}

static uint32_t find(const struct sg_keyed *table, uint32_t cluster, struct sg_str name)
{
    struct name_key key;

    return name.len > NAME_BYTES_MAX ? SG_INDEX_NONE
                                     : sg_keyed_find(table, key_of(&key, cluster, name));
}

/* @return its number, or SG_INDEX_NONE without room */
static uint32_t find_or_add(struct sg_view *view,
    struct sg_keyed *table,
    uint32_t cluster,
    struct sg_str name,
    bool *ret_is_new)
{
    struct name_key key;
    uint32_t number;

    *ret_is_new = false;
    if (name.len > NAME_BYTES_MAX)
        return SG_INDEX_NONE;
    int r = sg_keyed_add(table, key_of(&key, cluster, name), &number, ret_is_new);
    view->is_full = view->is_full || r == SG_KEYED_E_FULL;
    return r ? SG_INDEX_NONE : number;
}

/* The name in an item's key. */
static struct sg_str name_of(const struct sg_keyed *table, uint32_t number)
{
    struct sg_str key = sg_keyed_key(table, number);

    return (struct sg_str){ key.ptr + sizeof(uint32_t), key.len - sizeof(uint32_t) };
}

static uint32_t cluster_of(struct sg_view *view, struct sg_str name)
{
    uint32_t number;

    return sg_keyed_add(&view->clusters, name, &number, NULL) ? SG_INDEX_NONE : number;
}

static struct sg_view_broker *broker_of(struct sg_view *view, uint32_t cluster, struct sg_str id)
{
    double unknown = (double)NAN;
    bool is_new;
    uint32_t number = find_or_add(view, &view->brokers, cluster, id, &is_new);

    if (number == SG_INDEX_NONE)
        return NULL;
    struct sg_view_broker *broker = sg_view_broker_at(view, number);
    if (is_new)
        *broker = (struct sg_view_broker){ broker->key, cluster, name_of(&view->brokers, number),
            SG_STR(""), 0, SG_VIEW_BROKER_UNKNOWN, { { 0, 0 }, false }, 0, unknown, unknown,
            unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown };
    return broker;
}

static uint32_t topic_of(struct sg_view *view, uint32_t cluster, struct sg_str name)
{
    double unknown = (double)NAN;
    bool is_new;
    uint32_t number = find_or_add(view, &view->topics, cluster, name, &is_new);

    if (is_new) {
        struct sg_view_topic *topic = sg_view_topic_at(view, number);
        *topic = (struct sg_view_topic){ .key = topic->key,
            .cluster = cluster,
            .name = name_of(&view->topics, number),
            .partitions = unknown,
            .replication_factor = unknown,
            .min_isr = unknown,
            .retention_s = unknown,
            .size_bytes = unknown,
            .groups = unknown,
            .last_produced_unix_s = unknown };
    }
    return number;
}

static struct sg_view_group *group_of(struct sg_view *view, uint32_t cluster, struct sg_str name)
{
    double unknown = (double)NAN;
    bool is_new;
    uint32_t number = find_or_add(view, &view->groups, cluster, name, &is_new);

    if (number == SG_INDEX_NONE)
        return NULL;
    struct sg_view_group *group = sg_view_group_at(view, number);
    if (is_new)
        *group = (struct sg_view_group){ .key = group->key,
            .cluster = cluster,
            .name = name_of(&view->groups, number),
            .status = SG_GROUP_NOT_KNOWN,
            .lag = unknown,
            .lag_seconds = unknown,
            .members = unknown,
            .rebalances = unknown,
            .unread_lost = unknown,
            .committed = unknown,
            .drain_seconds = unknown,
            .retention_margin = unknown };
    return group;
}

static struct sg_view_partition *partition_of(struct sg_view *view, uint32_t topic, int32_t number)
{
    double unknown = (double)NAN;
    struct {
        uint32_t topic;
        int32_t number;
    } key = { topic, number };
    uint32_t row;
    bool is_new;

    int r = sg_keyed_add(&view->partitions, SG_KEYED_BYTES(key), &row, &is_new);
    view->is_full = view->is_full || r == SG_KEYED_E_FULL;
    if (r)
        return NULL;
    struct sg_view_partition *partition = sg_view_partition_at(view, row);
    if (is_new) {
        partition->leader = unknown;
        partition->replicas = unknown;
        partition->in_sync = unknown;
        partition->start = unknown;
        partition->end = unknown;
        partition->rate = unknown;
    }
    return partition;
}

uint32_t sg_view_find_cluster(const struct sg_view *view, struct sg_str cluster)
{
    return sg_keyed_find(&view->clusters, cluster);
}

uint32_t sg_view_find_broker(const struct sg_view *view, uint32_t cluster, struct sg_str id)
{
    return find(&view->brokers, cluster, id);
}

uint32_t sg_view_find_topic(const struct sg_view *view, uint32_t cluster, struct sg_str name)
{
    return find(&view->topics, cluster, name);
}

uint32_t sg_view_find_group(const struct sg_view *view, uint32_t cluster, struct sg_str name)
{
    return find(&view->groups, cluster, name);
}

enum sg_partition_state sg_view_partition_state(const struct sg_view_partition *partition)
{
    return partition->leaderless                      ? SG_PARTITION_LEADERLESS
           : partition->under_min_isr                 ? SG_PARTITION_UNDER_MIN_ISR
           : partition->in_sync < partition->replicas ? SG_PARTITION_MISSING_REPLICAS
                                                      : SG_PARTITION_OK;
}

/* ---- What the roster and the store know ---- */

static struct sg_str keep(struct sg_view *view, const char *text)
{
    const char *copy = text && text[0] ? sg_arena_copy(view->arena, sg_str_of(text)) : NULL;

    return sg_str_of(copy);
}

static void enter_broker(struct sg_view *view, uint32_t cluster, const struct sg_broker *known)
{
    char id[16];

    (void)snprintf(id, sizeof id, "%" PRId32, known->id);
    struct sg_view_broker *broker = broker_of(view, cluster, sg_str_of(id));
    if (!broker)
        return;
    broker->host = keep(view, known->host);
    broker->port = known->port;
    broker->state = !known->tried ? SG_VIEW_BROKER_UNKNOWN
                    : known->up   ? SG_VIEW_BROKER_UP
                                  : SG_VIEW_BROKER_DOWN;
}

static int enter_clusters(struct sg_view *view, const struct sg_clusters *clusters)
{
    for (size_t i = 0; i < clusters->n; i++) {
        const struct sg_cluster *known = clusters->clusters[i];
        sg_auto_free struct sg_broker *brokers = NULL;
        size_t n = 0;
        uint32_t cluster = cluster_of(view, sg_str_of(sg_cluster_name(known)));
        if (cluster == SG_INDEX_NONE || sg_cluster_copy_brokers(known, &brokers, &n))
            return -ENOMEM;
        sg_view_cluster_at(view, cluster)->state = sg_cluster_get_state(known);
        for (size_t j = 0; j < n; j++)
            enter_broker(view, cluster, &brokers[j]);
    }
    return 0;
}

/* When the samples of topics and groups, and of a broker, were collected. */
static void enter_time(struct sg_view *view, const struct sg_slot_status *status)
{
    uint32_t cluster = sg_view_find_cluster(view, sg_str_of(status->cluster));

    if (cluster == SG_INDEX_NONE)
        return;
    if (strcmp(status->collector, "admin") == 0) {
        struct sg_view_cluster *of = sg_view_cluster_at(view, cluster);
        of->is_complete = status->success && !status->stale;
        of->collected_ms = status->last_set_ms;
    } else if (strcmp(status->collector, "jolokia") == 0) {
        uint32_t broker = sg_view_find_broker(view, cluster, sg_str_of(status->target));
        if (broker != SG_INDEX_NONE)
            sg_view_broker_at(view, broker)->collected_ms = status->last_set_ms;
    }
}

/* @param ret_sets  n of them, each owned or NULL; as the statuses say */
static int enter_slots(
    struct sg_view *view, const struct sg_store *store, size_t n, struct sg_sample_set **ret_sets)
{
    view->slots = calloc(n + 1, sizeof *view->slots);
    if (!view->slots)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        struct sg_slot_status *status = &view->slots[view->n_slots].status;
        if (!sg_store_take_slot(store, i, status, &ret_sets[i]))
            continue;
        status->cluster = keep(view, status->cluster).ptr;
        status->collector = keep(view, status->collector).ptr;
        status->target = keep(view, status->target).ptr;
        view->n_slots++;
        enter_time(view, status);
    }
    return 0;
}

/* ---- What the sample sets say ---- */

struct reader {
    struct sg_view *view;
    struct sg_str names[SG_VIEW_LABELS];
    struct sg_str values[SG_VIEW_LABELS]; /* of the series that is read, escaped */
    char plain[NAME_BYTES_MAX];
    /* Series of one cluster and topic follow each other. */
    struct sg_str latest_cluster, latest_topic;
    uint32_t cluster, topic;
};

/* @return the value of a label, unescaped, borrowed until the next one is read */
static struct sg_str plain(struct reader *reader, enum sg_view_label label)
{
    struct sg_str value = reader->values[label];

    if (value.len > sizeof reader->plain)
        return SG_STR("");
    return (struct sg_str){ reader->plain, sg_text_unescape(value, reader->plain) };
}

static struct sg_str keep_label(struct reader *reader, enum sg_view_label label)
{
    struct sg_str value = plain(reader, label);
    const char *copy = value.len ? sg_arena_copy(reader->view->arena, value) : NULL;

    return copy ? (struct sg_str){ copy, value.len } : SG_STR("");
}

static uint32_t read_cluster(struct reader *reader)
{
    struct sg_str value = reader->values[SG_VIEW_LABEL_CLUSTER];

    if (reader->cluster == SG_INDEX_NONE || !sg_str_equal(value, reader->latest_cluster)) {
        reader->cluster = cluster_of(reader->view, plain(reader, SG_VIEW_LABEL_CLUSTER));
        reader->latest_cluster = value;
        reader->topic = SG_INDEX_NONE;
    }
    return reader->cluster;
}

static uint32_t read_topic(struct reader *reader, uint32_t cluster)
{
    struct sg_str value = reader->values[SG_VIEW_LABEL_TOPIC];

    if (reader->topic == SG_INDEX_NONE || !sg_str_equal(value, reader->latest_topic)) {
        reader->topic = topic_of(reader->view, cluster, plain(reader, SG_VIEW_LABEL_TOPIC));
        reader->latest_topic = value;
    }
    return reader->topic;
}

static struct sg_view_partition *read_partition(struct reader *reader, uint32_t cluster)
{
    struct sg_str value = reader->values[SG_VIEW_LABEL_PARTITION];
    uint32_t topic = read_topic(reader, cluster);
    int32_t number = 0;

    if (topic == SG_INDEX_NONE || value.len == 0 || value.len > 9)
        return NULL;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9')
            return NULL;
        number = number * 10 + (value.ptr[i] - '0');
    }
    return partition_of(reader->view, topic, number);
}

/* The item that the series is about; NULL: none, or there is no room. */
static void *read_item(struct reader *reader, enum sg_view_subject subject, double value)
{
    uint32_t cluster = read_cluster(reader);
    struct sg_view *view = reader->view;

    if (cluster == SG_INDEX_NONE)
        return NULL;
    switch (subject) {
    case SG_VIEW_OF_BROKER:
        return reader->values[SG_VIEW_LABEL_BROKER].len
                   ? broker_of(view, cluster, plain(reader, SG_VIEW_LABEL_BROKER))
                   : NULL;
    case SG_VIEW_OF_GROUP:
        return group_of(view, cluster, plain(reader, SG_VIEW_LABEL_GROUP));
    case SG_VIEW_OF_TOPIC: {
        uint32_t topic = read_topic(reader, cluster);
        return topic == SG_INDEX_NONE ? NULL : sg_view_topic_at(view, topic);
    }
    default:
        return subject == SG_VIEW_OF_TROUBLED_PARTITION && !(value > 0)
                   ? NULL
                   : read_partition(reader, cluster);
    }
}

static void set_number(double *number, enum sg_view_how how, double value)
{
    if (how == SG_VIEW_SUM && !isnan(*number))
        *number += value;
    else if (how == SG_VIEW_MAX ? !(value <= *number) : how != SG_VIEW_MIN || !(value >= *number))
        *number = value;
}

static void take(struct reader *reader, const struct sg_view_family *family, double value)
{
    char *item = read_item(reader, family->subject, value);

    if (!item)
        return;
    void *field = item + family->place;
    if (family->how == SG_VIEW_FLAG)
        *(bool *)field = value > 0;
    else if (family->how != SG_VIEW_LABEL)
        set_number(field, family->how, value);
    else if (value > 0)
        *(struct sg_str *)field = keep_label(reader, family->label);
}

static void read_run(struct reader *reader,
    const struct sg_sample_set *set,
    const struct sg_family_run *run,
    const struct sg_view_family *family)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);

    for (uint32_t i = run->first; i < run->first + run->n; i++) {
        if (set->kinds[i] == SG_VALUE_ABSENT)
            continue;
        double value = sg_value_number((enum sg_value_kind)set->kinds[i], set->bits[i]);
        if (family->how == SG_VIEW_LABEL && !(value > 0))
            continue;
        sg_text_find_labels(sg_text_labels(sg_series_text_labels(&texts[i])), reader->names,
            SG_VIEW_LABELS, reader->values);
        take(reader, family, value);
    }
}

static void read_set(struct reader *reader, const struct sg_sample_set *set)
{
    for (size_t i = 0; i < sg_layout_n_runs(set->layout); i++) {
        const struct sg_family_run *run = sg_layout_run(set->layout, i);
        for (size_t j = 0; sg_view_families[j].name; j++) {
            if (strcmp(run->family.name, sg_view_families[j].name) == 0)
                read_run(reader, set, run, &sg_view_families[j]);
        }
    }
    /* The texts that they borrow are the set's. */
    reader->cluster = SG_INDEX_NONE;
    reader->topic = SG_INDEX_NONE;
}

/* The sets are read, and no longer owned. */
static void read_sets(
    struct sg_view *view, struct sg_sample_set **sets, size_t n, const char *cluster_label)
{
    struct reader reader = { .view = view, .cluster = SG_INDEX_NONE, .topic = SG_INDEX_NONE };

    memcpy(reader.names, sg_view_label_names, sizeof reader.names);
    reader.names[SG_VIEW_LABEL_CLUSTER] = sg_str_of(cluster_label);
    for (size_t i = 0; i < n; i++) {
        if (sets[i])
            read_set(&reader, sets[i]);
        (void)sg_sample_set_unref(sets[i]);
    }
}

/* ---- Sums ---- */

static void count_partitions(struct sg_view *view)
{
    for (uint32_t i = 0; i < view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(view, i);
        enum sg_partition_state state = sg_view_partition_state(partition);
        struct sg_view_topic *topic = sg_view_topic_at(view, partition->topic);
        topic->n_listed++;
        topic->n_leaderless += state == SG_PARTITION_LEADERLESS;
        topic->n_under_min_isr += partition->under_min_isr;
        topic->n_missing_replicas += partition->in_sync < partition->replicas;
        topic->n_reassigning += partition->reassigning;
        if (!isnan(partition->end)) {
            topic->n_ends++;
            topic->ends += partition->end;
        }
    }
    for (uint32_t i = 0; i < view->topics.n; i++) {
        struct sg_view_topic *topic = sg_view_topic_at(view, i);
        struct sg_view_cluster *cluster = sg_view_cluster_at(view, topic->cluster);
        if (topic->n_ends == 0 || topic->n_ends != topic->partitions)
            topic->ends = (double)NAN;
        cluster->n_partitions += isnan(topic->partitions) ? 0 : topic->partitions;
        cluster->n_leaderless += topic->n_leaderless;
        cluster->n_under_min_isr += topic->n_under_min_isr;
        cluster->n_missing_replicas += topic->n_missing_replicas;
    }
}

const char *sg_view_status_text(enum sg_group_status status)
{
    static const char *const texts[] = { "losing_data", "stalled", "stopped", "lagging", "rewound",
        "ok", "" };

    return texts[status];
}

static void name_statuses(struct sg_view *view)
{
    for (uint32_t i = 0; i < view->groups.n; i++) {
        struct sg_view_group *group = sg_view_group_at(view, i);
        int status = SG_GROUP_LOSING_DATA;
        while (status < SG_GROUP_NOT_KNOWN &&
               !sg_str_equal(group->status_text,
                   sg_str_of(sg_view_status_text((enum sg_group_status)status))))
            status++;
        group->status = (enum sg_group_status)status;
    }
}

int sg_view_new(const struct sg_store *store,
    const struct sg_clusters *clusters,
    const struct sg_moment *made,
    struct sg_view **ret_view)
{
    sg_auto(sg_view_unref) struct sg_view *view = calloc(1, sizeof *view);
    size_t n = sg_store_n_slots(store);
    sg_auto_free struct sg_sample_set **sets = calloc(n + 1, sizeof *sets);

    if (!view)
        return -ENOMEM;
    sg_refs_init(&view->refs);
    view->made = *made;
    view->version = sg_store_version(store);
    sg_keyed_init(&view->clusters, &cluster_kind);
    sg_keyed_init(&view->brokers, &broker_kind);
    sg_keyed_init(&view->topics, &topic_kind);
    sg_keyed_init(&view->partitions, &partition_kind);
    sg_keyed_init(&view->groups, &group_kind);
    view->brokers.max = view->topics.max = view->groups.max = SG_VIEW_ROWS_MAX;
    view->partitions.max = SG_VIEW_PARTITIONS_MAX;
    view->arena = sg_arena_new();
    if (!sets || !view->arena || enter_clusters(view, clusters) ||
        enter_slots(view, store, n, sets))
        return -ENOMEM;
    read_sets(view, sets, n, clusters->label);
    count_partitions(view);
    name_statuses(view);
    *ret_view = sg_take(&view);
    return 0;
}
