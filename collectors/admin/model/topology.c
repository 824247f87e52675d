/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/topology.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/grow.h"
#include "base/index.h"
#include "base/sync.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_BYTES_MAX = 4096 /* broker ids of one partition */
};

struct topology {
    struct sg_topology public; /* first: the two pointers are one */
    struct sg_refs refs;
    struct sg_arena *names;
    struct sg_index topics;                /* by name; made once */
    size_t n_replicas;                     /* that are taken */
    int32_t *replicas;                     /* of all partitions */
    size_t n_troubles, troubles_allocated; /* partitions that have lists */
    struct sg_partition_lists **troubles;
};

struct sg_topology *sg_topology_ref(struct sg_topology *topology)
{
    sg_refs_add(&((struct topology *)topology)->refs);
    return topology;
}

struct sg_topology *sg_topology_unref(struct sg_topology *topology)
{
    struct topology *self = (struct topology *)topology;

    if (!self || !sg_refs_drop(&self->refs))
        return NULL;
    free(topology->brokers);
    free(topology->missing);
    free(topology->topics);
    free(topology->partitions);
    free(topology->topic_errors);
    for (size_t i = 0; i < self->n_troubles; i++)
        free(self->troubles[i]);
    free(self->troubles);
    free(self->replicas);
    sg_index_done(&self->topics);
    (void)sg_arena_unref(self->names);
    free(self);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_topology *, sg_topology_unref);

/* ---- Finding ---- */

static bool topic_equal(const void *owner, uint32_t id, const void *key)
{
    const struct sg_topology *topology = owner;
    return sg_str_equal(topology->topics[id].name, *(const struct sg_str *)key);
}

int64_t sg_topology_find_topic(const struct sg_topology *topology, struct sg_str name)
{
    const struct sg_index *index = &((const struct topology *)topology)->topics;
    uint32_t id = sg_index_find(index, sg_index_hash(index, name), topic_equal, topology, &name);
    return id == SG_INDEX_NONE ? SG_PARTITION_NONE : (int64_t)id;
}

int64_t sg_topology_find_partition(const struct sg_topology *topology, uint32_t topic, int32_t id)
{
    const struct sg_topic *t = &topology->topics[topic];
    uint32_t low = t->first, high = t->first + t->n;

    /* Ids count from 0 without gaps, unless the answer is invalid. */
    if (id >= 0 && (uint32_t)id < t->n && topology->partitions[t->first + (uint32_t)id].id == id)
        return (int64_t)t->first + id;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (topology->partitions[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < t->first + t->n && topology->partitions[low].id == id;
    return found ? (int64_t)low : SG_PARTITION_NONE;
}

int64_t sg_topology_find_broker(const struct sg_topology *topology, int32_t id)
{
    size_t low = 0, high = topology->n_brokers;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (topology->brokers[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < topology->n_brokers && topology->brokers[low].id == id;
    return found ? (int64_t)low : SG_PARTITION_NONE;
}

/* ---- Making ---- */

static int compare_ids(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

static int by_broker_id(const void *a, const void *b)
{
    return compare_ids(
        ((const struct sg_topology_broker *)a)->id, ((const struct sg_topology_broker *)b)->id);
}

static int by_partition_id(const void *a, const void *b)
{
    return compare_ids(((const struct sg_partition *)a)->id, ((const struct sg_partition *)b)->id);
}

static int take_brokers(struct topology *self, const struct rd_kafka_metadata *metadata)
{
    struct sg_topology *t = &self->public;

    for (int i = 0; i < metadata->broker_cnt; i++) {
        const struct rd_kafka_metadata_broker *broker = &metadata->brokers[i];
        if (broker->id < 0 || broker->port < 0 || broker->port > UINT16_MAX || !broker->host) {
            t->n_invalid++;
            continue;
        }
        const char *host = sg_arena_copy(self->names, sg_str_of(broker->host));
        if (!host)
            return -ENOMEM;
        t->brokers[t->n_brokers++] =
            (struct sg_topology_broker){ .id = broker->id, .port = broker->port, .host = host };
    }
    if (t->n_brokers)
        qsort(t->brokers, t->n_brokers, sizeof *t->brokers, by_broker_id);
    size_t n = 0;
    for (size_t i = 0; i < t->n_brokers; i++) {
        if (n == 0 || t->brokers[n - 1].id != t->brokers[i].id)
            t->brokers[n++] = t->brokers[i];
    }
    t->n_invalid += t->n_brokers - n;
    t->n_brokers = n;
    return 0;
}

/* A broker that holds a replica. */
static int note_replica(struct sg_topology *t, int32_t id)
{
    if (id < 0 || sg_topology_find_broker(t, id) != SG_PARTITION_NONE)
        return 0;
    size_t at = 0;
    while (at < t->n_missing && t->missing[at] < id)
        at++;
    if (at < t->n_missing && t->missing[at] == id)
        return 0;
    int32_t *missing = realloc(t->missing, (t->n_missing + 1) * sizeof *missing);
    if (!missing)
        return -ENOMEM;
    t->missing = missing;
    memmove(&missing[at + 1], &missing[at], (t->n_missing - at) * sizeof *missing);
    missing[at] = id;
    t->n_missing++;
    return 0;
}

static int note_replicas(struct sg_topology *t, const struct rd_kafka_metadata_topic *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *partition = &topic->partitions[i];
        for (int j = 0; j < partition->replica_cnt; j++) {
            if (note_replica(t, partition->replicas[j]) != 0)
                return -ENOMEM;
        }
    }
    return 0;
}

/* ---- Partitions in trouble ---- */

static bool is_in(int32_t id, const int32_t *ids, int n)
{
    for (int i = 0; i < n; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

/* "1,2,3" of the ids that are not among `but`, as far as there is room. @return borrowed from the
 * topology, or NULL */
static const char *list_ids(
    struct topology *self, const int32_t *ids, int n, const int32_t *but, int n_but)
{
    struct sg_buf text;

    sg_buf_init(&text, LIST_BYTES_MAX);
    for (int i = 0; i < n; i++) {
        if (!is_in(ids[i], but, n_but))
            sg_buf_printf(&text, "%s%" PRId32, text.len ? "," : "", ids[i]);
    }
    bool is_short = sg_buf_error(&text) == -ENOMEM;
    const char *copy = is_short ? NULL : sg_arena_copy(self->names, sg_buf_get(&text));
    sg_buf_done(&text);
    return copy;
}

static int note_trouble(struct topology *self,
    const struct rd_kafka_metadata_partition *from,
    struct sg_partition *partition)
{
    if (partition->leader >= 0 && from->isr_cnt >= from->replica_cnt)
        return 0;
    if (sg_grow(&self->troubles, self->n_troubles, &self->troubles_allocated,
            sizeof(struct sg_partition_lists *)))
        return -ENOMEM;
    struct sg_partition_lists *lists = calloc(1, sizeof *lists);
    if (!lists)
        return -ENOMEM;
    self->troubles[self->n_troubles++] = lists;
    lists->replicas = list_ids(self, from->replicas, from->replica_cnt, NULL, 0);
    lists->in_sync = list_ids(self, from->isrs, from->isr_cnt, NULL, 0);
    lists->missing = list_ids(self, from->replicas, from->replica_cnt, from->isrs, from->isr_cnt);
    for (int i = 0; i < from->replica_cnt && i < SG_PARTITION_PLACES_MAX; i++) {
        if (!is_in(from->replicas[i], from->isrs, from->isr_cnt))
            lists->out_of_sync |= UINT32_C(1) << i;
    }
    partition->trouble = lists;
    return lists->replicas && lists->in_sync && lists->missing ? 0 : -ENOMEM;
}

/* Invalid names and counts that a broker can send. */
static bool topic_can_be(const struct rd_kafka_metadata_topic *topic)
{
    size_t len = topic->topic ? strlen(topic->topic) : 0;
    return len > 0 && len <= SG_TOPIC_NAME_MAX && topic->partition_cnt >= 0;
}

static bool topic_is_wanted(
    const struct sg_filter *topics, const struct rd_kafka_metadata_topic *topic)
{
    return sg_filter_wants(topics, sg_str_of(topic->topic));
}

/* The count of a null array is -1. */
static int count_of(int n)
{
    return n > 0 ? n : 0;
}

static size_t count_replicas(const struct rd_kafka_metadata_topic *topic)
{
    size_t n = 0;

    for (int i = 0; i < topic->partition_cnt; i++)
        n += (size_t)count_of(topic->partitions[i].replica_cnt);
    return n;
}

/* Sorted; ids below 0, and those that came before, are left out. */
static void put_in_order(struct sg_topology *t, struct sg_topic *topic)
{
    struct sg_partition *partitions = t->partitions + topic->first;
    uint32_t n = 0;

    if (topic->n)
        qsort(partitions, topic->n, sizeof *partitions, by_partition_id);
    for (uint32_t i = 0; i < topic->n; i++) {
        if (partitions[i].id >= 0 && (n == 0 || partitions[n - 1].id != partitions[i].id))
            partitions[n++] = partitions[i];
    }
    t->n_invalid += topic->n - n;
    t->n_partitions -= topic->n - n;
    topic->n = n;
}

static int take_topic(struct topology *self, const struct rd_kafka_metadata_topic *topic)
{
    struct sg_topology *t = &self->public;
    struct sg_str name = sg_str_of(topic->topic);

    name.ptr = sg_arena_copy(self->names, name);
    if (!name.ptr)
        return -ENOMEM;
    if (topic->err) {
        t->topic_errors[t->n_topic_errors++] = (struct sg_topic_error){ name, topic->err };
        return 0;
    }
    uint32_t id = (uint32_t)t->n_topics;
    uint32_t first = (uint32_t)t->n_partitions;
    t->topics[t->n_topics++] =
        (struct sg_topic){ .name = name, .first = first, .n = (uint32_t)topic->partition_cnt };
    for (int i = 0; i < topic->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *from = &topic->partitions[i];
        int32_t *replicas = self->replicas + self->n_replicas;
        for (int j = 0; j < from->replica_cnt; j++)
            self->replicas[self->n_replicas++] = from->replicas[j];
        t->partitions[t->n_partitions++] = (struct sg_partition){
            .topic = id,
            .id = from->id,
            .leader = from->leader < 0 ? -1 : from->leader,
            .preferred = from->replica_cnt > 0 ? from->replicas[0] : -1,
            .n_replicas = count_of(from->replica_cnt),
            .n_in_sync = count_of(from->isr_cnt),
            .replicas = replicas,
        };
        int r = note_trouble(self, from, &t->partitions[t->n_partitions - 1]);
        if (r)
            return r;
    }
    put_in_order(t, &t->topics[id]);
    return sg_index_add(&self->topics, sg_index_hash(&self->topics, name), id);
}

static int by_topic_name(const void *a, const void *b)
{
    const struct rd_kafka_metadata_topic *const *x = a;
    const struct rd_kafka_metadata_topic *const *y = b;
    return strcmp((*x)->topic, (*y)->topic);
}

/* In the order of their names, whatever the broker's is: the same ones are left out each time. */
static int take_topics(struct topology *self,
    const struct rd_kafka_metadata *metadata,
    const struct sg_filter *topics,
    size_t max_partitions)
{
    struct sg_topology *t = &self->public;
    size_t n = 0;
    sg_auto_free const struct rd_kafka_metadata_topic **wanted =
        calloc((size_t)metadata->topic_cnt + 1, sizeof *wanted);

    if (!wanted)
        return -ENOMEM;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        int r = note_replicas(t, topic); /* of all: a broker is known whatever is exported */
        if (r)
            return r;
        if (!topic_can_be(topic))
            t->n_invalid++;
        else if (topic_is_wanted(topics, topic))
            wanted[n++] = topic;
    }
    qsort(wanted, n, sizeof *wanted, by_topic_name);
    for (size_t i = 0; i < n; i++) {
        size_t n_partitions = (size_t)wanted[i]->partition_cnt;
        if (sg_topology_find_topic(t, sg_str_of(wanted[i]->topic)) != SG_PARTITION_NONE)
            continue;
        if (n_partitions > max_partitions - t->n_partitions) {
            t->n_topics_left_out++;
            t->n_partitions_left_out += n_partitions;
            continue;
        }
        int r = take_topic(self, wanted[i]);
        if (r)
            return r;
    }
    return 0;
}

int sg_topology_new(const struct rd_kafka_metadata *metadata,
    const struct sg_filter *topics,
    size_t max_partitions,
    struct sg_topology **ret_topology)
{
    struct topology *self = calloc(1, sizeof *self);
    if (!self)
        return -ENOMEM;
    sg_index_init(&self->topics);
    struct sg_topology *t = &self->public;
    sg_auto(sg_topology_unref) struct sg_topology *mine = t;
    size_t n_partitions = 0, n_replicas = 0;

    sg_refs_init(&self->refs);
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        n_partitions += (size_t)count_of(topic->partition_cnt);
        if (topic_is_wanted(topics, topic))
            n_replicas += count_replicas(topic);
    }
    if (n_partitions > max_partitions)
        n_partitions = max_partitions;
    self->names = sg_arena_new();
    self->replicas = calloc(n_replicas + 1, sizeof *self->replicas);
    t->brokers = calloc((size_t)metadata->broker_cnt + 1, sizeof *t->brokers);
    t->topics = calloc((size_t)metadata->topic_cnt + 1, sizeof *t->topics);
    t->topic_errors = calloc((size_t)metadata->topic_cnt + 1, sizeof *t->topic_errors);
    t->partitions = calloc(n_partitions + 1, sizeof *t->partitions);
    if (!self->names || !self->replicas || !t->brokers || !t->topics || !t->topic_errors ||
        !t->partitions)
        return -ENOMEM;

    int r = take_brokers(self, metadata);
    if (!r)
        r = take_topics(self, metadata, topics, max_partitions);
    if (r)
        return r;
    *ret_topology = sg_take(&mine);
    return 0;
}
