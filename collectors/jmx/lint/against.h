/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The result of each rule on the attributes of a dump. */

#include "jmx/lint/dump.h"
#include "jmx/lint/findings.h"
#include "jmx/rules/rules.h"

/** @return 0 or -ENOMEM */
int sg_lint_against(
    struct sg_rules *rules, const struct sg_dump *dump, struct sg_findings *findings);
