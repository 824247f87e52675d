/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The catalogues that tables of aliases name: those with the series that a table takes ("needs"),
 * and those that have the table's names themselves ("replaces"). The default of brokers' rules
 * follows from them. One thread.
 */

#include "config/config.h"
#include "config/schema.h"

/** Read them from a table; appended, also when there is a problem, which is reported. */
void sg_table_catalogues_read(
    struct sg_yaml *table, const char *name, struct sg_table_catalogues *catalogues);

/** Free what they own; empty afterwards. */
void sg_table_catalogues_done(struct sg_table_catalogues *catalogues);

/**
 * Add those that are needed to brokers' rules, unless the file has "rules"; a catalogue that is
 * replaced is a problem. @param jolokia  the map, or NULL
 */
void sg_table_catalogues_apply(
    struct sg_reading *reading, const struct sg_yaml_node *jolokia, struct sg_rules_config *rules);
