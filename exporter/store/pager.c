/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pager.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * SETTLE_MS: collectors of one rhythm end at about the same time; with a short wait one page is
 * built instead of many. CHECK_MS: how soon a slot that turned stale leaves the page. WANTED_MS:
 * how long after a request whole pages are built in advance in its format and coding; longer than
 * any usual scrape interval.
 */
enum {
    SETTLE_MS = 20,
    CHECK_MS = 500,
    WANTED_MS = 5 * 60 * 1000
};

struct sg_pager {
    struct sg_store *store;
    const struct sg_clock *clock;
    const char *extra_name;
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

static void free_sets(struct sg_sample_set **sets, size_t n)
{
    for (size_t i = 0; sets && i < n; i++)
        (void)sg_sample_set_unref(sets[i]);
    free(sets);
}

/* All slots' samples now. A slot that is stale or empty is NULL. */
static int collect_sets(struct sg_pager *pager, struct sg_sample_set ***ret_sets, size_t *ret_n)
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

/* Build the whole pages that were requested recently; if memory is short, the next request tries
 * again.
 */
static void make_wanted(struct sg_pager *pager, struct sg_page *page)
{
    int64_t now_ms = sg_clock_monotonic_ms(pager->clock);

    for (int format = 0; format < SG_FORMATS; format++) {
        for (int coding = 0; coding < SG_CODINGS; coding++) {
            const struct sg_page_wanted wanted = { .format = (enum sg_format)format,
                .coding = (enum sg_coding)coding };
            int64_t asked_ms =
                atomic_load_explicit(&pager->asked_ms[format][coding], memory_order_relaxed);
            struct sg_body *body = NULL;
            if (asked_ms && now_ms - asked_ms < WANTED_MS &&
                !sg_page_take_body(page, &wanted, &body))
                (void)sg_body_unref(body);
        }
    }
}

/* The slots' names, for pages with a selection of them; the extra set has only its own name. */
static int copy_sources(struct sg_pager *pager, size_t n_sets, struct sg_source **ret_sources)
{
    struct sg_source *sources = calloc(n_sets, sizeof *sources);

    if (!sources)
        return -ENOMEM;
    for (size_t i = 0; i < n_sets; i++) {
        struct sg_slot_status status = {
            .cluster = "", .collector = pager->extra_name, .target = ""
        };
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
    int r = copy_sources(pager, n_sets, &sources);
    if (r)
        return r;
    pager->plan = sg_plan_unref(pager->plan);
    return sg_plan_new(layouts, sources, n_sets, &pager->plan);
}

static int make_page(
    struct sg_pager *pager, struct sg_sample_set **sets, size_t n_sets, struct sg_page **ret_page)
{
    int r = make_plan(pager, sets, n_sets);

    if (!r)
        r = sg_page_new(pager->plan, sets, n_sets, ret_page);
    if (!r)
        make_wanted(pager, *ret_page);
    return r;
}

/* @return the previous page, now owned by the caller */
static struct sg_page *swap_page(struct sg_pager *pager, struct sg_page *page)
{
    sg_locked(&pager->lock);
    struct sg_page *old = pager->page;
    pager->page = page;
    return old;
}

int sg_pager_make(struct sg_pager *pager)
{
    struct sg_sample_set **sets;
    size_t n_sets;
    struct sg_page *page = NULL;

    int r = collect_sets(pager, &sets, &n_sets);
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
    (void)sg_page_unref(swap_page(pager, page));
    return 0;
}

/* Has a slot turned stale, or a new one come, since the latest page? */
static bool page_is_outdated(struct sg_pager *pager)
{
    struct sg_sample_set **sets;
    size_t n_sets;

    if (collect_sets(pager, &sets, &n_sets))
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
            sg_log(SG_LOG_ERROR, NULL,
                "the page could not be built, the previous one stays in use: %s", strerror(-r));
    }
    return NULL;
}

SG_AUTO_DEFINE(struct sg_page *, sg_page_unref);
SG_AUTO_DEFINE(struct sg_pager *, sg_pager_free);

int sg_pager_new(struct sg_store *store,
    const struct sg_clock *clock,
    const char *extra_name,
    sg_pager_extra_fn extra,
    void *context,
    struct sg_pager **ret_pager)
{
    sg_auto(sg_pager_free) struct sg_pager *pager = calloc(1, sizeof *pager);

    if (!pager)
        return -ENOMEM;
    (void)pthread_mutex_init(&pager->lock, NULL);
    pager->store = store;
    pager->clock = clock;
    pager->extra_name = extra_name;
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
    (void)sg_plan_unref(pager->plan);
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

int sg_pager_ask(
    struct sg_pager *pager, const struct sg_page_wanted *wanted, struct sg_body **ret_body)
{
    sg_auto(sg_page_unref) struct sg_page *page = sg_pager_take(pager);

    if (!wanted->selection)
        atomic_store_explicit(&pager->asked_ms[wanted->format][wanted->coding],
            sg_clock_monotonic_ms(pager->clock), memory_order_relaxed);
    return sg_page_take_body(page, wanted, ret_body);
}
