/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/text.h"

#include "base/utf8.h"

/* Bytes of the unit that begins here, by its first byte and those that follow; 0: not one. */
static size_t unit_length(const uint8_t *at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] >> 5 == 6 && left >= 2 && at[1] >> 6 == 2)
        return 2;
    if (at[0] >> 4 == 14 && left >= 3 && at[1] >> 6 == 2 && at[2] >> 6 == 2)
        return 3;
    return 0;
}

static uint32_t unit_at(const uint8_t *at, size_t n)
{
    if (n == 1)
        return at[0];
    if (n == 2)
        return (uint32_t)(at[0] & 31) << 6 | (at[1] & 63);
    return (uint32_t)(at[0] & 15) << 12 | (uint32_t)(at[1] & 63) << 6 | (at[2] & 63);
}

bool sg_rmi_text_check(const uint8_t *bytes, size_t len, bool *ret_plain)
{
    bool plain = true;

    for (size_t i = 0; i < len;) {
        size_t n = unit_length(bytes + i, len - i);
        if (n == 0)
            return false;
        if (bytes[i] == 0 || (n > 1 && sg_utf8_length((const char *)bytes + i, len - i) != n))
            plain = false;
        i += n;
    }
    *ret_plain = plain;
    return true;
}

static void add_character(struct sg_buf *out, uint32_t c)
{
    char bytes[4];
    size_t n = 0;

    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else if (c < 0x800) {
        bytes[n++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        bytes[n++] = (char)(0xe0 | c >> 12);
        bytes[n++] = (char)(0x80 | (c >> 6 & 63));
    } else {
        bytes[n++] = (char)(0xf0 | c >> 18);
        bytes[n++] = (char)(0x80 | (c >> 12 & 63));
        bytes[n++] = (char)(0x80 | (c >> 6 & 63));
    }
    if (c >= 0x80)
        bytes[n++] = (char)(0x80 | (c & 63));
    (void)sg_buf_add(out, bytes, n);
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

void sg_rmi_text_decode(struct sg_buf *out, struct sg_str modified)
{
    const uint8_t *bytes = (const uint8_t *)modified.ptr;
    uint32_t high = 0; /* half a pair, waiting for the other */

    for (size_t i = 0, n; i < modified.len; i += n) {
        n = unit_length(bytes + i, modified.len - i);
        uint32_t unit = unit_at(bytes + i, n);
        if (high && is_low(unit)) {
            add_character(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            high = 0;
            continue;
        }
        if (high)
            (void)sg_buf_add_str(out, SG_STR(SG_UTF8_REPLACEMENT));
        high = is_high(unit) ? unit : 0;
        if (is_low(unit) || unit == 0)
            (void)sg_buf_add_str(out, SG_STR(SG_UTF8_REPLACEMENT));
        else if (!high)
            add_character(out, unit);
    }
    if (high)
        (void)sg_buf_add_str(out, SG_STR(SG_UTF8_REPLACEMENT));
}

static void add_pair(struct sg_buf *out, const uint8_t *at)
{
    uint32_t c = (uint32_t)(at[0] & 7) << 18 | (uint32_t)(at[1] & 63) << 12 |
                 (uint32_t)(at[2] & 63) << 6 | (at[3] & 63);

    add_character(out, 0xd800 + ((c - 0x10000) >> 10));
    add_character(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

void sg_rmi_text_encode(struct sg_buf *out, struct sg_str text)
{
    while (text.len) {
        size_t n = sg_utf8_length(text.ptr, text.len);
        if (n == 0)
            (void)sg_buf_add_char(out, '?');
        else if (n == 4)
            add_pair(out, (const uint8_t *)text.ptr);
        else if (*text.ptr == '\0')
            (void)sg_buf_add_str(out, SG_STR("\xc0\x80"));
        else
            (void)sg_buf_add(out, text.ptr, n);
        n = n ? n : 1;
        text = (struct sg_str){ text.ptr + n, text.len - n };
    }
}
