/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Compares each view with the one before it: what has changed becomes an event, and the beginning
 * of a state. What is remembered of a view's rows is 64 bytes for a partition, and about 300 for
 * each other row. Used by one thread.
 */

#include "watch/journal.h"
#include "watch/view.h"

enum {
    /* Changes of one kind at one moment, in more topics than this, are one event of the cluster. */
    SG_CHANGES_TOPICS_MAX = 20,
    /* More topics or groups than this that change likewise at one moment are counted together. */
    SG_CHANGES_EACH_MAX = 20,
};

struct sg_changes;

/** @param journal  borrowed; receives the events @return 0 or -ENOMEM */
int sg_changes_new(struct sg_journal *journal, struct sg_changes **ret_changes);

/** @return NULL; changes may be NULL */
struct sg_changes *sg_changes_free(struct sg_changes *changes);

/**
 * Compare a new view with the one before it, and enter into it since when its states last. What
 * there is no memory for is not remembered.
 * @param view  not published yet; views come in order
 */
void sg_changes_find(struct sg_changes *changes, struct sg_view *view);
