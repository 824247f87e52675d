/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Replace values in JSON because of which jansson rejects a whole text: an integer past 64
 * bits (a BigInteger), a number past a double, a NUL or half a surrogate pair in a string, bytes
 * that are not UTF-8. One such value must not make the rest unreadable. Pure functions.
 */

#include <stddef.h>

/* Stands for a number past a double: a text that no program shows, and no longer than 1e999. */
#define SG_REPAIR_PAST_DOUBLE_TEXT "\x7F\x7F\x7F"
#define SG_REPAIR_PAST_DOUBLE      "\"" SG_REPAIR_PAST_DOUBLE_TEXT "\""

/**
 * Rewrite such values in place, in the same number of bytes: long integers as 17 digits and an
 * exponent, numbers past a double as SG_REPAIR_PAST_DOUBLE, NUL and half pairs as U+FFFD, bytes
 * that are not UTF-8 as "?". Text that is not JSON stays invalid. A number at the very end is left
 * unchanged.
 */
void sg_repair_json(char *text, size_t len);
