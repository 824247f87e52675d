/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_regex_parts.h"

#include <string.h>
#include <strings.h>

/* \p{…}: Java's names of sets of characters. */

/* Java's POSIX classes, which are ASCII only, as they are written between brackets. */
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

static bool is_word(struct sg_str name, const char *word)
{
    return strlen(word) == name.len && strncasecmp(word, name.ptr, name.len) == 0;
}

static struct sg_str without(struct sg_str name, const char *prefix)
{
    size_t n = strlen(prefix);
    return sg_str_starts_with(name, sg_str_of(prefix))
               ? (struct sg_str){ name.ptr + n, name.len - n }
               : name;
}

/* Under (?i) a property about case contains all letters that have one, as between brackets. */
static const char *any_case_class(struct sg_str name)
{
    struct sg_str property = without(name, "Is");
    struct sg_str category = without(without(property, "general_category="), "gc=");

    if (sg_str_equal(category, SG_STR("Lu")) || sg_str_equal(category, SG_STR("Ll")) ||
        sg_str_equal(category, SG_STR("Lt")))
        return "\\p{L&}";
    bool is_about_case = is_word(property, "LOWERCASE") || is_word(property, "UPPERCASE") ||
                         is_word(property, "TITLECASE");
    return is_about_case && property.len < name.len ? "\\p{Lowercase}\\p{Uppercase}\\p{Lt}" : NULL;
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
        if (is_word(name, properties[i].java))
            return sg_buf_printf(out, "%s", properties[i].pcre);
    }
    return is_category(name) ? sg_buf_add_str(out, name)
                             : sg_buf_printf(out, "sc:" SG_STR_FMT, SG_STR_ARG(name));
}

/* The text between the braces of PCRE2's \p{…}. */
static int add_property(
    struct sg_java_translator *t, size_t start, struct sg_str name, struct sg_buf *out)
{
    const char *equals = memchr(name.ptr, '=', name.len);

    for (size_t i = 0; i < name.len; i++) {
        if (!sg_java_is_letter(name.ptr[i]) && !sg_java_is_digit(name.ptr[i]) &&
            !strchr("_=", name.ptr[i])) /* PCRE2 ignores "-" and blanks */
            return sg_java_refuse(t, start, "not the name of a property");
    }
    if (equals) {
        struct sg_str key = { name.ptr, (size_t)(equals - name.ptr) };
        struct sg_str value = { equals + 1, name.len - key.len - 1 };
        if (sg_str_equal(key, SG_STR("script")) || sg_str_equal(key, SG_STR("sc")))
            return sg_buf_printf(out, "sc:" SG_STR_FMT, SG_STR_ARG(value));
        bool is_general = sg_str_equal(key, SG_STR("general_category"));
        if ((is_general || sg_str_equal(key, SG_STR("gc"))) && is_category(value))
            return sg_buf_add_str(out, value);
        return sg_java_refuse(
            t, start, "this property is not supported; write the characters instead");
    }
    if (sg_str_equal(name, SG_STR("LC")))
        return sg_buf_add_str(out, SG_STR("L&"));
    if (is_category(name))
        return sg_buf_add_str(out, name);
    if (sg_str_starts_with(name, SG_STR("Is")))
        return add_is_property(out, (struct sg_str){ name.ptr + 2, name.len - 2 });
    if (sg_str_starts_with(name, SG_STR("In")) || sg_str_starts_with(name, SG_STR("java")))
        return sg_java_refuse(
            t, start, "this property is not supported; write the characters instead");
    return sg_java_refuse(t, start, "Java has no such property");
}

int sg_java_read_property(struct sg_java_translator *t, struct sg_buf *out)
{
    size_t start = t->at;
    bool negated = sg_java_peek(t, 1) == 'P';
    struct sg_str name = { t->text.ptr + t->at + 2, 1 };

    if (t->at + 2 == t->text.len)
        return sg_java_refuse(t, start, "the property's name is missing");
    t->at += 3;
    if (name.ptr[0] == '{') {
        const char *end = memchr(name.ptr, '}', t->text.len - start - 2);
        if (!end || end == name.ptr + 1)
            return sg_java_refuse(t, start, "the property's name is missing");
        name = (struct sg_str){ name.ptr + 1, (size_t)(end - name.ptr - 1) };
        t->at += name.len + 1;
    }
    const char *content = t->flags.any_case ? any_case_class(name) : NULL;
    if (!content)
        content = posix_class(name);
    if (content)
        return sg_buf_printf(out, negated ? "[^%s]" : "[%s]", content);
    sg_buf_add_str(out, negated ? SG_STR("\\P{") : SG_STR("\\p{"));
    int r = add_property(t, start, name, out);
    sg_buf_add_char(out, '}');
    return r ? r : sg_buf_error(out);
}
