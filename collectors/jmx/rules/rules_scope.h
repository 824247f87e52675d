/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a rule file reads of a JVM: MBeans, attributes, requests of its own. */

#include "jmx/rules/rules_loader.h"

/** Into the loader's rules. */
void sg_rules_scope_read(struct sg_rules_loader *loader, const struct sg_yaml_node *root);
