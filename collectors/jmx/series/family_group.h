/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Groups of families that jmx_exporter treats as one. The types of a poll's samples in a group, and
 * whether they coincide, decide in which form the engine exports them. Embedded in the engine; one
 * thread.
 */

#include "base/buf.h"
#include "base/keyed.h"
#include "jmx/rules/matcher.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stdint.h>

/* The series that jmx_exporter treats as one family: they have the same name before the type's
 * suffix.
 */
struct sg_family_group {
    struct sg_keyed_text key; /* a letter for the class, and the name */
    uint32_t family;          /* named so, without a suffix; SG_INDEX_NONE: not needed yet */
    uint32_t counter;         /* with _total */
    uint32_t poll;            /* that the fields below are about */
    bool has_types;           /* it has had attributes of different types, at any time */
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
 * @param poll  the current one; a new group has no samples of it yet
 * @param scratch  is overwritten
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of the scratch buffer)
 */
int sg_family_groups_find(struct sg_family_groups *groups,
    const struct sg_outcome *outcome,
    uint32_t poll,
    struct sg_buf *scratch,
    uint32_t *ret_group);

/** The families were renumbered: forget all groups. */
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

/** Is it of the types that jmx_exporter supports? Others do not mix. */
static inline bool sg_family_group_is_common(const struct sg_family_group *group)
{
    return group->key.ptr[0] == 'c';
}

/** Has this poll brought more than one type? */
static inline bool sg_family_group_is_mixed(const struct sg_family_group *group)
{
    return (group->types & (group->types - 1)) != 0;
}
