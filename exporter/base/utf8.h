/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* UTF-8, for text from outside. Pure functions; any thread. */

#include <stddef.h>

#define SG_UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/**
 * Length in bytes of the character at the start of text: 1 to 4, or 0 when the bytes are not valid
 * UTF-8 there (RFC 3629: no surrogates, nothing over-long, nothing above U+10FFFF).
 */
size_t sg_utf8_length(const char *text, size_t len);
