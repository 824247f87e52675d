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

/* Blanks and comments in between, under (?x), are skipped. */
static bool quantifier_follows(struct sg_java_translator *t)
{
    sg_java_skip_comments(t);
    return t->at < t->text.len && strchr("?*+{", sg_java_peek(t, 0));
}

/* A literal character. */
static int add_literal(struct sg_java_translator *t, int32_t code, bool may_be_required)
{
    if (!may_be_required || t->depth || code >= 128 || code == 0 || quantifier_follows(t)) {
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

/* What matches a place and no character. PCRE2 repeats that in a group only. */
static int take_place(struct sg_java_translator *t, size_t n)
{
    struct sg_str text = { t->text.ptr + t->at, n };

    t->at += n;
    t->can_repeat = true;
    return sg_buf_printf(
        t->out, quantifier_follows(t) ? "(?:" SG_STR_FMT ")" : SG_STR_FMT, SG_STR_ARG(text));
}

/* Java takes "\r\n" apart where the rest needs the "\n", unless the \R has a quantifier; PCRE2
 * never does. */
static int take_line_break(struct sg_java_translator *t)
{
    t->at += 2;
    if (quantifier_follows(t))
        return sg_buf_add_str(t->out, SG_STR("\\R"));
    return sg_buf_add_str(
        t->out, SG_STR("(?:\\x{d}\\x{a}|[\\x{a}-\\x{d}\\x{85}\\x{2028}\\x{2029}])"));
}

static int refuse_reference_behind(struct sg_java_translator *t)
{
    return sg_java_refuse(t, t->at, "a look-behind cannot have a back reference");
}

/* \12: as many digits as make the number of a group so far. */
static int take_back_reference(struct sg_java_translator *t)
{
    unsigned group = (unsigned)(sg_java_peek(t, 1) - '0');

    if (t->flags.behind)
        return refuse_reference_behind(t);

    for (t->at += 2; sg_java_is_digit(sg_java_peek(t, 0)); t->at++) {
        unsigned longer = group * 10 + (unsigned)(sg_java_peek(t, 0) - '0');
        if (longer > t->n_groups)
            break;
        group = longer;
    }
    if (group > t->survey.n_groups)
        return sg_buf_add_str(t->out, SG_STR("(?!)")); /* matches nothing, in Java too */
    return sg_buf_printf(t->out, "\\g{%u}", group);
}

/* Does a group of this name, which ends with ">", begin before? */
static bool is_group_before(const struct sg_java_translator *t, struct sg_str name)
{
    for (size_t i = 0; i + 3 + name.len <= t->at; i++) {
        struct sg_str rest = { t->text.ptr + i + 3, t->at - i - 3 };
        if (memcmp(t->text.ptr + i, "(?<", 3) == 0 && sg_str_starts_with(rest, name))
            return true;
    }
    return false;
}

static int take_named_reference(struct sg_java_translator *t)
{
    size_t start = t->at;
    const char *name = t->text.ptr + t->at + 2;
    const char *end = memchr(name, '>', t->text.len - t->at - 2);

    if (sg_java_peek(t, 2) != '<' || !end)
        return sg_java_refuse(t, start, "\\k must be followed by <name>");
    if (t->flags.behind)
        return refuse_reference_behind(t);
    size_t n = (size_t)(end + 1 - (t->text.ptr + start));
    if (!is_group_before(t, (struct sg_str){ name + 1, n - 3 }))
        return sg_java_refuse(t, start, "no group of this name begins before");
    t->at += n;
    return sg_buf_add(t->out, t->text.ptr + start, n);
}

/* t->at is at the backslash. */
static int take_escape_outside(struct sg_java_translator *t)
{
    static const char same[] = "dDsSwWhHvVX";
    static const char places[] = "AZzGBb";
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
    if (c == 'R')
        return take_line_break(t);
    if (sg_java_looking_at(t, "\\b{g"))
        return sg_java_refuse(t, t->at, "\\b{g} is not supported");
    if (strchr(places, c))
        return take_place(t, 2);
    if (c == 'N')
        return sg_java_refuse(t, t->at, "\\N{…} is not supported; write \\x{…}");
    if (!strchr(same, c))
        return sg_java_refuse(t, t->at, "Java has no such escape");
    sg_buf_add(t->out, t->text.ptr + t->at, 2);
    t->at += 2;
    return sg_buf_error(t->out);
}

/* ---- Quantifiers ---- */

static bool is_possessive(const struct sg_java_translator *t, size_t group_at)
{
    for (size_t i = 0; i < t->survey.n_possessive; i++) {
        if (t->survey.possessive[i] == group_at)
            return true;
    }
    return false;
}

/* The + after a quantifier. */
static int note_possessive(struct sg_java_translator *t, bool after_group)
{
    size_t group_at = t->groups[t->depth].at;

    if (!after_group || is_possessive(t, group_at))
        return 0;
    if (t->survey.n_possessive == SG_JAVA_POSSESSIVE_MAX)
        return sg_java_refuse(t, t->at, "too many possessive quantifiers");
    t->survey.possessive[t->survey.n_possessive++] = group_at;
    return 0;
}

static int take_quantifier(struct sg_java_translator *t, bool after_group)
{
    size_t start = t->at;
    int r = 0;

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
    sg_java_skip_comments(t);
    if (sg_java_peek(t, 0) == '?' || sg_java_peek(t, 0) == '+') {
        if (sg_java_peek(t, 0) == '+')
            r = note_possessive(t, after_group);
        sg_buf_add_char(t->out, sg_java_peek(t, 0));
        t->at++;
    }
    return r ? r : sg_buf_error(t->out);
}

/* ---- Groups ---- */

/* The group begins at `at`; its "(" is not yet written. */
static int open_group(struct sg_java_translator *t, size_t at)
{
    if (t->depth == SG_JAVA_GROUPS_DEEP_MAX)
        return sg_java_refuse(t, at, "groups are nested too deeply");
    struct sg_java_group *group = &t->groups[t->depth++];
    *group = (struct sg_java_group){ at, t->flags, is_possessive(t, at) };
    t->can_repeat = false;
    return group->is_wrapped ? sg_buf_add_str(t->out, SG_STR("(?>")) : 0;
}

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
    int r = is_group ? open_group(t, start - 2) : 0;
    t->flags = flags;
    t->can_repeat = false;
    if (r || (!is_group && !on[0] && !off[0]))
        return r;
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
    bool is_named = sg_java_looking_at(t, "(?<");

    t->previous = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!sg_java_looking_at(t, kinds[i]))
            continue;
        int r = open_group(t, t->at);
        t->at += strlen(kinds[i]);
        t->flags.behind = t->flags.behind || is_named;
        return r ? r : sg_buf_printf(t->out, "%s", kinds[i]);
    }
    if (!is_named && sg_java_looking_at(t, "(?")) {
        t->at += 2;
        return take_flags(t);
    }
    int r = open_group(t, t->at);
    if (r)
        return r;
    t->n_groups++;
    t->at += is_named ? 2 : 1;
    return is_named ? take_group_name(t) : sg_buf_add_char(t->out, '(');
}

static int end_group(struct sg_java_translator *t)
{
    if (t->depth == 0)
        return sg_java_refuse(t, t->at, "no group to close; a literal ) needs a backslash");
    const struct sg_java_group *group = &t->groups[--t->depth];
    t->flags = group->outer;
    t->at++;
    t->can_repeat = true;
    t->after_group = true;
    t->previous = '\0';
    return sg_buf_add_str(t->out, group->is_wrapped ? SG_STR("))") : SG_STR(")"));
}

/* ---- The pattern ---- */

static int take_one(struct sg_java_translator *t)
{
    char c = sg_java_peek(t, 0);
    bool after_group = t->after_group;
    int32_t code;
    int r;

    t->after_group = false;
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
        return take_quantifier(t, after_group);
    case '[':
        t->previous = '\0';
        t->can_repeat = true;
        return sg_java_read_class(t, t->out, 0);
    case '|':
        t->no_pairs = t->no_pairs || t->depth == 0;
        t->can_repeat = false;
        break;
    case '^':
    case '$':
        t->previous = '\0';
        return take_place(t, 1);
    case '.':
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

static int take_all(struct sg_java_translator *t)
{
    int r = 0;

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

/* Twice: the first pass is for the survey. */
static int translate(struct sg_java_translator *t)
{
    struct sg_java_translator second = *t;
    size_t len = t->out->len;

    int r = take_all(t);
    if (r)
        return r;
    sg_buf_truncate(t->out, len);
    second.survey = t->survey;
    second.survey.n_groups = t->n_groups;
    *t = second;
    return take_all(t);
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
