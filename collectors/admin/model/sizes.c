/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/sizes.h"

#include "base/auto.h"
#include "base/index.h"

#include <errno.h>
#include <stdlib.h>

/* A topic whose logs are being added up. */
struct summing {
    const struct sg_topology *topology;
    const struct sg_log_sizes **brokers; /* by place in the topology, or NULL: not known */
    uint32_t *topics;                    /* the topic's number in each of them */
};

/* @param size  of the one to be added, may be unknown, which the sum is then and stays */
static void add(int64_t *sum, int64_t size)
{
    if (size == SG_LOG_SIZE_UNKNOWN || *sum == SG_LOG_SIZE_UNKNOWN ||
        __builtin_add_overflow(*sum, size, sum))
        *sum = SG_LOG_SIZE_UNKNOWN;
}

static int64_t replica_size(const struct summing *s, int32_t partition, int32_t broker)
{
    int64_t place = sg_topology_find_broker(s->topology, broker);

    if (place == SG_PARTITION_NONE || !s->brokers[place])
        return SG_LOG_SIZE_UNKNOWN;
    return sg_log_sizes_get(s->brokers[place], s->topics[place], partition);
}

static void add_partition(
    const struct summing *s, const struct sg_partition *partition, struct sg_topic_sizes *sizes)
{
    int64_t leader = SG_LOG_SIZE_UNKNOWN;

    for (int32_t i = 0; i < partition->n_replicas; i++) {
        int64_t size = replica_size(s, partition->id, partition->replicas[i]);
        add(&sizes->all, size);
        if (partition->replicas[i] == partition->leader)
            leader = size;
    }
    add(&sizes->leaders, leader);
    if (leader > sizes->largest)
        sizes->largest = leader;
}

static struct sg_topic_sizes sum_topic(const struct summing *s, const struct sg_topic *topic)
{
    struct sg_topic_sizes sizes = { 0, 0, 0 };

    for (size_t i = 0; i < s->topology->n_brokers; i++)
        s->topics[i] =
            s->brokers[i] ? sg_log_sizes_find_topic(s->brokers[i], topic->name) : SG_INDEX_NONE;
    for (uint32_t i = topic->first; i < topic->first + topic->n; i++)
        add_partition(s, &s->topology->partitions[i], &sizes);
    if (sizes.leaders == SG_LOG_SIZE_UNKNOWN)
        sizes.largest = SG_LOG_SIZE_UNKNOWN;
    return sizes;
}

static int sum_topics(const struct sg_topology *topology,
    const struct sg_sizes_taken *taken,
    struct sg_topic_sizes **ret_sizes)
{
    sg_auto_free struct sg_topic_sizes *sizes = calloc(topology->n_topics + 1, sizeof *sizes);
    sg_auto_free const struct sg_log_sizes **brokers =
        calloc(topology->n_brokers + 1, sizeof *brokers);
    sg_auto_free uint32_t *topics = calloc(topology->n_brokers + 1, sizeof *topics);
    const struct summing s = { topology, brokers, topics };

    if (!sizes || !brokers || !topics)
        return -ENOMEM;
    for (size_t i = 0; i < topology->n_brokers; i++)
        brokers[i] = sg_sizes_taken_find(taken, topology->brokers[i].id);
    for (size_t i = 0; i < topology->n_topics; i++)
        sizes[i] = sum_topic(&s, &topology->topics[i]);
    *ret_sizes = sg_take(&sizes);
    return 0;
}

int sg_topic_sizes_new(const struct sg_topology *topology,
    const struct sg_size_board *board,
    int64_t now_ms,
    struct sg_topic_sizes **ret_sizes)
{
    struct sg_sizes_taken taken;

    int r = sg_size_board_take(board, now_ms, &taken);
    if (r)
        return r;
    *ret_sizes = NULL;
    if (taken.n)
        r = sum_topics(topology, &taken, ret_sizes);
    sg_sizes_taken_done(&taken);
    return r;
}
