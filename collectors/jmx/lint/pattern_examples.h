/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Texts that a pattern matches, made from the pattern itself.
 *
 * Whether one regular expression matches everything that another one matches is hard to decide; an
 * example can refute it easily. The texts are made by walking the pattern: literals as they are,
 * and a choice wherever there is one (a branch, how often, which character). Choices come from a
 * generator with a fixed start, so the same pattern has the same examples every time.
 */

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_EXAMPLE_BYTES_MAX = 2048
};

/**
 * Make example number `variant` of a Java regular expression.
 *
 * @param out  cleared first; a buffer of at least SG_EXAMPLE_BYTES_MAX
 * @return was it made? false: the pattern has something that is not supported (look-around,
 *         back references, classes in classes), or the text got too long
 */
bool sg_pattern_example(struct sg_str pattern, unsigned variant, struct sg_buf *out);
