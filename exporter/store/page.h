/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A page: the samples of all slots at one moment, and the bodies of answers that were built from
 * them.
 *
 * A body is the page, or a selection of it, in one format and one content coding. It is built by
 * the thread that first requests it, and the page keeps it for later requests: composing and
 * compressing takes longer than sending, and all scrapers of an address wait for its one thread.
 * Bodies beyond the caps are built and sent but not kept. A body stays valid without its page while
 * it is sent. Reference-counted; any thread.
 */

#include "base/str.h"
#include "metric/encode.h"
#include "store/compress.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_PAGE_BYTES_MAX = 1 << 30,
    SG_PAGE_PARTS_MAX = 1024,                   /* bodies of selections that a page keeps */
    SG_PAGE_PARTS_BYTES_MAX = 32 * 1024 * 1024, /* of all of them */
};

struct sg_page;
struct sg_body;

/**
 * @param plan  built for the sets; a reference is added, as to each of them @param sets  NULL: a
 * slot that is not on the page @param ret_page  owned: one reference @return 0 or -ENOMEM
 */
int sg_page_new(struct sg_plan *plan,
    struct sg_sample_set *const *sets,
    size_t n_sets,
    struct sg_page **ret_page);

struct sg_page *sg_page_ref(struct sg_page *page);

/** @return NULL; page may be NULL */
struct sg_page *sg_page_unref(struct sg_page *page);

/** How many series have a value? */
size_t sg_page_n_series(const struct sg_page *page);

/* What is requested. */
struct sg_page_wanted {
    const struct sg_selection *selection; /* NULL: the whole page */
    struct sg_str name; /* the same for the same selection, and for no other; empty for NULL */
    enum sg_format format;
    enum sg_coding coding;
};

/** @param ret_body  owned: one reference @return 0, -ENOMEM or SG_BUF_E_FULL */
int sg_page_take_body(
    struct sg_page *page, const struct sg_page_wanted *wanted, struct sg_body **ret_body);

/** Is it there, so that it need not be built? */
bool sg_page_has_body(struct sg_page *page, const struct sg_page_wanted *wanted);

/** Its bytes, in the coding; borrowed. */
struct sg_str sg_body_get(const struct sg_body *body);

struct sg_body *sg_body_ref(struct sg_body *body);

/** @return NULL; body may be NULL */
struct sg_body *sg_body_unref(struct sg_body *body);
