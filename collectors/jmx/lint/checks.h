/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Likely mistakes in a rule file, as far as the file alone shows them. */

#include "jmx/lint/findings.h"
#include "jmx/rules/rules.h"

/** @param rules  of the same file as findings->yaml @return 0 or -ENOMEM */
int sg_lint_checks(struct sg_rules *rules, struct sg_findings *findings);

/** Does the text contain several key properties, as "a, user=b" does? */
bool sg_lint_holds_properties(struct sg_str text);
