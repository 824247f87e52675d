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
