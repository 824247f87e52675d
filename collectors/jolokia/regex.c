/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "jolokia/regex.h"

#include "base/auto.h"
#include "base/buf.h"

#include <errno.h>
#include <pcre2.h>

enum {
    PATTERN_BYTES_MAX = 8192,
    MATCH_LIMIT = 1000000 /* steps; a sane rule needs some hundreds */
};

struct sg_regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

SG_AUTO_DEFINE(struct sg_regex *, sg_regex_free);

/* Java reads an unescaped "[" or "&&" inside a class as set arithmetic, PCRE2 as plain characters.
 */
static int check_classes(struct sg_str pattern, struct sg_error *err)
{
    bool in_class = false;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        char next = i + 1 < pattern.len ? pattern.ptr[i + 1] : '\0';
        if (c == '\\') {
            i++;
        } else if (!in_class && c == '[') {
            in_class = true;
            i += next == '^';
        } else if (in_class && c == ']') {
            in_class = false;
        } else if (in_class && (c == '[' || (c == '&' && next == '&'))) {
            return sg_error_set(err, SG_REGEX_E_PATTERN,
                "pattern \"" SG_STR_FMT "\", character %zu: Java's classes inside classes are not "
                "supported; write the class without them, or escape the \"%c\"",
                SG_STR_ARG(pattern), i + 1, c);
        }
    }
    return 0;
}

int sg_regex_new(struct sg_str pattern,
    enum sg_regex_form form,
    struct sg_regex **ret_regex,
    struct sg_error *err)
{
    static const struct sg_str head = { "^.*(?:", 6 };
    struct sg_buf text;
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR why[128];

    if (pattern.len > PATTERN_BYTES_MAX)
        return sg_error_set(
            err, SG_REGEX_E_PATTERN, "the pattern is longer than %d bytes", PATTERN_BYTES_MAX);
    int r = check_classes(pattern, err);
    if (r)
        return r;
    sg_auto(sg_regex_free) struct sg_regex *regex = calloc(1, sizeof *regex);
    if (!regex)
        return -ENOMEM;

    sg_buf_init(&text, PATTERN_BYTES_MAX + 32);
    r = sg_buf_add_str(&text, head);
    if (!r)
        r = sg_buf_add_str(&text, pattern);
    if (!r)
        r = sg_buf_add_str(&text, form == SG_REGEX_WHOLE ? SG_STR(").*$") : SG_STR(")"));
    if (!r) {
        uint32_t options = PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_ANCHORED;
        if (form == SG_REGEX_WHOLE)
            options |= PCRE2_ENDANCHORED; /* matches() leaves no line break over, as $ would */
        regex->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &code, &offset, NULL);
    }
    sg_buf_done(&text);
    if (r)
        return r;
    if (!regex->code) {
        (void)pcre2_get_error_message(code, why, sizeof why);
        offset = offset < head.len ? 0 : offset - head.len;
        return sg_error_set(err, SG_REGEX_E_PATTERN,
            "pattern \"" SG_STR_FMT "\", character %zu: %s", SG_STR_ARG(pattern),
            (offset < pattern.len ? offset : pattern.len) + 1, (const char *)why);
    }
    (void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* slower without, not wrong */
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->limits = pcre2_match_context_create(NULL);
    if (!regex->match || !regex->limits)
        return -ENOMEM;
    (void)pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
    *ret_regex = sg_take(&regex);
    return 0;
}

struct sg_regex *sg_regex_free(struct sg_regex *regex)
{
    if (!regex)
        return NULL;
    pcre2_match_context_free(regex->limits);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    free(regex);
    return NULL;
}

bool sg_regex_match(struct sg_regex *regex, struct sg_str subject)
{
    PCRE2_SPTR text = (PCRE2_SPTR)subject.ptr;

    int r = pcre2_match(regex->code, text, subject.len, 0, 0, regex->match, regex->limits);
    if (r == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter takes its memory from the heap */
        r = pcre2_match(
            regex->code, text, subject.len, 0, PCRE2_NO_JIT, regex->match, regex->limits);
    return r >= 0;
}

struct sg_str sg_regex_group(const struct sg_regex *regex, struct sg_str subject, unsigned group)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);

    if (group >= pcre2_get_ovector_count(regex->match) || ends[group * 2] == PCRE2_UNSET)
        return SG_STR("");
    return (struct sg_str){ subject.ptr + ends[group * 2], ends[group * 2 + 1] - ends[group * 2] };
}

unsigned sg_regex_n_groups(const struct sg_regex *regex)
{
    uint32_t n = 0;
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}

unsigned sg_regex_find_group(const struct sg_regex *regex, struct sg_str name)
{
    char copy[64];

    if (name.len == 0 || name.len >= sizeof copy)
        return 0;
    memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    int group = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)copy);
    return group > 0 ? (unsigned)group : 0;
}
