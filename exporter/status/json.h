/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JSON, written as it comes: an answer needs the memory of its text alone. What is not known is
 * null. Commas are written where they are needed; the text remembers a failure. Internal to this
 * room.
 */

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* `key` is a constant, or NULL in a list and outside of everything. */

/** @param bracket  '{' or '[' */
void sg_json_open(struct sg_buf *out, const char *key, char bracket);
void sg_json_close(struct sg_buf *out, char bracket);

/** A text that is not a constant as the key of what is opened. */
void sg_json_open_named(struct sg_buf *out, struct sg_str key, char bracket);

/** Invalid UTF-8 is replaced. */
void sg_json_text(struct sg_buf *out, const char *key, struct sg_str text);

/** null when it is empty. */
void sg_json_text_or_null(struct sg_buf *out, const char *key, struct sg_str text);

/** A constant that needs no escapes; empty: null. */
void sg_json_word(struct sg_buf *out, const char *key, const char *word);

/** null for NaN; an integer has no fraction, to 2^53. */
void sg_json_number(struct sg_buf *out, const char *key, double number);
void sg_json_integer(struct sg_buf *out, const char *key, int64_t number);
void sg_json_bool(struct sg_buf *out, const char *key, bool value);
void sg_json_null(struct sg_buf *out, const char *key);

/** RFC 3339, UTC. */
void sg_json_time(struct sg_buf *out, const char *key, int64_t unix_ms);
