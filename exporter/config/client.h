/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The map "client" of a cluster: librdkafka's properties, checked and passed on unchanged. */

#include "config/config.h"
#include "config/kafka_exporter.h"
#include "config/schema.h"

/* Array of struct sg_setting, in struct sg_cluster_config. */
extern const struct sg_kind sg_kind_properties;

/** The properties that flags set. */
void sg_client_set_flags(struct sg_reading *reading,
    struct sg_cluster_config *cluster,
    const struct sg_flag_property *properties,
    size_t n);
