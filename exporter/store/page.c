/* SPDX-License-Identifier: Apache-2.0 */
#include "store/page.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/log.h"
#include "metric/encode.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * SETTLE_MS: collectors of one rhythm end at about the same time; waiting a moment makes one page
 * of them instead of many. CHECK_MS: how soon a slot that turned stale leaves the page.
 * GZIP_LEVEL: libdeflate's level 1 makes a page one tenth larger than level 6 in two thirds of the
 * time (docs/performance.md).
 */
enum {
    SETTLE_MS = 20,
    CHECK_MS = 500,
    GZIP_LEVEL = 1
};

struct page_block {
    struct sg_page page;
    atomic_size_t n_refs;
    struct sg_buf text;
    void *gzip;
};

struct sg_pager {
    struct sg_store *store;
    sg_pager_extra_fn extra;
    void *context;
    struct sg_plan *plan;
    struct libdeflate_compressor *compressor;
    size_t n_sets; /* of the latest page, with the extra one last */
    struct sg_sample_set **sets;

    pthread_t thread;
    bool started;
    atomic_bool stopping;

    pthread_mutex_t lock; /* guards page */
    struct sg_page *page;
};

struct sg_page *sg_page_ref(struct sg_page *page)
{
    atomic_fetch_add_explicit(&((struct page_block *)page)->n_refs, 1, memory_order_relaxed);
    return page;
}

struct sg_page *sg_page_unref(struct sg_page *page)
{
    struct page_block *block = (struct page_block *)page;

    if (!block || atomic_fetch_sub_explicit(&block->n_refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    sg_buf_done(&block->text);
    free(block->gzip);
    free(block);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_page *, sg_page_unref);

static void free_sets(struct sg_sample_set **sets, size_t n)
{
    for (size_t i = 0; sets && i < n; i++)
        (void)sg_sample_set_unref(sets[i]);
    free(sets);
}

/* All slots' samples now. A slot that is stale or empty is NULL. */
static int take_sets(struct sg_pager *pager, struct sg_sample_set ***ret_sets, size_t *ret_n)
{
    size_t n_slots = sg_store_n_slots(pager->store);
    struct sg_sample_set **sets = calloc(n_slots + 1, sizeof(struct sg_sample_set *));

    if (!sets)
        return -ENOMEM;
    for (size_t i = 0; i < n_slots; i++)
        sets[i] = sg_store_take_set(pager->store, i);
    *ret_sets = sets;
    *ret_n = n_slots + 1;
    return 0;
}

static int compress(struct sg_pager *pager, struct page_block *block)
{
    size_t bound = libdeflate_gzip_compress_bound(pager->compressor, block->text.len);
    sg_auto_free void *gzip = malloc(bound);

    if (!gzip)
        return -ENOMEM;
    size_t n =
        libdeflate_gzip_compress(pager->compressor, block->text.ptr, block->text.len, gzip, bound);
    if (n == 0)
        return -ENOMEM;
    void *fitted = realloc(gzip, n);
    block->gzip = fitted ? fitted : gzip;
    gzip = NULL;
    block->page.gzip = (struct sg_str){ block->gzip, n };
    return 0;
}

static int make_plan(struct sg_pager *pager, struct sg_sample_set **sets, size_t n_sets)
{
    sg_auto_free struct sg_layout **layouts = calloc(n_sets, sizeof(struct sg_layout *));

    if (!layouts)
        return -ENOMEM;
    for (size_t i = 0; i < n_sets; i++)
        layouts[i] = sets[i] ? sets[i]->layout : NULL;
    if (sg_plan_fits(pager->plan, layouts, n_sets))
        return 0;
    pager->plan = sg_plan_free(pager->plan);
    return sg_plan_new(layouts, n_sets, &pager->plan);
}

static int make_page(
    struct sg_pager *pager, struct sg_sample_set **sets, size_t n_sets, struct sg_page **ret_page)
{
    int r = make_plan(pager, sets, n_sets);
    if (r)
        return r;
    struct page_block *block = calloc(1, sizeof *block);
    if (!block)
        return -ENOMEM;
    atomic_init(&block->n_refs, 1);
    sg_auto(sg_page_unref) struct sg_page *page = &block->page;
    sg_buf_init(&block->text, SG_PAGE_BYTES_MAX);
    /* The page before was about as long. */
    (void)sg_buf_reserve(&block->text, pager->page ? pager->page->text.len + 4096 : 65536);
    r = sg_encode_text(pager->plan, (const struct sg_sample_set *const *)sets, &block->text);
    if (!r)
        r = compress(pager, block);
    if (r)
        return r;
    page->text = sg_buf_get(&block->text);
    for (size_t i = 0; i < n_sets; i++)
        page->n_series += sets[i] ? sets[i]->n_present : 0;
    *ret_page = sg_take(&page);
    return 0;
}

int sg_pager_make(struct sg_pager *pager)
{
    struct sg_sample_set **sets;
    size_t n_sets;
    struct sg_page *page = NULL;

    int r = take_sets(pager, &sets, &n_sets);
    if (r)
        return r;
    r = pager->extra ? pager->extra(pager->context, &sets[n_sets - 1]) : 0;
    if (!r)
        r = make_page(pager, sets, n_sets, &page);
    if (r) {
        free_sets(sets, n_sets);
        return r;
    }
    free_sets(pager->sets, pager->n_sets);
    pager->sets = sets;
    pager->n_sets = n_sets;

    (void)pthread_mutex_lock(&pager->lock);
    struct sg_page *old = pager->page;
    pager->page = page;
    (void)pthread_mutex_unlock(&pager->lock);
    (void)sg_page_unref(old);
    return 0;
}

/* Has a slot turned stale, or a new one come, since the latest page? */
static bool page_is_outdated(struct sg_pager *pager)
{
    struct sg_sample_set **sets;
    size_t n_sets;

    if (take_sets(pager, &sets, &n_sets))
        return false;
    bool same = n_sets == pager->n_sets &&
                memcmp(sets, pager->sets, (n_sets - 1) * sizeof(struct sg_sample_set *)) == 0;
    free_sets(sets, n_sets);
    return !same;
}

static void *run(void *context)
{
    struct sg_pager *pager = context;
    uint64_t seen = sg_store_version(pager->store);

    (void)pthread_setname_np(pthread_self(), "page");
    while (!atomic_load(&pager->stopping)) {
        uint64_t version = sg_store_wait(pager->store, seen, CHECK_MS);
        if (atomic_load(&pager->stopping))
            break;
        if (version != seen)
            (void)usleep(SETTLE_MS * 1000);
        else if (!page_is_outdated(pager))
            continue;
        seen = sg_store_version(pager->store);
        int r = sg_pager_make(pager);
        if (r)
            sg_log(SG_LOG_ERROR, NULL, "the page could not be made, the one before stays: %s",
                strerror(-r));
    }
    return NULL;
}

SG_AUTO_DEFINE(struct sg_pager *, sg_pager_free);

int sg_pager_new(
    struct sg_store *store, sg_pager_extra_fn extra, void *context, struct sg_pager **ret_pager)
{
    sg_auto(sg_pager_free) struct sg_pager *pager = calloc(1, sizeof *pager);

    if (!pager)
        return -ENOMEM;
    (void)pthread_mutex_init(&pager->lock, NULL);
    pager->store = store;
    pager->extra = extra;
    pager->context = context;
    pager->compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (!pager->compressor)
        return -ENOMEM;
    int r = sg_pager_make(pager);
    if (r)
        return r;
    *ret_pager = sg_take(&pager);
    return 0;
}

int sg_pager_start(struct sg_pager *pager)
{
    int r = pthread_create(&pager->thread, NULL, run, pager);
    pager->started = r == 0;
    return -r;
}

struct sg_pager *sg_pager_free(struct sg_pager *pager)
{
    if (!pager)
        return NULL;
    if (pager->started) {
        atomic_store(&pager->stopping, true);
        sg_store_wake(pager->store);
        (void)pthread_join(pager->thread, NULL);
    }
    free_sets(pager->sets, pager->n_sets);
    (void)sg_page_unref(pager->page);
    (void)sg_plan_free(pager->plan);
    libdeflate_free_compressor(pager->compressor);
    (void)pthread_mutex_destroy(&pager->lock);
    free(pager);
    return NULL;
}

struct sg_page *sg_pager_take(struct sg_pager *pager)
{
    (void)pthread_mutex_lock(&pager->lock);
    struct sg_page *page = sg_page_ref(pager->page);
    (void)pthread_mutex_unlock(&pager->lock);
    return page;
}
