/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdbool.h>

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t sg_utf8_length(const char *text, size_t len)
{
    const unsigned char *b = (const unsigned char *)text;

    if (len >= 1 && b[0] < 0x80)
        return 1;
    if (len >= 2 && b[0] >= 0xC2 && b[0] <= 0xDF && continues(b[1]))
        return 2;
    if (len >= 3 && (b[0] & 0xF0) == 0xE0 && continues(b[1]) && continues(b[2])) {
        bool over_long = b[0] == 0xE0 && b[1] < 0xA0;
        bool surrogate = b[0] == 0xED && b[1] >= 0xA0;
        return over_long || surrogate ? 0 : 3;
    }
    if (len >= 4 && b[0] >= 0xF0 && b[0] <= 0xF4 && continues(b[1]) && continues(b[2]) &&
        continues(b[3])) {
        bool over_long = b[0] == 0xF0 && b[1] < 0x90;
        bool too_high = b[0] == 0xF4 && b[1] >= 0x90;
        return over_long || too_high ? 0 : 4;
    }
    return 0;
}

static uint32_t code_point(const unsigned char *b, size_t n)
{
    uint32_t code = n == 1 ? b[0] : b[0] & (0x7fU >> n);

    for (size_t i = 1; i < n; i++)
        code = code << 6 | (b[i] & 0x3fU);
    return code;
}

uint32_t sg_utf8_control(const char *text, size_t n)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = { { 0x80, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f }, { 0x2028, 0x202e },
        { 0x2066, 0x2069 } };
    uint32_t code = code_point((const unsigned char *)text, n);

    if (n == 1) /* nearly all */
        return code < ' ' || code == 0x7f ? code : 0;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return code;
    }
    return 0;
}
