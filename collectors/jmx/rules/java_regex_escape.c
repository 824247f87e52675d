/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "jmx/rules/java_regex_parts.h"

/* Characters, as they are and as escapes. */

static int hex_digit(char c)
{
    if (sg_java_is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sg_java_add_code(struct sg_buf *out, int32_t code)
{
    if (code < 128 && (sg_java_is_letter((char)code) || sg_java_is_digit((char)code)))
        return sg_buf_add_char(out, (char)code);
    return sg_buf_printf(out, "\\x{%x}", (unsigned)code);
}

int sg_java_read_character(struct sg_java_translator *t, int32_t *ret_code)
{
    const char *p = t->text.ptr + t->at;
    size_t n = sg_utf8_length(p, t->text.len - t->at);
    static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

    if (n == 0)
        return sg_java_refuse(t, t->at, "not UTF-8");
    int32_t code = (unsigned char)p[0] & masks[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)p[i] & 0x3f);
    t->at += n;
    *ret_code = code;
    return 0;
}

/* n hexadecimal digits */
static bool take_hex(struct sg_java_translator *t, size_t n, int32_t *ret_code)
{
    int32_t code = 0;

    for (size_t i = 0; i < n; i++) {
        int digit = hex_digit(sg_java_peek(t, i));
        if (digit < 0)
            return false;
        code = code << 4 | digit;
    }
    t->at += n;
    *ret_code = code;
    return true;
}

/* After "\x": hh or {h…h} */
static int take_hex_escape(struct sg_java_translator *t, size_t start, int32_t *ret_code)
{
    int32_t code = 0;

    if (sg_java_peek(t, 0) != '{')
        return take_hex(t, 2, ret_code)
                   ? 0
                   : sg_java_refuse(t, start, "two hexadecimal digits must follow");
    size_t n = 1;
    for (; hex_digit(sg_java_peek(t, n)) >= 0 && code <= 0x10ffff; n++)
        code = code << 4 | hex_digit(sg_java_peek(t, n));
    if (n == 1 || sg_java_peek(t, n) != '}' || code > 0x10ffff)
        return sg_java_refuse(t, start, "not the number of a character");
    t->at += n + 1;
    *ret_code = code;
    return 0;
}

/* After "\u": four digits, or two such escapes that make one character */
static int take_unicode_escape(struct sg_java_translator *t, size_t start, int32_t *ret_code)
{
    int32_t low;

    if (!take_hex(t, 4, ret_code))
        return sg_java_refuse(t, start, "four hexadecimal digits must follow");
    if (*ret_code < 0xd800 || *ret_code > 0xdfff)
        return 0;
    if (*ret_code < 0xdc00 && sg_java_looking_at(t, "\\u")) {
        t->at += 2;
        if (take_hex(t, 4, &low) && low >= 0xdc00 && low <= 0xdfff) {
            *ret_code = 0x10000 + ((*ret_code - 0xd800) << 10) + (low - 0xdc00);
            return 0;
        }
    }
    return sg_java_refuse(t, start, "half of a surrogate pair");
}

/* After "\0": n, nn or mnn, of which m is at most 3 */
static int take_octal_escape(struct sg_java_translator *t, size_t start, int32_t *ret_code)
{
    int32_t code = 0;
    size_t n = 0;

    while (
        n < 3 && sg_java_peek(t, n) >= '0' && sg_java_peek(t, n) <= '7' && !(n == 2 && code > 037))
        code = code << 3 | (sg_java_peek(t, n++) - '0');
    if (n == 0)
        return sg_java_refuse(t, start, "octal digits must follow \\0");
    t->at += n;
    *ret_code = code;
    return 0;
}

int sg_java_read_escape(struct sg_java_translator *t, int32_t *ret_code)
{
    static const char controls[] = "a\a"
                                   "e\033"
                                   "f\f"
                                   "n\n"
                                   "r\r"
                                   "t\t";
    size_t start = t->at;
    char c = sg_java_peek(t, 1);

    *ret_code = SG_JAVA_NO_CODE;
    if (t->at + 1 == t->text.len)
        return sg_java_refuse(t, start, "nothing follows the backslash");
    if (!sg_java_is_letter(c) && !sg_java_is_digit(c)) {
        t->at++;
        return sg_java_read_character(t, ret_code);
    }
    for (size_t i = 0; controls[i]; i += 2) {
        if (controls[i] == c)
            *ret_code = controls[i + 1];
    }
    if (*ret_code != SG_JAVA_NO_CODE) {
        t->at += 2;
        return 0;
    }
    if (c != 'x' && c != 'u' && c != '0' && c != 'c')
        return 0;
    t->at += 2;
    if (c == 'x')
        return take_hex_escape(t, start, ret_code);
    if (c == 'u')
        return take_unicode_escape(t, start, ret_code);
    if (c == '0')
        return take_octal_escape(t, start, ret_code);
    if (t->at == t->text.len)
        return sg_java_refuse(t, start, "nothing follows \\c");
    int r = sg_java_read_character(t, ret_code);
    *ret_code ^= 64;
    return r;
}
