/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Text that is written once, never moves, and is freed as a whole with the last reference.
 *
 * One thread appends; any thread may read what was appended before it received the pointer.
 * References are counted atomically.
 */

#include "base/str.h"

#include <stddef.h>

struct sg_arena;

/** @return owned (one reference), or NULL when memory is short */
struct sg_arena *sg_arena_new(void);

/** One more reference. @return arena */
struct sg_arena *sg_arena_ref(struct sg_arena *arena);

/** Release one reference; the last one frees all text. @return NULL; arena may be NULL */
struct sg_arena *sg_arena_unref(struct sg_arena *arena);

/** Uninitialised bytes, borrowed from the arena, not aligned. @return NULL when memory is short */
char *sg_arena_bytes(struct sg_arena *arena, size_t n);

/** A terminated copy of text, borrowed from the arena. @return NULL when memory is short */
char *sg_arena_copy(struct sg_arena *arena, struct sg_str text);
