/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Can a rule's pattern see the value?
 *
 * jmx_exporter matches every pattern against "domain<properties><keys>attribute: value", so in
 * principle each new value needs a new match. Most patterns end at the attribute's name. Those are
 * found here, when the rules are loaded, so that their matches can be cached without a limit.
 *
 * The criterion, for values that are numbers or booleans:
 * A *fence* is a literal character that every match must contain (outside groups and alternatives,
 * not repeated) and that no number, no boolean and no ": " contains. The text of the pattern up to
 * its last fence can therefore only match inside the names, whatever the value. The rest, the
 * *tail*, begins inside the names too, and reaches the value only over the colon. If nothing in the
 * tail can match a colon or look ahead, the pattern is blind to the value. Without a fence a match
 * could begin in the value, so the pattern sees it. A ".*" or ".+" at the very end, whose group is
 * not used, is equal to jmx_exporter's own ".*" and is removed first.
 *
 * A pattern that does see the value can still be ruled out for one attribute: when the part up to
 * the last fence, its *guard*, does not match the names, the whole cannot match, whatever the
 * value.
 *
 * Whatever is not supported here counts as seeing the value; that costs time, never a wrong series.
 * Values that are text can hold anything: for them the matcher always assumes that the value is
 * seen.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_value_scope {
    bool sees_value;
    size_t guard_len; /* length of the guard at the pattern's start; 0: none */
};

/** @param uses_last_group  does the rule use the group that closes at the pattern's very end? */
struct sg_value_scope sg_value_scope_of(struct sg_str pattern, bool uses_last_group);
