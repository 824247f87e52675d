/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page, made ahead of the scrape: encoded, compressed, ready to send.
 *
 * The pager's thread makes a new page soon after a slot has ended a collection or turned stale, and
 * swaps one pointer. Readers take a reference; any number of them send the same bytes.
 */

#include "base/str.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_PAGE_BYTES_MAX = 1 << 30
};

struct sg_page {
    struct sg_str text; /* exposition format 0.0.4 */
    struct sg_str gzip; /* the same, compressed */
    size_t n_series;
};

struct sg_page *sg_page_ref(struct sg_page *page);

/** @return NULL; page may be NULL */
struct sg_page *sg_page_unref(struct sg_page *page);

struct sg_pager;

/** Gives the samples that the pager puts on each page besides the store's. @return 0 or -errno */
typedef int (*sg_pager_extra_fn)(void *context, struct sg_sample_set **ret_set);

/**
 * Makes the first page at once, so that there always is one.
 * @param store borrowed @param extra called by one thread at a time @return 0 or -ENOMEM
 */
int sg_pager_new(
    struct sg_store *store, sg_pager_extra_fn extra, void *context, struct sg_pager **ret_pager);

/** Make a new page now. @return 0 or -ENOMEM, and the old page stays */
int sg_pager_make(struct sg_pager *pager);

/** Start the thread. @return 0 or -errno */
int sg_pager_start(struct sg_pager *pager);

/** End the thread, free the rest. Pages that are still referenced live on. @return NULL */
struct sg_pager *sg_pager_free(struct sg_pager *pager);

/** The latest page. @return owned: one reference; never NULL */
struct sg_page *sg_pager_take(struct sg_pager *pager);
