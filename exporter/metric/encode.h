/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the snapshots of many slots to one page of text.
 *
 * A page must hold each family once, with the samples of all slots below one # TYPE line: see
 * plan.h. Any thread may encode.
 *
 * The text of series is ready in the layouts, so that a page is copied together rather than made;
 * the lines of samples are the same bytes in every format, and only what stands above them differs.
 *
 * Source: Prometheus exposition formats, "Text-based format" versions 0.0.4 and 1.0.0;
 * OpenMetrics 1.0.0.
 */

#include "base/buf.h"
#include "metric/plan.h"

#include <stdbool.h>
#include <stddef.h>

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
