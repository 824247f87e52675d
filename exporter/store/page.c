/* SPDX-License-Identifier: Apache-2.0 */
#include "store/page.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/keyed.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * A page is compressed piece by piece and needs no memory for its whole text; a piece is still in
 * the processor's cache when it is compressed.
 */
enum {
    PIECE_BYTES = 256 * 1024
};

/* Immutable once it is built. */
struct sg_body {
    struct sg_refs refs;
    struct sg_buf bytes;
};

/* The bodies of a selection; those of the whole page have the empty name. */
struct selected {
    struct sg_keyed_text name;
    struct sg_body *bodies[SG_FORMATS][SG_CODINGS];
};

/*
 * The lock is not held while a body is built: two threads that request the same one at the same
 * time both build it, and the second discards its own. There are no more such threads than listen
 * addresses, plus the pager.
 */
struct sg_page {
    struct sg_refs refs;
    struct sg_plan *plan;
    size_t n_series;
    size_t n_sets;
    struct sg_sample_set **sets;

    pthread_mutex_t lock; /* guards what is below */
    struct sg_keyed selected;
    size_t n_parts, parts_bytes; /* of bodies that are not of the whole page */
};

/* ---- Bodies ---- */

struct sg_body *sg_body_ref(struct sg_body *body)
{
    sg_refs_add(&body->refs);
    return body;
}

struct sg_body *sg_body_unref(struct sg_body *body)
{
    if (!body || !sg_refs_drop(&body->refs))
        return NULL;
    sg_buf_done(&body->bytes);
    free(body);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_body *, sg_body_unref);

struct sg_str sg_body_get(const struct sg_body *body)
{
    return sg_buf_get(&body->bytes);
}

static int compress_piece(void *context, struct sg_str piece)
{
    return sg_compressor_add(context, piece);
}

static int encode(const struct sg_page *page,
    const struct sg_page_wanted *wanted,
    const struct sg_drain *drain,
    struct sg_buf *out)
{
    return sg_encode(page->plan, (const struct sg_sample_set *const *)page->sets, wanted->format,
        wanted->selection, drain, out);
}

SG_AUTO_DEFINE(struct sg_compressor *, sg_compressor_free);

static int compress(
    const struct sg_page *page, const struct sg_page_wanted *wanted, struct sg_buf *out)
{
    sg_auto(sg_compressor_free) struct sg_compressor *compressor = NULL;
    struct sg_buf piece;

    int r = sg_compressor_new(wanted->coding, out, &compressor);
    if (r)
        return r;
    const struct sg_drain drain = { PIECE_BYTES, compress_piece, compressor };
    sg_buf_init(&piece, SG_PAGE_BYTES_MAX);
    r = encode(page, wanted, &drain, &piece);
    sg_buf_done(&piece);
    return r ? r : sg_compressor_end(compressor);
}

static int make_body(
    const struct sg_page *page, const struct sg_page_wanted *wanted, struct sg_body **ret_body)
{
    sg_auto(sg_body_unref) struct sg_body *body = calloc(1, sizeof *body);

    if (!body)
        return -ENOMEM;
    sg_refs_init(&body->refs);
    sg_buf_init(&body->bytes, SG_PAGE_BYTES_MAX);
    if (!wanted->selection && wanted->coding == SG_CODING_IDENTITY)
        (void)sg_buf_reserve(&body->bytes, sg_plan_bytes(page->plan));
    int r = wanted->coding == SG_CODING_IDENTITY ? encode(page, wanted, NULL, &body->bytes)
                                                 : compress(page, wanted, &body->bytes);
    if (r)
        return r;
    sg_buf_fit(&body->bytes);
    *ret_body = sg_take(&body);
    return 0;
}

/* ---- Bodies of a page ---- */

static void drop_selected(void *thing)
{
    struct selected *selected = thing;

    for (int format = 0; format < SG_FORMATS; format++) {
        for (int coding = 0; coding < SG_CODINGS; coding++)
            (void)sg_body_unref(selected->bodies[format][coding]);
    }
}

static const struct sg_keyed_kind selected_kind = {
    .size = sizeof(struct selected),
    .key_at = offsetof(struct selected, name),
    .seen_at = offsetof(struct selected, name.seen),
    .drop = drop_selected,
};

/* Called with the lock held. @return where the body would be; NULL: the selection has no bodies */
static struct sg_body **place_of(struct sg_page *page, const struct sg_page_wanted *wanted)
{
    uint32_t i = sg_keyed_find(&page->selected, wanted->name);

    if (i == SG_INDEX_NONE)
        return NULL;
    struct selected *selected = sg_keyed_at(&page->selected, i);
    return &selected->bodies[wanted->format][wanted->coding];
}

/* @return owned, or NULL */
static struct sg_body *find(struct sg_page *page, const struct sg_page_wanted *wanted)
{
    sg_locked(&page->lock);
    struct sg_body **place = place_of(page, wanted);
    return place && *place ? sg_body_ref(*place) : NULL;
}

/*
 * Keep a body for later requests; if that fails, it is built again.
 * @param body  consumed @return owned: it, or the same one that another thread has built meanwhile
 */
static struct sg_body *keep(
    struct sg_page *page, const struct sg_page_wanted *wanted, struct sg_body *body)
{
    bool is_part = wanted->selection != NULL;
    size_t bytes = body->bytes.allocated + wanted->name.len;
    uint32_t i;

    sg_locked(&page->lock);
    struct sg_body **place = place_of(page, wanted);
    if (place && *place) {
        (void)sg_body_unref(body);
        return sg_body_ref(*place);
    }
    if (is_part &&
        (page->n_parts == SG_PAGE_PARTS_MAX || bytes > SG_PAGE_PARTS_BYTES_MAX - page->parts_bytes))
        return body;
    if (sg_keyed_add(&page->selected, wanted->name, &i, NULL))
        return body;
    *place_of(page, wanted) = sg_body_ref(body);
    page->n_parts += is_part;
    page->parts_bytes += is_part ? bytes : 0;
    return body;
}

bool sg_page_has_body(struct sg_page *page, const struct sg_page_wanted *wanted)
{
    sg_auto(sg_body_unref) struct sg_body *body = find(page, wanted);
    return body != NULL;
}

int sg_page_take_body(
    struct sg_page *page, const struct sg_page_wanted *wanted, struct sg_body **ret_body)
{
    struct sg_body *body = find(page, wanted);

    if (!body) {
        int r = make_body(page, wanted, &body);
        if (r)
            return r;
        body = keep(page, wanted, body);
    }
    *ret_body = body;
    return 0;
}

/* ---- Pages ---- */

SG_AUTO_DEFINE(struct sg_page *, sg_page_unref);

int sg_page_new(struct sg_plan *plan,
    struct sg_sample_set *const *sets,
    size_t n_sets,
    struct sg_page **ret_page)
{
    struct sg_page *made = calloc(1, sizeof *made);

    if (!made)
        return -ENOMEM;
    sg_refs_init(&made->refs);
    (void)pthread_mutex_init(&made->lock, NULL);
    sg_keyed_init(&made->selected, &selected_kind);
    sg_auto(sg_page_unref) struct sg_page *page = made;
    page->plan = sg_plan_ref(plan);
    page->sets = calloc(n_sets + 1, sizeof(struct sg_sample_set *));
    if (!page->sets)
        return -ENOMEM;
    for (; page->n_sets < n_sets; page->n_sets++) {
        struct sg_sample_set *set = sets[page->n_sets];
        page->sets[page->n_sets] = set ? sg_sample_set_ref(set) : NULL;
        page->n_series += set ? set->n_present : 0;
    }
    *ret_page = sg_take(&page);
    return 0;
}

struct sg_page *sg_page_ref(struct sg_page *page)
{
    sg_refs_add(&page->refs);
    return page;
}

struct sg_page *sg_page_unref(struct sg_page *page)
{
    if (!page || !sg_refs_drop(&page->refs))
        return NULL;
    sg_keyed_done(&page->selected);
    for (size_t i = 0; i < page->n_sets; i++)
        (void)sg_sample_set_unref(page->sets[i]);
    free(page->sets);
    (void)sg_plan_unref(page->plan);
    (void)pthread_mutex_destroy(&page->lock);
    free(page);
    return NULL;
}

size_t sg_page_n_series(const struct sg_page *page)
{
    return page->n_series;
}
