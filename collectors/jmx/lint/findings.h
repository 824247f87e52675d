/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Writes warnings as "FILE:LINE:COL: warning: text". One thread. */

#include "base/yaml.h"

#include <stddef.h>
#include <stdio.h>

struct sg_findings {
    FILE *out;
    const struct sg_yaml *yaml; /* the rule file */
    size_t n;
};

/** @param node  what it is about; NULL: the file */
void sg_findings_warn(
    struct sg_findings *findings, const struct sg_yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The place of a rule, borrowed; NULL: in a file without rules, where one is implied. */
const struct sg_yaml_node *sg_findings_rule(const struct sg_findings *findings, size_t i);
