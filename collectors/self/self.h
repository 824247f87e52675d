/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The exporter about itself: clusters and brokers up, how each collector does, its own process.
 *
 * It is collected by the page's thread just before a page is made, from the store's bookkeeping,
 * so that these series are never stale: when everything else is gone, they say so.
 */

#include "base/clock.h"
#include "store/http_counts.h"
#include "store/roster.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* What the program notes about itself. Written by anybody, read when a page is made. */
struct sg_self_notes {
    atomic_bool reload_failed;     /* the latest one */
    atomic_llong loaded_unix_ms;   /* when the configuration that is in use was loaded */
    atomic_llong pause_ms;         /* from collection to collection */
    atomic_llong scrape_period_ms; /* of the scraper that is followed, or 0 */
};

struct sg_self;

/** All borrowed. @return 0 or -ENOMEM */
int sg_self_new(const struct sg_store *store,
    const struct sg_roster *roster,
    const struct sg_self_notes *notes,
    struct sg_self **ret_self);

/** @return NULL; self may be NULL */
struct sg_self *sg_self_free(struct sg_self *self);

/** Sample everything. @param ret_set owned: one reference @return 0 or -ENOMEM */
int sg_self_collect(struct sg_self *self, struct sg_sample_set **ret_set);

/** The families, for docs/metrics.md; ends with a NULL name. */
extern const struct sg_family sg_self_families[];

/** Show what the HTTP side counts. @param counts borrowed */
void sg_self_count_http(struct sg_self *self, const struct sg_http_counts *counts);
