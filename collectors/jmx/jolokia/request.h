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
#include "jmx/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_request {
    const char *mbean;   /* ObjectName or pattern; borrowed from the rules */
    bool is_pattern;     /* the answer is keyed by ObjectName */
    bool has_attributes; /* names of attributes are given; otherwise all are read */
    uint8_t part;        /* 0: the plan's first rules, otherwise as it was added */
    bool is_identity;    /* asks which broker the JVM is (identity.h), for no series */
};

struct sg_request_plan {
    size_t n;
    size_t n_identity; /* of these; the last ones */
    struct sg_request *requests;
    char *body; /* JSON, terminated */
    size_t body_len;
};

/**
 * Requests of the rules: their "requests", or else one for each of includeObjectNames, or else
 * everything. @param rules  borrowed by the plan @return 0 or -ENOMEM
 */
int sg_request_plan_new(const struct sg_rules *rules, struct sg_request_plan **ret_plan);

/* Requests with `slow: true` have a body and an interval of their own. */
enum sg_lane {
    SG_LANE_FAST,
    SG_LANE_SLOW,
    SG_LANES,
};

/** The same with the requests of one lane only, which may be none. */
int sg_request_plan_new_lane(
    const struct sg_rules *rules, enum sg_lane lane, struct sg_request_plan **ret_plan);

/**
 * Also ask for what other rules want in the lane.
 * @param rules  borrowed by the plan @param part  what the requests are known by
 * @return 0 or -ENOMEM
 */
int sg_request_plan_add(
    struct sg_request_plan *plan, const struct sg_rules *rules, enum sg_lane lane, uint8_t part);

/** Also ask which broker of which cluster the JVM is. @return 0 or -ENOMEM: nothing has changed */
int sg_request_plan_add_identity(struct sg_request_plan *plan);

/** Whom a proxy is to ask instead of its own JVM. */
struct sg_request_target {
    const char *url;      /* JMX service URL */
    const char *username; /* or NULL, as the password */
    const char *password;
};

/**
 * The plan's body with a target in each request, for a Jolokia that is a JSR-160 proxy.
 * Source: Jolokia's protocol, "Proxy requests".
 * @param ret_body  owned, terminated; it may hold a password @return 0 or -ENOMEM
 */
int sg_request_plan_body_for(
    const struct sg_request_plan *plan, const struct sg_request_target *target, char **ret_body);

/** @return NULL; plan may be NULL */
struct sg_request_plan *sg_request_plan_free(struct sg_request_plan *plan);
