/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Tables of aliases: what other exporters call our series. They are data: compat/ has those that
 * are built in, and a user may bring one of the same form.
 *
 *     aliases:
 *       - from: kafka_consumergroup_lag     a family of ours
 *         to: my_group_lag
 *         combine: max                      max or sum over the labels that are dropped
 *         type: gauge                       counter, gauge (the default), info or untyped
 *         help: …                           default: that of our family
 *         labels: { consumergroup: group }  those that are kept, and their names
 *         values: { state: { Stable: 1 } }  of a stateset: its label, and each state's number
 *
 * The label kafka_cluster stands for the label that carries the cluster's name.
 */

#include "base/embedded.h"
#include "config/schema.h"
#include "metric/alias.h"

/** The built-in tables, by their names in the configuration. */
extern const struct sg_embedded sg_compat_files[];

/* The list "compat": built-in tables, or files; names and aliases in struct sg_config. */
extern const struct sg_kind sg_kind_compat;

/** Append a built-in table. @return 0, or the table is wrong, err says where */
int sg_compat_add(const struct sg_embedded *table,
    const char *cluster_label,
    struct sg_aliases *aliases,
    struct sg_error *err);
