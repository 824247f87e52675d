/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Walk over the text of a JSON document without making a tree of it.
 *
 * An agent's answer is an array of objects of objects; only its MBeans, one after the other, become
 * trees (jansson's, about 20 times as large as their text). The walk finds where they begin and
 * end. It looks at brackets and strings alone: the content of a value is checked by its parser.
 * Nothing is copied; nothing recurses. Pure functions; any thread.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_json_walk {
    const char *text;
    size_t len;
    size_t at;       /* position of the walk; after a failure, where it stopped */
    const char *why; /* NULL: no failure so far */
};

/** The first character of the next value, or '\0' at the end. */
char sg_json_walk_peek(struct sg_json_walk *walk);

/** Skip one value. @param ret_value its text, borrowed; may be NULL @return false: walk->why */
bool sg_json_walk_value(struct sg_json_walk *walk, struct sg_str *ret_value);

/** Enter the array or object that comes next. @param bracket '[' or '{' */
bool sg_json_walk_enter(struct sg_json_walk *walk, char bracket);

/**
 * Is there another element? Skips the comma, or the closing bracket at the end.
 * @param first  none was read since sg_json_walk_enter()
 * @return false at the end, or on failure, with walk->why
 */
bool sg_json_walk_more(struct sg_json_walk *walk, char closing, bool first);

/** A member's key, with its quotes, and the colon after it. */
bool sg_json_walk_key(struct sg_json_walk *walk, struct sg_str *ret_key);

/** Is nothing left but blanks? */
bool sg_json_walk_at_end(struct sg_json_walk *walk);

/** Line and column of a place in the text, both counted from 1. */
void sg_json_walk_place(struct sg_str text, size_t at, size_t *ret_line, size_t *ret_column);
