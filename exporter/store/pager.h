/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page, built in advance of the scrape: encoded, compressed, ready to send.
 *
 * The pager's thread builds a new page soon after a slot has finished a collection or become stale,
 * and swaps one pointer. Readers hold a reference; any number of them send the same bytes.
 *
 * Whole pages in the formats and codings that were requested in the last five minutes are built
 * with each new page, so that they are ready for a steady scraper, and unused ones cost nothing.
 * Any thread may request a page.
 */

#include "base/clock.h"
#include "store/page.h"
#include "store/store.h"

struct sg_pager;

/** Returns samples that the pager adds to each page besides the store's. @return 0 or -errno */
typedef int (*sg_pager_extra_fn)(void *context, struct sg_sample_set **ret_set);

/**
 * Builds the first page at once, so that there always is one.
 * @param store, clock  borrowed @param extra  called by one thread at a time, or NULL
 * @param extra_name  the slot name of the extra samples, borrowed
 * @return 0 or -ENOMEM
 */
int sg_pager_new(struct sg_store *store,
    const struct sg_clock *clock,
    const char *extra_name,
    sg_pager_extra_fn extra,
    void *context,
    struct sg_pager **ret_pager);

/** Build a new page now. @return 0; or -ENOMEM, and the previous page stays in use */
int sg_pager_make(struct sg_pager *pager);

/** Start the thread. @return 0 or -errno */
int sg_pager_start(struct sg_pager *pager);

/** Stop the thread and free the pager. Pages that are still referenced stay valid. @return NULL */
struct sg_pager *sg_pager_free(struct sg_pager *pager);

/** The latest page. @return owned: one reference; never NULL */
struct sg_page *sg_pager_take(struct sg_pager *pager);

/**
 * The latest page for a scraper, or a part of it; the pager will build a whole page in this form in
 * advance from now on. @param ret_body  owned: one reference @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_pager_ask(
    struct sg_pager *pager, const struct sg_page_wanted *wanted, struct sg_body **ret_body);
