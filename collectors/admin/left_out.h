/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Log lines about what a collection left out, or shows although a filter may exclude it. */

#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "base/filter.h"
#include "config/config.h"
#include "store/store.h"

/** What is invalid, and what is past the limits. @param topology  NULL: no Metadata */
void sg_left_out_fail(const struct sg_topology *topology,
    const struct sg_groups *groups,
    const struct sg_limits *limits,
    struct sg_failures *failures);

/** Names that are shown because a filter's pattern reached its match limit for them. */
void sg_left_out_warn_filters(
    const struct sg_filter *topics, const struct sg_filter *groups, struct sg_slot *slot);
