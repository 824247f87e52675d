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
