/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an agent says that it is. Pure functions.
 * Source: Jolokia's protocol, "Getting agent version" (type "version").
 */

#include <stddef.h>

enum {
    SG_AGENT_VERSION_TEXT_MAX = 200
};

/**
 * "Jolokia 2.2.9, protocol 8.0, Kafka 3.6.0", as far as the answer to sg_proxy_version_request
 * says.
 * @param ret_text  empty when the answer is none
 */
void sg_agent_version_read(const char *body, size_t len, char ret_text[SG_AGENT_VERSION_TEXT_MAX]);
