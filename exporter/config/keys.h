/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The tables of keys, one for each map of the configuration file. To add a key: a row here, a field
 * in config.h, and its use. Inside exporter/config only.
 */

#include "config/schema.h"

extern const struct sg_map sg_root_keys;    /* of struct sg_config */
extern const struct sg_map sg_cluster_keys; /* of struct sg_cluster_config */
extern const struct sg_map sg_jolokia_keys; /* of struct sg_jolokia_config */
extern const struct sg_map sg_jmx_keys;     /* of struct sg_jolokia_config, without an agent */
extern const struct sg_map sg_jvm_keys;     /* of struct sg_jvm_config */

struct sg_cluster_config;

/** Fill in a JVM's missing values from the brokers' "jolokia", after both were read. */
void sg_jvms_finish(struct sg_reading *reading, struct sg_cluster_config *cluster);
