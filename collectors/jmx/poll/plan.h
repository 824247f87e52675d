/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is requested from a JVM at every poll, over any transport: MBeans or patterns, with the
 * attributes that are wanted of them. Names are borrowed from the caller that added them. Immutable
 * once built; any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_poll_request {
    const char *mbean; /* ObjectName or pattern */
    size_t n_attributes;
    const char *const *attributes; /* n_attributes 0: all are read */
    bool is_pattern;
    bool is_identity; /* reads which broker the JVM is; makes no series */
    uint8_t part;     /* 0: the plan's first rules, otherwise as it was added */
};

struct sg_poll_plan {
    size_t n;
    size_t n_identity; /* of these */
    size_t n_allocated;
    struct sg_poll_request *requests;
};

/* Requests with `slow: true` have a plan and an interval of their own. */
enum sg_lane {
    SG_LANE_FAST,
    SG_LANE_SLOW,
    SG_LANES,
};

/** An empty plan. @return 0 or -ENOMEM */
int sg_poll_plan_new(struct sg_poll_plan **ret_plan);

/** @param request  copied, its names are borrowed @return 0 or -ENOMEM: nothing has changed */
int sg_poll_plan_add(struct sg_poll_plan *plan, const struct sg_poll_request *request);

/** @return NULL; plan may be NULL */
struct sg_poll_plan *sg_poll_plan_free(struct sg_poll_plan *plan);
