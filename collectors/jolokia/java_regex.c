/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/java_regex.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

enum {
    GROUPS_DEEP_MAX = 100,
    CLASSES_DEEP_MAX = 20,
    CLASS_BYTES_MAX = 64 * 1024,
    NO_CODE = -1, /* the escape is not one character */
};

/* Flags of (?…) that matter here. */
struct flags {
    bool any_case;
    bool comments;
};

struct translator {
    struct sg_str text;
    size_t at;
    struct sg_buf *out;
    struct sg_error *err;
    struct flags flags;
    struct flags outer[GROUPS_DEEP_MAX]; /* flags of the groups around */
    size_t depth;
    unsigned n_groups; /* of the whole pattern */
    bool can_repeat;   /* a quantifier may follow */
    size_t stop;       /* length of out at which `source` is noted */
    size_t source;

    struct sg_pairs required;
    char previous; /* the literal before, NUL: there is none */
    bool open_comment;
    bool no_pairs; /* alternatives, or flags that make literals less than literal */
};

static int refuse(struct translator *t, size_t at, const char *why)
{
    return sg_error_set(t->err, SG_JAVA_REGEX_E_PATTERN,
        "pattern \"" SG_STR_FMT "\", character %zu: %s", SG_STR_ARG(t->text), at + 1, why);
}

static char peek(const struct translator *t, size_t ahead)
{
    return t->at + ahead < t->text.len ? t->text.ptr[t->at + ahead] : '\0';
}

static bool looking_at(const struct translator *t, const char *word)
{
    struct sg_str rest = { t->text.ptr + t->at, t->text.len - t->at };
    return sg_str_starts_with(rest, sg_str_of(word));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ---- Characters ---- */

static int add_code(struct sg_buf *out, int32_t code)
{
    if (code < 128 && (is_letter((char)code) || is_digit((char)code)))
        return sg_buf_add_char(out, (char)code);
    return sg_buf_printf(out, "\\x{%x}", (unsigned)code);
}

/* The code point at t->at, which moves behind it. */
static int take_character(struct translator *t, int32_t *ret_code)
{
    const char *p = t->text.ptr + t->at;
    size_t n = sg_utf8_length(p, t->text.len - t->at);
    static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

    if (n == 0)
        return refuse(t, t->at, "not UTF-8");
    int32_t code = (unsigned char)p[0] & masks[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)p[i] & 0x3f);
    t->at += n;
    *ret_code = code;
    return 0;
}

/* n hexadecimal digits */
static bool take_hex(struct translator *t, size_t n, int32_t *ret_code)
{
    int32_t code = 0;

    for (size_t i = 0; i < n; i++) {
        int digit = hex_digit(peek(t, i));
        if (digit < 0)
            return false;
        code = code << 4 | digit;
    }
    t->at += n;
    *ret_code = code;
    return true;
}

/* After "\x": hh or {h…h} */
static int take_hex_escape(struct translator *t, size_t start, int32_t *ret_code)
{
    int32_t code = 0;

    if (peek(t, 0) != '{')
        return take_hex(t, 2, ret_code) ? 0
                                        : refuse(t, start, "two hexadecimal digits must follow");
    size_t n = 1;
    for (; hex_digit(peek(t, n)) >= 0 && code <= 0x10ffff; n++)
        code = code << 4 | hex_digit(peek(t, n));
    if (n == 1 || peek(t, n) != '}' || code > 0x10ffff)
        return refuse(t, start, "not the number of a character");
    t->at += n + 1;
    *ret_code = code;
    return 0;
}

/* After "\u": four digits, or two such escapes that make one character */
static int take_unicode_escape(struct translator *t, size_t start, int32_t *ret_code)
{
    int32_t low;

    if (!take_hex(t, 4, ret_code))
        return refuse(t, start, "four hexadecimal digits must follow");
    if (*ret_code < 0xd800 || *ret_code > 0xdfff)
        return 0;
    if (*ret_code < 0xdc00 && looking_at(t, "\\u")) {
        t->at += 2;
        if (take_hex(t, 4, &low) && low >= 0xdc00 && low <= 0xdfff) {
            *ret_code = 0x10000 + ((*ret_code - 0xd800) << 10) + (low - 0xdc00);
            return 0;
        }
    }
    return refuse(t, start, "half of a surrogate pair");
}

/* After "\0": n, nn or mnn, of which m is at most 3 */
static int take_octal_escape(struct translator *t, size_t start, int32_t *ret_code)
{
    int32_t code = 0;
    size_t n = 0;

    while (n < 3 && peek(t, n) >= '0' && peek(t, n) <= '7' && !(n == 2 && code > 037))
        code = code << 3 | (peek(t, n++) - '0');
    if (n == 0)
        return refuse(t, start, "octal digits must follow \\0");
    t->at += n;
    *ret_code = code;
    return 0;
}

/*
 * An escape that is one character, in a class or out of it; t->at is at the backslash. Others leave
 * t->at as it is and give NO_CODE.
 */
static int take_escape(struct translator *t, int32_t *ret_code)
{
    static const char controls[] = "a\a"
                                   "e\033"
                                   "f\f"
                                   "n\n"
                                   "r\r"
                                   "t\t";
    size_t start = t->at;
    char c = peek(t, 1);

    *ret_code = NO_CODE;
    if (t->at + 1 == t->text.len)
        return refuse(t, start, "nothing follows the backslash");
    if (!is_letter(c) && !is_digit(c)) {
        t->at++;
        return take_character(t, ret_code);
    }
    for (size_t i = 0; controls[i]; i += 2) {
        if (controls[i] == c)
            *ret_code = controls[i + 1];
    }
    if (*ret_code != NO_CODE) {
        t->at += 2;
        return 0;
    }
    if (c != 'x' && c != 'u' && c != '0' && c != 'c')
        return 0;
    t->at += 2;
    if (c == 'x')
        return take_hex_escape(t, start, ret_code);
    if (c == 'u')
        return take_unicode_escape(t, start, ret_code);
    if (c == '0')
        return take_octal_escape(t, start, ret_code);
    if (t->at == t->text.len)
        return refuse(t, start, "nothing follows \\c");
    int r = take_character(t, ret_code);
    *ret_code ^= 64;
    return r;
}

/* ---- Properties: \p{…} ---- */

/* Java's POSIX classes are of ASCII; what they are between brackets. */
static const char *posix_class(struct sg_str name)
{
    static const struct {
        const char *name;
        const char *content;
    } classes[] = {
        { "ALL", "\\x{0}-\\x{10ffff}" },
        { "ASCII", "\\x{0}-\\x{7f}" },
        { "Alnum", "a-zA-Z0-9" },
        { "Alpha", "a-zA-Z" },
        { "Blank", "\\x{20}\\x{9}" },
        { "Cntrl", "\\x{0}-\\x{1f}\\x{7f}" },
        { "Digit", "0-9" },
        { "Graph", "\\x{21}-\\x{7e}" },
        { "L1", "\\x{0}-\\x{ff}" },
        { "LD", "\\p{L}\\p{Nd}" },
        { "Lower", "a-z" },
        { "Print", "\\x{20}-\\x{7e}" },
        { "Punct", "\\x{21}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{60}\\x{7b}-\\x{7e}" },
        { "Space", "\\x{20}\\x{9}-\\x{d}" },
        { "Upper", "A-Z" },
        { "XDigit", "0-9a-fA-F" },
        { "all", "\\x{0}-\\x{10ffff}" },
    };

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (sg_str_equal(name, sg_str_of(classes[i].name)))
            return classes[i].content;
    }
    return NULL;
}

static bool is_category(struct sg_str name)
{
    static const char categories[] =
        "L M N P S Z C Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi "
        "Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn ";
    char word[4];

    if (name.len == 0 || name.len > 2)
        return false;
    memcpy(word, name.ptr, name.len);
    memcpy(word + name.len, " ", 2);
    const char *found = strstr(categories, word);
    return found && (found == categories || found[-1] == ' ');
}

/* \p{Is…} may be a property, a category or a script. */
static int add_is_property(struct sg_buf *out, struct sg_str name)
{
    static const struct {
        const char *java;
        const char *pcre;
    } properties[] = {
        { "ALPHABETIC", "Alphabetic" },
        { "CONTROL", "Cc" },
        { "DIGIT", "Nd" },
        { "IDEOGRAPHIC", "Ideographic" },
        { "LETTER", "L" },
        { "LOWERCASE", "Lowercase" },
        { "PUNCTUATION", "P" },
        { "TITLECASE", "Lt" },
        { "UPPERCASE", "Uppercase" },
        { "WHITESPACE", "White_Space" },
        { "WHITE_SPACE", "White_Space" },
    };

    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (strlen(properties[i].java) == name.len &&
            strncasecmp(properties[i].java, name.ptr, name.len) == 0)
            return sg_buf_printf(out, "%s", properties[i].pcre);
    }
    return is_category(name) ? sg_buf_add_str(out, name)
                             : sg_buf_printf(out, "sc:" SG_STR_FMT, SG_STR_ARG(name));
}

/* What stands between the braces of PCRE2's \p{…}. */
static int add_property(struct translator *t, size_t start, struct sg_str name, struct sg_buf *out)
{
    const char *equals = memchr(name.ptr, '=', name.len);

    for (size_t i = 0; i < name.len; i++) {
        if (!is_letter(name.ptr[i]) && !is_digit(name.ptr[i]) && !strchr("_- =", name.ptr[i]))
            return refuse(t, start, "not the name of a property");
    }
    if (equals) {
        struct sg_str key = { name.ptr, (size_t)(equals - name.ptr) };
        struct sg_str value = { equals + 1, name.len - key.len - 1 };
        if (sg_str_equal(key, SG_STR("script")) || sg_str_equal(key, SG_STR("sc")))
            return sg_buf_printf(out, "sc:" SG_STR_FMT, SG_STR_ARG(value));
        bool is_general = sg_str_equal(key, SG_STR("general_category"));
        if ((is_general || sg_str_equal(key, SG_STR("gc"))) && is_category(value))
            return sg_buf_add_str(out, value);
        return refuse(t, start, "this property is not supported; write the characters instead");
    }
    if (sg_str_equal(name, SG_STR("LC")))
        return sg_buf_add_str(out, SG_STR("L&"));
    if (is_category(name))
        return sg_buf_add_str(out, name);
    if (sg_str_starts_with(name, SG_STR("Is")))
        return add_is_property(out, (struct sg_str){ name.ptr + 2, name.len - 2 });
    if (sg_str_starts_with(name, SG_STR("In")) || sg_str_starts_with(name, SG_STR("java")))
        return refuse(t, start, "this property is not supported; write the characters instead");
    return refuse(t, start, "Java has no such property");
}

/* \p{name}, \P{name}, \pL: appended as something that matches one character. */
static int take_property(struct translator *t, struct sg_buf *out)
{
    size_t start = t->at;
    bool negated = peek(t, 1) == 'P';
    struct sg_str name = { t->text.ptr + t->at + 2, 1 };

    if (t->at + 2 == t->text.len)
        return refuse(t, start, "the property's name is missing");
    t->at += 3;
    if (name.ptr[0] == '{') {
        const char *end = memchr(name.ptr, '}', t->text.len - start - 2);
        if (!end || end == name.ptr + 1)
            return refuse(t, start, "the property's name is missing");
        name = (struct sg_str){ name.ptr + 1, (size_t)(end - name.ptr - 1) };
        t->at += name.len + 1;
    }
    const char *content = posix_class(name);
    if (content)
        return sg_buf_printf(out, negated ? "[^%s]" : "[%s]", content);
    int r = sg_buf_add_str(out, negated ? SG_STR("\\P{") : SG_STR("\\p{"));
    if (!r)
        r = add_property(t, start, name, out);
    return r ? r : sg_buf_add_char(out, '}');
}

/* ---- Classes: […] ---- */

/*
 * A class is anything that matches one character. Plain ones stay brackets; a union with other
 * classes becomes alternatives, an intersection becomes look-aheads, a negation a negative one.
 */
struct class_parts {
    struct sg_buf content; /* between the brackets */
    struct sg_buf others;  /* classes in it, each with a "|" before */
    struct sg_buf ands;    /* operands of && before this one, as look-aheads */
    bool is_negated;
};

/* The operand that has been read so far, as one thing. */
static int add_union(const struct class_parts *parts, bool negated, struct sg_buf *out)
{
    struct sg_str others = sg_buf_get(&parts->others);
    int r = 0;

    if (others.len == 0) {
        r = sg_buf_printf(out, negated ? "[^" SG_STR_FMT "]" : "[" SG_STR_FMT "]",
            SG_STR_ARG(sg_buf_get(&parts->content)));
        return r;
    }
    r = sg_buf_add_str(out, negated ? SG_STR("(?:(?!") : SG_STR("(?>"));
    if (!r && parts->content.len)
        r = sg_buf_printf(out, "[" SG_STR_FMT "]", SG_STR_ARG(sg_buf_get(&parts->content)));
    else if (!r)
        others = (struct sg_str){ others.ptr + 1, others.len - 1 };
    if (!r)
        r = sg_buf_add_str(out, others);
    return r ? r : sg_buf_add_str(out, negated ? SG_STR(")(?s:.))") : SG_STR(")"));
}

static int add_class(const struct class_parts *parts, struct sg_buf *out)
{
    if (parts->ands.len == 0)
        return add_union(parts, parts->is_negated, out);
    int r = sg_buf_add_str(out, parts->is_negated ? SG_STR("(?:(?!") : SG_STR("(?>"));
    if (!r)
        r = sg_buf_add_str(out, sg_buf_get(&parts->ands));
    if (!r)
        r = add_union(parts, false, out);
    return r ? r : sg_buf_add_str(out, parts->is_negated ? SG_STR(")(?s:.))") : SG_STR(")"));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In (?x) blanks and comments are nothing, in classes too. A comment that nothing ends would take
   jmx_exporter's ").*$" behind the pattern with it. */
static void skip_comments(struct translator *t)
{
    while (t->flags.comments && t->at < t->text.len) {
        char c = peek(t, 0);
        if (c == '#') {
            while (t->at < t->text.len && peek(t, 0) != '\n' && peek(t, 0) != '\r')
                t->at++;
            t->open_comment = t->at == t->text.len;
        } else if (is_space(c)) {
            t->at++;
        } else {
            break;
        }
    }
}

/* One end of a range, or a single character. NO_CODE: a class such as \w, which was appended. */
static int take_class_character(struct translator *t, struct class_parts *parts, int32_t *ret_code)
{
    static const char same[] = "dDsSwWhHvV";
    char c = peek(t, 1);

    *ret_code = NO_CODE;
    if (peek(t, 0) != '\\')
        return take_character(t, ret_code);
    int r = take_escape(t, ret_code);
    if (r || *ret_code != NO_CODE)
        return r;
    if (strchr(same, c)) {
        r = sg_buf_add(&parts->content, t->text.ptr + t->at, 2);
        t->at += 2;
        return r;
    }
    if (c != 'p' && c != 'P')
        return refuse(t, t->at, "Java has no such escape in a class");
    r = sg_buf_add_char(&parts->others, '|');
    return r ? r : take_property(t, &parts->others);
}

static int take_class_item(struct translator *t, struct class_parts *parts)
{
    size_t start = t->at;
    int32_t low;
    int32_t high;

    int r = take_class_character(t, parts, &low);
    if (r || low == NO_CODE)
        return r;
    high = low;
    skip_comments(t);
    if (peek(t, 0) == '-' && t->at + 1 < t->text.len && peek(t, 1) != ']' && peek(t, 1) != '[') {
        t->at++;
        skip_comments(t);
        r = take_class_character(t, parts, &high);
        if (r)
            return r;
        if (high < low)
            return refuse(t, start, "the range has no end after its beginning");
    }
    r = add_code(&parts->content, low);
    if (!r && high != low)
        r = sg_buf_add_char(&parts->content, '-');
    return r || high == low ? r : add_code(&parts->content, high);
}

/* \Q…\E in a class; t->at is behind the \Q. */
static int take_class_quote(struct translator *t, struct class_parts *parts)
{
    int r = 0;

    while (!r && t->at < t->text.len && !looking_at(t, "\\E")) {
        int32_t code;
        r = take_character(t, &code);
        if (!r)
            r = add_code(&parts->content, code);
    }
    if (!r && t->at == t->text.len)
        r = refuse(t, t->at, "the \\E is missing");
    if (r)
        return r;
    t->at += 2;
    return peek(t, 0) == '-' ? refuse(t, t->at, "a range cannot begin with \\E; escape it") : 0;
}

static int take_class(struct translator *t, struct sg_buf *out, int deep);

/*
 * "&&": what was read becomes one side. Java has odd ideas about classes that are followed by plain
 * characters behind it, and forgets the classes; that is refused.
 */
static int take_and(struct translator *t, struct class_parts *parts)
{
    if (parts->content.len == 0 && parts->others.len == 0)
        return refuse(t, t->at, "nothing stands before the &&");
    t->at += 2;
    int r = sg_buf_add_str(&parts->ands, SG_STR("(?="));
    if (!r)
        r = add_union(parts, false, &parts->ands);
    if (!r)
        r = sg_buf_add_char(&parts->ands, ')');
    sg_buf_clear(&parts->content);
    sg_buf_clear(&parts->others);
    skip_comments(t);
    if (!r && (peek(t, 0) == '&' || peek(t, 0) == ']'))
        r = refuse(t, t->at, "nothing stands behind the &&");
    return r;
}

static int take_class_parts(struct translator *t, struct class_parts *parts, int deep)
{
    size_t start = t->at++;
    bool begins_with_class = false; /* the operand behind a && */
    int r = 0;

    if (peek(t, 0) == '^') {
        parts->is_negated = true;
        t->at++;
    }
    while (!r) {
        skip_comments(t);
        bool is_empty = parts->content.len == 0 && parts->others.len == 0;
        char c = peek(t, 0);
        if (t->at == t->text.len)
            return refuse(t, start, "the class has no end; a plain [ is \\[");
        if (c == ']' && !(is_empty && parts->ands.len == 0)) {
            t->at++;
            return 0;
        }
        if (c == '[') {
            begins_with_class = begins_with_class || (is_empty && parts->ands.len);
            r = sg_buf_add_char(&parts->others, '|');
            if (!r)
                r = take_class(t, &parts->others, deep + 1);
        } else if (looking_at(t, "&&")) {
            begins_with_class = false;
            r = take_and(t, parts);
        } else if (begins_with_class) {
            r = refuse(t, t->at,
                "plain characters behind a class that follows && are not supported; "
                "put them into the class");
        } else if (looking_at(t, "\\Q")) {
            t->at += 2;
            r = take_class_quote(t, parts);
        } else {
            r = take_class_item(t, parts);
        }
    }
    return r;
}

/* @param deep  how many classes are around this one */
static int take_class(struct translator *t, struct sg_buf *out, int deep)
{
    struct class_parts parts = { .is_negated = false };

    if (deep == CLASSES_DEEP_MAX)
        return refuse(t, t->at, "too many classes in each other");
    sg_buf_init(&parts.content, CLASS_BYTES_MAX);
    sg_buf_init(&parts.others, CLASS_BYTES_MAX);
    sg_buf_init(&parts.ands, CLASS_BYTES_MAX);
    int r = take_class_parts(t, &parts, deep);
    if (!r)
        r = add_class(&parts, out);
    sg_buf_done(&parts.content);
    sg_buf_done(&parts.others);
    sg_buf_done(&parts.ands);
    return r;
}

/* ---- Literals, escapes ---- */

/* A character that stands for itself. */
static int add_literal(struct translator *t, int32_t code, bool may_be_required)
{
    bool is_repeated = t->at < t->text.len && strchr("?*+{", peek(t, 0));

    if (!may_be_required || t->depth || code >= 128 || code == 0 || is_repeated) {
        t->previous = '\0';
    } else {
        if (t->previous)
            sg_pairs_add(&t->required, t->previous, (char)code);
        t->previous = (char)code;
    }
    t->can_repeat = true;
    return add_code(t->out, code);
}

/* \Q…\E; t->at is behind the \Q. */
static int take_quote(struct translator *t)
{
    int r = 0;

    while (!r && t->at < t->text.len && !looking_at(t, "\\E")) {
        int32_t code;
        r = take_character(t, &code);
        if (!r)
            r = add_literal(t, code, false);
    }
    t->previous = '\0';
    if (!r && t->at == t->text.len)
        r = refuse(t, t->at, "the \\E is missing");
    t->at += 2;
    return r;
}

/* \12: as many digits as make the number of a group. */
static int take_back_reference(struct translator *t)
{
    unsigned group = (unsigned)(peek(t, 1) - '0');

    for (t->at += 2; is_digit(peek(t, 0)); t->at++) {
        unsigned longer = group * 10 + (unsigned)(peek(t, 0) - '0');
        if (longer > t->n_groups)
            break;
        group = longer;
    }
    if (group > t->n_groups)
        return sg_buf_add_str(t->out, SG_STR("(?!)")); /* matches nothing, in Java too */
    return sg_buf_printf(t->out, "\\g{%u}", group);
}

static int take_named_reference(struct translator *t)
{
    size_t start = t->at;
    const char *name = t->text.ptr + t->at + 2;
    const char *end = memchr(name, '>', t->text.len - t->at - 2);

    if (peek(t, 2) != '<' || !end)
        return refuse(t, start, "\\k must be followed by <name>");
    size_t n = (size_t)(end + 1 - (t->text.ptr + start));
    t->at += n;
    return sg_buf_add(t->out, t->text.ptr + start, n);
}

/* t->at is at the backslash. */
static int take_escape_outside(struct translator *t)
{
    static const char same[] = "dDsSwWhHvVRXAZzGBb";
    char c = peek(t, 1);
    int32_t code;

    if (c == 'Q') {
        t->at += 2;
        return take_quote(t);
    }
    int r = take_escape(t, &code);
    if (r)
        return r;
    if (code != NO_CODE)
        return add_literal(t, code, true);
    t->previous = '\0';
    t->can_repeat = true;
    if (is_digit(c))
        return take_back_reference(t);
    if (c == 'k')
        return take_named_reference(t);
    if (c == 'p' || c == 'P')
        return take_property(t, t->out);
    if (c == 'b' && peek(t, 2) == '{')
        return refuse(t, t->at, "\\b{…} is not supported");
    if (c == 'N')
        return refuse(t, t->at, "\\N{…} is not supported; write \\x{…}");
    if (!strchr(same, c))
        return refuse(t, t->at, "Java has no such escape");
    r = sg_buf_add(t->out, t->text.ptr + t->at, 2);
    t->at += 2;
    return r;
}

/* ---- Quantifiers ---- */

static int take_quantifier(struct translator *t)
{
    size_t start = t->at;
    int r;

    if (!t->can_repeat)
        return refuse(t, start, "there is nothing to repeat; a plain one needs a backslash");
    t->can_repeat = false;
    t->previous = '\0';
    if (peek(t, 0) == '{') {
        size_t n = 1;
        while (is_digit(peek(t, n)))
            n++;
        size_t n_digits = n - 1;
        if (peek(t, n) == ',')
            n++;
        while (is_digit(peek(t, n)))
            n++;
        if (n_digits == 0 || peek(t, n) != '}')
            return refuse(t, start, "not a repetition; a plain { needs a backslash");
        r = sg_buf_add(t->out, t->text.ptr + start, n + 1);
        t->at += n + 1;
    } else {
        r = sg_buf_add_char(t->out, peek(t, 0));
        t->at++;
    }
    if (!r && (peek(t, 0) == '?' || peek(t, 0) == '+')) {
        r = sg_buf_add_char(t->out, peek(t, 0));
        t->at++;
    }
    return r;
}

/* ---- Groups ---- */

/* Flags up to the ")" or ":"; t->at is behind the "(?". */
static int take_flags(struct translator *t)
{
    size_t start = t->at;
    struct flags flags = t->flags;
    char on[4] = "";
    char off[4] = "";
    bool is_off = false;

    for (; peek(t, 0) != ')' && peek(t, 0) != ':'; t->at++) {
        char c = peek(t, 0);
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
            return refuse(t, t->at, "the flags d and U are not supported");
        } else if (c != 'u') { /* Unicode in (?i): PCRE2 does it anyway */
            return refuse(t, start, "Java has no such group");
        }
    }
    bool is_group = peek(t, 0) == ':';
    t->at++;
    if (is_group) {
        if (t->depth == GROUPS_DEEP_MAX)
            return refuse(t, start, "too many groups in each other");
        t->outer[t->depth++] = t->flags;
    }
    t->flags = flags;
    t->can_repeat = false;
    if (!is_group && !on[0] && !off[0])
        return 0;
    return sg_buf_printf(t->out, "(?%s%s%s%c", on, off[0] ? "-" : "", off, is_group ? ':' : ')');
}

/* "<name>"; t->at is behind the "(?". */
static int take_group_name(struct translator *t)
{
    size_t start = t->at;
    size_t n = 1;

    while (is_letter(peek(t, n)) || (n > 1 && is_digit(peek(t, n))))
        n++;
    if (n == 1 || peek(t, n) != '>')
        return refuse(t, start, "a group's name has letters and digits, and ends with >");
    t->at += n + 1;
    int r = sg_buf_add_str(t->out, SG_STR("(?"));
    return r ? r : sg_buf_add(t->out, t->text.ptr + start, n + 1);
}

static int take_group(struct translator *t)
{
    static const char *const kinds[] = { "(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!" };
    size_t start = t->at;
    int r = 0;

    t->previous = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && t->at == start; i++) {
        if (looking_at(t, kinds[i])) {
            t->at += strlen(kinds[i]);
            r = sg_buf_printf(t->out, "%s", kinds[i]);
        }
    }
    if (t->at == start && looking_at(t, "(?<")) {
        t->at += 2;
        r = take_group_name(t);
    } else if (t->at == start && looking_at(t, "(?")) {
        t->at += 2;
        return take_flags(t);
    } else if (t->at == start) {
        t->at++;
        r = sg_buf_add_char(t->out, '(');
    }
    if (r)
        return r;
    if (t->depth == GROUPS_DEEP_MAX)
        return refuse(t, start, "too many groups in each other");
    t->outer[t->depth++] = t->flags;
    t->can_repeat = false;
    return 0;
}

static int end_group(struct translator *t)
{
    if (t->depth == 0)
        return refuse(t, t->at, "no group to end; a plain ) needs a backslash");
    t->flags = t->outer[--t->depth];
    t->at++;
    t->can_repeat = true;
    t->previous = '\0';
    return sg_buf_add_char(t->out, ')');
}

/* ---- The pattern ---- */

static int take_one(struct translator *t)
{
    char c = peek(t, 0);
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
        return take_class(t, t->out, 0);
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
        r = take_character(t, &code);
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

static int translate(struct translator *t)
{
    int r = 0;

    t->n_groups = count_groups(t->text);
    for (skip_comments(t); !r && t->at < t->text.len; skip_comments(t)) {
        if (t->out->len <= t->stop)
            t->source = t->at;
        r = take_one(t);
    }
    if (!r && t->open_comment)
        r = refuse(t, t->text.len, "a line break must end the comment");
    if (!r && t->depth)
        r = refuse(t, t->text.len, "a group has no end");
    return r;
}

int sg_java_regex_translate(
    struct sg_str pattern, struct sg_buf *out, struct sg_pairs *ret_required, struct sg_error *err)
{
    struct translator t = { .text = pattern, .out = out, .err = err };

    int r = translate(&t);
    if (r)
        return r;
    *ret_required = t.no_pairs ? (struct sg_pairs){ 0 } : t.required;
    return 0;
}

size_t sg_java_regex_source(struct sg_str pattern, size_t offset)
{
    struct sg_buf out;
    struct translator t = { .text = pattern, .out = &out, .stop = offset };

    sg_buf_init(&out, CLASS_BYTES_MAX);
    (void)translate(&t);
    sg_buf_done(&out);
    return t.source;
}
