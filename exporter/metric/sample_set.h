/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Snapshots: the values of one collection, and their shared layout, which has the texts of series
 * and their order. Immutable and reference-counted; any thread may read them.
 */

#include "base/str.h"
#include "metric/family.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum sg_value_kind {
    SG_VALUE_ABSENT,
    SG_VALUE_INT,
    SG_VALUE_DOUBLE
};

/** A value that is not absent, rounded when it is an integer of more than 53 bits. */
static inline double sg_value_number(enum sg_value_kind kind, uint64_t bits)
{
    double value;

    if (kind == SG_VALUE_INT)
        return (double)(int64_t)bits;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Series of one family, next to each other. */
struct sg_family_run {
    struct sg_family family; /* borrowed from the layout's arena */
    uint32_t first;
    uint32_t n;
    size_t text_bytes; /* of all series of the run */
};

/* The series of a snapshot, in order: families by name, series by first appearance. */
struct sg_layout;

size_t sg_layout_n_runs(const struct sg_layout *layout);
const struct sg_family_run *sg_layout_run(const struct sg_layout *layout, size_t i);

/* The text of a series, in two parts. */
struct sg_series_text {
    const char *labels; /* `{…} ` or ` `, in the layout's arena */
    uint32_t labels_len;
    uint32_t name; /* its number in sg_layout_names() */
};

/** The texts of all series, borrowed. */
const struct sg_series_text *sg_layout_texts(const struct sg_layout *layout);
const struct sg_str *sg_layout_names(const struct sg_layout *layout);

static inline struct sg_str sg_series_text_labels(const struct sg_series_text *text)
{
    return (struct sg_str){ text->labels, text->labels_len };
}

struct sg_layout *sg_layout_ref(struct sg_layout *layout);
struct sg_layout *sg_layout_unref(struct sg_layout *layout);

struct sg_sample_set {
    struct sg_layout *layout;
    size_t n_present;     /* series with a value */
    const uint64_t *bits; /* one per series of the layout: an int64_t or a double */
    const uint8_t *kinds; /* enum sg_value_kind */
};

struct sg_sample_set *sg_sample_set_ref(struct sg_sample_set *set);

/** @return NULL; set may be NULL */
struct sg_sample_set *sg_sample_set_unref(struct sg_sample_set *set);
