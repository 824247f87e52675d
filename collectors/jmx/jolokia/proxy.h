/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Can this Jolokia be a proxy for other JVMs?
 *
 * An agent that cannot be a JSR-160 proxy ignores `target` and answers with the numbers of its own
 * JVM, without an error: every 1.x JVM agent does, and later ones with the handler disabled. So
 * nothing that came through a proxy is used before the proxy has been checked.
 *
 *   1. `version`: agents since 2.x name their handlers in value.info; "proxy" is the proof.
 *   2. Otherwise a read with a target at a port without a listener. An agent that connects to the
 *      target must fail; one that answers has ignored it.
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

/** Does an answer to question 1 say that the agent can be a proxy? Anything unclear is false. */
bool sg_proxy_version_says_yes(const char *body, size_t len);

/** The same for question 2. @param err  why not */
bool sg_proxy_probe_says_yes(const char *body, size_t len, struct sg_error *err);
