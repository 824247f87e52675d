/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Labels that every series of a cluster has besides the cluster's name: "constant" under "labels",
 * or --kafka.labels. Called by the loader of the configuration.
 */

#include "base/error.h"
#include "base/yaml.h"
#include "config/config.h"

#include <stdbool.h>

enum {
    SG_CONSTANT_LABELS_E_WRONG = 1 /* err says which, and why */
};

/** The map "constant"; NULL: there is none. After the cluster's label. Problems are noted. */
void sg_constant_labels_read(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_config *config);

/** NAME=VALUE,NAME=VALUE @return 0, SG_CONSTANT_LABELS_E_WRONG or -ENOMEM */
int sg_constant_labels_parse(const char *text, struct sg_config *config, struct sg_error *err);

/** Is it the name of one of them? Each series has it already. */
bool sg_constant_labels_have(const struct sg_config *config, struct sg_str name);

void sg_constant_labels_done(struct sg_config *config);
