/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the snapshots of many slots to one page of text.
 *
 * A page must hold each family once, with the samples of all slots below one # TYPE line. The plan
 * of that merge is made when the layouts change and is used for every page until they change again.
 * One thread; a plan holds references to the layouts that it was made for.
 *
 * Source: Prometheus exposition formats, "Text-based format" version 0.0.4.
 */

#include "base/buf.h"
#include "metric/series.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_plan;

/**
 * Where two layouts have the same family with different types, the family becomes untyped; the
 * HELP of the first layout is used.
 *
 * @param layouts  entries may be NULL; referenced by the plan @return 0 or -ENOMEM
 */
int sg_plan_new(struct sg_layout *const *layouts, size_t n_layouts, struct sg_plan **ret_plan);

/** @return NULL; plan may be NULL */
struct sg_plan *sg_plan_free(struct sg_plan *plan);

/** Was the plan made for just these layouts, in this order? */
bool sg_plan_fits(const struct sg_plan *plan, struct sg_layout *const *layouts, size_t n_layouts);

/**
 * Append the page in text format 0.0.4 to out.
 *
 * @param sets  one per layout of the plan; NULL leaves a slot out
 * @return 0, -ENOMEM or -EMSGSIZE (the cap of out)
 */
int sg_encode_text(
    const struct sg_plan *plan, const struct sg_sample_set *const *sets, struct sg_buf *out);
