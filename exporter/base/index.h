/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From a key to the number of the thing that has it: an open-addressing hash table of 32-bit ids.
 *
 * The keys stay with their owner, usually in an array that the ids count through; the index asks
 * the owner to compare. Eight bytes an entry, at most 3/4 full. Not thread-safe. Hashes are seeded
 * per process, because the keys are names that strangers chose.
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
};

/** Does the thing with this id have the key? */
typedef bool (*sg_index_equal_fn)(const void *owner, uint32_t id, const void *key);

/** Seeded hash of bytes. */
uint32_t sg_hash(struct sg_str bytes);

/** @return the id, or SG_INDEX_NONE */
uint32_t sg_index_find(const struct sg_index *index,
    uint32_t hash,
    sg_index_equal_fn equal,
    const void *owner,
    const void *key);

/** Add an id whose key is not in the index yet. @return 0 or -ENOMEM */
int sg_index_add(struct sg_index *index, uint32_t hash, uint32_t id);

/** Forget all ids, keep the memory. A zeroed struct is an empty index. */
void sg_index_clear(struct sg_index *index);

/** Free the memory; the index is empty and usable again. */
void sg_index_done(struct sg_index *index);
