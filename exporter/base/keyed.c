/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyed.h"

#include "base/auto.h"
#include "base/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Forgetting has two steps. First the remaining texts are copied into a new arena, beside the old
 * one: only that can fail. Then the array is compacted and the index is refilled in the memory that
 * it has.
 */

enum {
    FIRST = 8 /* initial capacity; small, because a slot of the store has four tables */
};

const struct sg_keyed_kind sg_keyed_texts = {
    .size = sizeof(struct sg_keyed_text),
    .seen_at = offsetof(struct sg_keyed_text, seen),
};

void sg_keyed_init(struct sg_keyed *keyed, const struct sg_keyed_kind *kind)
{
    *keyed = (struct sg_keyed){ .kind = kind, .max = SG_INDEX_NONE };
    sg_index_init(&keyed->index);
}

static void drop(const struct sg_keyed *keyed, uint32_t number)
{
    if (keyed->kind->drop)
        keyed->kind->drop(sg_keyed_at(keyed, number));
}

void sg_keyed_clear(struct sg_keyed *keyed)
{
    for (uint32_t i = 0; i < keyed->n; i++)
        drop(keyed, i);
    keyed->n = 0;
    sg_index_clear(&keyed->index);
    keyed->arena = sg_arena_unref(keyed->arena);
}

void sg_keyed_done(struct sg_keyed *keyed)
{
    if (!keyed->kind) /* of a half-initialised object */
        return;
    sg_keyed_clear(keyed);
    sg_index_done(&keyed->index);
    free(keyed->list);
    *keyed = (struct sg_keyed){ .n = 0 };
}

/* ---- Finding and adding ---- */

static struct sg_str key_of(const struct sg_keyed *keyed, uint32_t number)
{
    const struct sg_keyed_kind *kind = keyed->kind;

    if (!kind->key_bytes)
        return sg_keyed_key(keyed, number);
    const char *thing = sg_keyed_at(keyed, number);
    return (struct sg_str){ thing + kind->key_at, kind->key_bytes };
}

static bool key_equal(const void *owner, uint32_t number, const void *key)
{
    return sg_str_equal(key_of(owner, number), *(const struct sg_str *)key);
}

uint32_t sg_keyed_find(const struct sg_keyed *keyed, struct sg_str key)
{
    uint32_t hash = sg_index_hash(&keyed->index, key);
    return sg_index_find(&keyed->index, hash, key_equal, keyed, &key);
}

/* @return the text, or NULL */
static const char *copy_text(
    const struct sg_keyed_kind *kind, struct sg_arena *arena, struct sg_str text)
{
    if (kind->terminated)
        return sg_arena_copy(arena, text);
    char *copy = sg_arena_bytes(arena, text.len);
    if (copy && text.len)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static const char *keep_text(struct sg_keyed *keyed, struct sg_str text)
{
    if (!keyed->arena)
        keyed->arena = sg_arena_new();
    return keyed->arena && text.len <= UINT32_MAX ? copy_text(keyed->kind, keyed->arena, text)
                                                  : NULL;
}

int sg_keyed_add(struct sg_keyed *keyed, struct sg_str key, uint32_t *ret_number, bool *ret_is_new)
{
    const struct sg_keyed_kind *kind = keyed->kind;
    uint32_t hash = sg_index_hash(&keyed->index, key);
    uint32_t number = sg_index_find(&keyed->index, hash, key_equal, keyed, &key);

    if (ret_is_new)
        *ret_is_new = number == SG_INDEX_NONE;
    if (number != SG_INDEX_NONE) {
        *ret_number = number;
        return 0;
    }
    number = (uint32_t)keyed->n;
    if (keyed->n >= keyed->max)
        return SG_KEYED_E_FULL;
    bool is_text = kind->key_bytes == 0;
    const struct sg_keyed_text text = {
        .ptr = is_text ? keep_text(keyed, key) : NULL,
        .len = (uint32_t)key.len,
    };
    if ((is_text && !text.ptr) ||
        sg_grow_from(&keyed->list, keyed->n, &keyed->allocated, kind->size, FIRST) ||
        sg_index_add(&keyed->index, hash, number))
        return -ENOMEM;
    char *thing = sg_keyed_at(keyed, number);
    memset(thing, 0, kind->size);
    if (is_text)
        memcpy(thing + kind->key_at, &text, sizeof text);
    else
        memcpy(thing + kind->key_at, key.ptr, kind->key_bytes);
    *sg_keyed_seen(keyed, number) = keyed->generation;
    keyed->n++;
    *ret_number = number;
    return 0;
}

/* ---- Forgetting ---- */

bool sg_keyed_is_due(const struct sg_keyed *keyed, const struct sg_keyed_rule *rule)
{
    const char *at = keyed->n ? (const char *)keyed->list + keyed->kind->seen_at : NULL;
    size_t n_gone = 0;

    for (size_t i = 0; i < keyed->n; i++, at += keyed->kind->size)
        n_gone += keyed->generation - *(const uint32_t *)(const void *)at > rule->after;
    return n_gone >= rule->at_least && n_gone * rule->one_in > keyed->n;
}

/* Copies of the texts of the items that stay, in order. @return 0 or -ENOMEM */
static int copy_texts(
    const struct sg_keyed *keyed, uint32_t after, struct sg_arena *arena, const char **texts)
{
    size_t n = 0;

    for (uint32_t i = 0; i < keyed->n; i++) {
        if (sg_keyed_is_gone(keyed, i, after))
            continue;
        texts[n] = copy_text(keyed->kind, arena, sg_keyed_key(keyed, i));
        if (!texts[n++])
            return -ENOMEM;
    }
    return 0;
}

/* Release the memory that only the removed items needed. */
static void give_back(struct sg_keyed *keyed)
{
    void *list = keyed->n < keyed->allocated / 2 && keyed->n
                     ? realloc(keyed->list, keyed->n * keyed->kind->size)
                     : NULL;

    if (!list)
        return;
    keyed->list = list;
    keyed->allocated = keyed->n;
}

void sg_keyed_rekey(struct sg_keyed *keyed)
{
    sg_index_refit(&keyed->index, (uint32_t)keyed->n);
    for (uint32_t i = 0; i < keyed->n; i++)
        (void)sg_index_add(&keyed->index, sg_index_hash(&keyed->index, key_of(keyed, i)), i);
}

SG_AUTO_DEFINE(struct sg_arena *, sg_arena_unref);

int sg_keyed_forget(struct sg_keyed *keyed, uint32_t after, uint32_t **ret_numbers)
{
    const struct sg_keyed_kind *kind = keyed->kind;
    bool is_text = kind->key_bytes == 0;
    sg_auto(sg_arena_unref) struct sg_arena *arena = is_text ? sg_arena_new() : NULL;
    sg_auto_free const char **texts = is_text ? calloc(keyed->n + 1, sizeof *texts) : NULL;
    sg_auto_free uint32_t *numbers = ret_numbers ? calloc(keyed->n + 1, sizeof *numbers) : NULL;
    uint32_t n = 0;

    if ((ret_numbers && !numbers) ||
        (is_text && (!arena || !texts || copy_texts(keyed, after, arena, texts))))
        return -ENOMEM;

    for (uint32_t i = 0; i < keyed->n; i++) {
        bool is_gone = sg_keyed_is_gone(keyed, i, after);
        if (numbers)
            numbers[i] = is_gone ? SG_INDEX_NONE : n;
        if (is_gone) {
            drop(keyed, i);
            continue;
        }
        char *to = sg_keyed_at(keyed, n);
        memmove(to, sg_keyed_at(keyed, i), kind->size);
        if (is_text)
            ((struct sg_keyed_text *)(void *)(to + kind->key_at))->ptr = texts[n];
        n++;
    }
    keyed->n = n;
    give_back(keyed);
    sg_keyed_rekey(keyed);
    if (is_text) {
        (void)sg_arena_unref(keyed->arena);
        keyed->arena = sg_take(&arena);
    }
    if (ret_numbers)
        *ret_numbers = sg_take(&numbers);
    return 0;
}

bool sg_keyed_forget_by(struct sg_keyed *keyed, const struct sg_keyed_rule *rule)
{
    return sg_keyed_is_due(keyed, rule) && sg_keyed_forget(keyed, rule->after, NULL) == 0;
}
