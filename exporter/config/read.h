/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the readers of the configuration's parts share. Inside exporter/config only.
 *
 * A reader takes a map of the YAML document and fills its part of the configuration. It notes
 * problems in the document, also when memory is short, and goes on, so that one look at the
 * problems at the end tells everything.
 */

#include "base/yaml.h"
#include "config/config.h"

#define SG_DEFAULT_RULES "kafka"

/** Memory is short; this is a problem like others. */
static inline void sg_config_no_memory(struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    sg_yaml_problem(yaml, node, "out of memory");
}

/** KEY, where ${NAME} is the environment's, or KEY_file, not both. */
void sg_config_read_secret(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, char **value);

/** ${NAME} in a text is the environment's. @return owned, or NULL: the problem was noted */
char *sg_config_expand(struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_str text);

/** Is it http:// or https:// with a host? curl says the rest when it connects. */
bool sg_config_looks_like_url(const char *url);

/** Does the URL carry a user or a password? */
bool sg_config_url_has_secret(const char *url);

/** Rules as they are when nothing is said. @return 0 or -ENOMEM */
int sg_config_default_rules(struct sg_rules_config *rules);

/** The map "jolokia" of a cluster. @param config  for the intervals */
void sg_config_read_jolokia(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_cluster_config *cluster);

/** The list "jvms" of a cluster, after "jolokia" was read. @param config  for the label's name */
void sg_config_read_jvms(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_cluster_config *cluster);

/** Free what the two have read; not the structs themselves. */
void sg_config_free_jolokia(struct sg_jolokia_config *jolokia);
void sg_config_free_jvms(struct sg_cluster_config *cluster);

/** What is in the map "groups" besides "include" and "exclude". */
void sg_config_read_group_keys(
    struct sg_yaml *yaml, const struct sg_yaml_node *groups, struct sg_cluster_config *cluster);

/** Limits and the windows of the status as they are when nothing is said. */
void sg_config_default_limits(struct sg_cluster_config *cluster);

/** The map "limits" of a cluster. */
void sg_config_read_limits(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_limits *limits);
