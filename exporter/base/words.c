/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct sg_words sg_words_count(size_t n, const char *one)
{
    size_t len = strlen(one);
    struct sg_words words;

    if (n == 1 || (len > 0 && one[len - 1] == 's'))
        (void)snprintf(words.text, sizeof words.text, "%zu %s", n, one);
    else if (len > 0 && one[len - 1] == 'y')
        (void)snprintf(words.text, sizeof words.text, "%zu %.*sies", n, (int)len - 1, one);
    else
        (void)snprintf(words.text, sizeof words.text, "%zu %ss", n, one);
    return words;
}

struct sg_words sg_words_duration(int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } parts[] = { { 24 * 3600000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" } };
    enum {
        PARTS = sizeof parts / sizeof parts[0]
    };
    struct sg_words words;
    size_t i = 0;

    while (i < PARTS && ms < parts[i].ms)
        i++;
    if (i == PARTS) {
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 "ms", ms < 0 ? 0 : ms);
        return words;
    }
    int n =
        snprintf(words.text, sizeof words.text, "%" PRId64 "%s", ms / parts[i].ms, parts[i].unit);
    int64_t rest = i + 1 < PARTS ? ms % parts[i].ms / parts[i + 1].ms : 0;
    if (rest > 0)
        (void)snprintf(words.text + n, sizeof words.text - (size_t)n, "%" PRId64 "%s", rest,
            parts[i + 1].unit);
    return words;
}

struct sg_words sg_words_age(int64_t ms)
{
    int64_t s = ms / 1000, min = s / 60, h = min / 60;
    struct sg_words words;

    if (s < 1)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " ms", ms < 0 ? 0 : ms);
    else if (s < 120)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " s", s);
    else if (h < 1)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " min", min);
    else if (h < 48 && min % 60 == 0)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " h", h);
    else if (h < 48)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " h %" PRId64 " min", h, min % 60);
    else if (h % 24 == 0)
        (void)snprintf(words.text, sizeof words.text, "%" PRId64 " d", h / 24);
    else
        (void)snprintf(
            words.text, sizeof words.text, "%" PRId64 " d %" PRId64 " h", h / 24, h % 24);
    return words;
}

struct sg_words sg_words_bytes(double bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    struct sg_words words;
    size_t unit = 0;

    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    (void)snprintf(words.text, sizeof words.text, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s",
        bytes, units[unit]);
    return words;
}

struct sg_words sg_words_number(double number)
{
    struct sg_words words;
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", number);
    size_t len = 0;

    if (n >= (int)sizeof digits) {
        (void)snprintf(words.text, sizeof words.text, "%.3g", number);
        return words;
    }
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
            words.text[len++] = ',';
        words.text[len++] = digits[i];
    }
    words.text[len] = '\0';
    return words;
}
