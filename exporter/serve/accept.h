/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a client says that it can read. Pure functions; any thread. Source: RFC 9110, 12.5. */

#include <stdbool.h>

/** Does Accept-Encoding allow gzip? @param header may be NULL: no */
bool sg_accepts_gzip(const char *header);
