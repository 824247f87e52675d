/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

uint64_t sg_seed_new(void)
{
    uint64_t seed;

    /* Without entropy the table still works; only attacks with chosen names get easier. */
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (uint64_t)(uintptr_t)&seed;
    return seed | 1;
}

void sg_index_init(struct sg_index *index)
{
    *index = (struct sg_index){ .seed = sg_seed_new() };
}

uint32_t sg_hash(uint64_t seed, struct sg_str bytes)
{
    uint64_t hash = XXH3_64bits_withSeed(bytes.ptr, bytes.len, seed);
    return (uint32_t)(hash ^ (hash >> 32));
}

uint32_t sg_index_find(const struct sg_index *index,
    uint32_t hash,
    sg_index_equal_fn equal,
    const void *owner,
    const void *key)
{
    if (index->n_entries == 0)
        return SG_INDEX_NONE;
    for (uint32_t i = hash & (index->n_entries - 1);; i = (i + 1) & (index->n_entries - 1)) {
        const struct sg_index_entry *entry = &index->entries[i];
        if (entry->id_plus_1 == 0)
            return SG_INDEX_NONE;
        if (entry->hash == hash && equal(owner, entry->id_plus_1 - 1, key))
            return entry->id_plus_1 - 1;
    }
}

static void place(struct sg_index_entry *entries, uint32_t n_entries, struct sg_index_entry entry)
{
    uint32_t i = entry.hash & (n_entries - 1);
    while (entries[i].id_plus_1)
        i = (i + 1) & (n_entries - 1);
    entries[i] = entry;
}

static int grow(struct sg_index *index)
{
    if (index->n_entries > UINT32_MAX / 2)
        return -ENOMEM;
    uint32_t n_entries = index->n_entries ? index->n_entries * 2 : 16;
    struct sg_index_entry *entries = calloc(n_entries, sizeof *entries);
    if (!entries)
        return -ENOMEM;
    for (uint32_t i = 0; i < index->n_entries; i++) {
        if (index->entries[i].id_plus_1)
            place(entries, n_entries, index->entries[i]);
    }
    free(index->entries);
    index->entries = entries;
    index->n_entries = n_entries;
    return 0;
}

int sg_index_add(struct sg_index *index, uint32_t hash, uint32_t id)
{
    assert(index->seed);
    if (index->n_used >= index->n_entries / 4 * 3) {
        int r = grow(index);
        if (r)
            return r;
    }
    place(index->entries, index->n_entries, (struct sg_index_entry){ hash, id + 1 });
    index->n_used++;
    return 0;
}

void sg_index_clear(struct sg_index *index)
{
    if (index->n_entries)
        memset(index->entries, 0, index->n_entries * sizeof *index->entries);
    index->n_used = 0;
}

void sg_index_refit(struct sg_index *index, uint32_t n)
{
    uint32_t n_entries = index->n_entries;

    while (n_entries > 16 && n_entries / 2 / 4 * 3 > n)
        n_entries /= 2;
    if (n_entries < index->n_entries) {
        struct sg_index_entry *entries =
            realloc(index->entries, n_entries * sizeof *entries); /* smaller */
        if (entries) {
            index->entries = entries;
            index->n_entries = n_entries;
        }
    }
    sg_index_clear(index);
}

void sg_index_done(struct sg_index *index)
{
    free(index->entries);
    *index = (struct sg_index){ .seed = index->seed };
}
