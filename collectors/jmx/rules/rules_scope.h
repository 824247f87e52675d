/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which MBeans and attributes a rule file reads of a JVM, and its own requests. */

#include "jmx/rules/rules_loader.h"

/** Read the scope into the loader's rules. */
void sg_rules_scope_read(struct sg_rules_loader *loader, const struct sg_yaml_node *root);
