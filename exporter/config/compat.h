/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Tables of aliases: the names that other exporters give our series. They are data: compat/ has the
 * built-in ones, and a user may supply one of the same form.
 *
 *     needs: [kafka-connections]            catalogues with series that the table takes
 *     replaces: [kafka-partitions]          catalogues that have the table's names themselves
 *     aliases:
 *       - from: kafka_consumergroup_lag     one of our families, or with a suffix: x_count
 *         to: my_group_lag
 *         combine: max                      max or sum over the labels that are dropped
 *         type: gauge                       counter, gauge (the default), info or untyped
 *         factor: 1000                      of the value, to convert units
 *         help: …                           default: that of our family
 *         labels: { consumergroup: group }  the labels to keep, and their new names
 *         where: { resource: Fetch }        only series with this label
 *         values: { state: { Stable: 1 } }  of a stateset: its label, and each state's number
 *
 * The label kafka_cluster means the configured label with the cluster's name.
 */

#include "base/embedded.h"
#include "config/config.h"
#include "config/schema.h"
#include "metric/alias.h"

/** The built-in tables, by their names in the configuration. */
extern const struct sg_embedded sg_compat_files[];

/* The list "compat": built-in tables, or files; names and aliases in struct sg_config. */
extern const struct sg_kind sg_kind_compat;

/** Append a built-in table. @return 0, or positive: the table is invalid, err says where */
int sg_compat_add(const struct sg_embedded *table,
    const char *cluster_label,
    struct sg_aliases *aliases,
    struct sg_table_catalogues *catalogues,
    struct sg_error *err);

/** Does the configuration name this built-in table? */
bool sg_compat_is_used(const struct sg_config *config, const char *name);
