/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch.h"

#include "watch/changes.h"
#include "watch/plots.h"

#include <errno.h>
#include <stdlib.h>

enum {
    PAUSE_MS_MIN = 1000,
    PAUSE_SHARE = 100, /* the pause is at least this many times what a view takes */
    PAUSE_MS_MAX =
        15000, /* also when it took long because the machine was busy with other things */
};

struct sg_watch {
    struct sg_store *store;
    const struct sg_roster *roster;
    const struct sg_clock *clock;
    struct sg_history *history;
    struct sg_journal *journal;
    struct sg_paces *paces;
    struct sg_changes *changes; /* main's */
    int64_t next_ms;            /* main's: not before this */
    uint64_t version;           /* main's: of the store */
    pthread_mutex_t lock;
    struct sg_view *view; /* under the lock */
};

int sg_watch_new(struct sg_store *store,
    const struct sg_roster *roster,
    const struct sg_clock *clock,
    struct sg_watch **ret_watch)
{
    struct sg_watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return -ENOMEM;
    watch->store = store;
    watch->roster = roster;
    watch->clock = clock;
    watch->next_ms = INT64_MIN;
    (void)pthread_mutex_init(&watch->lock, NULL);
    if (sg_history_new(&watch->history) || sg_journal_new(clock, &watch->journal) ||
        sg_changes_new(watch->journal, &watch->changes) || sg_paces_new(&watch->paces)) {
        (void)sg_watch_free(watch);
        return -ENOMEM;
    }
    *ret_watch = watch;
    return 0;
}

struct sg_watch *sg_watch_free(struct sg_watch *watch)
{
    if (!watch)
        return NULL;
    (void)sg_view_unref(watch->view);
    (void)sg_changes_free(watch->changes);
    (void)sg_journal_free(watch->journal);
    (void)sg_history_free(watch->history);
    (void)sg_paces_free(watch->paces);
    (void)pthread_mutex_destroy(&watch->lock);
    free(watch);
    return NULL;
}

static void publish(struct sg_watch *watch, struct sg_view *view)
{
    struct sg_view *before;
    {
        sg_locked(&watch->lock);
        before = watch->view;
        watch->view = view;
    }
    (void)sg_view_unref(before);
}

void sg_watch_tick(struct sg_watch *watch)
{
    const struct sg_moment now = { sg_clock_monotonic_ms(watch->clock),
        sg_clock_unix_ms(watch->clock) };
    struct sg_view *view = NULL;

    if (now.monotonic_ms < watch->next_ms || sg_store_version(watch->store) == watch->version)
        return;
    const struct sg_clusters *clusters = sg_roster_take(watch->roster);
    int r = sg_view_new(watch->store, clusters, &now, &view);
    (void)sg_clusters_unref(clusters);
    if (!r) {
        watch->version = view->version;
        view->is_ready = sg_store_is_ready(watch->store);
        sg_changes_find(watch->changes, view);
        sg_plots_add(watch->history, view);
        publish(watch, view);
    }
    int64_t took_ms = sg_clock_monotonic_ms(watch->clock) - now.monotonic_ms;
    int64_t pause_ms = took_ms * PAUSE_SHARE;
    pause_ms = pause_ms < PAUSE_MS_MIN ? PAUSE_MS_MIN : pause_ms;
    watch->next_ms = now.monotonic_ms + (pause_ms > PAUSE_MS_MAX ? PAUSE_MS_MAX : pause_ms);
}

struct sg_view *sg_watch_take_view(struct sg_watch *watch)
{
    sg_locked(&watch->lock);
    return watch->view ? sg_view_ref(watch->view) : NULL;
}

struct sg_journal *sg_watch_journal(struct sg_watch *watch)
{
    return watch->journal;
}

struct sg_history *sg_watch_history(struct sg_watch *watch)
{
    return watch->history;
}

struct sg_paces *sg_watch_paces(struct sg_watch *watch)
{
    return watch->paces;
}
