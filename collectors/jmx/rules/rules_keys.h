/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The keys at the top of a rule file: those that are read, those that do nothing here, and those
 * that only hold what aliases refer to.
 */

#include "base/yaml.h"

/** @return why this key does nothing here, though jmx_exporter takes it; NULL when it is no such */
const char *sg_rules_idle_key(struct sg_str key);

/**
 * Check that root is a map with keys of a rule file, each once. A key that is none is no problem
 * when its value has an anchor and no other key may be meant. @return is it a map?
 */
bool sg_rules_expect_keys(struct sg_yaml *yaml, const struct sg_yaml_node *root);
