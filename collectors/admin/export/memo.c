/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/memo.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/grow.h"
#include "base/index.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Names are kept once for neighbours, which mostly share them. Things that are gone stay until they
 * are the greater part; then all is forgotten, and made anew by the collection that is beginning.
 */

enum {
    FORGET_AT_LEAST = 1024
};

struct thing {
    struct sg_str group; /* in the arena */
    struct sg_str topic;
    int32_t partition;
    uint32_t kind;
    uint32_t seen;  /* collection */
    uint32_t first; /* in series[] */
};

struct sg_memo {
    struct sg_arena *arena;
    struct sg_index index;
    size_t n, allocated;
    struct thing *things;
    size_t n_series, series_allocated;
    uint32_t *series;
    size_t expected; /* thing that comes next, if nothing has changed */
    size_t n_seen;
    uint32_t collection;
    uint32_t epoch;
};

SG_AUTO_DEFINE(struct sg_memo *, sg_memo_free);

int sg_memo_new(struct sg_memo **ret_memo)
{
    sg_auto(sg_memo_free) struct sg_memo *memo = calloc(1, sizeof *memo);

    if (!memo)
        return -ENOMEM;
    memo->arena = sg_arena_new();
    if (!memo->arena)
        return -ENOMEM;
    *ret_memo = sg_take(&memo);
    return 0;
}

struct sg_memo *sg_memo_free(struct sg_memo *memo)
{
    if (!memo)
        return NULL;
    free(memo->things);
    free(memo->series);
    sg_index_done(&memo->index);
    (void)sg_arena_unref(memo->arena);
    free(memo);
    return NULL;
}

static void forget(struct sg_memo *memo)
{
    struct sg_arena *arena = sg_arena_new();

    memo->n = memo->n_series = 0;
    sg_index_clear(&memo->index);
    if (!arena)
        return; /* the old texts stay a little longer */
    (void)sg_arena_unref(memo->arena);
    memo->arena = arena;
}

void sg_memo_begin(struct sg_memo *memo, uint32_t epoch)
{
    size_t n_gone = memo->n - memo->n_seen;

    if (epoch != memo->epoch || (n_gone >= FORGET_AT_LEAST && n_gone > memo->n / 2))
        forget(memo);
    memo->epoch = epoch;
    memo->collection++;
    memo->expected = 0;
    memo->n_seen = 0;
}

static bool is_it(const struct thing *thing, const struct sg_memo_key *key)
{
    return thing->kind == key->kind && thing->partition == key->partition &&
           sg_str_equal(thing->topic, key->topic) && sg_str_equal(thing->group, key->group);
}

static bool thing_equal(const void *owner, uint32_t id, const void *key)
{
    return is_it(&((const struct sg_memo *)owner)->things[id], key);
}

static uint32_t hash_of(const struct sg_memo_key *key)
{
    const struct {
        uint32_t group, topic, kind;
        int32_t partition;
    } all = { sg_hash(key->group), sg_hash(key->topic), key->kind, key->partition };

    return sg_hash((struct sg_str){ (const char *)&all, sizeof all });
}

/* @param before  the latest thing's name, which is often the same */
static bool keep_name(
    struct sg_memo *memo, struct sg_str name, const struct sg_str *before, struct sg_str *ret_name)
{
    if (before && sg_str_equal(name, *before)) {
        *ret_name = *before;
        return true;
    }
    *ret_name = (struct sg_str){ sg_arena_copy(memo->arena, name), name.len };
    return ret_name->ptr;
}

static int add(struct sg_memo *memo, const struct sg_memo_key *key, uint32_t hash)
{
    const struct thing *before = memo->n ? &memo->things[memo->n - 1] : NULL;
    struct thing thing = {
        .partition = key->partition,
        .kind = key->kind,
        .first = (uint32_t)memo->n_series,
    };

    if (!keep_name(memo, key->group, before ? &before->group : NULL, &thing.group) ||
        !keep_name(memo, key->topic, before ? &before->topic : NULL, &thing.topic) ||
        sg_grow(&memo->things, memo->n, &memo->allocated, sizeof *memo->things))
        return -ENOMEM;
    for (uint32_t i = 0; i < key->n_series; i++) {
        if (sg_grow(
                &memo->series, memo->n_series + i, &memo->series_allocated, sizeof *memo->series))
            return -ENOMEM;
        memo->series[memo->n_series + i] = SG_MEMO_NONE;
    }
    if (sg_index_add(&memo->index, hash, (uint32_t)memo->n))
        return -ENOMEM;
    memo->things[memo->n++] = thing;
    memo->n_series += key->n_series;
    return 0;
}

uint32_t *sg_memo_next(struct sg_memo *memo, const struct sg_memo_key *key)
{
    size_t at = memo->expected;

    assert(key->n_series <= SG_MEMO_SERIES_MAX);
    if (at >= memo->n || !is_it(&memo->things[at], key)) {
        uint32_t hash = hash_of(key);
        uint32_t id = sg_index_find(&memo->index, hash, thing_equal, memo, key);
        if (id == SG_INDEX_NONE) {
            id = (uint32_t)memo->n;
            if (add(memo, key, hash))
                return NULL;
        }
        at = id;
    }
    struct thing *thing = &memo->things[at];
    memo->n_seen += thing->seen != memo->collection;
    thing->seen = memo->collection;
    memo->expected = at + 1;
    return memo->series + thing->first;
}
