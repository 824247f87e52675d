/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/accept.h"

#include "base/str.h"

#include <strings.h>

/* ---- Parts of a header ---- */

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

/* Remove the part before the separator; a separator within quotes is text. */
static struct sg_str next_part(struct sg_str *rest, char separator)
{
    size_t len = 0;
    bool quoted = false;

    for (; len < rest->len && (quoted || rest->ptr[len] != separator); len++) {
        if (rest->ptr[len] == '"')
            quoted = !quoted;
        else if (quoted && rest->ptr[len] == '\\' && len + 1 < rest->len)
            len++;
    }
    struct sg_str part = { rest->ptr, len };
    bool more = len < rest->len;
    rest->ptr += len + more;
    rest->len -= len + more;
    return trim(part);
}

static bool is_word(struct sg_str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

/* The value of `name=value` or `name="value"`. @return is it this parameter? */
static bool parameter(struct sg_str text, const char *name, struct sg_str *ret_value)
{
    struct sg_str key = next_part(&text, '=');

    if (!is_word(key, name))
        return false;
    text = trim(text);
    if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
        text = (struct sg_str){ text.ptr + 1, text.len - 2 };
    *ret_value = text;
    return true;
}

/* A weight in thousandths. An invalid one, or one above 1, is ignored. */
static int weight(struct sg_str text)
{
    int thousandths = 0;
    int unit = 1000;

    for (size_t i = 0; i < text.len; i++) {
        if (i == 1 && text.ptr[i] == '.')
            continue;
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 1 || i > 4)
            return 1000;
        thousandths += (text.ptr[i] - '0') * unit;
        unit /= 10;
    }
    return text.len == 0 || thousandths > 1000 ? 1000 : thousandths;
}

/* ---- Accept ---- */

struct candidate {
    const char *subtype;
    const char *type;
    const char *version;
    struct sg_media media;
};

#define UNDERSCORES "; charset=utf-8; escaping=underscores"

static const char text_plain[] = "text/plain; version=0.0.4; charset=utf-8";
static const char text_plain_escaped[] = "text/plain; version=0.0.4" UNDERSCORES;

static const struct candidate candidates[] = {
    { "plain", "text", "0.0.4", { SG_FORMAT_TEXT, text_plain } },
    { "plain", "text", "1.0.0", { SG_FORMAT_TEXT, "text/plain; version=1.0.0" UNDERSCORES } },
    { "openmetrics-text", "application", "1.0.0",
        { SG_FORMAT_OPENMETRICS, "application/openmetrics-text; version=1.0.0" UNDERSCORES } },
    { "openmetrics-text", "application", "0.0.1",
        { SG_FORMAT_OPENMETRICS, "application/openmetrics-text; version=0.0.1" UNDERSCORES } },
};

enum {
    CANDIDATES = sizeof candidates / sizeof candidates[0]
};

struct range {
    struct sg_str type;
    struct sg_str subtype;
    struct sg_str version; /* empty: any */
    bool escaping;
    int q;
};

static struct range read_range(struct sg_str text)
{
    struct range range = { .q = 1000 };
    struct sg_str value;

    range.subtype = next_part(&text, ';');
    range.type = next_part(&range.subtype, '/');
    while (text.len) {
        struct sg_str part = next_part(&text, ';');
        if (parameter(part, "q", &value))
            range.q = weight(value);
        else if (parameter(part, "version", &value))
            range.version = value;
        else if (parameter(part, "escaping", &value))
            range.escaping = true;
    }
    return range;
}

/* How specifically a range matches a candidate; 0: not at all. */
static int closeness(const struct range *range, const struct candidate *candidate)
{
    if (is_word(range->type, "*") && is_word(range->subtype, "*"))
        return 1;
    if (!is_word(range->type, candidate->type))
        return 0;
    if (is_word(range->subtype, "*"))
        return 2;
    if (!is_word(range->subtype, candidate->subtype))
        return 0;
    if (range->version.len == 0)
        return 3;
    return is_word(range->version, candidate->version) ? 4 : 0;
}

struct sg_media sg_accept_format(const char *header)
{
    struct {
        int closeness;
        int q;
        size_t place;
        bool escaping;
    } found[CANDIDATES] = { { 0 } };
    struct sg_str rest = sg_str_of(header);
    size_t best = 0;

    for (size_t place = 0; rest.len; place++) {
        struct range range = read_range(next_part(&rest, ','));
        for (size_t i = 0; i < CANDIDATES; i++) {
            int close = closeness(&range, &candidates[i]);
            if (close <= found[i].closeness)
                continue;
            found[i].closeness = close;
            found[i].q = range.q;
            found[i].place = place;
            found[i].escaping = range.escaping;
        }
    }
    for (size_t i = 1; i < CANDIDATES; i++) {
        if (found[i].q > found[best].q ||
            (found[i].q && found[i].q == found[best].q && found[i].place < found[best].place))
            best = i;
    }
    struct sg_media media = candidates[best].media;
    if (best == 0 && found[0].escaping)
        media.content_type = text_plain_escaped;
    return media;
}

/* ---- Accept-Encoding ---- */

int sg_accept_coding(const char *header, enum sg_coding *ret_coding)
{
    static const struct {
        const char *word;
        enum sg_coding coding;
    } words[] = {
        { "gzip", SG_CODING_GZIP },
        { "x-gzip", SG_CODING_GZIP },
        { "zstd", SG_CODING_ZSTD },
        { "identity", SG_CODING_IDENTITY },
    };
    static const enum sg_coding by_liking[] = { SG_CODING_GZIP, SG_CODING_ZSTD,
        SG_CODING_IDENTITY };
    int q[SG_CODINGS] = { -1, -1, -1 }; /* -1: not listed */
    int q_of_others = -1;
    struct sg_str rest = sg_str_of(header);
    int best_q = 0;

    while (rest.len) {
        struct sg_str element = next_part(&rest, ',');
        struct sg_str word = next_part(&element, ';');
        struct sg_str value;
        int element_q = 1000;
        while (element.len) {
            if (parameter(next_part(&element, ';'), "q", &value))
                element_q = weight(value);
        }
        if (is_word(word, "*"))
            q_of_others = element_q;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            if (is_word(word, words[i].word))
                q[words[i].coding] = element_q;
        }
    }
    for (size_t i = 0; i < SG_CODINGS; i++) {
        if (q[i] < 0)
            q[i] = q_of_others;
    }
    /* Identity is allowed unless it is refused, but has the lowest preference when it is not
       listed. */
    bool identity_unnamed = q[SG_CODING_IDENTITY] < 0;
    for (size_t i = 0; i < SG_CODINGS; i++) {
        if (q[by_liking[i]] > best_q) {
            best_q = q[by_liking[i]];
            *ret_coding = by_liking[i];
        }
    }
    if (best_q == 0 && identity_unnamed) {
        *ret_coding = SG_CODING_IDENTITY;
        return 0;
    }
    return best_q ? 0 : SG_ACCEPT_E_CODING;
}
