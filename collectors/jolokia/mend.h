/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Make an answer readable that is JSON but has a value that jansson refuses whole documents for:
 * an integer past 64 bits (a BigInteger), a number past a double, a NUL in a string, bytes that are
 * not UTF-8. One MBean with an odd value must not cost the broker's other series. Pure functions.
 */

#include <stddef.h>

/**
 * Rewrite such values in place, in the same number of bytes: long integers as 17 digits and an
 * exponent, numbers past a double as null, NUL as U+FFFD, bytes that are not UTF-8 as "?".
 * Text that is not JSON stays no JSON.
 */
void sg_mend_json(char *text, size_t len);
