/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_members.h"

#include "admin/export/collected.h"
#include "metric/label_names.h"

#include <stdbool.h>

/* Places of a group's series. */
enum {
    AT_MEMBERS,
    AT_WITHOUT_PARTITIONS,
    AT_MEMBER_CHANGES,
    AT_REBALANCES,
    AT_EMPTY_SINCE,
    GROUP_PLACES,
};
_Static_assert((int)GROUP_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* Of a group's in a topic. */
enum {
    AT_TOPIC_MEMBERS,
    AT_TOPIC_ASSIGNED,
    TOPIC_PLACES,
};
_Static_assert((int)TOPIC_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* During a rebalance members have no partitions yet, or those of before. */
static bool is_assigned(const struct sg_group *group)
{
    return group->has_members && group->members.n == group->n_members &&
           (group->state == SG_GROUP_STABLE || group->state == SG_GROUP_EMPTY);
}

static void put_counts(struct sg_put *put, const struct sg_group *group)
{
    const struct sg_label label = { SG_OWN_LABEL(consumergroup), group->name };

    sg_put_thing(put, SG_PUT_GROUP_MEMBERS, group->name, SG_STR(""), 0, GROUP_PLACES);
    if (group->has_members)
        sg_put_int(put, AT_MEMBERS, SG_ADMIN_GROUP_MEMBERS, &label, 1, group->n_members);
    if (is_assigned(group))
        sg_put_int(put, AT_WITHOUT_PARTITIONS, SG_ADMIN_GROUP_WITHOUT_PARTITIONS, &label, 1,
            (int64_t)group->members.n_without);
    if (!group->has_counts)
        return;
    sg_put_int(
        put, AT_MEMBER_CHANGES, SG_ADMIN_GROUP_MEMBER_CHANGES, &label, 1, group->n_member_changes);
    if (group->empty_since_ms)
        sg_put_ms(
            put, AT_EMPTY_SINCE, SG_ADMIN_GROUP_EMPTY_SINCE, &label, 1, group->empty_since_ms);
    sg_put_int(put, AT_REBALANCES, SG_ADMIN_GROUP_REBALANCES, &label, 1, group->n_rebalances);
}

static void put_topics(struct sg_put *put, const struct sg_group *group)
{
    const struct sg_topology *t = put->from->topology;

    for (size_t i = 0; i < group->members.n_topics; i++) {
        const struct sg_members_topic *topic = &group->members.topics[i];
        struct sg_str name = t->topics[topic->topic].name;
        const struct sg_label labels[] = {
            { SG_OWN_LABEL(consumergroup), group->name },
            { SG_OWN_LABEL(topic), name },
        };
        sg_put_thing(put, SG_PUT_GROUP_TOPIC_MEMBERS, group->name, name, 0, TOPIC_PLACES);
        sg_put_int(
            put, AT_TOPIC_MEMBERS, SG_ADMIN_GROUP_TOPIC_MEMBERS, labels, 2, topic->n_members);
        sg_put_int(
            put, AT_TOPIC_ASSIGNED, SG_ADMIN_GROUP_TOPIC_ASSIGNED, labels, 2, topic->n_partitions);
    }
}

static void put_owner(
    struct sg_put *put, const struct sg_group *group, const struct sg_owned *owned)
{
    const struct sg_topology *t = put->from->topology;
    const struct sg_partition *p = &t->partitions[owned->partition];
    const struct sg_member *member = &group->members.list[owned->member];
    struct sg_put_number id;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(topic), t->topics[p->topic].name },
        { SG_OWN_LABEL(partition), sg_put_number(&id, p->id) },
        { SG_OWN_LABEL(client_id), member->client_id },
        { SG_OWN_LABEL(host), member->host },
        { SG_OWN_LABEL(member), member->id },
    };

    if (put->n_owners == put->from->max_owners) {
        put->n_owners_left_out++;
        return;
    }
    put->n_owners++;
    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_GROUP_OWNER, labels, sizeof labels / sizeof labels[0], 1);
}

const struct sg_member *sg_export_find_owner(const struct sg_group *group, uint32_t partition)
{
    const struct sg_members *members = &group->members;
    size_t n = members->list && is_assigned(group) ? members->n_owned : 0;
    size_t low = 0, high = n;

    while (low < high) { /* the first that is not before it */
        size_t i = low + (high - low) / 2;
        if (members->owned[i].partition < partition)
            low = i + 1;
        else
            high = i;
    }
    return low < n && members->owned[low].partition == partition
               ? &members->list[members->owned[low].member]
               : NULL;
}

void sg_export_members(struct sg_put *put, const struct sg_group *group)
{
    const struct sg_members *members = &group->members;

    put_counts(put, group);
    if (!is_assigned(group))
        return;
    if (put->from->granularity != SG_GRANULARITY_GROUP)
        put_topics(put, group);
    for (size_t i = 0; members->list && i < members->n_owned; i++)
        put_owner(put, group, &members->owned[i]);
}
