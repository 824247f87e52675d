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
    ENDS_AT_FIRST = 2,    /* that there is room for, and facts */
};

int sg_histories_init(struct sg_histories *all)
{
    *all = (struct sg_histories){ .arena = sg_arena_new() };
    sg_buf_init(&all->key, KEY_BYTES_MAX);
    return all->arena ? 0 : -ENOMEM;
}

static void drop_history(struct sg_history *history)
{
    free(history->facts);
    free(history->ends);
}

void sg_histories_done(struct sg_histories *all)
{
    for (size_t i = 0; i < all->n; i++)
        drop_history(&all->list[i]);
    free(all->list);
    sg_index_done(&all->index);
    sg_buf_done(&all->key);
    (void)sg_arena_unref(all->arena);
}

static bool history_equal(const void *owner, uint32_t id, const void *key)
{
    const struct sg_history *history = &((const struct sg_histories *)owner)->list[id];
    return sg_str_equal(
        (struct sg_str){ history->key, history->key_len }, *(const struct sg_str *)key);
}

int sg_histories_find(struct sg_histories *all,
    const struct sg_topology *topology,
    uint32_t partition,
    uint32_t *ret_id)
{
    const struct sg_partition *p = &topology->partitions[partition];

    sg_buf_clear(&all->key);
    int r = sg_buf_add_str(&all->key, topology->topics[p->topic].name);
    if (!r)
        r = sg_buf_add_char(&all->key, '\0');
    if (!r)
        r = sg_buf_add(&all->key, &p->id, sizeof p->id);
    if (r)
        return -ENOMEM; /* no topic has such a name */
    struct sg_str key = sg_buf_get(&all->key);
    uint32_t hash = sg_hash(key);
    uint32_t id = sg_index_find(&all->index, hash, history_equal, all, &key);
    if (id == SG_INDEX_NONE) {
        r = sg_grow(&all->list, all->n, &all->allocated, sizeof *all->list);
        char *copy = r ? NULL : sg_arena_bytes(all->arena, key.len);
        id = (uint32_t)all->n;
        if (!copy || sg_index_add(&all->index, hash, id))
            return -ENOMEM;
        memcpy(copy, key.ptr, key.len);
        all->list[all->n++] = (struct sg_history){
            .key = copy,
            .key_len = (uint32_t)key.len,
            .hash = hash,
            .start = SG_OFFSET_UNKNOWN,
            .end = SG_OFFSET_UNKNOWN,
        };
    }
    *ret_id = id;
    return 0;
}

/* Drop what no collection has needed for long. When memory is short, everything is dropped. */
void sg_histories_forget(struct sg_histories *all)
{
    size_t n_unused = 0;

    for (size_t i = 0; i < all->n; i++)
        n_unused += all->collection - all->list[i].used > FORGET_AFTER;
    if (n_unused * 4 <= all->n)
        return;
    struct sg_arena *arena = sg_arena_new();
    size_t n = 0;
    sg_index_clear(&all->index);
    for (size_t i = 0; i < all->n; i++) {
        struct sg_history *history = &all->list[i];
        bool used = arena && all->collection - history->used <= FORGET_AFTER;
        char *copy = used ? sg_arena_bytes(arena, history->key_len) : NULL;
        if (!copy || sg_index_add(&all->index, history->hash, (uint32_t)n)) {
            drop_history(history);
            continue;
        }
        memcpy(copy, history->key, history->key_len);
        history->key = copy;
        all->list[n++] = *history;
    }
    all->n = n;
    if (!arena)
        return;
    (void)sg_arena_unref(all->arena);
    all->arena = arena;
}

/*
 * Room for one more: two, four, … @return is there? What there is no memory for is not remembered.
 */
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

/* Every second end of the older ones goes when there is no more room. */
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
    struct sg_history *history = &all->list[id];

    if (history->used == all->collection)
        return;
    history->used = all->collection;
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
