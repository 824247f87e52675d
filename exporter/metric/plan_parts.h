/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Internals of the plan, shared by plan.c and encode.c only. */

#include "base/buf.h"
#include "base/sync.h"
#include "metric/family.h"
#include "metric/header.h"
#include "metric/sample_set.h"

#include <stdint.h>

/* Samples of one family in one layout. */
struct part {
    uint32_t layout;
    uint32_t first;
    uint32_t n;
    size_t text_bytes;
};

/* Headers of a family: one per format, and one for OpenMetrics when values are not allowed for the
   type. */
enum {
    LOOSE = SG_FORMATS,
    HEADERS
};

/* A family of the page: its prepared headers, and where its samples are. */
struct entry {
    size_t header_at[HEADERS];
    size_t header_len[HEADERS];
    enum sg_metric_type openmetrics_type;
    size_t first_part;
    size_t n_parts;
    const struct sg_family *family; /* borrowed from a layout */
    enum sg_metric_type type;
};

struct sg_plan {
    struct sg_refs refs;
    size_t n_layouts;
    struct sg_layout **layouts;
    struct sg_source *sources; /* NULL, or one per layout; texts in source_texts */
    char *source_texts;
    size_t n_entries;
    struct entry *entries;
    size_t n_parts;
    struct part *parts;
    struct sg_buf headers;
};

/** Does OpenMetrics restrict the values of a sample of this type? */
static inline bool sg_is_strict(enum sg_metric_type type)
{
    return type == SG_METRIC_COUNTER || type == SG_METRIC_INFO || type == SG_METRIC_STATESET;
}
