/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/history.h"

#include "admin/model/lag.h"
#include "base/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORGET_AFTER = 100,   /* collections without commits */
    KEY_BYTES_MAX = 4096, /* a topic's name has 249 at most */
    ENDS_AT_FIRST = 2,    /* capacity, of facts too */
};

static void drop_history(void *thing)
{
    struct sg_history *history = thing;

    free(history->facts);
    free(history->ends);
}

static const struct sg_keyed_kind history_kind = {
    .size = sizeof(struct sg_history),
    .key_at = offsetof(struct sg_history, key),
    .seen_at = offsetof(struct sg_history, key.seen),
    .drop = drop_history,
};

void sg_histories_init(struct sg_histories *all)
{
    sg_keyed_init(&all->all, &history_kind);
    sg_buf_init(&all->key, KEY_BYTES_MAX);
}

void sg_histories_done(struct sg_histories *all)
{
    sg_keyed_done(&all->all);
    sg_buf_done(&all->key);
}

int sg_histories_find(struct sg_histories *all,
    const struct sg_topology *topology,
    uint32_t partition,
    uint32_t *ret_id)
{
    const struct sg_partition *p = &topology->partitions[partition];

    bool is_new;

    sg_buf_clear(&all->key);
    sg_buf_add_str(&all->key, topology->topics[p->topic].name);
    sg_buf_add_char(&all->key, '\0');
    sg_buf_add(&all->key, &p->id, sizeof p->id);
    if (sg_buf_error(&all->key))
        return -ENOMEM; /* no topic has such a name */
    int r = sg_keyed_add(&all->all, sg_buf_get(&all->key), ret_id, &is_new);
    if (r || !is_new)
        return r;
    struct sg_history *history = sg_histories_at(all, *ret_id);
    history->key.seen = all->all.generation - 1; /* sg_histories_update() takes it in */
    history->start = history->end = SG_OFFSET_UNKNOWN;
    return 0;
}

void sg_histories_forget(struct sg_histories *all)
{
    static const struct sg_keyed_rule rule = { FORGET_AFTER, 1, 4 };

    (void)sg_keyed_forget_by(&all->all, &rule);
}

/*
 * Room for one more: two, four, … @return is there? Without memory it is not remembered. */
static bool has_room(void *array, uint8_t n, uint8_t *allocated, uint8_t max, size_t size)
{
    uint8_t more = *allocated ? (uint8_t)(*allocated * 2) : ENDS_AT_FIRST;

    if (n < *allocated || n >= max)
        return n < max;
    if (more > max)
        more = max;
    void *grown = realloc(*(void **)array, more * size);
    if (!grown)
        return false;
    *(void **)array = grown;
    *allocated = more;
    return true;
}

/* Every second one of the older ends is removed when there is no more room. */
static void add_end(struct sg_history *history, int64_t time_ms, int64_t offset)
{
    uint8_t n = history->n_ends;

    if (n > 1 && history->ends[n - 1].offset == offset && history->ends[n - 2].offset == offset) {
        history->ends[n - 1].time_ms = time_ms; /* an idle topic */
        return;
    }
    if (n == SG_HISTORY_ENDS_MAX) {
        uint8_t kept = 0;
        for (uint8_t i = 0; i < n; i++) {
            if (i % 2 == 0 || i >= n / 2)
                history->ends[kept++] = history->ends[i];
        }
        n = kept;
    }
    history->n_ends = n;
    if (has_room(&history->ends, n, &history->ends_allocated, SG_HISTORY_ENDS_MAX,
            sizeof *history->ends))
        history->ends[history->n_ends++] = (struct sg_end_seen){ time_ms, offset };
}

void sg_histories_update(
    struct sg_histories *all, uint32_t id, const struct sg_log_bounds *now, bool has_lag)
{
    struct sg_history *history = sg_histories_at(all, id);

    if (history->key.seen == all->all.generation)
        return;
    history->key.seen = all->all.generation;
    bool gone_back = now->end < history->end || (now->start >= 0 && now->start < history->start);
    if (gone_back)
        history->n_facts = history->n_ends = 0;
    if (has_lag && history->n_ends == 0 && history->end >= 0 && !gone_back)
        add_end(history, history->end_ms, history->end); /* up to there everything was read */
    if (now->start >= 0 || gone_back)
        history->start = now->start;
    history->end = now->end;
    history->end_ms = now->seen_ms;
    if (has_lag) {
        add_end(history, now->seen_ms, now->end);
        return;
    }
    history->n_ends = 0;
    if (history->ends_allocated > ENDS_AT_FIRST) {
        free(history->ends);
        history->ends = NULL;
        history->ends_allocated = 0;
    }
}

void sg_history_keep(struct sg_history *history, const struct sg_fact *fact)
{
    if (fact->time_ms == SG_ALWAYS || fact->time_ms == SG_NEVER)
        return;
    for (size_t i = 0; i < history->n_facts; i++) {
        if (history->facts[i].time_ms == fact->time_ms)
            return;
    }
    if (has_room(&history->facts, history->n_facts, &history->facts_allocated, SG_HISTORY_FACTS_MAX,
            sizeof *history->facts))
        history->facts[history->n_facts++] = *fact;
}
