/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Problems that need action now, and those that need attention: brokers that are down, partitions
 * without a leader, groups that lose data, collectors that fail. The top of the status page.
 */

#include "base/str.h"
#include "status/view.h"
#include "store/roster.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_TROUBLES_LISTED_MAX = 12, /* the others are only counted */
};

/* A problem, as text in three pieces: constant, name, constant. */
struct sg_trouble {
    char anchor[32]; /* of the section of the page with details */
    char before[160];
    struct sg_str name; /* borrowed from the view or the slots */
    const char *after;
};

struct sg_troubles {
    size_t n_urgent;
    size_t n_others;
    struct sg_trouble
        items[SG_TROUBLES_LISTED_MAX]; /* as many as fit; urgent ones first within their kind */
};

/** @param view  in the order of urgency.h @param slots  likewise */
void sg_troubles_find(const struct sg_clusters *clusters,
    const struct sg_view *view,
    const struct sg_slot_status *slots,
    size_t n_slots,
    struct sg_troubles *ret_troubles);
