/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_regex_parts.h"

#include <string.h>

enum {
    CLASSES_DEEP_MAX = 20,
};

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
static void add_union(const struct class_parts *parts, bool negated, struct sg_buf *out)
{
    struct sg_str content = sg_buf_get(&parts->content);
    struct sg_str others = sg_buf_get(&parts->others);

    if (others.len == 0) {
        sg_buf_printf(out, negated ? "[^" SG_STR_FMT "]" : "[" SG_STR_FMT "]", SG_STR_ARG(content));
        return;
    }
    sg_buf_add_str(out, negated ? SG_STR("(?:(?!") : SG_STR("(?>"));
    if (content.len)
        sg_buf_printf(out, "[" SG_STR_FMT "]", SG_STR_ARG(content));
    else
        others = (struct sg_str){ others.ptr + 1, others.len - 1 };
    sg_buf_add_str(out, others);
    sg_buf_add_str(out, negated ? SG_STR(")(?s:.))") : SG_STR(")"));
}

static void add_class(const struct class_parts *parts, struct sg_buf *out)
{
    if (parts->ands.len == 0) {
        add_union(parts, parts->is_negated, out);
        return;
    }
    sg_buf_add_str(out, parts->is_negated ? SG_STR("(?:(?!") : SG_STR("(?>"));
    sg_buf_add_str(out, sg_buf_get(&parts->ands));
    add_union(parts, false, out);
    sg_buf_add_str(out, parts->is_negated ? SG_STR(")(?s:.))") : SG_STR(")"));
}

/* \v is a class, but as the end of a range it is the one character that it was in Java 7. */
static bool is_old_tab(const struct sg_java_translator *t, bool ends_range)
{
    return sg_java_looking_at(t, "\\v") && (ends_range || sg_java_peek(t, 2) == '-');
}

/* One end of a range, or a single character. SG_JAVA_NO_CODE: a class such as \w, which was
 * appended. */
static int take_class_character(
    struct sg_java_translator *t, struct class_parts *parts, bool ends_range, int32_t *ret_code)
{
    static const char same[] = "dDsSwWhHvV";
    char c = sg_java_peek(t, 1);

    *ret_code = SG_JAVA_NO_CODE;
    if (sg_java_peek(t, 0) != '\\')
        return sg_java_read_character(t, ret_code);
    if (is_old_tab(t, ends_range)) {
        *ret_code = '\v';
        t->at += 2;
        return 0;
    }
    int r = sg_java_read_escape(t, ret_code);
    if (r || *ret_code != SG_JAVA_NO_CODE)
        return r;
    if (strchr(same, c)) {
        r = sg_buf_add(&parts->content, t->text.ptr + t->at, 2);
        t->at += 2;
        return r;
    }
    if (c != 'p' && c != 'P')
        return sg_java_refuse(t, t->at, "Java has no such escape in a class");
    sg_buf_add_char(&parts->others, '|');
    return sg_java_read_property(t, &parts->others);
}

static int take_class_item(struct sg_java_translator *t, struct class_parts *parts)
{
    size_t start = t->at;
    int32_t low;
    int32_t high;

    int r = take_class_character(t, parts, false, &low);
    if (r || low == SG_JAVA_NO_CODE)
        return r;
    high = low;
    sg_java_skip_comments(t);
    if (sg_java_peek(t, 0) == '-' && t->at + 1 < t->text.len && sg_java_peek(t, 1) != ']' &&
        sg_java_peek(t, 1) != '[') {
        t->at++;
        sg_java_skip_comments(t);
        r = take_class_character(t, parts, true, &high);
        if (r)
            return r;
        if (high < low)
            return sg_java_refuse(t, start, "the range ends before it begins");
    }
    sg_java_add_code(&parts->content, low);
    if (high != low) {
        sg_buf_add_char(&parts->content, '-');
        sg_java_add_code(&parts->content, high);
    }
    return sg_buf_error(&parts->content);
}

/* \Q…\E in a class; t->at is after the \Q. */
static int take_class_quote(struct sg_java_translator *t, struct class_parts *parts)
{
    int r = 0;

    while (!r && t->at < t->text.len && !sg_java_looking_at(t, "\\E")) {
        int32_t code;
        r = sg_java_read_character(t, &code);
        if (!r)
            r = sg_java_add_code(&parts->content, code);
    }
    if (!r && t->at == t->text.len)
        r = sg_java_refuse(t, t->at, "the \\E is missing");
    if (r)
        return r;
    t->at += 2;
    return sg_java_peek(t, 0) == '-'
               ? sg_java_refuse(t, t->at, "a range cannot begin with \\E; escape it")
               : 0;
}

/*
 * "&&": what was read becomes one side. When classes after it are followed by literal characters,
 * Java ignores the classes; that is rejected.
 */
static int take_and(struct sg_java_translator *t, struct class_parts *parts)
{
    if (parts->content.len == 0 && parts->others.len == 0)
        return sg_java_refuse(t, t->at, "there is nothing before the &&");
    t->at += 2;
    sg_buf_add_str(&parts->ands, SG_STR("(?="));
    add_union(parts, false, &parts->ands);
    sg_buf_add_char(&parts->ands, ')');
    int r = sg_buf_error(&parts->ands);
    sg_buf_clear(&parts->content);
    sg_buf_clear(&parts->others);
    sg_java_skip_comments(t);
    if (!r && (sg_java_peek(t, 0) == '&' || sg_java_peek(t, 0) == ']'))
        r = sg_java_refuse(t, t->at, "there is nothing after the &&");
    return r;
}

static int take_class_parts(struct sg_java_translator *t, struct class_parts *parts, int deep)
{
    size_t start = t->at++;
    bool begins_with_class = false; /* the operand after a && */
    int r = 0;

    if (sg_java_peek(t, 0) == '^') {
        parts->is_negated = true;
        t->at++;
    }
    while (!r) {
        sg_java_skip_comments(t);
        bool is_empty = parts->content.len == 0 && parts->others.len == 0;
        char c = sg_java_peek(t, 0);
        if (t->at == t->text.len)
            return sg_java_refuse(t, start, "the class is not closed; a literal [ is \\[");
        if (c == ']' && !(is_empty && parts->ands.len == 0)) {
            t->at++;
            return 0;
        }
        if (c == '[') {
            begins_with_class = begins_with_class || (is_empty && parts->ands.len);
            sg_buf_add_char(&parts->others, '|');
            r = sg_java_read_class(t, &parts->others, deep + 1);
        } else if (sg_java_looking_at(t, "&&")) {
            begins_with_class = false;
            r = take_and(t, parts);
        } else if (begins_with_class) {
            r = sg_java_refuse(t, t->at,
                "plain characters after a class that follows && are not supported; put them into "
                "the class");
        } else if (sg_java_looking_at(t, "\\Q")) {
            t->at += 2;
            r = take_class_quote(t, parts);
        } else {
            r = take_class_item(t, parts);
        }
    }
    return r;
}

int sg_java_read_class(struct sg_java_translator *t, struct sg_buf *out, int deep)
{
    struct class_parts parts = { .is_negated = false };

    if (deep == CLASSES_DEEP_MAX)
        return sg_java_refuse(t, t->at, "classes are nested too deeply");
    sg_buf_init(&parts.content, SG_JAVA_CLASS_BYTES_MAX);
    sg_buf_init(&parts.others, SG_JAVA_CLASS_BYTES_MAX);
    sg_buf_init(&parts.ands, SG_JAVA_CLASS_BYTES_MAX);
    int r = take_class_parts(t, &parts, deep);
    add_class(&parts, out);
    if (!r)
        r = sg_buf_error(out);
    sg_buf_done(&parts.content);
    sg_buf_done(&parts.others);
    sg_buf_done(&parts.ands);
    return r;
}
