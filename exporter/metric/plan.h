/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How a page is merged from the layouts of many slots: which families it has, with which headers,
 * and where the samples of each are. A plan is built when the layouts change and is used for every
 * page until they change again. It is immutable and reference-counted, and holds references to its
 * layouts.
 */

#include "metric/header.h"
#include "metric/sample_set.h"

#include <stdbool.h>
#include <stddef.h>

/* The source of samples: the slot's names. */
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
 * @param sources  one per layout, copied; NULL when selections do not use them
 * @return 0 or -ENOMEM
 */
int sg_plan_new(struct sg_layout *const *layouts,
    const struct sg_source *sources,
    size_t n_layouts,
    struct sg_plan **ret_plan);

struct sg_plan *sg_plan_ref(struct sg_plan *plan);

/** Release one reference. @return NULL; plan may be NULL */
struct sg_plan *sg_plan_unref(struct sg_plan *plan);

/** Was the plan built for exactly these layouts, in this order? */
bool sg_plan_fits(const struct sg_plan *plan, struct sg_layout *const *layouts, size_t n_layouts);

/** The approximate length of a page of this plan when every series has a value. */
size_t sg_plan_bytes(const struct sg_plan *plan);
