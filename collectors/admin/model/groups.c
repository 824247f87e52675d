/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/groups.h"

#include "base/grow.h"
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)SG_GROUP_STATES == (int)SG_GROUP_STATE_NAMES, "a name for each state");

const char *sg_group_state_text(enum sg_group_state state)
{
    return sg_group_state_names[state];
}

const char *sg_group_type_text(enum sg_group_type type)
{
    static const char *const texts[SG_GROUP_TYPES] = {
        [SG_GROUP_TYPE_UNKNOWN] = "",
        [SG_GROUP_CLASSIC] = "classic",
        [SG_GROUP_CONSUMER] = "consumer",
        [SG_GROUP_STREAMS] = "streams",
        [SG_GROUP_SHARE] = "share",
    };
    return texts[type];
}

enum sg_group_state sg_group_state_of(rd_kafka_consumer_group_state_t state)
{
    switch (state) {
    case RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE:
        return SG_GROUP_COMPLETING_REBALANCE;
    case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD:
        return SG_GROUP_DEAD;
    case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY:
        return SG_GROUP_EMPTY;
    case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE:
        return SG_GROUP_PREPARING_REBALANCE;
    case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE:
        return SG_GROUP_STABLE;
    default:
        return SG_GROUP_STATE_UNKNOWN;
    }
}

#if RD_KAFKA_VERSION >= 0x020600ff
enum sg_group_type sg_group_type_of(rd_kafka_consumer_group_type_t type)
{
    switch (type) {
    case RD_KAFKA_CONSUMER_GROUP_TYPE_CLASSIC:
        return SG_GROUP_CLASSIC;
    case RD_KAFKA_CONSUMER_GROUP_TYPE_CONSUMER:
        return SG_GROUP_CONSUMER;
    default:
        return SG_GROUP_TYPE_UNKNOWN;
    }
}
#endif

int sg_groups_init(struct sg_groups *groups, size_t max, const struct sg_groups *before)
{
    *groups = (struct sg_groups){ .max = max, .before = before, .names = sg_arena_new() };
    sg_index_init(&groups->index);
    sg_keyed_init(&groups->excluded, &sg_keyed_texts);
    return groups->names ? 0 : -ENOMEM;
}

void sg_groups_done(struct sg_groups *groups)
{
    sg_groups_forget_commits(groups);
    free(groups->groups);
    sg_index_done(&groups->index);
    sg_keyed_done(&groups->excluded);
    (void)sg_arena_unref(groups->names);
    *groups = (struct sg_groups){ .n = 0 };
}

void sg_groups_forget_commits(struct sg_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++) {
        sg_group_set_committed(&groups->groups[i], NULL, 0);
        sg_members_done(&groups->groups[i].members);
    }
    sg_keyed_clear(&groups->excluded);
    groups->before = NULL;
}

static bool group_equal(const void *owner, uint32_t id, const void *key)
{
    const struct sg_groups *groups = owner;
    return sg_str_equal(groups->groups[id].name, *(const struct sg_str *)key);
}

uint32_t sg_groups_find(const struct sg_groups *groups, struct sg_str name)
{
    return sg_index_find(
        &groups->index, sg_index_hash(&groups->index, name), group_equal, groups, &name);
}

int sg_groups_exclude(struct sg_groups *groups, struct sg_str name)
{
    uint32_t number;

    return sg_keyed_add(&groups->excluded, name, &number, NULL);
}

/* The order in which a broker lists groups is random: the groups of the collection before keep
 * their places. */
static bool has_room(
    struct sg_groups *groups, struct sg_str name, const struct sg_group **ret_before)
{
    const struct sg_groups *before = groups->before;
    uint32_t id = before ? sg_groups_find(before, name) : SG_INDEX_NONE;

    *ret_before = id == SG_INDEX_NONE ? NULL : &before->groups[id];
    if (*ret_before)
        return true;
    if ((before ? before->n : 0) + groups->n_new >= groups->max) {
        groups->n_left_out++;
        return false;
    }
    groups->n_new++;
    return true;
}

int sg_groups_add(struct sg_groups *groups,
    struct sg_str name,
    rd_kafka_consumer_group_state_t state,
    uint32_t *ret_group,
    bool *ret_is_new)
{
    uint32_t hash = sg_index_hash(&groups->index, name);
    uint32_t id = sg_index_find(&groups->index, hash, group_equal, groups, &name);
    enum sg_group_state listed = sg_group_state_of(state);

    if (id != SG_INDEX_NONE) {
        struct sg_group *group = &groups->groups[id];
        if (group->listed == SG_GROUP_STATE_UNKNOWN || group->listed == SG_GROUP_DEAD)
            group->listed = listed;
        *ret_group = id;
        *ret_is_new = false;
        return 0;
    }
    const struct sg_group *before;
    if (!has_room(groups, name, &before))
        return SG_GROUPS_E_FULL;
    if (sg_grow(&groups->groups, groups->n, &groups->allocated, sizeof *groups->groups))
        return -ENOMEM;
    name.ptr = sg_arena_copy(groups->names, name);
    id = (uint32_t)groups->n;
    if (!name.ptr || sg_index_add(&groups->index, hash, id) != 0)
        return -ENOMEM;
    groups->groups[groups->n++] = (struct sg_group){
        .name = name,
        .listed = listed,
        .state = SG_GROUP_STATE_UNKNOWN,
        .coordinator = -1,
        .turn = before ? before->turn : 0,
        .by_name = before && before->by_name,
    };
    *ret_group = id;
    *ret_is_new = true;
    return 0;
}

void sg_group_describe(
    struct sg_group *group, rd_kafka_consumer_group_state_t state, size_t n_members)
{
    enum sg_group_state described = sg_group_state_of(state);

    if (described == SG_GROUP_DEAD && group->listed != SG_GROUP_DEAD) {
        group->state = group->listed;
        return;
    }
    group->state = described;
    group->has_members = true;
    group->n_members = (uint32_t)n_members;
}

int sg_group_set_protocol(struct sg_groups *groups, uint32_t number, struct sg_str protocol)
{
    protocol.ptr = sg_arena_copy(groups->names, protocol);
    if (!protocol.ptr)
        return -ENOMEM;
    groups->groups[number].protocol = protocol;
    return 0;
}

void sg_group_set_committed(struct sg_group *group, struct sg_committed *committed, size_t n)
{
    free(group->committed);
    group->committed = committed;
    group->n_committed = n;
    group->has_answered = true;
}

static int by_partition(const void *a, const void *b)
{
    uint32_t x = ((const struct sg_committed *)a)->partition;
    uint32_t y = ((const struct sg_committed *)b)->partition;
    return (x > y) - (x < y);
}

int sg_group_commit(struct sg_group *group,
    const struct sg_topology *topology,
    const rd_kafka_topic_partition_list_t *partitions)
{
    const char *topic_name = NULL;
    int64_t topic = SG_PARTITION_NONE;
    bool sorted = true;

    if (partitions->cnt == 0)
        return 0;
    struct sg_committed *committed = calloc((size_t)partitions->cnt, sizeof *committed);
    size_t n = 0;
    if (!committed)
        return -ENOMEM;
    for (int i = 0; i < partitions->cnt; i++) {
        const rd_kafka_topic_partition_t *element = &partitions->elems[i];
        if (!element->err && element->offset < 0)
            continue;
        if (!topic_name || strcmp(topic_name, element->topic) != 0) {
            topic_name = element->topic;
            topic = sg_topology_find_topic(topology, sg_str_of(topic_name));
        }
        if (topic == SG_PARTITION_NONE)
            continue;
        int64_t number = sg_topology_find_partition(topology, (uint32_t)topic, element->partition);
        if (number == SG_PARTITION_NONE)
            continue;
        committed[n] = (struct sg_committed){
            .partition = (uint32_t)number,
            .offset = element->err ? SG_COMMITTED_UNKNOWN : element->offset,
        };
        sorted = sorted && (n == 0 || committed[n - 1].partition < committed[n].partition);
        n++;
    }
    if (!sorted)
        qsort(committed, n, sizeof *committed, by_partition);
    sg_group_set_committed(group, committed, n);
    return 0;
}
