/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Tables of items that are found by their key, and removed when they have not been seen for long.
 *
 * The items are an array of the user's structs, numbered by their index in it. A key is a text,
 * kept once in an arena, or a few bytes of the struct itself, such as the numbers of other items.
 * Each item records in which generation (a collection, a poll) it was last seen. Numbers are valid
 * until items are forgotten: that compacts the array, and can return the new numbers.
 *
 * When memory is short, the table stays unchanged: an item is not added, or nothing is forgotten
 * until the next attempt. Items are never lost. Not thread-safe.
 */

#include "base/arena.h"
#include "base/index.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_KEYED_E_FULL = 101 /* the table is at its cap; no other module uses this number */
};

/* A key that is text. The bytes are the arena's, terminated with a NUL where the kind says so. */
struct sg_keyed_text {
    const char *ptr;
    uint32_t len;
    uint32_t seen; /* generation; fills what would be padding */
};

/* Describes the items of a table. */
struct sg_keyed_kind {
    size_t size;
    size_t key_at;    /* offset of a struct sg_keyed_text, or of the bytes that are the key */
    size_t key_bytes; /* how many; 0: text */
    size_t seen_at;   /* offset of the generation in which it was last seen, a uint32_t */
    bool terminated;  /* texts are terminated with a NUL */
    void (*drop)(void *thing); /* frees what it owns; NULL: nothing */
};

/* A key that is the bytes of a variable. */
#define SG_KEYED_BYTES(key) ((struct sg_str){ (const char *)&(key), sizeof(key) })

/* For tables of texts alone: a struct sg_keyed_text each. */
extern const struct sg_keyed_kind sg_keyed_texts;

struct sg_keyed {
    const struct sg_keyed_kind *kind;
    struct sg_arena *arena; /* of the texts; NULL: there are none yet */
    struct sg_index index;
    void *list; /* n structs; it moves when one is added */
    size_t n, allocated;
    size_t max;
    uint32_t generation;
};

/* When items are forgotten. */
struct sg_keyed_rule {
    uint32_t after;    /* generations in which they were not seen */
    uint32_t at_least; /* at least this many are gone, … */
    uint32_t one_in;   /* … and more than one in this many */
};

/** An empty table without a cap. Allocates nothing yet. @param kind  borrowed */
void sg_keyed_init(struct sg_keyed *keyed, const struct sg_keyed_kind *kind);

/** Free everything. Texts stay valid for whoever has a reference to the arena. */
void sg_keyed_done(struct sg_keyed *keyed);

/** Forget everything. Texts stay valid for whoever has a reference to the arena. */
void sg_keyed_clear(struct sg_keyed *keyed);

/** @return its number, or SG_INDEX_NONE */
uint32_t sg_keyed_find(const struct sg_keyed *keyed, struct sg_str key);

/**
 * Find an item, or add one: zeroed except for its key, and seen in this generation.
 * @param ret_is_new  NULL when it does not matter @return 0, SG_KEYED_E_FULL or -ENOMEM
 */
int sg_keyed_add(struct sg_keyed *keyed, struct sg_str key, uint32_t *ret_number, bool *ret_is_new);

/** An item, borrowed until the next one is added. */
static inline void *sg_keyed_at(const struct sg_keyed *keyed, uint32_t number)
{
    return (char *)keyed->list + number * keyed->kind->size;
}

/** The text that is its key, borrowed from the arena. */
static inline struct sg_str sg_keyed_key(const struct sg_keyed *keyed, uint32_t number)
{
    const struct sg_keyed_text *text =
        (const void *)((const char *)sg_keyed_at(keyed, number) + keyed->kind->key_at);
    return (struct sg_str){ text->ptr, text->len };
}

/** The generation in which it was last seen; it may be set. */
static inline uint32_t *sg_keyed_seen(const struct sg_keyed *keyed, uint32_t number)
{
    return (void *)((char *)sg_keyed_at(keyed, number) + keyed->kind->seen_at);
}

/** Has it not been seen for more than this many generations? */
static inline bool sg_keyed_is_gone(const struct sg_keyed *keyed, uint32_t number, uint32_t after)
{
    return keyed->generation - *sg_keyed_seen(keyed, number) > after;
}

/** Are enough gone for forgetting them to be worthwhile? */
bool sg_keyed_is_due(const struct sg_keyed *keyed, const struct sg_keyed_rule *rule);

/**
 * Forget what is gone. The texts of the others are copied to a new arena.
 * @param ret_numbers  owned; the new number of each, or SG_INDEX_NONE. NULL when they are not
 * needed.
 * @return 0 or -ENOMEM, and nothing has changed
 */
int sg_keyed_forget(struct sg_keyed *keyed, uint32_t after, uint32_t **ret_numbers);

/** Forget what is gone, if that is due. @return was something forgotten? */
bool sg_keyed_forget_by(struct sg_keyed *keyed, const struct sg_keyed_rule *rule);

/**
 * Rebuild the index after the user has changed keys in the structs. They must still all be
 * different.
 */
void sg_keyed_rekey(struct sg_keyed *keyed);
