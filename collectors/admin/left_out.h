/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a collection has left out, or shows though a filter may not want it, told to who reads logs.
 */

#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "base/filter.h"
#include "config/config.h"
#include "store/store.h"

/** What cannot be right, and what is past the limits. @param topology  NULL: no Metadata */
void sg_left_out_fail(const struct sg_topology *topology,
    const struct sg_groups *groups,
    const struct sg_limits *limits,
    struct sg_failures *failures);

/** Names that are shown because a filter's pattern is too much work for them. */
void sg_left_out_warn_filters(
    const struct sg_filter *topics, const struct sg_filter *groups, struct sg_slot *slot);
