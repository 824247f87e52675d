/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the snapshots of many slots to one page of text.
 *
 * A page must hold each family once, with the samples of all slots below one # TYPE line. The plan
 * of that merge is made when the layouts change and is used for every page until they change again.
 * A plan is immutable and reference-counted; it holds references to the layouts that it was made
 * for. One thread encodes; any thread may compose from what was encoded.
 *
 * The lines of samples are the same bytes in every format; only what stands above them differs.
 * So numbers become text once per page, and other formats, or parts of a page, are composed of
 * the fragments of that text: one per slot and family.
 *
 * Source: Prometheus exposition formats, "Text-based format" versions 0.0.4 and 1.0.0;
 * OpenMetrics 1.0.0.
 */

#include "base/buf.h"
#include "metric/series.h"

#include <stdbool.h>
#include <stddef.h>

enum sg_format {
    SG_FORMAT_TEXT, /* 0.0.4; with legacy names 1.0.0 is the same */
    SG_FORMAT_OPENMETRICS,
    SG_FORMATS,
};

/* Where samples come from: the slot's names. */
struct sg_source {
    const char *cluster;
    const char *collector;
    const char *target;
};

struct sg_plan;

/**
 * Where two layouts have the same family with different types, the family becomes untyped; the
 * HELP of the first layout is used.
 *
 * @param layouts  entries may be NULL; referenced by the plan
 * @param sources  one per layout, copied; NULL when nobody will select by them
 * @return 0 or -ENOMEM
 */
int sg_plan_new(struct sg_layout *const *layouts,
    const struct sg_source *sources,
    size_t n_layouts,
    struct sg_plan **ret_plan);

struct sg_plan *sg_plan_ref(struct sg_plan *plan);

/** Let go of one reference. @return NULL; plan may be NULL */
struct sg_plan *sg_plan_free(struct sg_plan *plan);

/** Was the plan made for just these layouts, in this order? */
bool sg_plan_fits(const struct sg_plan *plan, struct sg_layout *const *layouts, size_t n_layouts);

/** The samples of one family in one slot, within a page's text. */
struct sg_fragment {
    size_t at;
    size_t len;
};

/** How many fragments a page of this plan has. */
size_t sg_plan_n_fragments(const struct sg_plan *plan);

/**
 * Append the page in text format 0.0.4 to out.
 *
 * @param sets       one per layout of the plan; NULL leaves a slot out
 * @param fragments  room for sg_plan_n_fragments(), or NULL; places count from out's start
 * @return 0, -ENOMEM or -EMSGSIZE (the cap of out)
 */
int sg_encode_text(const struct sg_plan *plan,
    const struct sg_sample_set *const *sets,
    struct sg_buf *out,
    struct sg_fragment *fragments);

/* What of a slot a composed page has. */
enum sg_choice {
    SG_CHOICE_NOTHING,
    SG_CHOICE_ALL,
    SG_CHOICE_BY_LINE,
};

/* Chooses slots, and lines of those where it is not all or nothing. */
struct sg_selection {
    enum sg_choice (*source)(const void *context, const struct sg_source *source);
    /** @param line  `name{labels} value` */
    bool (*line)(const void *context, struct sg_str line);
    /** Can any line like this one, with these names of labels, be chosen? Asked once per fragment.
     */
    bool (*like)(const void *context, struct sg_str line);
    const void *context;
};

/**
 * Append a page composed from the fragments of one that was encoded. Families of which nothing was
 * chosen leave no header behind.
 *
 * @param text       what sg_encode_text() made with this plan, from the start of its buffer
 * @param selection  NULL for everything
 * @return as sg_encode_text
 */
int sg_encode_compose(const struct sg_plan *plan,
    struct sg_str text,
    const struct sg_fragment *fragments,
    enum sg_format format,
    const struct sg_selection *selection,
    struct sg_buf *out);
