/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * metricCustomizers of a rule file: for MBeans of a domain, attributes whose values become labels
 * of all their series, and values that are added as if they were attributes. Immutable once read.
 *
 * Source: jmx_exporter's JmxCollector.loadConfig() and JmxScraper.scrapeBean(), release 1.6.0.
 * Release 1.0.1 accepts the key and ignores it.
 */

#include "base/yaml.h"
#include "jmx/poll/attribute.h"
#include "jmx/rules/object_name.h"

#include <stddef.h>

struct sg_extra_metric {
    char *name; /* as an attribute's */
    char *text; /* that a text value borrows */
    struct sg_attribute_value value;
    char *description; /* NULL: none */
};

struct sg_customizer_property {
    char *key;
    char *value;
};

struct sg_customizer {
    char *domain;
    size_t n_properties; /* that an MBean must have, among others */
    struct sg_customizer_property *properties;
    size_t n_labels;
    char **labels; /* names of attributes */
    size_t n_extra;
    struct sg_extra_metric *extra;
};

struct sg_customizers {
    size_t n;
    struct sg_customizer *list;
};

/**
 * Append the customizers of the node "metricCustomizers"; problems, including -ENOMEM, are added to
 * yaml.
 * @param customizers  zeroed, or read before
 */
void sg_customizers_read(
    struct sg_customizers *customizers, struct sg_yaml *yaml, const struct sg_yaml_node *node);

/** Free what they own; empty afterwards. */
void sg_customizers_done(struct sg_customizers *customizers);

/** The first one that applies to this MBean, borrowed, or NULL. */
const struct sg_customizer *sg_customizers_find(
    const struct sg_customizers *customizers, const struct sg_object_name *mbean);
