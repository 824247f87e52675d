/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A borrowed piece of text: pointer and length, not terminated. It owns no memory; the text it
 * points into must outlive it. Without length the pointer may be NULL, which memcpy and memcmp do
 * not allow. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sg_str {
    const char *ptr;
    size_t len;
};

#define SG_STR(literal)  ((struct sg_str){ (literal), sizeof(literal) - 1 })
#define SG_STR_FMT       "%.*s"
#define SG_STR_ARG(text) (int)(text).len, (text).ptr

static inline bool sg_str_equal(struct sg_str a, struct sg_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/** Two terminated strings, or two NULL. */
static inline bool sg_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/** A borrowed view of a terminated string; NULL gives the empty text. */
static inline struct sg_str sg_str_of(const char *text)
{
    return (struct sg_str){ text ? text : "", text ? strlen(text) : 0 };
}

static inline bool sg_str_starts_with(struct sg_str text, struct sg_str prefix)
{
    return prefix.len == 0 ||
           (text.len >= prefix.len && memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool sg_str_ends_with(struct sg_str text, struct sg_str suffix)
{
    return suffix.len == 0 || (text.len >= suffix.len && memcmp(text.ptr + text.len - suffix.len,
                                                             suffix.ptr, suffix.len) == 0);
}

/** Order by bytes, as strcmp. */
static inline int sg_str_compare(struct sg_str a, struct sg_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int r = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return r ? r : (a.len > b.len) - (a.len < b.len);
}
