/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A plan as Jolokia's protocol has it: one bulk request.
 *
 * An answer's elements have the order of the requests; that is how they are told apart, because
 * agents are asked not to repeat the request (includeRequest, 2.1 and later; older ones ignore it).
 *
 * Source: Jolokia's protocol, "Bulk requests", "Processing parameters" and "Proxy requests".
 */

#include "jmx/poll/plan.h"

/** Whom a proxy is to ask instead of its own JVM. */
struct sg_request_target {
    const char *url;      /* JMX service URL */
    const char *username; /* or NULL, as the password */
    const char *password;
};

/**
 * The body for a plan.
 * @param target    in each request, for a Jolokia that is a JSR-160 proxy; NULL: its own JVM
 * @param ret_body  owned, terminated; with a target it may hold a password @return 0 or -ENOMEM
 */
int sg_request_body(
    const struct sg_poll_plan *plan, const struct sg_request_target *target, char **ret_body);
