/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/members.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/index.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t hash_of(uint64_t seed, const char *text)
{
    struct sg_str bytes = sg_str_of(text ? text : "");

    return (uint64_t)sg_hash(seed, bytes) << 32 | sg_hash(~seed, bytes);
}

static int add_owned(struct sg_members *members,
    const struct sg_topology *topology,
    const rd_kafka_topic_partition_t *element)
{
    int64_t topic = sg_topology_find_topic(topology, sg_str_of(element->topic));
    int64_t partition = topic == SG_PARTITION_NONE ? SG_PARTITION_NONE
                                                   : sg_topology_find_partition(topology,
                                                         (uint32_t)topic, element->partition);

    if (partition == SG_PARTITION_NONE)
        return 0; /* its topic is gone or not wanted */
    if (sg_grow(
            &members->owned, members->n_owned, &members->owned_allocated, sizeof *members->owned))
        return -ENOMEM;
    members->owned[members->n_owned++] = (struct sg_owned){
        .partition = (uint32_t)partition,
        .member = (uint32_t)members->n,
    };
    return 0;
}

/* A static member that was restarted has a new id and the same assignment. */
static uint64_t key_of(const struct sg_member_described *described)
{
    const char *instance = described->instance;

    return instance && instance[0] ? hash_of(1, instance) : hash_of(0, described->id);
}

static int keep_texts(struct sg_members *members,
    const struct sg_member_described *described,
    struct sg_arena *texts,
    size_t allocated)
{
    const char *const from[] = { described->id, described->client_id, described->host };
    struct sg_str kept[3];
    struct sg_member *list = realloc(members->list, allocated * sizeof *list);

    if (!list)
        return -ENOMEM;
    members->list = list;
    for (size_t i = 0; i < 3; i++) {
        kept[i] = sg_str_of(from[i] ? from[i] : "");
        kept[i].ptr = sg_arena_copy(texts, kept[i]);
        if (!kept[i].ptr)
            return -ENOMEM;
    }
    members->list[members->n] = (struct sg_member){ kept[0], kept[1], kept[2] };
    return 0;
}

int sg_members_add(struct sg_members *members,
    const struct sg_topology *topology,
    const struct sg_member_described *described,
    struct sg_arena *texts)
{
    const rd_kafka_topic_partition_list_t *partitions = described->partitions;
    uint64_t assignment = 0; /* whatever the order of its partitions */
    int n = partitions ? partitions->cnt : 0;

    if (sg_grow(&members->ids, members->n, &members->allocated, sizeof *members->ids))
        return -ENOMEM;
    if (texts && keep_texts(members, described, texts, members->allocated))
        return -ENOMEM;
    for (int i = 0; i < n; i++) {
        const rd_kafka_topic_partition_t *element = &partitions->elems[i];
        assignment += hash_of((uint64_t)element->partition + 1, element->topic);
        if (add_owned(members, topology, element))
            return -ENOMEM;
    }
    const uint64_t pair[] = { key_of(described), assignment };
    members->assignment += (uint64_t)sg_hash(2, (struct sg_str){ (const char *)pair, sizeof pair })
                               << 32 |
                           sg_hash(3, (struct sg_str){ (const char *)pair, sizeof pair });
    members->n_without += n == 0;
    members->ids[members->n++] = hash_of(0, described->id);
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int by_partition(const void *a, const void *b)
{
    const struct sg_owned *x = a;
    const struct sg_owned *y = b;

    return x->partition != y->partition ? (x->partition > y->partition ? 1 : -1)
                                        : (x->member > y->member) - (x->member < y->member);
}

/* @param latest  per member: the topic that it was counted in last, plus 1 */
static int count_topics(
    struct sg_members *members, const struct sg_topology *topology, uint32_t *latest)
{
    for (size_t i = 0; i < members->n_owned; i++) {
        const struct sg_owned *owned = &members->owned[i];
        uint32_t topic = topology->partitions[owned->partition].topic;
        if (members->n_topics == 0 || members->topics[members->n_topics - 1].topic != topic) {
            if (sg_grow(&members->topics, members->n_topics, &members->topics_allocated,
                    sizeof *members->topics))
                return -ENOMEM;
            members->topics[members->n_topics++] = (struct sg_members_topic){ .topic = topic };
        }
        struct sg_members_topic *last = &members->topics[members->n_topics - 1];
        last->n_partitions++;
        last->n_members += latest[owned->member] != topic + 1;
        latest[owned->member] = topic + 1;
    }
    return 0;
}

int sg_members_end(struct sg_members *members, const struct sg_topology *topology)
{
    sg_auto_free uint32_t *latest = calloc(members->n + 1, sizeof *latest);

    if (!latest)
        return -ENOMEM;
    if (members->n_owned)
        qsort(members->owned, members->n_owned, sizeof *members->owned, by_partition);
    int r = count_topics(members, topology, latest);
    if (members->n) /* owned[].member is a place in list[], which stays as it is */
        qsort(members->ids, members->n, sizeof *members->ids, by_number);
    return r;
}

void sg_members_done(struct sg_members *members)
{
    free(members->ids);
    free(members->list);
    free(members->owned);
    free(members->topics);
    *members = (struct sg_members){ .n = 0 };
}
