/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The findings of one collection about JVMs and rules, for `--doctor`. The collector's thread. */

#include "collectors/collector.h"
#include "jmx/catalogue/rule_sets.h"
#include "jmx/target.h"

/** A JVM, after a poll. @param version  of its agent; may be "" */
void sg_examine_target(
    const struct sg_target *target, const char *version, sg_check_fn report, void *context);

/** The rule sets, each with the number of warnings of its files. */
void sg_examine_rules(const struct sg_rule_sets *rule_sets, sg_check_fn report, void *context);
