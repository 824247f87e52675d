/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The series of one slot of the store, their values, and the snapshots that are published.
 *
 * A series' text, `name{labels} `, is rendered when the series first appears; after that a
 * collection only sets numbers. Labels that several series share are stored once, names too:
 *
 *     sg_series_table_begin(table);                         every value is absent
 *     sg_series_table_add(table, family, …, &series);       find or render
 *     sg_series_table_set_int(table, series, 42);
 *     sg_series_table_snapshot(table, &set);                immutable, shared by reference
 *
 * A table belongs to one thread. Snapshots are immutable and reference-counted; any thread may read
 * them. Consecutive snapshots share one layout (the texts and their order) as long as no series is
 * new, so that in a steady state only numbers are copied.
 */

#include "base/str.h"
#include "metric/alias.h"
#include "metric/family.h"
#include "metric/sample_set.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_SERIES_E_NAME = 1,  /* not a metric or label name, or a duplicate label */
    SG_SERIES_E_TOO_LONG,  /* a label value is longer than SG_LABEL_VALUE_BYTES_MAX */
    SG_SERIES_E_FULL,      /* the table is at its cap of series or families */
    SG_SERIES_E_DUPLICATE, /* the series, or the label, exists already */
};

enum {
    SG_LABEL_VALUE_BYTES_MAX = 1024,
    SG_FAMILIES_MAX = 20000,
    SG_SERIES_MAX_DEFAULT = 1000000,
};

struct sg_series_table;

/**
 * @param constant    labels that every series of the table carries; copied
 * @param max_series  cap; 0 means SG_SERIES_MAX_DEFAULT
 * @return 0, SG_SERIES_E_NAME or -ENOMEM
 */
int sg_series_table_new(const struct sg_label *constant,
    size_t n_constant,
    size_t max_series,
    struct sg_series_table **ret_table);

/** @return NULL; table may be NULL. Snapshots stay valid. */
struct sg_series_table *sg_series_table_free(struct sg_series_table *table);

/**
 * Add every series of these families also under its aliases, which do not count against the table's
 * cap. Call before the first series. @param aliases  borrowed; NULL for none
 */
void sg_series_table_use_aliases(struct sg_series_table *table, const struct sg_aliases *aliases);

/**
 * Find a family by its name, or add it. The type and HELP of the first one are kept.
 * @param family  copied @return 0, SG_SERIES_E_NAME, SG_SERIES_E_FULL or -ENOMEM
 */
int sg_series_table_add_family(
    struct sg_series_table *table, const struct sg_family *family, uint32_t *ret_family);

/**
 * Find a series, or render it. A label with the name of a constant one becomes exported_NAME; a
 * label with an empty value is left out, as both mean the same to Prometheus. Invalid UTF-8 in
 * values is replaced by U+FFFD.
 *
 * @param suffix  after the family's name: "", "_sum", "_count"
 * @return 0, SG_SERIES_E_NAME, SG_SERIES_E_TOO_LONG, SG_SERIES_E_FULL or -ENOMEM
 */
int sg_series_table_add(struct sg_series_table *table,
    uint32_t family,
    struct sg_str suffix,
    const struct sg_label *labels,
    size_t n_labels,
    uint32_t *ret_series);

/** Change the type of a family, which needs a new layout. */
void sg_series_table_set_type(
    struct sg_series_table *table, uint32_t family, enum sg_metric_type type);

/**
 * Find or render a series with the labels of another one.
 *
 * @param series  whose labels are used
 * @param family  if it is the family of series, a suffix is kept too
 * @param extra   one more label; NULL for none
 * @return as sg_series_table_add, or SG_SERIES_E_DUPLICATE when the series has the extra label
 * already
 */
int sg_series_table_derive(struct sg_series_table *table,
    uint32_t series,
    uint32_t family,
    const struct sg_label *extra,
    uint32_t *ret_series);

/** Start a collection: every series is without a value until it is set. */
void sg_series_table_begin(struct sg_series_table *table);

/**
 * Series and family ids are valid as long as this number is the same; it changes in
 * sg_series_table_begin() when many series have been absent for long and the table is rebuilt.
 */
uint32_t sg_series_table_epoch(const struct sg_series_table *table);

/** @return 0, or SG_SERIES_E_DUPLICATE and the first value is kept */
int sg_series_table_set_int(struct sg_series_table *table, uint32_t series, int64_t value);
int sg_series_table_set_double(struct sg_series_table *table, uint32_t series, double value);

/** Remove the value of this collection. */
void sg_series_table_unset(struct sg_series_table *table, uint32_t series);

/** sg_series_table_add and _set_int or _set_double in one. @return as both */
int sg_series_table_put_int(struct sg_series_table *table,
    uint32_t family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value);
int sg_series_table_put_double(struct sg_series_table *table,
    uint32_t family,
    const struct sg_label *labels,
    size_t n_labels,
    double value);

/**
 * The text of a series, `name{labels} `.
 * @return borrowed until the next call; empty when memory is short
 */
struct sg_str sg_series_table_text(struct sg_series_table *table, uint32_t series);

/**
 * An immutable copy of the values of this collection. @return 0 or -ENOMEM
 * @param ret_set  owned: one reference
 */
int sg_series_table_snapshot(struct sg_series_table *table, struct sg_sample_set **ret_set);
