/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/object_name.h"

#include <stdint.h>

/*
 * One pass, left to right. The only subtlety is quoting: inside "…" a comma, '=' or ':' is literal,
 * and a backslash escapes the next character. Outside, the characters , = : * ? and the quote end a
 * part or are errors. The first error is reported with its offset, because the names come from
 * other software.
 */

struct cursor {
    struct sg_str text;
    size_t at;
    bool wildcards; /* allowed */
    struct sg_error *err;
};

static int syntax_error(struct cursor *c, const char *why)
{
    return sg_error_set(c->err, SG_OBJECT_NAME_E_SYNTAX,
        "ObjectName \"" SG_STR_FMT "\", byte %zu: %s", SG_STR_ARG(c->text), c->at, why);
}

static bool at_end(const struct cursor *c)
{
    return c->at == c->text.len;
}

static char peek(const struct cursor *c)
{
    return c->text.ptr[c->at];
}

/* The text up to the first of `stops`, or to the end. */
static struct sg_str take_until(struct cursor *c, const char *stops)
{
    size_t start = c->at;

    while (!at_end(c) && (peek(c) == '\0' || !strchr(stops, peek(c))))
        c->at++;
    return (struct sg_str){ c->text.ptr + start, c->at - start };
}

/* Outside quotes a backslash is an ordinary character. */
static bool is_quoted(struct sg_str text)
{
    return text.len && text.ptr[0] == '"';
}

static bool has_wildcard(struct sg_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && is_quoted(text))
            i++;
        else if (text.ptr[i] == '*' || text.ptr[i] == '?')
            return true;
    }
    return false;
}

static int take_quoted(struct cursor *c, struct sg_str *ret_value)
{
    size_t start = c->at++;

    while (!at_end(c) && peek(c) != '"') {
        if (peek(c) == '\n')
            return syntax_error(c, "a line break in a value");
        if (peek(c) != '\\' || c->at + 1 == c->text.len) {
            c->at++;
            continue;
        }
        if (c->wildcards && !strchr("\\\"*?n", c->text.ptr[c->at + 1]))
            return syntax_error(c, "a backslash escapes only \\ \" * ? n");
        c->at += 2;
    }
    if (at_end(c))
        return syntax_error(c, "a quoted value is not closed");
    c->at++;
    *ret_value = (struct sg_str){ c->text.ptr + start, c->at - start };
    return 0;
}

static int take_property(struct cursor *c, struct sg_property *ret_property)
{
    struct sg_property property;

    property.key = take_until(c, ",=:*?\"\n");
    if (property.key.len == 0 || at_end(c) || peek(c) != '=')
        return syntax_error(c, "expected key=value");
    c->at++;

    if (!at_end(c) && peek(c) == '"') {
        int r = take_quoted(c, &property.value);
        if (r)
            return r;
    } else { /* may be empty */
        property.value = take_until(c, c->wildcards ? ",=:\"\n" : ",=:*?\"\n");
    }
    if (!at_end(c) && peek(c) != ',')
        return syntax_error(c, "expected a comma or the end");

    *ret_property = property;
    return 0;
}

static bool at_star(const struct cursor *c)
{
    return c->wildcards && !at_end(c) && peek(c) == '*' &&
           (c->at + 1 == c->text.len || c->text.ptr[c->at + 1] == ',');
}

static int parse(struct cursor *c, struct sg_object_name *ret_name)
{
    struct sg_object_name name = { .n_properties = 0 };

    name.domain = take_until(c, c->wildcards ? ":\n" : ":*?\n");
    if (at_end(c) || peek(c) != ':')
        return syntax_error(c, "expected a domain and a colon");
    name.is_pattern = c->wildcards && has_wildcard(name.domain);

    do {
        c->at++; /* the colon, later a comma */
        if (at_star(c)) {
            if (name.open)
                return syntax_error(c, "a second \"*\"");
            name.open = name.is_pattern = true;
            c->at++;
            continue;
        }
        if (name.n_properties == SG_OBJECT_NAME_PROPERTIES_MAX)
            return sg_error_set(c->err, SG_OBJECT_NAME_E_TOO_LONG,
                "ObjectName \"" SG_STR_FMT "\" has more than %d key properties",
                SG_STR_ARG(c->text), SG_OBJECT_NAME_PROPERTIES_MAX);

        struct sg_property *property = &name.properties[name.n_properties];
        int r = take_property(c, property);
        if (r)
            return r;
        if (c->wildcards && sg_object_name_find(&name, property->key))
            return syntax_error(c, "duplicate key");
        name.is_pattern = name.is_pattern || (c->wildcards && has_wildcard(property->value));
        name.n_properties++;
    } while (!at_end(c));

    *ret_name = name;
    return 0;
}

int sg_object_name_parse(struct sg_str text, struct sg_object_name *ret_name, struct sg_error *err)
{
    struct cursor c = { .text = text, .err = err };
    return parse(&c, ret_name);
}

int sg_object_name_parse_pattern(
    struct sg_str text, struct sg_object_name *ret_name, struct sg_error *err)
{
    struct cursor c = { .text = text, .wildcards = true, .err = err };
    return parse(&c, ret_name);
}

const struct sg_property *sg_object_name_find(const struct sg_object_name *name, struct sg_str key)
{
    for (size_t i = 0; i < name->n_properties; i++) {
        if (sg_str_equal(name->properties[i].key, key))
            return &name->properties[i];
    }
    return NULL;
}

/* How many bytes of text the pattern's next element matches: 0 when it does not match. */
static size_t fits(struct sg_str pattern, size_t p, struct sg_str text, size_t t)
{
    if (p >= pattern.len)
        return 0;
    if (pattern.ptr[p] == '\\' && p + 1 < pattern.len && is_quoted(pattern))
        return text.len - t >= 2 && memcmp(pattern.ptr + p, text.ptr + t, 2) == 0 ? 2 : 0;
    return pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t] ? 1 : 0;
}

/*
 * "*" is any run of characters, "?" one. A backslash is before a character that is literal in a
 * quoted value; the name that it is compared with has the same backslash. On a mismatch the latest
 * star takes one character more, so the time is at most the product of the lengths.
 */
static bool wild_match(struct sg_str pattern, struct sg_str text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX;
    size_t star_t = 0;

    while (t < text.len) {
        size_t n = fits(pattern, p, text, t);
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            star_t = t;
        } else if (n) {
            p += n;
            t += n;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_t;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool sg_object_name_matches(const struct sg_object_name *pattern, const struct sg_object_name *name)
{
    if (!wild_match(pattern->domain, name->domain))
        return false;
    if (!pattern->open && pattern->n_properties != name->n_properties)
        return false;
    for (size_t i = 0; i < pattern->n_properties; i++) {
        const struct sg_property *wanted = &pattern->properties[i];
        const struct sg_property *found = sg_object_name_find(name, wanted->key);
        if (!found || !wild_match(wanted->value, found->value))
            return false;
    }
    return true;
}

void sg_object_name_unquote(struct sg_str text, struct sg_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        if (c == '\\' && next && strchr("\"\\*?n", next)) {
            c = next == 'n' ? '\n' : next;
            i++;
        }
        sg_buf_add_char(out, c);
    }
}
