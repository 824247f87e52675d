/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Java's values from Jolokia's JSON: dates, big numbers, tabular data. Pure
 * functions; any thread.
 *
 * Source: the recorded answers in tests/fixtures/jolokia, types-*.json; jmx_exporter's
 * JmxScraper.processBeanValue() for what becomes of each.
 */

#include "jmx/poll/attribute.h"

#include <jansson.h>
#include <stdbool.h>

/**
 * A number, a flag or a text; a date is its seconds since the epoch, a number past a double is
 * infinite. @return is the value one of these?
 */
bool sg_value_read_scalar(const json_t *json, struct sg_attribute_value *ret_value);

/**
 * Did the agent replace data with this text because of one of its own limits?
 * @return the option's name, or NULL
 */
const char *sg_value_cut_by(const json_t *json);

/**
 * Is the object one that has no value for rules: an error, an Optional (Jolokia drops its value),
 * an ObjectName?
 */
bool sg_value_is_nothing(const json_t *object);

/* How an object of objects is tabular data: a level of keys per index column, then the row. */
struct sg_value_table {
    size_t n_columns;
    const char *columns[SG_ATTRIBUTE_INDEX_MAX]; /* borrowed */
    bool row_is_value; /* the keys are not repeated in the row; it is the column "value" */
};

/**
 * Is it tabular data? Certain when each row repeats its keys; rows of one column beside the keys do
 * not, and are known only for attributes of the JVM itself.
 * @param attribute  the object's place: its path ends with the object's name
 */
bool sg_value_is_table(
    json_t *object, const struct sg_attribute *attribute, struct sg_value_table *ret_table);
