/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Hosts as in URLs and in a Host header. Pure functions; any thread. */

#include <stdbool.h>

/** Is it a host, maybe with a port, as a Host header may have it, and nothing else? */
bool sg_host_is_good(const char *host);
