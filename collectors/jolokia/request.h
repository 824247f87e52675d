/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is asked of an agent at every poll: one bulk request, made once from the rules.
 *
 * An answer's elements have the order of the requests; that is how they are told apart, because
 * agents are asked not to repeat the request (includeRequest, 2.1 and later; older ones ignore it).
 * A plan is immutable; any thread.
 *
 * Source: Jolokia's protocol, "Bulk requests" and "Processing parameters".
 */

#include "base/error.h"
#include "jolokia/rules.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_request {
    const char *mbean;   /* ObjectName or pattern; borrowed from the rules */
    bool is_pattern;     /* the answer is keyed by ObjectName */
    bool has_attributes; /* names of attributes are given; otherwise all are read */
};

struct sg_request_plan {
    size_t n;
    struct sg_request *requests;
    char *body; /* JSON, terminated */
    size_t body_len;
};

/**
 * Requests of the rules: their "requests", or else one for each of includeObjectNames, or else
 * everything. @param rules  borrowed by the plan @return 0 or -ENOMEM
 */
int sg_request_plan_new(const struct sg_rules *rules, struct sg_request_plan **ret_plan);

/** @return NULL; plan may be NULL */
struct sg_request_plan *sg_request_plan_free(struct sg_request_plan *plan);
