/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/left_out.h"

void sg_left_out_fail(const struct sg_topology *t,
    const struct sg_groups *groups,
    const struct sg_limits *limits,
    struct sg_failures *failures)
{
    if (t && t->n_invalid)
        sg_failures_add(failures, SG_FAILURE_PARSE, SG_REQUEST_METADATA, 0,
            "%zu brokers, topics or partitions of Metadata are left out as invalid: a negative or "
            "duplicate id, or a port or name that Kafka does not allow",
            t->n_invalid);
    if (t && t->n_topics_left_out)
        sg_failures_add(failures, SG_FAILURE_LIMIT, SG_REQUEST_METADATA, 0,
            "%zu topics with %zu partitions are left out: limits.partitions is %zu; raise it, or "
            "exclude topics",
            t->n_topics_left_out, t->n_partitions_left_out, limits->partitions);
    if (groups->n_left_out)
        sg_failures_add(failures, SG_FAILURE_LIMIT, SG_REQUEST_LIST_GROUPS, 0,
            "%zu consumer groups are left out: limits.groups is %zu; raise it, or exclude groups",
            groups->n_left_out, limits->groups);
}

void sg_left_out_warn_filters(
    const struct sg_filter *topics, const struct sg_filter *groups, struct sg_slot *slot)
{
    const struct {
        const char *what;
        const struct sg_filter *filter;
    } filters[] = { { "topics", topics }, { "groups", groups } };

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct sg_error err;
        size_t n = sg_filter_fetch_gave_up(filters[i].filter);
        if (n == 0)
            continue;
        (void)sg_error_set(&err, 0,
            "%s: a pattern of include or exclude reached its match limit for %zu names, which are "
            "shown; simplify it (nested repetition)",
            filters[i].what, n);
        sg_slot_warn(slot, SG_FAILURE_LIMIT, &err);
    }
}
