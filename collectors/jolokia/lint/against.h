/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What each rule makes of the attributes of a dump. */

#include "jolokia/lint/dump.h"
#include "jolokia/lint/findings.h"
#include "jolokia/rules.h"

/** @return 0 or -ENOMEM */
int sg_lint_against(
    struct sg_rules *rules, const struct sg_dump *dump, struct sg_findings *findings);
