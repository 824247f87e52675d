/* SPDX-License-Identifier: Apache-2.0 */
#include "store/page.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sync.h"
#include "store/compress.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * SETTLE_MS: collectors of one rhythm end at about the same time; waiting a moment makes one page
 * of them instead of many. CHECK_MS: how soon a slot that turned stale leaves the page.
 * WANTED_MS: for how long after it was asked for a variant is made ahead; longer than any usual
 * scrape interval. PIECE_BYTES: a page is compressed piece by piece and needs no room for its text;
 * a piece is still in the processor's cache when it is compressed.
 */
enum {
    SETTLE_MS = 20,
    CHECK_MS = 500,
    WANTED_MS = 5 * 60 * 1000,
    PIECE_BYTES = 256 * 1024
};

/* Immutable once it is in its page. */
struct variant {
    struct sg_buf body;
};

/*
 * A variant is put in its place by one atomic exchange. No lock is held while one is made: two
 * threads that ask for the same one at the same moment both make it, and the second lets its own
 * go. There are no more of them than there are addresses to listen on, plus the pager.
 */
struct page_block {
    struct sg_page page;
    struct sg_refs refs;
    struct sg_plan *plan;
    size_t n_sets;
    struct sg_sample_set **sets; /* NULL: a slot that is not on the page */
    _Atomic(struct variant *) variants[SG_FORMATS][SG_CODINGS];
};

struct sg_pager {
    struct sg_store *store;
    sg_pager_extra_fn extra;
    void *context;
    struct sg_plan *plan;
    size_t n_sets; /* of the latest page, with the extra one last */
    struct sg_sample_set **sets;
    atomic_int_least64_t asked_ms[SG_FORMATS][SG_CODINGS]; /* monotonic; 0: never */

    pthread_t thread;
    bool started;
    atomic_bool stopping;

    pthread_mutex_t lock; /* guards page */
    struct sg_page *page;
};

static struct variant *variant_free(struct variant *variant)
{
    if (variant)
        sg_buf_done(&variant->body);
    free(variant);
    return NULL;
}
SG_AUTO_DEFINE(struct variant *, variant_free);

static void free_sets(struct sg_sample_set **sets, size_t n)
{
    for (size_t i = 0; sets && i < n; i++)
        (void)sg_sample_set_unref(sets[i]);
    free(sets);
}

struct sg_page *sg_page_ref(struct sg_page *page)
{
    sg_refs_take(&((struct page_block *)page)->refs);
    return page;
}

struct sg_page *sg_page_unref(struct sg_page *page)
{
    struct page_block *block = (struct page_block *)page;

    if (!block || !sg_refs_drop(&block->refs))
        return NULL;
    for (int format = 0; format < SG_FORMATS; format++) {
        for (int coding = 0; coding < SG_CODINGS; coding++)
            (void)variant_free(atomic_load(&block->variants[format][coding]));
    }
    free_sets(block->sets, block->n_sets);
    (void)sg_plan_free(block->plan);
    free(block);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_page *, sg_page_unref);

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

/* ---- Variants ---- */

static int encode(const struct page_block *block,
    enum sg_format format,
    const struct sg_selection *selection,
    const struct sg_drain *drain,
    struct sg_buf *out)
{
    return sg_encode(block->plan, (const struct sg_sample_set *const *)block->sets, format,
        selection, drain, out);
}

static int compress_piece(void *context, struct sg_str piece)
{
    return sg_compressor_add(context, piece);
}

SG_AUTO_DEFINE(struct sg_compressor *, sg_compressor_free);

static int compress(const struct page_block *block,
    enum sg_format format,
    const struct sg_selection *selection,
    enum sg_coding coding,
    struct sg_buf *out)
{
    sg_auto(sg_compressor_free) struct sg_compressor *compressor = NULL;
    struct sg_buf piece;

    int r = sg_compressor_new(coding, out, &compressor);
    if (r)
        return r;
    const struct sg_drain drain = { PIECE_BYTES, compress_piece, compressor };
    sg_buf_init(&piece, SG_PAGE_BYTES_MAX);
    r = encode(block, format, selection, &drain, &piece);
    sg_buf_done(&piece);
    return r ? r : sg_compressor_end(compressor);
}

int sg_page_select(const struct sg_page *page,
    enum sg_format format,
    const struct sg_selection *selection,
    enum sg_coding coding,
    struct sg_buf *out)
{
    const struct page_block *block = (const struct page_block *)page;

    if (coding != SG_CODING_IDENTITY)
        return compress(block, format, selection, coding, out);
    int r = selection ? 0 : sg_buf_reserve(out, sg_plan_bytes(block->plan));
    return r ? r : encode(block, format, selection, NULL, out);
}

static int get_variant(
    struct sg_page *page, enum sg_format format, enum sg_coding coding, struct sg_str *ret_body)
{
    struct page_block *block = (struct page_block *)page;
    _Atomic(struct variant *) *place = &block->variants[format][coding];
    struct variant *there = atomic_load(place);

    if (there) {
        *ret_body = sg_buf_get(&there->body);
        return 0;
    }
    sg_auto(variant_free) struct variant *made = calloc(1, sizeof *made);
    if (!made)
        return -ENOMEM;
    sg_buf_init(&made->body, SG_PAGE_BYTES_MAX);
    int r = sg_page_select(page, format, NULL, coding, &made->body);
    if (r)
        return r;
    sg_buf_fit(&made->body);
    if (atomic_compare_exchange_strong(place, &there, made))
        there = sg_take(&made);
    *ret_body = sg_buf_get(&there->body);
    return 0;
}

/* Variants that were asked for lately; without memory for one, whoever asks for it tries again. */
static void make_wanted_variants(struct sg_pager *pager, struct sg_page *page)
{
    int64_t now_ms = sg_clock_monotonic_ms(&sg_clock_system);
    struct sg_str body;

    for (int format = 0; format < SG_FORMATS; format++) {
        for (int coding = 0; coding < SG_CODINGS; coding++) {
            int64_t asked_ms =
                atomic_load_explicit(&pager->asked_ms[format][coding], memory_order_relaxed);
            if (asked_ms && now_ms - asked_ms < WANTED_MS)
                (void)get_variant(page, (enum sg_format)format, (enum sg_coding)coding, &body);
        }
    }
}

int sg_pager_ask(struct sg_pager *pager,
    struct sg_page *page,
    enum sg_format format,
    enum sg_coding coding,
    struct sg_str *ret_body)
{
    atomic_store_explicit(&pager->asked_ms[format][coding], sg_clock_monotonic_ms(&sg_clock_system),
        memory_order_relaxed);
    return get_variant(page, format, coding, ret_body);
}

/* ---- Pages ---- */

/* The slots' names, for pages of which only some are shown; the extra set has none. */
static int take_sources(struct sg_pager *pager, size_t n_sets, struct sg_source **ret_sources)
{
    struct sg_source *sources = calloc(n_sets, sizeof *sources);

    if (!sources)
        return -ENOMEM;
    for (size_t i = 0; i < n_sets; i++) {
        struct sg_slot_status status = { .cluster = "", .collector = "self", .target = "" };
        if (i + 1 < n_sets)
            sg_store_slot_status(pager->store, i, &status);
        sources[i] = (struct sg_source){ status.cluster, status.collector, status.target };
    }
    *ret_sources = sources;
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
    sg_auto_free struct sg_source *sources = NULL;
    int r = take_sources(pager, n_sets, &sources);
    if (r)
        return r;
    pager->plan = sg_plan_free(pager->plan);
    return sg_plan_new(layouts, sources, n_sets, &pager->plan);
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
    sg_refs_init(&block->refs);
    sg_auto(sg_page_unref) struct sg_page *page = &block->page;
    block->plan = sg_plan_ref(pager->plan);
    block->sets = calloc(n_sets, sizeof(struct sg_sample_set *));
    if (!block->sets)
        return -ENOMEM;
    for (; block->n_sets < n_sets; block->n_sets++) {
        struct sg_sample_set *set = sets[block->n_sets];
        block->sets[block->n_sets] = set ? sg_sample_set_ref(set) : NULL;
        page->n_series += set ? set->n_present : 0;
    }
    make_wanted_variants(pager, page);
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
    page->number = pager->page ? pager->page->number + 1 : 1;

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
    (void)pthread_mutex_destroy(&pager->lock);
    free(pager);
    return NULL;
}

struct sg_page *sg_pager_take(struct sg_pager *pager)
{
    sg_locked(&pager->lock);
    struct sg_page *page = sg_page_ref(pager->page);
    return page;
}
