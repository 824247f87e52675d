/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int sg_error_set(struct sg_error *err, int code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return code;
}

int sg_error_prefix(struct sg_error *err, int code, const char *format, ...)
{
    if (err) {
        struct sg_error old = *err;
        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        /* A text that does not fit is truncated at the end, where the least important words are. */
        for (size_t i = 0; n >= 0 && (size_t)n < sizeof err->text - 1 && old.text[i]; i++) {
            err->text[n++] = old.text[i];
            err->text[n] = '\0';
        }
    }
    return code;
}
