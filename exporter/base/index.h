/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From a key to the number of an item: an open-addressing hash table of 32-bit ids.
 *
 * The keys stay with their owner, usually in an array indexed by the ids; the index asks the owner
 * to compare. Eight bytes an entry, at most 3/4 full. Not thread-safe. Each index has a seed of its
 * own, because the keys are names chosen by others.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_INDEX_NONE UINT32_MAX

struct sg_index_entry {
    uint32_t hash;
    uint32_t id_plus_1; /* 0: free */
};

struct sg_index {
    struct sg_index_entry *entries;
    uint32_t n_entries; /* a power of two, or 0 */
    uint32_t n_used;
    uint64_t seed;
};

/** Does the item with this id have the key? */
typedef bool (*sg_index_equal_fn)(const void *owner, uint32_t id, const void *key);

/** A number that cannot be guessed, never 0. */
uint64_t sg_seed_new(void);

/** Hash of bytes. */
uint32_t sg_hash(uint64_t seed, struct sg_str bytes);

/** An empty index, with a seed. Allocates nothing yet. */
void sg_index_init(struct sg_index *index);

/** The hash that a key has in this index. */
static inline uint32_t sg_index_hash(const struct sg_index *index, struct sg_str key)
{
    return sg_hash(index->seed, key);
}

/** @return the id, or SG_INDEX_NONE */
uint32_t sg_index_find(const struct sg_index *index,
    uint32_t hash,
    sg_index_equal_fn equal,
    const void *owner,
    const void *key);

/** Add an id whose key is not in the index yet. @return 0 or -ENOMEM */
int sg_index_add(struct sg_index *index, uint32_t hash, uint32_t id);

/** Forget all ids, keep the memory. */
void sg_index_clear(struct sg_index *index);

/** Forget all ids, and keep the memory for n of them: adding them does not fail. @param n  at
 * most as many as there were */
void sg_index_refit(struct sg_index *index, uint32_t n);

/** Free the memory; the index is empty and usable again. */
void sg_index_done(struct sg_index *index);
