/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the snapshots of many slots to one page of text.
 *
 * A page must hold each family once, with the samples of all slots below one # TYPE line: see
 * plan.h. Any thread may encode.
 *
 * The text of series is prepared in the layouts, so that a page is mostly copied; the lines of
 * samples are the same bytes in every format, and only headers differ.
 *
 * Source: Prometheus exposition formats, "Text-based format" versions 0.0.4 and 1.0.0;
 * OpenMetrics 1.0.0.
 */

#include "base/buf.h"
#include "metric/plan.h"

#include <stdbool.h>
#include <stddef.h>

/* Which part of a slot is on a page. */
enum sg_choice {
    SG_CHOICE_NOTHING,
    SG_CHOICE_ALL,
    SG_CHOICE_BY_LINE,
};

/* Selects slots, and lines of slots that are selected in part. */
struct sg_selection {
    enum sg_choice (*source)(const void *context, const struct sg_source *source);
    /** @param line  `name{labels} value` */
    bool (*line)(const void *context, struct sg_str line);
    /** Can any line with these label names be selected? Called once per slot and family. */
    bool (*like)(const void *context, struct sg_str line);
    const void *context;
};

/* Receives a page piece by piece, so that it need not be in memory as a whole. */
struct sg_drain {
    size_t full_bytes; /* a piece is at least this long, except the last one */
    /** @return 0, or what sg_encode() then returns */
    int (*write)(void *context, struct sg_str piece);
    void *context;
};

/**
 * Append a page, or the selected part, to out. Families without selected samples have no header;
 * what is not selected is not encoded.
 *
 * @param sets       one per layout of the plan; NULL leaves a slot out
 * @param selection  NULL for everything
 * @param drain      NULL, or receives the content of out whenever it is full, and at the end
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of out)
 */
int sg_encode(const struct sg_plan *plan,
    const struct sg_sample_set *const *sets,
    enum sg_format format,
    const struct sg_selection *selection,
    const struct sg_drain *drain,
    struct sg_buf *out);
