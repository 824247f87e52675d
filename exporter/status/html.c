/* SPDX-License-Identifier: Apache-2.0 */
#include "status/html.h"

#include "base/utf8.h"

#include <time.h>

static struct sg_str entity_of(char c)
{
    switch (c) {
    case '&':
        return SG_STR("&amp;");
    case '<':
        return SG_STR("&lt;");
    case '>':
        return SG_STR("&gt;");
    case '"':
        return SG_STR("&quot;");
    default:
        return SG_STR("");
    }
}

void sg_html_text(struct sg_buf *html, struct sg_str text)
{
    for (size_t i = 0, n; i < text.len; i += n) {
        unsigned char c = (unsigned char)text.ptr[i];
        struct sg_str entity = entity_of(text.ptr[i]);
        n = sg_utf8_length(text.ptr + i, text.len - i);
        bool is_space = c == '\n' || c == '\t';
        if (n == 0 || c == 0 || (!is_space && sg_utf8_control(text.ptr + i, n)))
            (void)sg_buf_add_str(html, SG_STR(SG_UTF8_REPLACEMENT));
        else if (entity.len)
            (void)sg_buf_add_str(html, entity);
        else
            (void)sg_buf_add(html, text.ptr + i, n);
        n = n ? n : 1;
    }
}

void sg_html_url(struct sg_buf *html, struct sg_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        if (is_plain)
            (void)sg_buf_add_char(html, (char)c);
        else
            (void)sg_buf_printf(html, "%%%02X", c);
    }
}

void sg_html_time(struct sg_buf *html, int64_t unix_ms, int64_t now_unix_ms)
{
    time_t then = (time_t)(unix_ms / 1000), now = (time_t)(now_unix_ms / 1000);
    struct tm then_parts, now_parts;
    char machine[32], people[32];

    (void)gmtime_r(&then, &then_parts);
    (void)gmtime_r(&now, &now_parts);
    bool is_today =
        then_parts.tm_yday == now_parts.tm_yday && then_parts.tm_year == now_parts.tm_year;
    (void)strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", &then_parts);
    if (is_today)
        (void)strftime(people, sizeof people, "%H:%M:%S", &then_parts);
    else if (then_parts.tm_year == now_parts.tm_year)
        (void)strftime(people, sizeof people, "%d %b %H:%M", &then_parts);
    else
        (void)strftime(people, sizeof people, "%d %b %Y", &then_parts);
    (void)sg_buf_printf(html, "<time datetime=\"%s\">%s</time>", machine, people);
}

void sg_html_icon(struct sg_buf *html, const char *name)
{
    (void)sg_buf_printf(
        html, "<svg class=\"i %s\" aria-hidden=\"true\"><use href=\"#%s\"/></svg>", name, name);
}

void sg_html_chip(struct sg_buf *html, const char *state, const char *word)
{
    (void)sg_buf_printf(html, "<span class=\"s %s\">", state);
    sg_html_icon(html, state);
    (void)sg_buf_printf(html, "%s</span>", word);
}
