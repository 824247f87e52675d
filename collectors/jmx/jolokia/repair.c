/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/repair.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_KEPT = 17, /* the precision of a double */
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

/* There is text after the number: it is a whole value that is not a number. */
static bool fits_double(const char *text)
{
    return isfinite(strtod(text, NULL));
}

static void repair_number(char *text, size_t len)
{
    char shorter[DIGITS_KEPT + 16];
    bool is_integer = true;

    for (size_t i = 0; i < len; i++)
        is_integer = is_integer && text[i] != '.' && (text[i] | 0x20) != 'e';
    if (is_integer && fits_int64(text, len))
        return;
    if (!fits_double(text)) {
        replace(text, len, SG_REPAIR_PAST_DOUBLE);
        return;
    }
    if (!is_integer)
        return;
    /* 19 digits are the fewest that can be too many, and "…17 digits…e2" takes 19. */
    size_t sign = text[0] == '-';
    (void)snprintf(shorter, sizeof shorter, "%.*se%zu", (int)(sign + DIGITS_KEPT), text,
        len - sign - DIGITS_KEPT);
    replace(text, len, shorter);
}

/* The code unit that the escape at text[i] stands for, or -1 when it is not \uXXXX. */
static int read_unit(const char *text, size_t i, size_t len)
{
    int unit = 0;

    if (len - i < 6 || text[i] != '\\' || text[i + 1] != 'u')
        return -1;
    for (size_t at = i + 2; at < i + 6; at++) {
        char c = text[at];
        int digit = c >= '0' && c <= '9'                     ? c - '0'
                    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                             : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* A Java string may hold half a surrogate pair, and NUL. @return how many bytes to skip */
static size_t repair_escape(char *text, size_t i, size_t len)
{
    int unit = read_unit(text, i, len);

    if (unit < 0)
        return 2;
    if (unit >= 0xD800 && unit < 0xDC00) {
        int second = len - i > 6 ? read_unit(text, i + 6, len) : -1;
        if (second >= 0xDC00 && second < 0xE000)
            return 12;
    }
    if (unit == 0 || (unit >= 0xD800 && unit < 0xE000))
        memcpy(text + i + 2, "fffd", 4);
    return 6;
}

/* @return the end of the string whose opening quote is at i */
static size_t repair_string(char *text, size_t i, size_t len)
{
    for (i++; i < len && text[i] != '"';) {
        if (text[i] == '\\') {
            i += repair_escape(text, i, len);
            continue;
        }
        size_t n = sg_utf8_length(text + i, len - i);
        if (n == 0)
            text[i] = '?';
        i += n ? n : 1;
    }
    return i < len ? i + 1 : len;
}

void sg_repair_json(char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (text[i] == '"') {
            i = repair_string(text, i, len);
        } else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
            size_t start = i;
            while (i < len && is_number_char(text[i]))
                i++;
            if (i < len) /* strtod() must find an end */
                repair_number(text + start, i - start);
        } else {
            i++;
        }
    }
}
