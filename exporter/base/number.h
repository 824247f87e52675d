/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Numbers as the exposition formats write them: integers with all digits; doubles with the fewest
 * digits that read back as the same double; NaN, +Inf, -Inf. Independent of the locale. Any thread.
 */

#include <stddef.h>
#include <stdint.h>

enum {
    SG_NUMBER_TEXT_MAX = 32
}; /* bytes; the longest double has 24 */

#ifdef __cplusplus
extern "C" {
#endif

/** Write an integer, not terminated. @param out room for SG_NUMBER_TEXT_MAX @return its length */
size_t sg_number_write_int(char *out, int64_t value);

/** Write a double, not terminated. @param out room for SG_NUMBER_TEXT_MAX @return its length */
size_t sg_number_write_double(char *out, double value);

#ifdef __cplusplus
}
#endif
