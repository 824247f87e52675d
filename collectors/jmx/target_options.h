/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The options of a JVM that is polled. */

#include "base/clock.h"
#include "config/config.h"
#include "jmx/catalogue/rule_sets.h"
#include "jmx/poll/transport.h"
#include "metric/series.h"
#include "store/cluster.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Borrowed for as long as the target lives, except for labels and name; of the configuration,
 * the rule set and the cluster the target holds references, because it may outlive the collector
 * that made it.
 */
struct sg_target_options {
    const char *name; /* the slots' target: a broker's id or a JVM's name */
    int32_t id;       /* of the broker; negative: not a broker */
    const char *cluster;
    struct sg_cluster *known;      /* the cluster as in Metadata */
    const struct sg_label *labels; /* of every series */
    size_t n_labels;
    const struct sg_config *config;
    const struct sg_jolokia_source *source;
    bool by_jmx; /* by its JMX port, without an agent */
    const struct sg_rule_set *rule_set;
    struct sg_transport *transport;
    struct sg_store *store;
    const struct sg_clock *clock;
};
