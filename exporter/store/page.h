/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page, made ahead of the scrape: encoded, compressed, ready to send.
 *
 * The pager's thread makes a new page soon after a slot has ended a collection or turned stale, and
 * swaps one pointer. Readers take a reference; any number of them send the same bytes.
 *
 * A page holds the samples; it has a variant for each format and content coding, and its text only
 * as the variant for those who ask for it uncompressed. A variant is made when somebody first
 * asks for it, by the thread that asks, and is then shared. One that was asked for lately is made
 * ahead with each new page, so that a steady scraper always finds its own ready, and nobody pays
 * for those that no scraper wants.
 */

#include "base/str.h"
#include "metric/encode.h"
#include "store/compress.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_PAGE_BYTES_MAX = 1 << 30
};

struct sg_page {
    size_t n_series; /* that have a value */
    uint64_t number; /* of this pager's pages: 1, 2, 3, … */
};

struct sg_page *sg_page_ref(struct sg_page *page);

/** @return NULL; page may be NULL */
struct sg_page *sg_page_unref(struct sg_page *page);

/**
 * A part of a page; the rest of it costs nothing. @param selection  NULL for all of it
 * @param out  empty; it gets the bytes in the coding @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_page_select(const struct sg_page *page,
    enum sg_format format,
    const struct sg_selection *selection,
    enum sg_coding coding,
    struct sg_buf *out);

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

/**
 * A page in one of its variants, for a scraper; the pager will have that variant ready next time.
 * @param ret_body  borrowed from the page @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_pager_ask(struct sg_pager *pager,
    struct sg_page *page,
    enum sg_format format,
    enum sg_coding coding,
    struct sg_str *ret_body);
