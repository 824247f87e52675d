/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/others.h"

#include "base/auto.h"
#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct other {
    struct sg_keyed_text name; /* seen by the answer that listed it last */
    bool has_committed;
};

static const struct sg_keyed_kind other_kind = {
    .size = sizeof(struct other),
    .key_at = offsetof(struct other, name),
    .seen_at = offsetof(struct other, name) + offsetof(struct sg_keyed_text, seen),
};

struct sg_others {
    struct sg_keyed all; /* a generation is a complete answer */
};

int sg_others_new(size_t max, struct sg_others **ret_others)
{
    struct sg_others *others = calloc(1, sizeof *others);

    if (!others)
        return -ENOMEM;
    sg_keyed_init(&others->all, &other_kind);
    others->all.max = max;
    *ret_others = others;
    return 0;
}

struct sg_others *sg_others_free(struct sg_others *others)
{
    if (!others)
        return NULL;
    sg_keyed_done(&others->all);
    free(others);
    return NULL;
}

/* Is it listed as a consumer group, wanted or not? */
static bool is_consumer_group(const struct sg_groups *groups, struct sg_str name)
{
    uint32_t number = sg_groups_find(groups, name);

    if (number != SG_INDEX_NONE)
        return !groups->groups[number].is_other;
    return sg_keyed_find(&groups->excluded, name) != SG_INDEX_NONE;
}

/* One that was listed a moment ago has been deleted since: it is Dead as well. */
static bool is_other(const struct rd_kafka_group_info *info, const struct sg_groups *groups)
{
    struct sg_str name = sg_str_of(info->group);

    if (info->err || strcmp(info->state, "Dead") != 0 || info->protocol_type[0])
        return false;
    return !is_consumer_group(groups, name) &&
           !(groups->before && is_consumer_group(groups->before, name));
}

int sg_others_follow(struct sg_others *others,
    const struct rd_kafka_group_list *list,
    bool is_complete,
    const struct sg_groups *groups)
{
    if (groups->n_left_out)
        return 0; /* not all consumer groups are known */
    others->all.generation++;
    for (int i = 0; i < list->group_cnt; i++) {
        uint32_t number;
        if (!is_other(&list->groups[i], groups))
            continue;
        int r = sg_keyed_add(&others->all, sg_str_of(list->groups[i].group), &number, NULL);
        if (r < 0)
            return r;
        if (!r)
            *sg_keyed_seen(&others->all, number) = others->all.generation;
    }
    return is_complete ? sg_keyed_forget(&others->all, 0, NULL) : 0;
}

int sg_others_add_to(
    struct sg_others *others, const struct sg_filter *filter, struct sg_groups *groups)
{
    for (uint32_t i = 0; i < others->all.n; i++) {
        const struct other *other = sg_keyed_at(&others->all, i);
        struct sg_str name = sg_keyed_key(&others->all, i);
        uint32_t number;
        bool is_new;
        if (!sg_filter_wants(filter, name) || is_consumer_group(groups, name))
            continue;
        int r =
            sg_groups_add(groups, name, RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN, &number, &is_new);
        if (r < 0)
            return r;
        if (r)
            continue; /* it is counted as left out */
        struct sg_group *group = &groups->groups[number];
        group->is_other = true;
        group->type = other->has_committed ? SG_GROUP_STREAMS : SG_GROUP_SHARE;
    }
    return 0;
}

void sg_others_learn(struct sg_others *others, struct sg_groups *groups)
{
    for (uint32_t i = 0; i < others->all.n; i++) {
        struct other *other = sg_keyed_at(&others->all, i);
        uint32_t number = sg_groups_find(groups, sg_keyed_key(&others->all, i));
        if (number == SG_INDEX_NONE || !groups->groups[number].is_other)
            continue;
        struct sg_group *group = &groups->groups[number];
        other->has_committed = other->has_committed || group->has_committed;
        if (other->has_committed)
            group->type = SG_GROUP_STREAMS;
    }
}
