/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Make JSON readable that has a value which jansson refuses a whole text for: an integer past 64
 * bits (a BigInteger), a number past a double, a NUL or half a surrogate pair in a string, bytes
 * that are not UTF-8. One odd value must not cost what stands around it. Pure functions.
 */

#include <stddef.h>

/* Stands for a number past a double: a text that no program shows, and no longer than 1e999. */
#define SG_MEND_PAST_DOUBLE_TEXT "\x7F\x7F\x7F"
#define SG_MEND_PAST_DOUBLE      "\"" SG_MEND_PAST_DOUBLE_TEXT "\""

/**
 * Rewrite such values in place, in the same number of bytes: long integers as 17 digits and an
 * exponent, numbers past a double as SG_MEND_PAST_DOUBLE, NUL and half pairs as U+FFFD, bytes that
 * are not UTF-8 as "?". Text that is not JSON stays no JSON. A number at the very end is left.
 */
void sg_repair_json(char *text, size_t len);
