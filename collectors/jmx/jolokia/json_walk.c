/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/json_walk.h"

#include <string.h>

static const char ends_early[] = "it is truncated";

static bool fail(struct sg_json_walk *walk, const char *why)
{
    if (!walk->why)
        walk->why = why;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct sg_json_walk *walk)
{
    while (walk->at < walk->len && is_blank(walk->text[walk->at]))
        walk->at++;
}

char sg_json_walk_peek(struct sg_json_walk *walk)
{
    skip_blanks(walk);
    return walk->at < walk->len ? walk->text[walk->at] : '\0';
}

/* From the opening quote to after the closing one. */
static bool skip_string(struct sg_json_walk *walk)
{
    for (walk->at++; walk->at < walk->len; walk->at++) {
        char c = walk->text[walk->at];
        if (c == '\\') {
            walk->at++;
        } else if (c == '"') {
            walk->at++;
            return true;
        }
    }
    walk->at = walk->len;
    return fail(walk, ends_early);
}

/* From the opening bracket to after the one that closes it. */
static bool skip_brackets(struct sg_json_walk *walk)
{
    size_t depth = 0;

    while (walk->at < walk->len) {
        char c = walk->text[walk->at];
        if (c == '"') {
            if (!skip_string(walk))
                return false;
            continue;
        }
        walk->at++;
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && --depth == 0)
            return true;
    }
    return fail(walk, ends_early);
}

/* A number, true, false, null: up to what cannot be part of it. */
static bool skip_word(struct sg_json_walk *walk)
{
    size_t start = walk->at;

    while (walk->at < walk->len && !is_blank(walk->text[walk->at]) &&
           !strchr(",:[]{}\"", walk->text[walk->at]))
        walk->at++;
    if (walk->at == walk->len)
        return fail(walk, ends_early); /* all values are in brackets */
    return walk->at > start || fail(walk, "expected a value");
}

bool sg_json_walk_value(struct sg_json_walk *walk, struct sg_str *ret_value)
{
    char c = sg_json_walk_peek(walk);
    size_t start = walk->at;
    bool good = c == '"'                ? skip_string(walk)
                : c == '[' || c == '{'  ? skip_brackets(walk)
                : walk->at == walk->len ? fail(walk, ends_early)
                                        : skip_word(walk);

    if (good && ret_value)
        *ret_value = (struct sg_str){ walk->text + start, walk->at - start };
    return good;
}

bool sg_json_walk_enter(struct sg_json_walk *walk, char bracket)
{
    if (sg_json_walk_peek(walk) != bracket)
        return fail(walk, walk->at == walk->len ? ends_early
                          : bracket == '['      ? "expected \"[\""
                                                : "expected \"{\"");
    walk->at++;
    return true;
}

bool sg_json_walk_more(struct sg_json_walk *walk, char closing, bool first)
{
    char c = sg_json_walk_peek(walk);

    if (walk->why)
        return false;
    if (c == closing) {
        walk->at++;
        return false;
    }
    if (first)
        return walk->at < walk->len || fail(walk, ends_early);
    if (c != ',')
        return fail(walk, walk->at == walk->len ? ends_early
                          : closing == ']'      ? "expected \",\" or \"]\""
                                                : "expected \",\" or \"}\"");
    walk->at++;
    return true;
}

bool sg_json_walk_key(struct sg_json_walk *walk, struct sg_str *ret_key)
{
    if (sg_json_walk_peek(walk) != '"')
        return fail(walk, walk->at == walk->len ? ends_early : "expected a key in quotes");
    if (!sg_json_walk_value(walk, ret_key))
        return false;
    if (sg_json_walk_peek(walk) != ':')
        return fail(walk, walk->at == walk->len ? ends_early : "expected \":\"");
    walk->at++;
    return true;
}

bool sg_json_walk_at_end(struct sg_json_walk *walk)
{
    skip_blanks(walk);
    return walk->at == walk->len;
}

void sg_json_walk_place(struct sg_str text, size_t at, size_t *ret_line, size_t *ret_column)
{
    size_t line = 1;
    size_t start = 0;

    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    *ret_line = line;
    *ret_column = at - start + 1;
}
