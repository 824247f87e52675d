/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A growing piece of text with a mandatory cap.
 * The struct is embedded and owned by its user; the bytes are the buffer's. Not thread-safe.
 *
 * It remembers its first failure: from then on an append leaves the content as it is and fails in
 * the same way, so that code which writes a text checks for an error once, at the end. Clearing it,
 * or truncating it to a length before the failure, makes it usable again.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    /* The cap would be passed. No other module uses this number: it is passed through many. */
    SG_BUF_E_FULL = 100
};

struct sg_buf {
    char *ptr;
    size_t len;
    size_t allocated;
    size_t cap;
    int failure; /* the first one; see sg_buf_error() */
};

/** An empty buffer that never grows past cap_bytes. Allocates nothing yet. */
void sg_buf_init(struct sg_buf *buf, size_t cap_bytes);

/** Free the bytes; the buffer is empty and usable again. */
void sg_buf_done(struct sg_buf *buf);

/** The first append error. @return 0, SG_BUF_E_FULL, -ENOMEM or -EINVAL */
static inline int sg_buf_error(const struct sg_buf *buf)
{
    return buf->failure;
}

/**
 * The same for callers that have no outcome of their own for a full buffer.
 * @return 0, or a negative errno: -EMSGSIZE when it was full
 */
int sg_buf_errno(const struct sg_buf *buf);

/**
 * Go back to an earlier length, as if nothing had been written or had failed since.
 * @param len  a length that the content had since it was last cleared
 */
static inline void sg_buf_truncate(struct sg_buf *buf, size_t len)
{
    buf->len = len;
    buf->failure = 0;
}

/** Forget the content and the failure, keep the memory. */
static inline void sg_buf_clear(struct sg_buf *buf)
{
    sg_buf_truncate(buf, 0);
}

/**
 * Reserve n more bytes, so that they can be written at buf->ptr + buf->len.
 * @return 0, -ENOMEM, or SG_BUF_E_FULL when the cap would be passed; sg_buf_error() returns it too
 */
int sg_buf_reserve(struct sg_buf *buf, size_t n);

/** Append bytes. @return as sg_buf_reserve */
int sg_buf_add(struct sg_buf *buf, const void *bytes, size_t n);

/** Append text. @return as sg_buf_reserve */
static inline int sg_buf_add_str(struct sg_buf *buf, struct sg_str text)
{
    return sg_buf_add(buf, text.ptr, text.len);
}

/** Append one byte. @return as sg_buf_reserve */
static inline int sg_buf_add_char(struct sg_buf *buf, char c)
{
    return sg_buf_add(buf, &c, 1);
}

/** Append printf's output. @return as sg_buf_reserve, or -EINVAL */
int sg_buf_printf(struct sg_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Release the memory that the content does not need: growing doubles, and some caps are high. */
void sg_buf_fit(struct sg_buf *buf);

/** The content, borrowed until the next append. */
static inline struct sg_str sg_buf_get(const struct sg_buf *buf)
{
    return (struct sg_str){ buf->ptr ? buf->ptr : "", buf->len };
}

/**
 * A text for messages, terminated; one that did not fit is truncated.
 * @return borrowed until the next append, or NULL when memory is short
 */
const char *sg_buf_get_cut(struct sg_buf *buf);

/**
 * The content as a terminated string that the caller frees; the buffer is empty afterwards.
 * @return owned, or NULL when an append has failed or memory is short; sg_buf_error() says which
 */
char *sg_buf_take(struct sg_buf *buf);
