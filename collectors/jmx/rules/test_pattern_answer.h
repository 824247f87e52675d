/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A pattern's result on a subject, as tests/e2e/java/ParityPatterns.java writes Java's, so that the
 * two can be compared: "!" refused, "-" no match, "+" and the groups, each after a "|". Besides, of
 * ours only: "?" gave up, "~" matches though sg_regex_may_match() says that it cannot.
 */

#include "base/buf.h"
#include "base/error.h"

/**
 * @param subject  with \n, \r and \t for these characters; unescaped in place
 * @param out      set to the answer, where groups have the same escapes
 * @param err      why a pattern was refused
 */
void pattern_answer(const char *pattern, char *subject, struct sg_buf *out, struct sg_error *err);
