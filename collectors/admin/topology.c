/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/topology.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/index.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct topology {
    struct sg_topology public; /* first: the two pointers are one */
    atomic_uint n_refs;
    struct sg_arena *names;
    struct sg_index topics; /* by name */
};

struct sg_topology *sg_topology_ref(struct sg_topology *topology)
{
    atomic_fetch_add_explicit(&((struct topology *)topology)->n_refs, 1, memory_order_relaxed);
    return topology;
}

struct sg_topology *sg_topology_unref(struct sg_topology *topology)
{
    struct topology *self = (struct topology *)topology;

    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    free(topology->brokers);
    free(topology->missing);
    free(topology->topics);
    free(topology->partitions);
    free(topology->topic_errors);
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
    uint32_t id = sg_index_find(
        &((const struct topology *)topology)->topics, sg_hash(name), topic_equal, topology, &name);
    return id == SG_INDEX_NONE ? SG_PARTITION_NONE : (int64_t)id;
}

int64_t sg_topology_find_partition(const struct sg_topology *topology, uint32_t topic, int32_t id)
{
    const struct sg_topic *t = &topology->topics[topic];
    uint32_t low = t->first, high = t->first + t->n;

    /* Ids count from 0 without holes, unless the answer is strange. */
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
        const char *host = sg_arena_copy(self->names, sg_str_of(broker->host));
        if (!host)
            return -ENOMEM;
        t->brokers[t->n_brokers++] =
            (struct sg_topology_broker){ .id = broker->id, .port = broker->port, .host = host };
    }
    if (t->n_brokers)
        qsort(t->brokers, t->n_brokers, sizeof *t->brokers, by_broker_id);
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

static int take_topic(struct topology *self, const struct rd_kafka_metadata_topic *topic)
{
    struct sg_topology *t = &self->public;
    struct sg_str name = sg_str_of(topic->topic);

    if (sg_topology_find_topic(t, name) != SG_PARTITION_NONE)
        return 0;
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
        t->partitions[t->n_partitions++] = (struct sg_partition){
            .topic = id,
            .id = from->id,
            .leader = from->leader < 0 ? -1 : from->leader,
            .preferred = from->replica_cnt ? from->replicas[0] : -1,
            .n_replicas = from->replica_cnt,
            .n_in_sync = from->isr_cnt,
        };
    }
    if (topic->partition_cnt)
        qsort(t->partitions + first, (size_t)topic->partition_cnt, sizeof *t->partitions,
            by_partition_id);
    return sg_index_add(&self->topics, sg_hash(name), id);
}

int sg_topology_new(const struct rd_kafka_metadata *metadata,
    const struct sg_filter *topics,
    struct sg_topology **ret_topology)
{
    struct topology *self = calloc(1, sizeof *self);
    if (!self)
        return -ENOMEM;
    struct sg_topology *t = &self->public;
    sg_auto(sg_topology_unref) struct sg_topology *mine = t;
    size_t n_partitions = 0;

    atomic_init(&self->n_refs, 1);
    for (int i = 0; i < metadata->topic_cnt; i++)
        n_partitions += (size_t)metadata->topics[i].partition_cnt;
    self->names = sg_arena_new();
    t->brokers = calloc((size_t)metadata->broker_cnt + 1, sizeof *t->brokers);
    t->topics = calloc((size_t)metadata->topic_cnt + 1, sizeof *t->topics);
    t->topic_errors = calloc((size_t)metadata->topic_cnt + 1, sizeof *t->topic_errors);
    t->partitions = calloc(n_partitions + 1, sizeof *t->partitions);
    if (!self->names || !t->brokers || !t->topics || !t->topic_errors || !t->partitions)
        return -ENOMEM;

    int r = take_brokers(self, metadata);
    for (int i = 0; !r && i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        r = note_replicas(t, topic); /* of every topic: a broker is known whatever is exported */
        if (!r && sg_filter_wants(topics, sg_str_of(topic->topic)))
            r = take_topic(self, topic);
    }
    if (r)
        return r;
    *ret_topology = sg_take(&mine);
    return 0;
}
