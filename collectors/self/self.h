/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The exporter about itself: clusters and brokers up, how each collector does, its own process.
 *
 * It is collected by the page's thread just before a page is made, from the store's bookkeeping,
 * so that these series are never stale: when everything else is gone, they say so.
 */

#include "base/clock.h"
#include "store/cluster.h"
#include "store/http_counts.h"
#include "store/store.h"

#include <stddef.h>

struct sg_self;

/**
 * @param cluster_label  name of the label with a cluster's name; borrowed, as all others
 * @return 0 or -ENOMEM
 */
int sg_self_new(const struct sg_store *store,
    struct sg_cluster *const *clusters,
    size_t n_clusters,
    const char *cluster_label,
    struct sg_self **ret_self);

/** @return NULL; self may be NULL */
struct sg_self *sg_self_free(struct sg_self *self);

/** Sample everything. @param ret_set owned: one reference @return 0 or -ENOMEM */
int sg_self_collect(struct sg_self *self, struct sg_sample_set **ret_set);

/** The families, for docs/metrics.md; ends with a NULL name. */
extern const struct sg_family sg_self_families[];

/** Show what the HTTP side counts. @param counts borrowed */
void sg_self_count_http(struct sg_self *self, const struct sg_http_counts *counts);
