/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What happens to the members of groups from one collection to the next.
 *
 * Member changes are ids that came and ids that went: a restart of a member is two.
 *
 * Kafka does not tell how often a group has rebalanced. One rebalance is counted when the group is
 * seen to begin one (PreparingRebalance, CompletingRebalance), and when its members or their
 * partitions are others than at the collection before without one having been seen. So what happens
 * between two collections counts as one, and a rebalance that changes nothing may be missed. Both
 * count from when the group is first seen. One thread.
 */

#include "admin/model/groups.h"

struct sg_churn;

/** @return 0 or -ENOMEM */
int sg_churn_new(struct sg_churn **ret_churn);

/** @return NULL; churn may be NULL */
struct sg_churn *sg_churn_free(struct sg_churn *churn);

/**
 * A collection: compare with the one before, and set the counts of each group, and since when it
 * has been seen without members. A group that was not described keeps them.
 * @param now_unix_ms  Unix time @return 0 or -ENOMEM
 */
int sg_churn_follow(struct sg_churn *churn, struct sg_groups *groups, int64_t now_unix_ms);
