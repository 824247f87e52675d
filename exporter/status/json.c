/* SPDX-License-Identifier: Apache-2.0 */
#include "status/json.h"

#include "base/number.h"
#include "base/utf8.h"

#include <math.h>
#include <time.h>

#define INTEGER_MAX 9007199254740992.0

/* ---- Keys ---- */

/* A value ends with another character than a bracket that was opened, or a colon. */
static void begin(struct sg_buf *out, const char *key)
{
    char last = out->len ? out->ptr[out->len - 1] : '[';

    if (last != '[' && last != '{' && last != ':')
        (void)sg_buf_add_char(out, ',');
    if (!key)
        return;
    (void)sg_buf_add_char(out, '"');
    (void)sg_buf_add_str(out, sg_str_of(key));
    (void)sg_buf_add_str(out, SG_STR("\":"));
}

void sg_json_open(struct sg_buf *out, const char *key, char bracket)
{
    begin(out, key);
    (void)sg_buf_add_char(out, bracket);
}

void sg_json_close(struct sg_buf *out, char bracket)
{
    (void)sg_buf_add_char(out, bracket);
}

void sg_json_open_named(struct sg_buf *out, struct sg_str key, char bracket)
{
    sg_json_text(out, NULL, key);
    (void)sg_buf_add_char(out, ':');
    (void)sg_buf_add_char(out, bracket);
}

/* ---- Texts ---- */

static void escape(struct sg_buf *out, unsigned char c)
{
    if (c == '"' || c == '\\')
        (void)sg_buf_printf(out, "\\%c", c);
    else
        (void)sg_buf_printf(out, "\\u%04x", c);
}

/* How many bytes need no escape. */
static size_t plain_length(struct sg_str text)
{
    size_t n = 0;

    while (n < text.len && (unsigned char)text.ptr[n] >= 0x20 && text.ptr[n] != '"' &&
           text.ptr[n] != '\\') {
        size_t length =
            (unsigned char)text.ptr[n] < 0x80 ? 1 : sg_utf8_length(text.ptr + n, text.len - n);
        if (length == 0)
            break;
        n += length;
    }
    return n;
}

void sg_json_text(struct sg_buf *out, const char *key, struct sg_str text)
{
    begin(out, key);
    (void)sg_buf_add_char(out, '"');
    while (text.len) {
        size_t n = plain_length(text);
        if (n)
            (void)sg_buf_add(out, text.ptr, n);
        text = (struct sg_str){ text.ptr + n, text.len - n };
        if (text.len == 0)
            break;
        if ((unsigned char)text.ptr[0] < 0x80)
            escape(out, (unsigned char)text.ptr[0]);
        else
            (void)sg_buf_add_str(out, SG_STR(SG_UTF8_REPLACEMENT));
        text = (struct sg_str){ text.ptr + 1, text.len - 1 };
    }
    (void)sg_buf_add_char(out, '"');
}

void sg_json_text_or_null(struct sg_buf *out, const char *key, struct sg_str text)
{
    if (text.len)
        sg_json_text(out, key, text);
    else
        sg_json_null(out, key);
}

/* ---- Other values ---- */

static void put(struct sg_buf *out, const char *key, struct sg_str value)
{
    begin(out, key);
    (void)sg_buf_add_str(out, value);
}

void sg_json_word(struct sg_buf *out, const char *key, const char *word)
{
    if (!word[0]) {
        sg_json_null(out, key);
        return;
    }
    begin(out, key);
    (void)sg_buf_add_char(out, '"');
    (void)sg_buf_add_str(out, sg_str_of(word));
    (void)sg_buf_add_char(out, '"');
}

void sg_json_number(struct sg_buf *out, const char *key, double number)
{
    char text[SG_NUMBER_TEXT_MAX];

    if (isnan(number) || isinf(number))
        sg_json_null(out, key);
    else if (fabs(number) <= INTEGER_MAX && number == floor(number))
        sg_json_integer(out, key, (int64_t)number);
    else
        put(out, key, (struct sg_str){ text, sg_number_write_double(text, number) });
}

void sg_json_integer(struct sg_buf *out, const char *key, int64_t number)
{
    char text[SG_NUMBER_TEXT_MAX];

    put(out, key, (struct sg_str){ text, sg_number_write_int(text, number) });
}

void sg_json_bool(struct sg_buf *out, const char *key, bool value)
{
    put(out, key, value ? SG_STR("true") : SG_STR("false"));
}

void sg_json_null(struct sg_buf *out, const char *key)
{
    put(out, key, SG_STR("null"));
}

void sg_json_time(struct sg_buf *out, const char *key, int64_t unix_ms)
{
    time_t then = (time_t)(unix_ms / 1000);
    struct tm parts;
    char text[64];

    if (!gmtime_r(&then, &parts) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        sg_json_null(out, key);
    else
        sg_json_word(out, key, text);
}
