/* SPDX-License-Identifier: Apache-2.0 */
#include "store/size_board.h"

#include "base/grow.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    BROKERS_AT_FIRST = 8
};

struct sg_size_board {
    pthread_mutex_t lock; /* guards what is below */
    size_t n_allocated;
    struct sg_sizes_taken latest;
};

int sg_size_board_new(struct sg_size_board **ret_board)
{
    struct sg_size_board *board = calloc(1, sizeof *board);

    if (!board)
        return -ENOMEM;
    (void)pthread_mutex_init(&board->lock, NULL);
    *ret_board = board;
    return 0;
}

struct sg_size_board *sg_size_board_free(struct sg_size_board *board)
{
    if (!board)
        return NULL;
    sg_sizes_taken_done(&board->latest);
    (void)pthread_mutex_destroy(&board->lock);
    free(board);
    return NULL;
}

/* @return the place of the first broker with this id or a higher one */
static size_t place_of(const struct sg_sizes_taken *list, int32_t broker)
{
    size_t low = 0, high = list->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->brokers[middle].broker < broker)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct sg_sizes_taken *list, size_t at, int32_t broker)
{
    return at < list->n && list->brokers[at].broker == broker;
}

/* Called with the lock held. @return the sizes that are replaced, or NULL */
static struct sg_log_sizes *put(struct sg_size_board *board, const struct sg_broker_sizes *entry)
{
    struct sg_sizes_taken *latest = &board->latest;
    size_t at = place_of(latest, entry->broker);
    struct sg_log_sizes *before = NULL;

    if (is_at(latest, at, entry->broker)) {
        before = latest->brokers[at].sizes;
    } else if (sg_grow_from(&latest->brokers, latest->n, &board->n_allocated,
                   sizeof *latest->brokers, BROKERS_AT_FIRST)) {
        return entry->sizes;
    } else {
        memmove(&latest->brokers[at + 1], &latest->brokers[at],
            (latest->n - at) * sizeof *latest->brokers);
        latest->n++;
    }
    latest->brokers[at] = *entry;
    return before;
}

int sg_size_board_put(
    struct sg_size_board *board, int32_t broker, struct sg_log_sizes *sizes, int64_t until_ms)
{
    const struct sg_broker_sizes entry = { broker, until_ms, sizes };

    (void)pthread_mutex_lock(&board->lock);
    struct sg_log_sizes *unused = put(board, &entry);
    (void)pthread_mutex_unlock(&board->lock);
    int r = unused == sizes ? -ENOMEM : 0;
    (void)sg_log_sizes_unref(unused);
    return r;
}

int sg_size_board_take(
    const struct sg_size_board *board, int64_t now_ms, struct sg_sizes_taken *ret_taken)
{
    sg_locked(&board->lock);
    const struct sg_sizes_taken *latest = &board->latest;
    struct sg_sizes_taken taken = { .brokers = calloc(latest->n + 1, sizeof *taken.brokers) };
    if (!taken.brokers)
        return -ENOMEM;
    for (size_t i = 0; i < latest->n; i++) {
        if (latest->brokers[i].until_ms <= now_ms)
            continue;
        taken.brokers[taken.n] = latest->brokers[i];
        (void)sg_log_sizes_ref(taken.brokers[taken.n++].sizes);
    }
    *ret_taken = taken;
    return 0;
}

void sg_sizes_taken_done(struct sg_sizes_taken *taken)
{
    for (size_t i = 0; i < taken->n; i++)
        (void)sg_log_sizes_unref(taken->brokers[i].sizes);
    free(taken->brokers);
    *taken = (struct sg_sizes_taken){ .n = 0 };
}

const struct sg_log_sizes *sg_sizes_taken_find(const struct sg_sizes_taken *taken, int32_t broker)
{
    size_t at = place_of(taken, broker);

    return is_at(taken, at, broker) ? taken->brokers[at].sizes : NULL;
}
