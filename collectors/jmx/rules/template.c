/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/template.h"

#include "jmx/rules/object_name.h"

#include <errno.h>
#include <stdlib.h>

struct parser {
    struct sg_str text;
    size_t at;
    const struct sg_regex *regex;
    struct sg_error *err;
};

static bool is_digit(struct sg_str text, size_t i)
{
    return i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
}

static int bad(const struct parser *p, const char *why)
{
    return sg_error_set(p->err, SG_TEMPLATE_E_SYNTAX, "\"" SG_STR_FMT "\", character %zu: %s",
        SG_STR_ARG(p->text), p->at + 1, why);
}

/* "$12": the first digit always belongs to it, each further one while such a group exists. */
static int take_number(struct parser *p, unsigned *ret_group)
{
    unsigned n_groups = p->regex ? sg_regex_n_groups(p->regex) : 0;
    unsigned group = (unsigned)(p->text.ptr[p->at] - '0');

    if (group > n_groups)
        return bad(p, "the pattern has no such group");
    for (p->at++; is_digit(p->text, p->at); p->at++) {
        unsigned longer = group * 10 + (unsigned)(p->text.ptr[p->at] - '0');
        if (longer > n_groups)
            break;
        group = longer;
    }
    *ret_group = group;
    return 0;
}

static int take_name(struct parser *p, unsigned *ret_group)
{
    const char *start = p->text.ptr + p->at + 1;
    const char *end = memchr(start, '}', p->text.len - p->at - 1);

    if (!end)
        return bad(p, "the \"}\" of a group's name is missing");
    struct sg_str name = { start, (size_t)(end - start) };
    *ret_group = p->regex ? sg_regex_find_group(p->regex, name) : 0;
    if (*ret_group == 0)
        return bad(p, "the pattern has no group of this name");
    p->at += name.len + 2;
    return 0;
}

/* After the "$". */
static int take_group(struct parser *p, unsigned *ret_group)
{
    if (is_digit(p->text, p->at))
        return take_number(p, ret_group);
    if (p->at < p->text.len && p->text.ptr[p->at] == '{')
        return take_name(p, ret_group);
    return bad(
        p, "\"$\" must be followed by the number or {name} of a group; a literal one is \\$");
}

int sg_template_parse(struct sg_str text,
    const struct sg_regex *regex,
    struct sg_template *ret_template,
    struct sg_error *err)
{
    struct parser p = { .text = text, .regex = regex, .err = err };
    struct sg_template template = { 0 };
    size_t n_text = 0;
    int r = 0;

    /* There are never more pieces than characters. */
    template.text = malloc(text.len + 1);
    template.pieces = calloc(text.len + 1, sizeof *template.pieces);
    if (!template.text || !template.pieces)
        r = -ENOMEM;

    while (!r && p.at < text.len) {
        struct sg_template_piece *last =
            template.n_pieces ? &template.pieces[template.n_pieces - 1] : NULL;
        char c = text.ptr[p.at++];
        if (c == '$') {
            unsigned group = 0;
            r = take_group(&p, &group);
            if (!r)
                template.pieces[template.n_pieces++].group = group;
            continue;
        }
        if (c == '\\' && p.at == text.len) {
            r = bad(&p, "nothing follows the backslash");
            break;
        }
        if (c == '\\')
            c = text.ptr[p.at++];
        if (!last || !last->text.ptr) {
            last = &template.pieces[template.n_pieces++];
            last->text = (struct sg_str){ template.text + n_text, 0 };
        }
        template.text[n_text++] = c;
        last->text.len++;
    }
    if (r) {
        sg_template_done(&template);
        return r;
    }
    template.text[n_text] = '\0';
    *ret_template = template;
    return 0;
}

void sg_template_done(struct sg_template *template)
{
    free(template->text);
    free(template->pieces);
    *template = (struct sg_template){ 0 };
}

bool sg_template_literal(const struct sg_template *template, struct sg_str *ret_text)
{
    if (template->n_pieces > 1 || (template->n_pieces == 1 && !template->pieces[0].text.ptr))
        return false;
    *ret_text = template->n_pieces ? template->pieces[0].text : SG_STR("");
    return true;
}

bool sg_template_uses(const struct sg_template *template, unsigned group)
{
    for (size_t i = 0; i < template->n_pieces; i++) {
        if (!template->pieces[i].text.ptr && template->pieces[i].group == group)
            return true;
    }
    return false;
}

/* Is the group the whole content of a quoted value? */
static bool is_quoted(struct sg_str subject, struct sg_str group)
{
    return group.len && group.ptr > subject.ptr && group.ptr[-1] == '"' &&
           group.ptr + group.len < subject.ptr + subject.len && group.ptr[group.len] == '"';
}

void sg_template_render_unquoted(const struct sg_template *template,
    const struct sg_regex *regex,
    struct sg_str subject,
    struct sg_buf *out)
{
    for (size_t i = 0; i < template->n_pieces; i++) {
        const struct sg_template_piece *piece = &template->pieces[i];
        struct sg_str text =
            piece->text.ptr ? piece->text : sg_regex_group(regex, subject, piece->group);
        if (!piece->text.ptr && is_quoted(subject, text))
            sg_object_name_unquote(text, out);
        else
            sg_buf_add_str(out, text);
    }
}

void sg_template_render(const struct sg_template *template,
    const struct sg_regex *regex,
    struct sg_str subject,
    struct sg_buf *out)
{
    for (size_t i = 0; i < template->n_pieces; i++) {
        const struct sg_template_piece *piece = &template->pieces[i];
        sg_buf_add_str(
            out, piece->text.ptr ? piece->text : sg_regex_group(regex, subject, piece->group));
    }
}
