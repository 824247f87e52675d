/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page, made ahead of the scrape: encoded, compressed, ready to send.
 *
 * The pager's thread makes a new page soon after a slot has ended a collection or turned stale, and
 * swaps one pointer. Readers take a reference; any number of them send the same bytes.
 *
 * A whole page in a format and coding that was asked for in the last five minutes is made ahead
 * with each new page, so that a steady scraper always finds its own ready, and nobody pays for
 * those that no scraper wants. Any thread may ask.
 */

#include "base/clock.h"
#include "store/page.h"
#include "store/store.h"

struct sg_pager;

/** Gives the samples that the pager puts on each page besides the store's. @return 0 or -errno */
typedef int (*sg_pager_extra_fn)(void *context, struct sg_sample_set **ret_set);

/**
 * Makes the first page at once, so that there always is one.
 * @param store, clock  borrowed @param extra  called by one thread at a time, or NULL
 * @param extra_name  of the slot that the extra samples would be in, borrowed
 * @return 0 or -ENOMEM
 */
int sg_pager_new(struct sg_store *store,
    const struct sg_clock *clock,
    const char *extra_name,
    sg_pager_extra_fn extra,
    void *context,
    struct sg_pager **ret_pager);

/** Make a new page now. @return 0 or -ENOMEM, and the old page stays */
int sg_pager_make(struct sg_pager *pager);

/** Start the thread. @return 0 or -errno */
int sg_pager_start(struct sg_pager *pager);

/** End the thread, free the rest. Pages that are still referenced live on. @return NULL */
struct sg_pager *sg_pager_free(struct sg_pager *pager);

/** The latest page. @return owned: one reference; never NULL */
struct sg_page *sg_pager_take(struct sg_pager *pager);

/**
 * The latest page for a scraper, or a part of it; what it asks for of whole pages, the pager will
 * have ready next time. @param ret_body  owned: one reference @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_pager_ask(
    struct sg_pager *pager, const struct sg_page_wanted *wanted, struct sg_body **ret_body);
