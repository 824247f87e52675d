/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A plan as one bulk request of Jolokia's protocol.
 *
 * An answer's elements have the order of the requests; that is how they are matched, because agents
 * are asked not to repeat the request (includeRequest, 2.1 and later; older ones ignore it).
 *
 * Source: Jolokia's protocol, "Bulk requests", "Processing parameters" and "Proxy requests".
 */

#include "jmx/poll/plan.h"

/** The JVM that a proxy is to read instead of its own. */
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
