/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/accept.h"

#include "base/str.h"

#include <strings.h>

static struct sg_str trim(struct sg_str text)
{
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Cut off the part before the separator. */
static struct sg_str next_part(struct sg_str *rest, char separator)
{
    const char *end = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct sg_str part = { rest->ptr, len };

    rest->ptr += len + (end ? 1 : 0);
    rest->len -= len + (end ? 1 : 0);
    return trim(part);
}

static bool is_word(struct sg_str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

/* q=0, q=0.0, q=0.00 and q=0.000 mean: not this one. */
static bool refused(struct sg_str parameter)
{
    if (parameter.len < 3 || strncasecmp(parameter.ptr, "q=0", 3) != 0)
        return false;
    for (size_t i = 3; i < parameter.len; i++) {
        if (parameter.ptr[i] != '.' && parameter.ptr[i] != '0')
            return false;
    }
    return true;
}

bool sg_accepts_gzip(const char *header)
{
    struct sg_str rest = sg_str_of(header);
    bool any_allowed = false;

    while (rest.len) {
        struct sg_str element = next_part(&rest, ',');
        struct sg_str coding = next_part(&element, ';');
        bool allowed = true;
        while (element.len)
            allowed = !refused(next_part(&element, ';')) && allowed;
        if (is_word(coding, "gzip") || is_word(coding, "x-gzip"))
            return allowed;
        if (is_word(coding, "*"))
            any_allowed = allowed;
    }
    return any_allowed;
}
