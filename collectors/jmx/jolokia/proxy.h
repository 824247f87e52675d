/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Can this Jolokia ask other JVMs?
 *
 * An agent that cannot be a JSR-160 proxy ignores `target` and answers with the numbers of its own
 * JVM, as if nothing were wrong: every 1.x JVM agent does, and later ones with the handler switched
 * off. So nothing that came through a proxy is believed before the proxy has been found able to.
 *
 *   1. `version`: agents since 2.x name their handlers in value.info; "proxy" settles it.
 *   2. Otherwise a read with a target where nobody listens. An agent that really asks the target
 *      must fail; one that answers has not looked at it.
 *
 * Source: Jolokia's protocol, "Version" and "Proxy requests"; the answers proxy-*.json and
 * version-*.json in tests/fixtures/jolokia. Pure functions; any thread.
 */

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/** The body of question 1. */
extern const struct sg_str sg_proxy_version_request;

/** The body of question 2. */
extern const struct sg_str sg_proxy_probe_request;

/** Does an answer to question 1 say that the agent can be a proxy? Anything unclear is a no. */
bool sg_proxy_version_says_yes(const char *body, size_t len);

/** The same for question 2. @param err  why not */
bool sg_proxy_probe_says_yes(const char *body, size_t len, struct sg_error *err);
