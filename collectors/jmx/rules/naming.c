/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/naming.h"

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static char to_lower(char c)
{
    return is_upper(c) ? (char)(c | 0x20) : c;
}

static bool is_legal(char c)
{
    return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9') || c == ':';
}

void sg_naming_add_safe(struct sg_buf *buf, struct sg_str text)
{
    bool after_underscore = false;

    if (text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9')
        sg_buf_add_char(buf, '_');
    for (size_t i = 0; i < text.len; i++) {
        bool legal = is_legal(text.ptr[i]);
        if (legal || !after_underscore)
            sg_buf_add_char(buf, legal ? text.ptr[i] : '_');
        after_underscore = !legal;
    }
}

void sg_naming_add_snake_case(struct sg_buf *buf, struct sg_str text)
{
    bool after_upper_or_underscore = true; /* nothing goes before the first character */

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_upper(c) && !after_upper_or_underscore)
            sg_buf_add_char(buf, '_');
        sg_buf_add_char(buf, to_lower(c));
        after_upper_or_underscore = is_upper(c) || c == '_';
    }
}

void sg_naming_lower(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = to_lower(text[i]);
}

struct sg_str sg_naming_base(struct sg_str name)
{
    static const struct sg_str reserved[] = {
        { "_total", 6 },
        { "_created", 8 },
        { "_bucket", 7 },
        { "_info", 5 },
    };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (!sg_str_ends_with(name, reserved[i]))
            continue;
        if (name.len == reserved[i].len)
            return (struct sg_str){ name.ptr + 1, name.len - 1 };
        name.len -= reserved[i].len;
        i = SIZE_MAX; /* from the first again */
    }
    return name;
}
