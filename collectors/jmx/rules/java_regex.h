/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Translates Java's regular expressions into PCRE2's syntax.
 *
 * Most of it is the same in both. These are translated: classes in classes and their
 * intersections ([a-z&&[^aeiou]]), \p{…} by Java's names, \Q…\E, octal, \u and control escapes,
 * comments (?x), back references, \R, possessive quantifiers of groups, quantifiers of ^, $ and \b.
 * Rejected is what Java rejects too, even if PCRE2 accepts it, and what PCRE2 has no equivalent
 * for: \N{…}, \b{g}, \p{In…} (blocks), \p{java…}, (?d), (?U), a{2}{3}, a look-behind of variable
 * length. Pure functions; any thread.
 *
 * Known differences:
 * - Beyond ASCII \b, and letters under (?i), follow Unicode in one and ASCII in the other.
 * - Java keeps what a group contained in an attempt that failed, within (?>…), look-arounds, (…)++
 *   and (…)*?; and it does not repeat a group that has matched nothing.
 * - Between the two characters of "\r\n" at the end of the subject $ and \Z match in PCRE2.
 *
 * Source: java.util.regex.Pattern of Java 17; pcre2pattern(3).
 */

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "jmx/rules/pairs.h"

enum {
    SG_JAVA_REGEX_E_PATTERN = 1, /* not a pattern, or not one that PCRE2 supports; err says where */
};

/**
 * @param out           PCRE2's pattern is appended
 * @param ret_required  pairs of characters that every match contains
 * @return 0, SG_JAVA_REGEX_E_PATTERN, -ENOMEM, or SG_BUF_E_FULL (the cap of out)
 */
int sg_java_regex_translate(
    struct sg_str pattern, struct sg_buf *out, struct sg_pairs *ret_required, struct sg_error *err);

/** Which byte of the pattern the byte at this offset of the translation comes from. */
size_t sg_java_regex_source(struct sg_str pattern, size_t offset);
