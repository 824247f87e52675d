/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static size_t write_word(char *out, const char *word)
{
    size_t n = strlen(word);
    memcpy(out, word, n);
    return n;
}

/*
 * The fewest digits that read back as the same double, and the power of ten of the first one. Of
 * two digits at least, Java takes those that are closest: 4.9E-324, not 5.0E-324.
 */
static size_t shortest_digits(double value, char digits[SG_NUMBER_TEXT_MAX], int *ret_exponent)
{
    char text[SG_NUMBER_TEXT_MAX + 1];

    for (int precision = 1;; precision++) {
        int n = snprintf(text, sizeof text, "%.*e", precision, value);
        if (precision == 16 || strtod(text, NULL) == value) {
            const char *e = memchr(text, 'e', (size_t)n);
            size_t n_digits = 0;
            for (const char *c = text; c < e; c++) {
                if (*c >= '0' && *c <= '9')
                    digits[n_digits++] = *c;
            }
            *ret_exponent = (int)strtol(e + 1, NULL, 10);
            return n_digits == 2 && digits[1] == '0' ? 1 : n_digits;
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
        return false; /* what strtod accepts and Java does not: "inf", "nan", "0x10" */
    if (strchr("dDfF", copy[text.len - 1]))
        copy[text.len - 1] = '\0';
    double value = strtod(copy, &end);
    if (end == copy || *end != '\0')
        return false;
    *ret_value = value;
    return true;
}

/* ---- YAML ---- */

static size_t flag_of_yaml(char *out, struct sg_str plain)
{
    static const char *const yes[] = { "true", "yes", "on" };
    static const char *const no[] = { "false", "no", "off" };

    for (size_t i = 0; i < 3; i++) {
        if (plain.len == strlen(yes[i]) && strncasecmp(plain.ptr, yes[i], plain.len) == 0)
            return write_word(out, "true");
        if (plain.len == strlen(no[i]) && strncasecmp(plain.ptr, no[i], plain.len) == 0)
            return write_word(out, "false");
    }
    return 0;
}

/* 10, 010 (eight), 0x1F, 0b11 @param text  without underscores */
static size_t integer_of_yaml(char *out, const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char sign[] = { *text == '-' ? '-' : '+', '\0' };
    char number[SG_NUMBER_TEXT_MAX + 2];
    int base = 10;
    char *end;

    if (digits[0] == '0' && digits[1] == 'x') {
        base = 16;
        digits += 2;
    } else if (digits[0] == '0' && digits[1] == 'b') {
        base = 2;
        digits += 2;
    } else if (digits[0] == '0' && digits[1] != '\0') {
        base = 8;
    }
    if (strlen(digits) + 2 > sizeof number || digits[0] == '-' || digits[0] == '+')
        return 0;
    (void)snprintf(number, sizeof number, "%s%s", sign, digits);
    errno = 0;
    long long value = strtoll(number, &end, base);
    if (end == number + 1 || *end != '\0' || errno || (number[1] | 0x20) == 'x')
        return 0;
    return sg_number_write_int(out, value);
}

/* 0.50, 1.0e+3: there is a point, and the exponent has a sign */
static size_t float_of_yaml(char *out, const char *text)
{
    const char *c = text + (*text == '-' || *text == '+');
    size_t n_whole = strspn(c, "0123456789");
    const char *point = c + n_whole;

    if (*point != '.')
        return 0;
    const char *end = point + 1 + strspn(point + 1, "0123456789");
    if (n_whole == 0 && end == point + 1)
        return 0;
    if (*end == 'e' || *end == 'E') {
        if (end[1] != '-' && end[1] != '+')
            return 0;
        size_t n = strspn(end + 2, "0123456789");
        end += n ? n + 2 : 0;
    }
    return *end == '\0' ? sg_java_number_write(out, strtod(text, NULL)) : 0;
}

size_t sg_java_number_of_yaml(char *out, struct sg_str plain)
{
    char text[SG_NUMBER_TEXT_MAX + 1];
    size_t n = 0;

    size_t written = flag_of_yaml(out, plain);
    if (written || plain.len == 0 || plain.len >= sizeof text || plain.ptr[0] == '_')
        return written;
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.ptr[i] != '_')
            text[n++] = plain.ptr[i];
    }
    text[n] = '\0';
    written = integer_of_yaml(out, text);
    return written ? written : float_of_yaml(out, text);
}
