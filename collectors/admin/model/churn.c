/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/churn.h"

#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct follow {
    struct sg_keyed_text name;
    bool has_ids;
    bool has_assignment;
    bool is_rebalancing;
    uint64_t assignment;
    size_t n;
    uint64_t *ids; /* in order */
    int64_t n_changes;
    int64_t n_rebalances;
    int64_t empty_since_ms; /* 0: it has members */
};

static void drop(void *thing)
{
    free(((struct follow *)thing)->ids);
}

static const struct sg_keyed_kind follow_kind = {
    .size = sizeof(struct follow),
    .key_at = offsetof(struct follow, name),
    .seen_at = offsetof(struct follow, name) + offsetof(struct sg_keyed_text, seen),
    .drop = drop,
};

struct sg_churn {
    struct sg_keyed all; /* a generation is a collection */
};

int sg_churn_new(struct sg_churn **ret_churn)
{
    struct sg_churn *churn = calloc(1, sizeof *churn);

    if (!churn)
        return -ENOMEM;
    sg_keyed_init(&churn->all, &follow_kind);
    *ret_churn = churn;
    return 0;
}

struct sg_churn *sg_churn_free(struct sg_churn *churn)
{
    if (!churn)
        return NULL;
    sg_keyed_done(&churn->all);
    free(churn);
    return NULL;
}

/* How many are in one of the two and not in the other; both are in order. */
static int64_t count_differences(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b)
{
    int64_t n = 0;
    size_t i = 0, j = 0;

    while (i < n_a && j < n_b) {
        if (a[i] == b[j]) {
            i++;
            j++;
            continue;
        }
        if (a[i] < b[j])
            i++;
        else
            j++;
        n++;
    }
    return n + (int64_t)(n_a - i) + (int64_t)(n_b - j);
}

static int follow_members(struct follow *follow, const struct sg_members *members)
{
    uint64_t *ids = NULL;

    if (follow->has_ids)
        follow->n_changes += count_differences(follow->ids, follow->n, members->ids, members->n);
    if (members->n) {
        ids = malloc(members->n * sizeof *ids);
        if (!ids)
            return -ENOMEM;
        memcpy(ids, members->ids, members->n * sizeof *ids);
    }
    free(follow->ids);
    follow->ids = ids;
    follow->n = members->n;
    follow->has_ids = true;
    return 0;
}

static void follow_state(struct follow *follow, const struct sg_group *group)
{
    bool is_rebalancing = group->state == SG_GROUP_PREPARING_REBALANCE ||
                          group->state == SG_GROUP_COMPLETING_REBALANCE;
    bool is_assigned = group->state == SG_GROUP_STABLE || group->state == SG_GROUP_EMPTY;

    if (is_rebalancing) {
        follow->n_rebalances += !follow->is_rebalancing && follow->has_ids;
        follow->is_rebalancing = true;
    } else if (is_assigned) {
        bool is_other = follow->has_assignment && follow->assignment != group->members.assignment;
        follow->n_rebalances += is_other && !follow->is_rebalancing;
        follow->is_rebalancing = false;
        follow->has_assignment = true;
        follow->assignment = group->members.assignment;
    }
}

static void follow_absence(struct follow *follow, int64_t now_unix_ms)
{
    if (follow->n)
        follow->empty_since_ms = 0;
    else if (!follow->empty_since_ms)
        follow->empty_since_ms = now_unix_ms;
}

/* Were the members described, all of them? */
static bool has_all(const struct sg_group *group)
{
    return group->has_members && group->members.n == group->n_members;
}

int sg_churn_follow(struct sg_churn *churn, struct sg_groups *groups, int64_t now_unix_ms)
{
    static const struct sg_keyed_rule rule = { .after = 20, .at_least = 64, .one_in = 4 };

    churn->all.generation++;
    (void)sg_keyed_forget_by(&churn->all, &rule);
    for (size_t i = 0; i < groups->n; i++) {
        struct sg_group *group = &groups->groups[i];
        uint32_t number = sg_keyed_find(&churn->all, group->name);
        int r = 0;
        if (number == SG_INDEX_NONE && !has_all(group))
            continue;
        if (number == SG_INDEX_NONE)
            r = sg_keyed_add(&churn->all, group->name, &number, NULL);
        if (r)
            return -ENOMEM;
        struct follow *follow = sg_keyed_at(&churn->all, number);
        follow->name.seen = churn->all.generation;
        if (has_all(group)) {
            follow_state(follow, group);
            r = follow_members(follow, &group->members);
            follow_absence(follow, now_unix_ms);
        }
        if (r)
            return r;
        group->has_counts = true;
        group->n_member_changes = follow->n_changes;
        group->n_rebalances = follow->n_rebalances;
        group->empty_since_ms = follow->empty_since_ms;
    }
    return 0;
}
