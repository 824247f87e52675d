/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/mend.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_KEPT = 17, /* what a double can tell apart */
    DOUBLE_DIGITS_MAX = 308,
};

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Room for the new text is that of the old: blanks fill the rest. */
static void replace(char *text, size_t len, const char *with)
{
    size_t n = strlen(with);

    if (n > len)
        return;
    memcpy(text, with, n);
    memset(text + n, ' ', len - n);
}

static bool fits_int64(const char *text, size_t len)
{
    char copy[24];

    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    errno = 0;
    (void)strtoll(copy, NULL, 10);
    return errno == 0;
}

static bool fits_double(const char *text, size_t len)
{
    char copy[512];

    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return isfinite(strtod(copy, NULL));
}

static void mend_number(char *text, size_t len)
{
    char shorter[DIGITS_KEPT + 16];
    bool is_integer = true;

    for (size_t i = 0; i < len; i++)
        is_integer = is_integer && text[i] != '.' && (text[i] | 0x20) != 'e';
    if (!is_integer) {
        if (!fits_double(text, len))
            replace(text, len, "null");
        return;
    }
    if (fits_int64(text, len))
        return;
    size_t sign = text[0] == '-';
    size_t n_digits = len - sign;
    if (n_digits > DOUBLE_DIGITS_MAX) {
        replace(text, len, "null");
        return;
    }
    /* 19 digits are the fewest that can be too many, and "…17 digits…e2" takes 19. */
    (void)snprintf(shorter, sizeof shorter, "%.*se%zu", (int)(sign + DIGITS_KEPT), text,
        n_digits - DIGITS_KEPT);
    replace(text, len, shorter);
}

/* @return the end of the string whose opening quote is at i */
static size_t mend_string(char *text, size_t i, size_t len)
{
    for (i++; i < len && text[i] != '"';) {
        if (text[i] == '\\') {
            if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
                memcpy(text + i + 2, "fffd", 4);
            i += 2;
            continue;
        }
        size_t n = sg_utf8_length(text + i, len - i);
        if (n == 0)
            text[i] = '?';
        i += n ? n : 1;
    }
    return i < len ? i + 1 : len;
}

void sg_mend_json(char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (text[i] == '"') {
            i = mend_string(text, i, len);
        } else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
            size_t start = i;
            while (i < len && is_number_char(text[i]))
                i++;
            mend_number(text + start, i - start);
        } else {
            i++;
        }
    }
}
