/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Reads all that the metrics page has of one broker, topic or group. Any thread. */

#include "metric/sample_set.h"
#include "store/store.h"

struct sg_detail_query {
    struct sg_str cluster_label; /* its name */
    struct sg_str cluster;
    struct sg_str label;         /* "consumergroup" */
    struct sg_str value;         /* not escaped, as the cluster */
    const char *const *families; /* those that are wanted, ends with NULL; NULL: all */
};

/* A series. Borrowed for the call. */
struct sg_detail_series {
    const struct sg_family *family;
    struct sg_str name;   /* with its suffix */
    struct sg_str labels; /* of sg_text_labels() */
    enum sg_value_kind kind;
    uint64_t bits;
    int64_t collected_ms; /* monotonic: when its collection ended */
};

static inline double sg_detail_number(const struct sg_detail_series *series)
{
    return sg_value_number(series->kind, series->bits);
}

/** Call `read` for each series that has the labels of the query. */
void sg_detail_read(const struct sg_store *store,
    const struct sg_detail_query *query,
    void (*read)(void *context, const struct sg_detail_series *series),
    void *context);
