/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The keys at the top of a rule file: those that are read, those that have no effect here, and
 * those that only hold anchors for aliases.
 */

#include "base/yaml.h"

/** @return why this key of jmx_exporter has no effect here; NULL for other keys */
const char *sg_rules_idle_key(struct sg_str key);

/**
 * Check that root is a map with keys of a rule file, each once. An unknown key is no problem when
 * its value has an anchor and its name is not a likely typo of a known key. @return is it a map?
 */
bool sg_rules_expect_keys(struct sg_yaml *yaml, const struct sg_yaml_node *root);
