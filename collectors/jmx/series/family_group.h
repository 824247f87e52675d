/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Groups of families: what jmx_exporter treats as one. Which types a poll brought into a group, and
 * whether its samples coincide, says in which form the engine shows them. Embedded in the engine;
 * one thread.
 */

#include "base/buf.h"
#include "base/keyed.h"
#include "jmx/rules/matcher.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stdint.h>

/* The series that jmx_exporter treats as one family: they have one name before its type's suffix.
 */
struct sg_family_group {
    struct sg_keyed_text key; /* a letter for the class, and the name */
    uint32_t family;          /* named so, without a suffix; SG_INDEX_NONE: not needed yet */
    uint32_t counter;         /* with _total */
    uint32_t poll;            /* that the rest is about */
    bool has_types;           /* attributes of different types have come into it, at any time */
    uint8_t first_type;       /* of the first one */
    uint8_t types;            /* of this poll: one bit per enum sg_metric_type */
    bool coincides;
};

struct sg_family_groups {
    struct sg_keyed all; /* of struct sg_family_group */
};

static inline struct sg_family_group *sg_family_groups_at(
    const struct sg_family_groups *groups, uint32_t group)
{
    return (struct sg_family_group *)groups->all.list + group;
}

/** Allocates nothing yet. */
void sg_family_groups_init(struct sg_family_groups *groups);

void sg_family_groups_done(struct sg_family_groups *groups);

/**
 * The group of an outcome's series.
 * @param poll  the present one; a group that is made has seen nothing of it yet
 * @param scratch  is overwritten
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of the scratch buffer)
 */
int sg_family_groups_find(struct sg_family_groups *groups,
    const struct sg_outcome *outcome,
    uint32_t poll,
    struct sg_buf *scratch,
    uint32_t *ret_group);

/** The numbers of families are no longer what they were: forget all groups. */
void sg_family_groups_clear(struct sg_family_groups *groups);

/** A series of this type has a value in this poll. */
static inline void sg_family_group_join(
    struct sg_family_group *group, uint32_t poll, enum sg_metric_type type)
{
    if (group->poll != poll) {
        group->poll = poll;
        group->types = 0;
        group->coincides = false;
    }
    group->types |= (uint8_t)(1 << type);
}

/** Is it of the types that jmx_exporter knows? Others do not mix. */
static inline bool sg_family_group_is_common(const struct sg_family_group *group)
{
    return group->key.ptr[0] == 'c';
}

/** Has this poll brought more than one type? */
static inline bool sg_family_group_is_mixed(const struct sg_family_group *group)
{
    return (group->types & (group->types - 1)) != 0;
}
