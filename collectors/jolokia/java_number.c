/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/java_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static size_t write_word(char *out, const char *word)
{
    size_t n = strlen(word);
    memcpy(out, word, n);
    return n;
}

/* The fewest digits that read back as the same double, and the power of ten of the first one. */
static size_t shortest_digits(double value, char digits[SG_NUMBER_TEXT_MAX], int *ret_exponent)
{
    char text[SG_NUMBER_TEXT_MAX + 1];

    for (int precision = 0;; precision++) {
        int n = snprintf(text, sizeof text, "%.*e", precision, value);
        if (precision == 16 || strtod(text, NULL) == value) {
            const char *e = memchr(text, 'e', (size_t)n);
            size_t n_digits = 0;
            for (const char *c = text; c < e; c++) {
                if (*c >= '0' && *c <= '9')
                    digits[n_digits++] = *c;
            }
            *ret_exponent = (int)strtol(e + 1, NULL, 10);
            return n_digits;
        }
    }
}

/* Digits with a point after the first n_whole, zeros where there are none. @return new length */
static size_t write_digits(char *out, size_t n, const char *digits, size_t n_digits, size_t n_whole)
{
    for (size_t i = 0; i < n_digits || i <= n_whole; i++) {
        if (i == n_whole)
            out[n++] = '.';
        out[n++] = i < n_digits ? digits[i] : '0';
    }
    return n;
}

size_t sg_java_number_write(char *out, double value)
{
    char digits[SG_NUMBER_TEXT_MAX];
    size_t n = 0;
    int exponent;

    if (isnan(value))
        return write_word(out, "NaN");
    if (signbit(value))
        out[n++] = '-';
    value = fabs(value);
    if (isinf(value))
        return n + write_word(out + n, "Infinity");
    if (value == 0)
        return n + write_word(out + n, "0.0");

    size_t n_digits = shortest_digits(value, digits, &exponent);
    if (value < 1e-3 || value >= 1e7) {
        n = write_digits(out, n, digits, n_digits, 1);
        return n + (size_t)snprintf(out + n, SG_NUMBER_TEXT_MAX - n, "E%d", exponent);
    }
    if (exponent >= 0)
        return write_digits(out, n, digits, n_digits, (size_t)exponent + 1);
    n += write_word(out + n, "0.");
    while (++exponent < 0)
        out[n++] = '0';
    memcpy(out + n, digits, n_digits);
    return n + n_digits;
}

bool sg_java_number_read(struct sg_str text, double *ret_value)
{
    char copy[128];
    char *end = NULL;

    while (text.len && (unsigned char)text.ptr[0] <= ' ')
        text = (struct sg_str){ text.ptr + 1, text.len - 1 };
    while (text.len && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';

    const char *word = copy + (copy[0] == '-' || copy[0] == '+');
    bool negative = copy[0] == '-';
    if (strcmp(word, "NaN") == 0) {
        *ret_value = NAN;
        return true;
    }
    if (strcmp(word, "Infinity") == 0) {
        *ret_value = negative ? -INFINITY : INFINITY;
        return true;
    }
    bool hexadecimal = word[0] == '0' && (word[1] | 0x20) == 'x';
    if (hexadecimal ? !strpbrk(word, "pP") : !strchr(".0123456789", word[0]))
        return false; /* what strtod takes and Java does not: "inf", "nan", "0x10" */
    if (strchr("dDfF", copy[text.len - 1]))
        copy[text.len - 1] = '\0';
    double value = strtod(copy, &end);
    if (end == copy || *end != '\0')
        return false;
    *ret_value = value;
    return true;
}
