/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/describe.h"

#include <stddef.h>

/* The first librdkafka that describes types of groups; a macro, for the preprocessor. */
#define HAS_DESCRIBED_TYPES 0x020a00ff

/*
 * Of a group that the coordinator described. Where its type was not listed, and librdkafka does not
 * describe it, the request was the classic one: it has the answer Dead for all groups of other
 * types.
 */
static enum sg_group_type type_of(
    const struct sg_group *group, const rd_kafka_ConsumerGroupDescription_t *description)
{
    bool is_dead =
        rd_kafka_ConsumerGroupDescription_state(description) == RD_KAFKA_CONSUMER_GROUP_STATE_DEAD;

    if (group->type != SG_GROUP_TYPE_UNKNOWN)
        return group->type;
#if RD_KAFKA_VERSION >= HAS_DESCRIBED_TYPES
    if (rd_kafka_ConsumerGroupDescription_type(description) != RD_KAFKA_CONSUMER_GROUP_TYPE_UNKNOWN)
        return sg_group_type_of(rd_kafka_ConsumerGroupDescription_type(description));
#endif
    if (!is_dead)
        return SG_GROUP_CLASSIC;
    return group->listed == SG_GROUP_DEAD || group->listed == SG_GROUP_STATE_UNKNOWN
               ? SG_GROUP_TYPE_UNKNOWN
               : SG_GROUP_CONSUMER;
}

static int add_member(struct sg_groups *groups,
    uint32_t number,
    const struct sg_topology *topology,
    const rd_kafka_MemberDescription_t *member,
    bool with_owners)
{
    const rd_kafka_MemberAssignment_t *assignment = rd_kafka_MemberDescription_assignment(member);
    const struct sg_member_described described = {
        .id = rd_kafka_MemberDescription_consumer_id(member),
        .instance = rd_kafka_MemberDescription_group_instance_id(member),
        .client_id = rd_kafka_MemberDescription_client_id(member),
        .host = rd_kafka_MemberDescription_host(member),
        .partitions = assignment ? rd_kafka_MemberAssignment_partitions(assignment) : NULL,
    };

    return sg_members_add(
        &groups->groups[number].members, topology, &described, with_owners ? groups->names : NULL);
}

/* An answer that comes twice, from an old and a new coordinator, replaces the first. */
static int add_members(struct sg_groups *groups,
    uint32_t number,
    const struct sg_topology *topology,
    const rd_kafka_ConsumerGroupDescription_t *description,
    bool with_owners)
{
    struct sg_members *members = &groups->groups[number].members;
    size_t n = rd_kafka_ConsumerGroupDescription_member_count(description);
    int r = 0;

    sg_members_done(members);
    for (size_t i = 0; !r && i < n; i++)
        r = add_member(groups, number, topology,
            rd_kafka_ConsumerGroupDescription_member(description, i), with_owners);
    return r ? r : sg_members_end(members, topology);
}

int sg_describe_group(struct sg_groups *groups,
    uint32_t number,
    const struct sg_topology *topology,
    const rd_kafka_ConsumerGroupDescription_t *description,
    bool with_owners)
{
    struct sg_group *group = &groups->groups[number];
    const char *assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(description);

    group->type = type_of(group, description);
    sg_group_describe(group, rd_kafka_ConsumerGroupDescription_state(description),
        rd_kafka_ConsumerGroupDescription_member_count(description));
    int r = assignor ? sg_group_set_protocol(groups, number, sg_str_of(assignor)) : 0;
    return r ? r : add_members(groups, number, topology, description, with_owners);
}
