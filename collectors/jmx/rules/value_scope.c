/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/value_scope.h"

#include <stdint.h>

/* What numbers and booleans are written with: 1.0E-5, NaN, Infinity, true, false; and ": ". */
static const char value_characters[] = "0123456789.eE+-: nNaAiIfFtTyYrRuUlLsS";
static const char special_characters[] = "\\^$.|?*+()[]{}";

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

static char at(struct sg_str text, size_t i)
{
    return i < text.len ? text.ptr[i] : '\0';
}

/* Constructs that this file does not support: escapes with a tail, classes in classes, groups
   that look around or change flags. */
static bool is_understood(struct sg_str pattern)
{
    bool in_class = false;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        char next = at(pattern, i + 1);
        if (c == '\\') {
            bool has_tail = is_letter(next) ? !is_one_of(next, "wWdDsSbBtnrf") : is_digit(next);
            if (has_tail)
                return false;
            i++;
        } else if (in_class) {
            if (c == '[' || (c == '&' && next == '&'))
                return false;
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
            i += next == '^';
            i += at(pattern, i + 1) == ']';
        } else if (c == '(' && next == '?') {
            char kind = at(pattern, i + 2);
            bool group = kind == ':' || (kind == '<' && is_letter(at(pattern, i + 3)));
            bool any_case = kind == 'i' && at(pattern, i + 3) == ')';
            if (!group && !any_case)
                return false;
        }
    }
    return true;
}

/* The end of the class that starts at i, after its "]"; sets *matches_colon. */
static size_t skip_class(struct sg_str pattern, size_t i, bool *matches_colon)
{
    bool negated = at(pattern, i + 1) == '^';
    bool colon = false;
    bool unsure = false;

    i += negated ? 2 : 1;
    for (size_t start = i; i < pattern.len && (pattern.ptr[i] != ']' || i == start); i++) {
        char c = pattern.ptr[i];
        if (c == '\\') {
            c = at(pattern, ++i);
            unsure = unsure || (is_letter(c) && c != 'w' && c != 'd');
        }
        colon = colon || c == ':';
        if (at(pattern, i + 1) == '-' && at(pattern, i + 2) != ']')
            colon = colon || (c <= ':' && at(pattern, i + 2) >= ':');
    }
    *matches_colon = negated ? !colon || unsure : colon || unsure;
    return i + 1;
}

/* Can anything from `start` to the end match a colon? */
static bool reaches_colon(struct sg_str pattern, size_t start)
{
    for (size_t i = start; i < pattern.len;) {
        char c = pattern.ptr[i];
        if (c == '[') {
            bool colon;
            i = skip_class(pattern, i, &colon);
            if (colon)
                return true;
        } else if (c == '\\') {
            char escaped = at(pattern, i + 1);
            bool harmless = escaped != ':' && (!is_letter(escaped) || is_one_of(escaped, "wdb")) &&
                            !(escaped >= '0' && escaped <= '9');
            if (!harmless)
                return true;
            i += 2;
        } else if (c == '(' && at(pattern, i + 1) == '?' && at(pattern, i + 2) == ':') {
            i += 3; /* the colon of "(?:" is not a literal */
        } else if (c == '.' || c == ':') {
            return true;
        } else {
            i++;
        }
    }
    return false;
}

/* Where the text after the last fence starts; 0 without a fence. */
static size_t after_last_fence(struct sg_str pattern)
{
    size_t depth = 0;
    size_t fence = 0;

    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.ptr[i];
        bool unused;
        if (c == '[') {
            i = skip_class(pattern, i, &unused);
            continue;
        }
        bool literal = !is_one_of(c, special_characters);
        if (c == '\\') {
            c = at(pattern, ++i);
            literal = !is_letter(c) && !(c >= '0' && c <= '9');
        }
        i++;
        if (!literal) {
            if (c == '|' && depth == 0)
                return 0;
            depth += c == '(';
            depth -= c == ')' && depth > 0;
        } else if (depth == 0 && !is_one_of(c, value_characters) &&
                   !is_one_of(at(pattern, i), "?*+{")) {
            fence = i;
        }
    }
    return fence;
}

struct sg_value_scope sg_value_scope_of(struct sg_str pattern, bool uses_last_group)
{
    static const struct sg_str rest[] = { { "(.*)", 4 }, { "(.+)", 4 }, { ".*", 2 }, { ".+", 2 } };

    if (!is_understood(pattern))
        return (struct sg_value_scope){ .sees_value = true };
    size_t fence = after_last_fence(pattern);
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        bool escaped =
            pattern.len > rest[i].len && pattern.ptr[pattern.len - rest[i].len - 1] == '\\';
        if (!sg_str_ends_with(pattern, rest[i]) || escaped)
            continue;
        bool whole = pattern.len == rest[i].len;
        bool group = rest[i].ptr[0] == '(';
        /* Cutting inside alternatives would change them, so only a fence before them counts. */
        if (!(group && uses_last_group) && (whole || fence))
            pattern.len -= rest[i].len;
        break;
    }
    /* Without a fence a match may begin in the value itself, as (\d+) does. */
    bool blind = fence ? !reaches_colon(pattern, fence) : pattern.len == 0;
    if (blind)
        return (struct sg_value_scope){ .sees_value = false };
    return (struct sg_value_scope){ .sees_value = true, .guard_len = fence };
}
