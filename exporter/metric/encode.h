/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the snapshots of many slots to one page of text.
 *
 * A page must hold each family once, with the samples of all slots below one # TYPE line. The plan
 * of that merge is made when the layouts change and is used for every page until they change again.
 * A plan is immutable and reference-counted; it holds references to the layouts that it was made
 * for. Any thread may encode.
 *
 * The text of series is ready in the layouts, so that a page is copied together rather than made;
 * the lines of samples are the same bytes in every format, and only what stands above them differs.
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

/** About how long a page of this plan is when every series has a value. */
size_t sg_plan_bytes(const struct sg_plan *plan);

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
    /** Can any line like this one, with these names of labels, be chosen? Asked once per slot and
     * family. */
    bool (*like)(const void *context, struct sg_str line);
    const void *context;
};

/* Takes a page piece by piece, so that it need not be in memory whole. */
struct sg_drain {
    size_t full_bytes; /* a piece is at least this long, but for the last one */
    /** @return 0, or what sg_encode() then returns */
    int (*take)(void *context, struct sg_str piece);
    void *context;
};

/**
 * Append a page, or what is chosen of it, to out. Families of which nothing was chosen leave no
 * header behind; what is not chosen is not encoded.
 *
 * @param sets       one per layout of the plan; NULL leaves a slot out
 * @param selection  NULL for everything
 * @param drain      NULL, or gets what is in out whenever it is full, and at the end
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of out)
 */
int sg_encode(const struct sg_plan *plan,
    const struct sg_sample_set *const *sets,
    enum sg_format format,
    const struct sg_selection *selection,
    const struct sg_drain *drain,
    struct sg_buf *out);
