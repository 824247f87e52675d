/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The text that goes with a failure, written where the facts are known.
 *
 * Functions return 0, a negative errno (unexpected: pass it up unchanged) or a positive
 * SG_<MODULE>_E_* (a documented outcome: handle it). Next to that they fill a struct sg_error,
 * if the caller gave one, for the person who reads the log. Callers prefix the text, never
 * replace it. No allocation, so that running out of memory can be reported too.
 */

#include <stddef.h>

struct sg_error {
    char text[512];
};

/**
 * Write the text of a failure. @param err may be NULL. @return code, for `return sg_error_set(…)`.
 */
int sg_error_set(struct sg_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Prefix the text that a callee wrote, for example with the target.
 * @param err may be NULL. @return code.
 */
int sg_error_prefix(struct sg_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
