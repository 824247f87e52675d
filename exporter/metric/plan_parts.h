/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The plan from inside, shared by plan.c and encode.c; for nobody else. */

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

/* Headers of a family: one per format, and OpenMetrics' for values that its type does not allow. */
enum {
    LOOSE = SG_FORMATS,
    HEADERS
};

/* A family of the page: its ready headers, and where its samples are. */
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

/** Does OpenMetrics say which values a sample of this type can have? */
static inline bool sg_is_strict(enum sg_metric_type type)
{
    return type == SG_METRIC_COUNTER || type == SG_METRIC_INFO || type == SG_METRIC_STATESET;
}
