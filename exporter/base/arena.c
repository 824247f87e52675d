/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/sync.h"

#include <stdlib.h>

/* Chunks double up to the largest size, so that small tables stay small. */
enum {
    CHUNK_BYTES_FIRST = 256,
    CHUNK_BYTES_MAX = 256 * 1024
};

struct chunk {
    struct chunk *older;
    char bytes[];
};

struct sg_arena {
    struct sg_refs refs;
    struct chunk *newest;
    size_t used;
    size_t size;
};

struct sg_arena *sg_arena_new(void)
{
    struct sg_arena *arena = calloc(1, sizeof *arena);
    if (arena)
        sg_refs_init(&arena->refs);
    return arena;
}

struct sg_arena *sg_arena_ref(struct sg_arena *arena)
{
    sg_refs_add(&arena->refs);
    return arena;
}

struct sg_arena *sg_arena_unref(struct sg_arena *arena)
{
    if (!arena || !sg_refs_drop(&arena->refs))
        return NULL;
    for (struct chunk *chunk = arena->newest; chunk;) {
        struct chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    free(arena);
    return NULL;
}

char *sg_arena_bytes(struct sg_arena *arena, size_t n)
{
    if (n > arena->size - arena->used || !arena->newest) {
        size_t size = arena->size ? arena->size * 2 : CHUNK_BYTES_FIRST;
        if (size > CHUNK_BYTES_MAX)
            size = CHUNK_BYTES_MAX;
        if (size < n)
            size = n;
        size_t bytes;
        if (__builtin_add_overflow(size, sizeof(struct chunk), &bytes))
            return NULL;
        struct chunk *chunk = malloc(bytes);
        if (!chunk)
            return NULL;
        chunk->older = arena->newest;
        arena->newest = chunk;
        arena->used = 0;
        arena->size = size;
    }
    char *ptr = arena->newest->bytes + arena->used;
    arena->used += n;
    return ptr;
}

char *sg_arena_copy(struct sg_arena *arena, struct sg_str text)
{
    char *copy = sg_arena_bytes(arena, text.len + 1);
    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}
