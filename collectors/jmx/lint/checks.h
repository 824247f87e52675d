/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a rule file says that its author cannot have meant, as far as the file alone shows it. */

#include "jmx/lint/findings.h"
#include "jmx/rules/rules.h"

/** @param rules  of the same file as findings->yaml @return 0 or -ENOMEM */
int sg_lint_checks(struct sg_rules *rules, struct sg_findings *findings);

/** Do two labels or names hold several key properties, as "a, user=b" does? */
bool sg_lint_holds_properties(struct sg_str text);
