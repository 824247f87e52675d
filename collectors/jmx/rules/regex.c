/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "jmx/rules/regex.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jmx/rules/java_regex.h"

#include <errno.h>
#include <pcre2.h>

enum {
    PATTERN_BYTES_MAX = 8192,
    TRANSLATION_BYTES_MAX = 64 * 1024,
    MATCH_LIMIT = 1000000 /* steps; a usual rule needs some hundreds */
};

struct sg_regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    struct sg_pairs required;
    bool gave_up; /* the latest match */
};

SG_AUTO_DEFINE(struct sg_regex *, sg_regex_free);

#define HEAD SG_STR("^.*(?:")

/* Java's line breaks, and its \R. */
static int compile(struct sg_str text, uint32_t options, pcre2_code **ret_code, size_t *ret_offset)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_SIZE offset = 0;
    int code = 0;

    if (!context)
        return PCRE2_ERROR_NOMEMORY;
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    (void)pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
    *ret_code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    *ret_offset = offset;
    return *ret_code ? 0 : code;
}

/* PCRE2 reports the place of an error in the translation. */
static int refuse(struct sg_str pattern, int code, size_t offset, struct sg_error *err)
{
    PCRE2_UCHAR why[128];

    if (code == PCRE2_ERROR_NOMEMORY)
        return -ENOMEM;
    (void)pcre2_get_error_message(code, why, sizeof why);
    offset = offset < HEAD.len ? 0 : sg_java_regex_source(pattern, offset - HEAD.len);
    return sg_error_set(err, SG_REGEX_E_PATTERN, "pattern \"" SG_STR_FMT "\", character %zu: %s",
        SG_STR_ARG(pattern), offset + 1, (const char *)why);
}

int sg_regex_new(struct sg_str pattern,
    enum sg_regex_form form,
    struct sg_regex **ret_regex,
    struct sg_error *err)
{
    struct sg_buf text;
    size_t offset = 0;
    int code = 0;

    if (pattern.len > PATTERN_BYTES_MAX)
        return sg_error_set(
            err, SG_REGEX_E_PATTERN, "the pattern is longer than %d bytes", PATTERN_BYTES_MAX);
    sg_auto(sg_regex_free) struct sg_regex *regex = calloc(1, sizeof *regex);
    if (!regex)
        return -ENOMEM;

    sg_buf_init(&text, TRANSLATION_BYTES_MAX);
    sg_buf_add_str(&text, HEAD);
    int r = sg_java_regex_translate(pattern, &text, &regex->required, err);
    sg_buf_add_str(&text, form == SG_REGEX_WHOLE ? SG_STR(").*$") : SG_STR(")"));
    if (!r)
        r = sg_buf_error(&text);
    if (!r) {
        /* 10.42's automatic possessive quantifiers are wrong before (?:x)?+: \d*(?:x)?+1 on "11" */
        uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NO_AUTO_POSSESS;
        if (form == SG_REGEX_WHOLE)
            options |= PCRE2_ENDANCHORED; /* matches() includes a final line break, unlike $ */
        code = compile(sg_buf_get(&text), options, &regex->code, &offset);
    }
    sg_buf_done(&text);
    if (r == SG_BUF_E_FULL)
        return sg_error_set(err, SG_REGEX_E_PATTERN, "the pattern has too large classes");
    if (r || code)
        return r ? r : refuse(pattern, code, offset, err);
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

bool sg_regex_may_match(const struct sg_regex *regex, const struct sg_pairs *pairs)
{
    return sg_pairs_within(&regex->required, pairs);
}

bool sg_regex_match(struct sg_regex *regex, struct sg_str subject)
{
    PCRE2_SPTR text = (PCRE2_SPTR)subject.ptr;

    int r = pcre2_match(regex->code, text, subject.len, 0, 0, regex->match, regex->limits);
    if (r == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter takes its memory from the heap */
        r = pcre2_match(
            regex->code, text, subject.len, 0, PCRE2_NO_JIT, regex->match, regex->limits);
    regex->gave_up = r < 0 && r != PCRE2_ERROR_NOMATCH;
    return r >= 0;
}

bool sg_regex_gave_up(const struct sg_regex *regex)
{
    return regex->gave_up;
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
