/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Texts of a rule that refer to groups of the match: "kafka_$1_${name}", in Java's replacement
 * syntax.
 *
 * "$" and as many digits as make the number of an existing group; "${name}" a named group; a
 * backslash makes the next character literal. What Java would reject while scraping is rejected
 * when the rule is loaded. Immutable once parsed.
 *
 * Source: java.util.regex.Matcher.appendReplacement
 */

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "jmx/rules/regex.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_TEMPLATE_E_SYNTAX = 1, /* err says what and where */
};

struct sg_template_piece {
    struct sg_str text; /* literal, borrowed from the template; NULL pointer for a group */
    unsigned group;
};

struct sg_template {
    char *text; /* the literal parts, owned */
    size_t n_pieces;
    struct sg_template_piece *pieces; /* owned */
};

/**
 * @param text   copied
 * @param regex  whose groups it uses, not kept; NULL when the rule has no pattern
 * @return 0, SG_TEMPLATE_E_SYNTAX or -ENOMEM
 */
int sg_template_parse(struct sg_str text,
    const struct sg_regex *regex,
    struct sg_template *ret_template,
    struct sg_error *err);

/** Free what a template owns; it is empty afterwards. */
void sg_template_done(struct sg_template *template);

/** Is it the same text for every match? Then that text, borrowed, is in ret_text. */
bool sg_template_literal(const struct sg_template *template, struct sg_str *ret_text);

/** Does it use this group? */
bool sg_template_uses(const struct sg_template *template, unsigned group);

/** Append the text for the latest match of regex. */
void sg_template_render(const struct sg_template *template,
    const struct sg_regex *regex,
    struct sg_str subject,
    struct sg_buf *out);

/** The same, but a group that is the content of a quoted value is unquoted first. */
void sg_template_render_unquoted(const struct sg_template *template,
    const struct sg_regex *regex,
    struct sg_str subject,
    struct sg_buf *out);
