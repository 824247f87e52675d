/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * `streamgauge --rules.check FILE [--against DUMP|URL]`: what is wrong with a rule file, and what
 * it makes of a JVM's MBeans.
 *
 * The rules are read as the collector reads them; errors end the check. Then come warnings, each
 * with its place: rules that are never reached, names and labels that differ from how they are
 * written, unbounded labels, keys that have no effect here. Against the MBeans of a real JVM there
 * is a report per rule, and warnings that only values can show.
 */

#include "base/error.h"

#include <stdio.h>

enum {
    SG_LINT_E_INVALID = 1, /* the file cannot be used; err has the first error and their number */
    SG_LINT_E_AGAINST,     /* the dump or the agent cannot be read; err says why */
};

/**
 * @param file     a rule file
 * @param against  NULL, a file with an agent's answer to read requests, or an agent's URL
 * @param out      where the report goes
 * @return 0, also with warnings; SG_LINT_E_*; -ENOMEM
 */
int sg_lint(const char *file, const char *against, FILE *out, struct sg_error *err);
