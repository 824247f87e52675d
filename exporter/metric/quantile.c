/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool sg_quantile_read(struct sg_str text, double *ret_value)
{
    char copy[64];
    char *end;

    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (strspn(copy, "0123456789.+-eE") != text.len) /* neither blanks nor hexadecimal */
        return false;
    double value = strtod(copy, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

size_t sg_quantile_write(char *out, double value)
{
    size_t len = sg_number_write_double(out, value);

    if (!memchr(out, '.', len) && !memchr(out, 'e', len) && len + 2 <= SG_NUMBER_TEXT_MAX) {
        memcpy(out + len, ".0", 2);
        len += 2;
    }
    return len;
}
