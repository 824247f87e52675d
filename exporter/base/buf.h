/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A growing piece of text with a mandatory cap.
 * The struct is embedded and owned by its user; the bytes are the buffer's. Not thread-safe.
 * After a failed append the content is unchanged.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct sg_buf {
    char *ptr;
    size_t len;
    size_t allocated;
    size_t cap;
};

/** An empty buffer that never grows past cap_bytes. Allocates nothing yet. */
void sg_buf_init(struct sg_buf *buf, size_t cap_bytes);

/** Free the bytes; the buffer is empty and usable again. */
void sg_buf_done(struct sg_buf *buf);

/** Forget the content, keep the memory. */
static inline void sg_buf_clear(struct sg_buf *buf)
{
    buf->len = 0;
}

/**
 * Make room for n more bytes, so that they can be written at buf->ptr + buf->len.
 * @return 0, -ENOMEM, or -EMSGSIZE when the cap would be passed
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

/** Give back the memory that the content does not need: growing doubles, and some bounds are high.
 */
void sg_buf_fit(struct sg_buf *buf);

/** The content, borrowed until the next append. */
static inline struct sg_str sg_buf_get(const struct sg_buf *buf)
{
    return (struct sg_str){ buf->ptr ? buf->ptr : "", buf->len };
}

/**
 * The content as a terminated string that the caller frees; the buffer is empty afterwards.
 * @return owned, or NULL when memory is short
 */
char *sg_buf_take(struct sg_buf *buf);
