/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_regex.h"

#include "jmx/rules/java_regex_parts.h"

#include <string.h>

/* The pattern outside of classes. Escapes, properties and classes have their own files. */

int sg_java_refuse(struct sg_java_translator *t, size_t at, const char *why)
{
    return sg_error_set(t->err, SG_JAVA_REGEX_E_PATTERN,
        "pattern \"" SG_STR_FMT "\", character %zu: %s", SG_STR_ARG(t->text), at + 1, why);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In (?x) blanks and comments are skipped, in classes too. An open comment at the end would include
 * jmx_exporter's ").*$" after the pattern. */
void sg_java_skip_comments(struct sg_java_translator *t)
{
    while (t->flags.comments && t->at < t->text.len) {
        char c = sg_java_peek(t, 0);
        if (c == '#') {
            while (t->at < t->text.len && sg_java_peek(t, 0) != '\n' && sg_java_peek(t, 0) != '\r')
                t->at++;
            t->open_comment = t->at == t->text.len;
        } else if (is_space(c)) {
            t->at++;
        } else {
            break;
        }
    }
}

/* ---- Literals, escapes ---- */

/* A literal character. */
static int add_literal(struct sg_java_translator *t, int32_t code, bool may_be_required)
{
    bool is_repeated = t->at < t->text.len && strchr("?*+{", sg_java_peek(t, 0));

    if (!may_be_required || t->depth || code >= 128 || code == 0 || is_repeated) {
        t->previous = '\0';
    } else {
        if (t->previous)
            sg_pairs_add(&t->required, t->previous, (char)code);
        t->previous = (char)code;
    }
    t->can_repeat = true;
    return sg_java_add_code(t->out, code);
}

/* \Q…\E; t->at is after the \Q. */
static int take_quote(struct sg_java_translator *t)
{
    int r = 0;

    while (!r && t->at < t->text.len && !sg_java_looking_at(t, "\\E")) {
        int32_t code;
        r = sg_java_read_character(t, &code);
        if (!r)
            r = add_literal(t, code, false);
    }
    t->previous = '\0';
    if (!r && t->at == t->text.len)
        r = sg_java_refuse(t, t->at, "the \\E is missing");
    t->at += 2;
    return r;
}

/* \12: as many digits as make the number of a group. */
static int take_back_reference(struct sg_java_translator *t)
{
    unsigned group = (unsigned)(sg_java_peek(t, 1) - '0');

    for (t->at += 2; sg_java_is_digit(sg_java_peek(t, 0)); t->at++) {
        unsigned longer = group * 10 + (unsigned)(sg_java_peek(t, 0) - '0');
        if (longer > t->n_groups)
            break;
        group = longer;
    }
    if (group > t->n_groups)
        return sg_buf_add_str(t->out, SG_STR("(?!)")); /* matches nothing, in Java too */
    return sg_buf_printf(t->out, "\\g{%u}", group);
}

static int take_named_reference(struct sg_java_translator *t)
{
    size_t start = t->at;
    const char *name = t->text.ptr + t->at + 2;
    const char *end = memchr(name, '>', t->text.len - t->at - 2);

    if (sg_java_peek(t, 2) != '<' || !end)
        return sg_java_refuse(t, start, "\\k must be followed by <name>");
    size_t n = (size_t)(end + 1 - (t->text.ptr + start));
    t->at += n;
    return sg_buf_add(t->out, t->text.ptr + start, n);
}

/* t->at is at the backslash. */
static int take_escape_outside(struct sg_java_translator *t)
{
    static const char same[] = "dDsSwWhHvVRXAZzGBb";
    char c = sg_java_peek(t, 1);
    int32_t code;

    if (c == 'Q') {
        t->at += 2;
        return take_quote(t);
    }
    int r = sg_java_read_escape(t, &code);
    if (r)
        return r;
    if (code != SG_JAVA_NO_CODE)
        return add_literal(t, code, true);
    t->previous = '\0';
    t->can_repeat = true;
    if (sg_java_is_digit(c))
        return take_back_reference(t);
    if (c == 'k')
        return take_named_reference(t);
    if (c == 'p' || c == 'P')
        return sg_java_read_property(t, t->out);
    if (c == 'b' && sg_java_peek(t, 2) == '{')
        return sg_java_refuse(t, t->at, "\\b{…} is not supported");
    if (c == 'N')
        return sg_java_refuse(t, t->at, "\\N{…} is not supported; write \\x{…}");
    if (!strchr(same, c))
        return sg_java_refuse(t, t->at, "Java has no such escape");
    sg_buf_add(t->out, t->text.ptr + t->at, 2);
    t->at += 2;
    return sg_buf_error(t->out);
}

/* ---- Quantifiers ---- */

static int take_quantifier(struct sg_java_translator *t)
{
    size_t start = t->at;

    if (!t->can_repeat)
        return sg_java_refuse(
            t, start, "there is nothing to repeat; a literal one needs a backslash");
    t->can_repeat = false;
    t->previous = '\0';
    if (sg_java_peek(t, 0) == '{') {
        size_t n = 1;
        while (sg_java_is_digit(sg_java_peek(t, n)))
            n++;
        size_t n_digits = n - 1;
        if (sg_java_peek(t, n) == ',')
            n++;
        while (sg_java_is_digit(sg_java_peek(t, n)))
            n++;
        if (n_digits == 0 || sg_java_peek(t, n) != '}')
            return sg_java_refuse(t, start, "not a repetition; a literal { needs a backslash");
        sg_buf_add(t->out, t->text.ptr + start, n + 1);
        t->at += n + 1;
    } else {
        sg_buf_add_char(t->out, sg_java_peek(t, 0));
        t->at++;
    }
    if (sg_java_peek(t, 0) == '?' || sg_java_peek(t, 0) == '+') {
        sg_buf_add_char(t->out, sg_java_peek(t, 0));
        t->at++;
    }
    return sg_buf_error(t->out);
}

/* ---- Groups ---- */

/* Flags up to the ")" or ":"; t->at is behind the "(?". */
static int take_flags(struct sg_java_translator *t)
{
    size_t start = t->at;
    struct sg_java_flags flags = t->flags;
    char on[4] = "";
    char off[4] = "";
    bool is_off = false;

    for (; sg_java_peek(t, 0) != ')' && sg_java_peek(t, 0) != ':'; t->at++) {
        char c = sg_java_peek(t, 0);
        char *list = is_off ? off : on;
        if (c == '-' && !is_off) {
            is_off = true;
        } else if (c == 'x') {
            flags.comments = !is_off;
            t->no_pairs = true;
        } else if (c == 'i' || c == 'm' || c == 's') {
            if (c == 'i')
                flags.any_case = !is_off;
            t->no_pairs = t->no_pairs || c == 'i';
            if (!strchr(list, c))
                list[strlen(list)] = c;
        } else if (c == 'd' || c == 'U') {
            return sg_java_refuse(t, t->at, "the flags d and U are not supported");
        } else if (c != 'u') { /* Unicode in (?i): PCRE2 does it anyway */
            return sg_java_refuse(t, start, "Java has no such group");
        }
    }
    bool is_group = sg_java_peek(t, 0) == ':';
    t->at++;
    if (is_group) {
        if (t->depth == SG_JAVA_GROUPS_DEEP_MAX)
            return sg_java_refuse(t, start, "groups are nested too deeply");
        t->outer[t->depth++] = t->flags;
    }
    t->flags = flags;
    t->can_repeat = false;
    if (!is_group && !on[0] && !off[0])
        return 0;
    return sg_buf_printf(t->out, "(?%s%s%s%c", on, off[0] ? "-" : "", off, is_group ? ':' : ')');
}

/* "<name>"; t->at is behind the "(?". */
static int take_group_name(struct sg_java_translator *t)
{
    size_t start = t->at;
    size_t n = 1;

    while (sg_java_is_letter(sg_java_peek(t, n)) || (n > 1 && sg_java_is_digit(sg_java_peek(t, n))))
        n++;
    if (n == 1 || sg_java_peek(t, n) != '>')
        return sg_java_refuse(t, start, "a group's name has letters and digits, and ends with >");
    t->at += n + 1;
    sg_buf_add_str(t->out, SG_STR("(?"));
    return sg_buf_add(t->out, t->text.ptr + start, n + 1);
}

static int take_group(struct sg_java_translator *t)
{
    static const char *const kinds[] = { "(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!" };
    size_t start = t->at;
    int r = 0;

    t->previous = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && t->at == start; i++) {
        if (sg_java_looking_at(t, kinds[i])) {
            t->at += strlen(kinds[i]);
            r = sg_buf_printf(t->out, "%s", kinds[i]);
        }
    }
    if (t->at == start && sg_java_looking_at(t, "(?<")) {
        t->at += 2;
        r = take_group_name(t);
    } else if (t->at == start && sg_java_looking_at(t, "(?")) {
        t->at += 2;
        return take_flags(t);
    } else if (t->at == start) {
        t->at++;
        r = sg_buf_add_char(t->out, '(');
    }
    if (r)
        return r;
    if (t->depth == SG_JAVA_GROUPS_DEEP_MAX)
        return sg_java_refuse(t, start, "groups are nested too deeply");
    t->outer[t->depth++] = t->flags;
    t->can_repeat = false;
    return 0;
}

static int end_group(struct sg_java_translator *t)
{
    if (t->depth == 0)
        return sg_java_refuse(t, t->at, "no group to close; a literal ) needs a backslash");
    t->flags = t->outer[--t->depth];
    t->at++;
    t->can_repeat = true;
    t->previous = '\0';
    return sg_buf_add_char(t->out, ')');
}

/* ---- The pattern ---- */

static int take_one(struct sg_java_translator *t)
{
    char c = sg_java_peek(t, 0);
    int32_t code;
    int r;

    switch (c) {
    case '\\':
        return take_escape_outside(t);
    case '(':
        return take_group(t);
    case ')':
        return end_group(t);
    case '*':
    case '+':
    case '?':
    case '{':
        return take_quantifier(t);
    case '[':
        t->previous = '\0';
        t->can_repeat = true;
        return sg_java_read_class(t, t->out, 0);
    case '|':
        t->no_pairs = t->no_pairs || t->depth == 0;
        t->can_repeat = false;
        break;
    case '.':
    case '^':
    case '$':
        t->can_repeat = true;
        break;
    default:
        r = sg_java_read_character(t, &code);
        return r ? r : add_literal(t, code, true);
    }
    t->previous = '\0';
    t->at++;
    return sg_buf_add_char(t->out, c);
}

/* Groups that capture, for back references that come before them. */
static unsigned count_groups(struct sg_str text)
{
    unsigned n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        char kind = i + 2 < text.len ? text.ptr[i + 2] : '\0';
        char after = i + 3 < text.len ? text.ptr[i + 3] : '\0';
        if (text.ptr[i] == '\\')
            i++;
        else if (text.ptr[i] == '(')
            n += next != '?' || (kind == '<' && after != '=' && after != '!');
    }
    return n;
}

static int translate(struct sg_java_translator *t)
{
    int r = 0;

    t->n_groups = count_groups(t->text);
    for (sg_java_skip_comments(t); !r && t->at < t->text.len; sg_java_skip_comments(t)) {
        if (t->out->len <= t->stop)
            t->source = t->at;
        r = take_one(t);
    }
    if (!r && t->open_comment)
        r = sg_java_refuse(t, t->text.len, "a line break must end the comment");
    if (!r && t->depth)
        r = sg_java_refuse(t, t->text.len, "a group is not closed");
    return r;
}

int sg_java_regex_translate(
    struct sg_str pattern, struct sg_buf *out, struct sg_pairs *ret_required, struct sg_error *err)
{
    struct sg_java_translator t = { .text = pattern, .out = out, .err = err };

    int r = translate(&t);
    if (r)
        return r;
    *ret_required = t.no_pairs ? (struct sg_pairs){ 0 } : t.required;
    return 0;
}

size_t sg_java_regex_source(struct sg_str pattern, size_t offset)
{
    struct sg_buf out;
    struct sg_java_translator t = { .text = pattern, .out = &out, .stop = offset };

    sg_buf_init(&out, SG_JAVA_CLASS_BYTES_MAX);
    (void)translate(&t);
    sg_buf_done(&out);
    return t.source;
}
