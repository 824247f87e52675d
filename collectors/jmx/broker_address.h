/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Where the JVM of a broker of the metadata is, by the configuration. Pure functions. */

#include "base/buf.h"
#include "base/error.h"
#include "config/config.h"
#include "store/cluster.h"

enum {
    SG_BROKER_ADDRESS_E_NONE = 1, /* none is configured, or it is too long; err says which */
};

enum {
    SG_BROKER_ADDRESS_BYTES_MAX = 8192,
};

/** The template of all brokers' addresses; NULL: only listed ones have one. Borrowed. */
const char *sg_broker_address_template(const struct sg_cluster_config *config);

/**
 * Its address as sg_target_set_address() takes it; there is a template.
 * @param out  empty, of SG_BROKER_ADDRESS_BYTES_MAX; terminated
 * @return 0, SG_BROKER_ADDRESS_E_NONE or -ENOMEM
 */
int sg_broker_address_make(const struct sg_cluster_config *config,
    const struct sg_broker *broker,
    struct sg_buf *out,
    struct sg_error *err);
