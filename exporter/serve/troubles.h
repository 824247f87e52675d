/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What needs somebody now, and what needs a look: brokers that are down, partitions without a
 * leader, groups that lose data, collectors that fail. The top of the status page.
 */

#include "base/buf.h"
#include "serve/view.h"
#include "store/roster.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_TROUBLES_LISTED_MAX = 12, /* more are counted only */
};

struct sg_troubles {
    size_t n_urgent;
    size_t n_others;
    struct sg_buf items; /* HTML: elements of a list, urgent things before others of their kind */
    int r;               /* the first failure to write an item */
};

/**
 * @param view   in the order of urgency.h @param slots  likewise
 * @param ret_troubles  to be given to sg_troubles_done(), whatever is returned
 * @return 0, -ENOMEM or -EMSGSIZE
 */
int sg_troubles_find(const struct sg_clusters *clusters,
    const struct sg_view *view,
    const struct sg_slot_status *slots,
    size_t n_slots,
    struct sg_troubles *ret_troubles);

void sg_troubles_done(struct sg_troubles *troubles);
