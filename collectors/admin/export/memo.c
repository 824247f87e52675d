/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/memo.h"

#include "admin/model/name_pairs.h"
#include "base/auto.h"
#include "base/grow.h"
#include "base/keyed.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * Things that are gone stay until they are the majority; then all are forgotten, and the collection
 * that begins adds them again: closing the gaps would have to move series as well.
 */

struct key {
    uint32_t names; /* of the group and the topic */
    int32_t partition;
    uint32_t kind;
};

struct thing {
    struct key key;
    uint32_t seen;  /* collection */
    uint32_t first; /* in series[] */
};

static const struct sg_keyed_kind thing_kind = {
    .size = sizeof(struct thing),
    .key_at = offsetof(struct thing, key),
    .key_bytes = sizeof(struct key),
    .seen_at = offsetof(struct thing, seen),
};

struct sg_memo {
    struct sg_name_pairs names;
    struct sg_keyed things; /* a generation is a collection */
    size_t n_series, series_allocated;
    uint32_t *series;
    uint32_t expected; /* thing that comes next, if nothing has changed */
    uint32_t epoch;
};

SG_AUTO_DEFINE(struct sg_memo *, sg_memo_free);

int sg_memo_new(struct sg_memo **ret_memo)
{
    sg_auto(sg_memo_free) struct sg_memo *memo = calloc(1, sizeof *memo);

    if (!memo)
        return -ENOMEM;
    sg_name_pairs_init(&memo->names);
    sg_keyed_init(&memo->things, &thing_kind);
    *ret_memo = sg_take(&memo);
    return 0;
}

struct sg_memo *sg_memo_free(struct sg_memo *memo)
{
    if (!memo)
        return NULL;
    sg_keyed_done(&memo->things);
    sg_name_pairs_done(&memo->names);
    free(memo->series);
    free(memo);
    return NULL;
}

void sg_memo_begin(struct sg_memo *memo, uint32_t epoch)
{
    static const struct sg_keyed_rule rule = { .after = 0, .at_least = 1024, .one_in = 2 };

    if (epoch != memo->epoch || sg_keyed_is_due(&memo->things, &rule)) {
        sg_keyed_clear(&memo->things);
        sg_name_pairs_clear(&memo->names);
        memo->n_series = 0;
    }
    memo->epoch = epoch;
    memo->things.generation++;
    memo->expected = 0;
}

static bool is_expected(const struct sg_memo *memo, const struct sg_memo_key *key)
{
    const struct thing *thing = (const struct thing *)memo->things.list + memo->expected;

    return memo->expected < memo->things.n && thing->key.kind == key->kind &&
           thing->key.partition == key->partition &&
           sg_name_pairs_is(&memo->names, thing->key.names, key->group, key->topic);
}

/* @return 0 or -ENOMEM */
static int find_or_add(struct sg_memo *memo, const struct sg_memo_key *key, uint32_t *ret_id)
{
    struct key own = { .partition = key->partition, .kind = key->kind };
    bool is_new;

    for (uint32_t i = 0; i < key->n_series; i++) { /* room for what may be new */
        if (sg_grow(
                &memo->series, memo->n_series + i, &memo->series_allocated, sizeof *memo->series))
            return -ENOMEM;
    }
    int r = sg_name_pairs_add(&memo->names, key->group, key->topic, &own.names);
    if (!r)
        r = sg_keyed_add(&memo->things, SG_KEYED_BYTES(own), ret_id, &is_new);
    if (r || !is_new)
        return r;
    struct thing *thing = sg_keyed_at(&memo->things, *ret_id);
    thing->first = (uint32_t)memo->n_series;
    for (uint32_t i = 0; i < key->n_series; i++)
        memo->series[memo->n_series++] = SG_MEMO_NONE;
    return 0;
}

uint32_t *sg_memo_next(struct sg_memo *memo, const struct sg_memo_key *key)
{
    uint32_t at = memo->expected;

    assert(key->n_series <= SG_MEMO_SERIES_MAX);
    if (!is_expected(memo, key) && find_or_add(memo, key, &at))
        return NULL;
    struct thing *thing = sg_keyed_at(&memo->things, at);
    thing->seen = memo->things.generation;
    memo->expected = at + 1;
    return memo->series + thing->first;
}
