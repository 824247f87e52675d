/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/number.h"

#include "jmx/rmi/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t read_bits(const uint8_t *bytes, size_t n)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < n; i++)
        bits = bits << 8 | bytes[i];
    return bits;
}

static double double_of(uint64_t bits)
{
    double number;

    (void)memcpy(&number, &bits, sizeof number);
    return number;
}

static double float_of(uint32_t bits)
{
    float number;

    (void)memcpy(&number, &bits, sizeof number);
    return (double)number;
}

static struct sg_attribute_value integer(int64_t number)
{
    return (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_INT, .integer = number };
}

static struct sg_attribute_value real(double number)
{
    return (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE, .number = number };
}

bool sg_rmi_number_read(const uint8_t *bytes, char type, struct sg_attribute_value *ret_value)
{
    switch (type) {
    case 'B':
        *ret_value = integer((int8_t)bytes[0]);
        return true;
    case 'C':
        *ret_value = integer((uint16_t)read_bits(bytes, 2));
        return true;
    case 'S':
        *ret_value = integer((int16_t)read_bits(bytes, 2));
        return true;
    case 'I':
        *ret_value = integer((int32_t)read_bits(bytes, 4));
        return true;
    case 'J':
        *ret_value = integer((int64_t)read_bits(bytes, 8));
        return true;
    case 'D':
        *ret_value = real(double_of(read_bits(bytes, 8)));
        return true;
    case 'F':
        *ret_value = real(float_of((uint32_t)read_bits(bytes, 4)));
        return true;
    case 'Z':
        *ret_value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_BOOL, .flag = bytes[0] };
        return true;
    default:
        return false;
    }
}

/* ---- Big numbers ---- */

enum {
    DIGITS_AT_ONCE = 9,
    BILLION = 1000000000,
    /* A byte has 2.41 digits. */
    TEXT_MAX = SG_RMI_NUMBER_BYTES_MAX * 5 / 2 + DIGITS_AT_ONCE + 32,
};

/* @return the remainder; *n loses the zeros in front */
static uint32_t divide(uint8_t *number, size_t n)
{
    uint64_t rest = 0;

    for (size_t i = 0; i < n; i++) {
        rest = rest << 8 | number[i];
        number[i] = (uint8_t)(rest / BILLION);
        rest %= BILLION;
    }
    return (uint32_t)rest;
}

static bool is_zero(const uint8_t *number, size_t n)
{
    while (n && number[n - 1] == 0)
        n--;
    return n == 0;
}

/* "-123e-4" */
static void write_decimal(const struct sg_rmi_big *big, char *text)
{
    uint8_t number[SG_RMI_NUMBER_BYTES_MAX];
    char digits[TEXT_MAX];
    size_t at = sizeof digits;

    if (big->n_bytes)
        (void)memcpy(number, big->magnitude, big->n_bytes);
    do {
        uint32_t rest = divide(number, big->n_bytes);
        for (int i = 0; i < DIGITS_AT_ONCE; i++, rest /= 10)
            digits[--at] = (char)('0' + rest % 10);
    } while (!is_zero(number, big->n_bytes));
    (void)snprintf(text, TEXT_MAX + 16, "%s%.*se%d", big->is_negative ? "-" : "",
        (int)(sizeof digits - at), digits + at, -big->scale);
}

double sg_rmi_big_double(const struct sg_rmi_big *big)
{
    char text[TEXT_MAX + 16];

    write_decimal(big, text);
    return strtod(text, NULL);
}

void sg_rmi_big_read(const struct sg_rmi_big *big, struct sg_attribute_value *ret_value)
{
    char text[TEXT_MAX + 16];
    char *end;

    write_decimal(big, text);
    errno = 0;
    long long number = strtoll(text, &end, 10);
    *ret_value = errno == ERANGE ? real(strtod(text, NULL)) : integer(number);
}
