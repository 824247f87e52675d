/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A rule's pattern: a Java regular expression, run by PCRE2.
 *
 * java_regex.h translates it. A compiled pattern remembers its latest match;
 * one thread at a time.
 *
 * Source: java.util.regex.Pattern; jmx_exporter wraps every pattern as ^.*(?:PATTERN).*$
 */

#include "base/error.h"
#include "base/str.h"
#include "jmx/rules/pairs.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_REGEX_E_PATTERN = 1, /* not a pattern; err says at which character and why */
};

enum sg_regex_form {
    SG_REGEX_WHOLE, /* ^.*(?:PATTERN).*$ on the whole subject: a rule */
    SG_REGEX_HEAD,  /* ^.*(?:PATTERN): is there a match at all? */
};

struct sg_regex;

/** @return 0, SG_REGEX_E_PATTERN or -ENOMEM */
int sg_regex_new(struct sg_str pattern,
    enum sg_regex_form form,
    struct sg_regex **ret_regex,
    struct sg_error *err);

/** @return NULL; regex may be NULL */
struct sg_regex *sg_regex_free(struct sg_regex *regex);

/** A cheap test of a subject's pairs of characters: can it match? */
bool sg_regex_may_match(const struct sg_regex *regex, const struct sg_pairs *pairs);

/** Does it match? Unknown where the match limit was reached: see sg_regex_gave_up(). */
bool sg_regex_match(struct sg_regex *regex, struct sg_str subject);

/** Did the latest sg_regex_match() end without an answer? */
bool sg_regex_gave_up(const struct sg_regex *regex);

/**
 * A group's text after a match, borrowed from the subject; empty when the group did not
 * participate.
 * @param group  0 is the whole subject
 */
struct sg_str sg_regex_group(const struct sg_regex *regex, struct sg_str subject, unsigned group);

/** How many groups the pattern has, group 0 not counted. */
unsigned sg_regex_n_groups(const struct sg_regex *regex);

/** The number of a named group, or 0 when there is no such group. */
unsigned sg_regex_find_group(const struct sg_regex *regex, struct sg_str name);
