/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* UTF-8, for text from outside. Pure functions; any thread. */

#include <stddef.h>
#include <stdint.h>

#define SG_UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/**
 * Length in bytes of the character at the start of text: 1 to 4, or 0 when the bytes are not valid
 * UTF-8 there (RFC 3629: no surrogates, nothing over-long, nothing above U+10FFFF).
 */
size_t sg_utf8_length(const char *text, size_t len);

/**
 * Does the valid character of n bytes not show as itself, but change how what is around it shows:
 * a control character (C0, DEL, C1), the end of a line or paragraph, or a change of the direction
 * of writing (Bidi_Control)?
 * @return its code point, or 0; also for U+0000, which no text of ours has
 */
uint32_t sg_utf8_control(const char *text, size_t n);
