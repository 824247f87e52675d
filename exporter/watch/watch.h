/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Keeps the latest view, its history and its journal. Main's thread brings them up to date, all
 * others read. Keeps what readers have seen of groups, too. Thread-safe.
 */

#include "base/clock.h"
#include "store/roster.h"
#include "store/store.h"
#include "watch/history.h"
#include "watch/journal.h"
#include "watch/paces.h"
#include "watch/view.h"

struct sg_watch;

/** @param store, roster, clock  borrowed @return 0 or -ENOMEM */
int sg_watch_new(struct sg_store *store,
    const struct sg_roster *roster,
    const struct sg_clock *clock,
    struct sg_watch **ret_watch);

/** @return NULL; watch may be NULL */
struct sg_watch *sg_watch_free(struct sg_watch *watch);

/**
 * Make a new view if something was collected since the latest one, but spend no more than a
 * hundredth of the time on it. Main's thread.
 */
void sg_watch_tick(struct sg_watch *watch);

/** @return owned, one reference; NULL: there is none yet */
struct sg_view *sg_watch_take_view(struct sg_watch *watch);

/** Borrowed for as long as the watch. */
struct sg_journal *sg_watch_journal(struct sg_watch *watch);
struct sg_history *sg_watch_history(struct sg_watch *watch);
struct sg_paces *sg_watch_paces(struct sg_watch *watch);
