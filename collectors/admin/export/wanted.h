/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Labels that change, such as a group's state, and series that are of use only under the names of
 * other exporters: they are there only if an alias takes them. Pure; any thread.
 */

#include "metric/alias.h"

#include <stdbool.h>

/* What is shown only because a table of aliases takes it, such as KMinion's. */
struct sg_wanted {
    bool full_groups;  /* the info of groups has all labels … */
    bool full_brokers; /* … and those of brokers and of the cluster */
    bool topic_info;
    bool offset_sums; /* of topics */
    bool member_lag;  /* lag with the labels of the member */
};

/** @param aliases  may be NULL: nothing is wanted */
struct sg_wanted sg_wanted_by(const struct sg_aliases *aliases);
