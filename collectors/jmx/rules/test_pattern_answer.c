/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/test_pattern_answer.h"

#include "jmx/rules/regex.h"

static void unescape(char *text)
{
    char *out = text;

    for (const char *c = text; *c; c++) {
        bool known = c[0] == '\\' && (c[1] == 'n' || c[1] == 'r' || c[1] == 't');
        if (!known) {
            *out++ = *c;
            continue;
        }
        c++;
        *out++ = *c == 'n' ? '\n' : *c == 'r' ? '\r' : '\t';
    }
    *out = '\0';
}

static void add_escaped(struct sg_buf *out, struct sg_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r' || c == '\t')
            sg_buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else
            sg_buf_add_char(out, c);
    }
}

void pattern_answer(const char *pattern, char *subject, struct sg_buf *out, struct sg_error *err)
{
    struct sg_regex *regex = NULL;

    sg_buf_clear(out);
    unescape(subject);
    if (sg_regex_new(sg_str_of(pattern), SG_REGEX_WHOLE, &regex, err)) {
        sg_buf_add_char(out, '!');
        return;
    }
    struct sg_str text = sg_str_of(subject);
    struct sg_pairs pairs = sg_pairs_of(text);
    bool matches = sg_regex_match(regex, text);
    if (sg_regex_gave_up(regex))
        sg_buf_add_char(out, '?');
    else if (matches && !sg_regex_may_match(regex, &pairs))
        sg_buf_add_char(out, '~');
    else
        sg_buf_add_char(out, matches ? '+' : '-');
    for (unsigned i = 1; matches && i <= sg_regex_n_groups(regex); i++) {
        sg_buf_add_char(out, '|');
        add_escaped(out, sg_regex_group(regex, text, i));
    }
    (void)sg_regex_free(regex);
}
