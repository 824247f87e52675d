/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The version that an agent reports. Pure functions.
 * Source: Jolokia's protocol, "Getting agent version" (type "version").
 */

#include <stddef.h>

enum {
    SG_AGENT_VERSION_TEXT_MAX = 200
};

/**
 * "Jolokia 2.2.9, protocol 8.0, Kafka 3.6.0", as far as they are in the answer to
 * sg_proxy_version_request.
 * @param ret_text  empty when it is not such an answer
 */
void sg_agent_version_read(const char *body, size_t len, char ret_text[SG_AGENT_VERSION_TEXT_MAX]);
