/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/family_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int sg_family_groups_init(struct sg_family_groups *groups)
{
    *groups = (struct sg_family_groups){ .arena = sg_arena_new() };
    return groups->arena ? 0 : -ENOMEM;
}

void sg_family_groups_done(struct sg_family_groups *groups)
{
    free(groups->groups);
    sg_index_done(&groups->index);
    (void)sg_arena_unref(groups->arena);
}

static bool group_equal(const void *owner, uint32_t id, const void *key)
{
    return strcmp(((const struct sg_family_groups *)owner)->groups[id].key, key) == 0;
}

static int add_group(struct sg_family_groups *groups,
    struct sg_str key,
    uint32_t hash,
    enum sg_metric_type type,
    uint32_t poll,
    uint32_t *ret_id)
{
    if (groups->n == groups->n_allocated) {
        uint32_t n = groups->n_allocated ? groups->n_allocated * 2 : 64;
        struct sg_family_group *array = realloc(groups->groups, n * sizeof *array);
        if (!array)
            return -ENOMEM;
        groups->groups = array;
        groups->n_allocated = n;
    }
    char *copy = sg_arena_copy(groups->arena, key);
    if (!copy || sg_index_add(&groups->index, hash, groups->n))
        return -ENOMEM;
    groups->groups[groups->n] = (struct sg_family_group){
        .key = copy,
        .family = SG_INDEX_NONE,
        .counter = SG_INDEX_NONE,
        .first_type = (uint8_t)type,
        .poll = poll - 1,
    };
    *ret_id = groups->n++;
    return 0;
}

/* jmx_exporter knows three types; what only our own rules have keeps to itself. */
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

    sg_buf_clear(scratch);
    int r = sg_buf_add_char(scratch, is_common(type) ? 'c' : (char)('A' + type));
    if (!r)
        r = sg_buf_add_str(scratch, outcome->base);
    if (!r)
        r = sg_buf_add_char(scratch, '\0');
    if (r)
        return r;
    struct sg_str key = { scratch->ptr, scratch->len - 1 };
    uint32_t hash = sg_hash(key);
    *ret_group = sg_index_find(&groups->index, hash, group_equal, groups, key.ptr);
    return *ret_group == SG_INDEX_NONE ? add_group(groups, key, hash, type, poll, ret_group) : 0;
}

void sg_family_groups_clear(struct sg_family_groups *groups)
{
    struct sg_arena *arena = sg_arena_new();

    groups->n = 0;
    sg_index_clear(&groups->index);
    if (!arena)
        return; /* the names are kept in vain */
    (void)sg_arena_unref(groups->arena);
    groups->arena = arena;
}
