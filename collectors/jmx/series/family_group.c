/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/family_group.h"

static const struct sg_keyed_kind group_kind = {
    .size = sizeof(struct sg_family_group),
    .key_at = offsetof(struct sg_family_group, key),
    .seen_at = offsetof(struct sg_family_group, key.seen),
};

void sg_family_groups_init(struct sg_family_groups *groups)
{
    sg_keyed_init(&groups->all, &group_kind);
}

void sg_family_groups_done(struct sg_family_groups *groups)
{
    sg_keyed_done(&groups->all);
}

/* jmx_exporter has three types; the other types, of our own rules, do not mix with them. */
static bool is_common(enum sg_metric_type type)
{
    return type == SG_METRIC_UNKNOWN || type == SG_METRIC_GAUGE || type == SG_METRIC_COUNTER;
}

int sg_family_groups_find(struct sg_family_groups *groups,
    const struct sg_outcome *outcome,
    uint32_t poll,
    struct sg_buf *scratch,
    uint32_t *ret_group)
{
    enum sg_metric_type type = outcome->family.type;

    bool is_new;

    sg_buf_clear(scratch);
    sg_buf_add_char(scratch, is_common(type) ? 'c' : (char)('A' + type));
    sg_buf_add_str(scratch, outcome->base);
    int r = sg_buf_error(scratch);
    if (!r)
        r = sg_keyed_add(&groups->all, sg_buf_get(scratch), ret_group, &is_new);
    if (r || !is_new)
        return r;
    struct sg_family_group *group = sg_family_groups_at(groups, *ret_group);
    group->family = group->counter = SG_INDEX_NONE;
    group->first_type = (uint8_t)type;
    group->poll = poll - 1;
    return 0;
}

void sg_family_groups_clear(struct sg_family_groups *groups)
{
    sg_keyed_clear(&groups->all);
}
