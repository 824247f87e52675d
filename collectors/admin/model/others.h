/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Groups that librdkafka's admin API does not list: streams groups (KIP-1071) and share groups
 * (KIP-932). No version of librdkafka can describe them.
 *
 * Its older rd_kafka_list_groups() lists all groups, and describes each by the classic request. A
 * group that ListConsumerGroups does not list, and that is Dead without a protocol type there, is
 * of one of these two types. One that has ever committed offsets is a streams group; a share group
 * has none. A streams group that has committed nothing yet cannot be told from a share group, and
 * counts as one.
 *
 * A group stays known until a complete list does not have it, or ListConsumerGroups does. One
 * thread.
 */

#include "admin/model/groups.h"
#include "base/filter.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

struct sg_others;

/** @param max  how many are remembered @return 0 or -ENOMEM */
int sg_others_new(size_t max, struct sg_others **ret_others);

/** @return NULL; others may be NULL */
struct sg_others *sg_others_free(struct sg_others *others);

/**
 * An answer of rd_kafka_list_groups().
 * @param is_complete  every broker has answered
 * @param groups       all groups of a complete ListConsumerGroups of the same time
 * @return 0 or -ENOMEM
 */
int sg_others_follow(struct sg_others *others,
    const struct rd_kafka_group_list *list,
    bool is_complete,
    const struct sg_groups *groups);

/**
 * Add those that are known to the groups of this collection, with their types.
 * @param filter  which names are wanted @return 0 or -ENOMEM
 */
int sg_others_add_to(
    struct sg_others *others, const struct sg_filter *filter, struct sg_groups *groups);

/** After OffsetFetch: those that have committed offsets are streams groups from now on. */
void sg_others_learn(struct sg_others *others, struct sg_groups *groups);
