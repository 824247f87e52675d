/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sg_buf_init(struct sg_buf *buf, size_t cap_bytes)
{
    *buf = (struct sg_buf){ .cap = cap_bytes };
}

void sg_buf_done(struct sg_buf *buf)
{
    free(buf->ptr);
    sg_buf_init(buf, buf->cap);
}

static int fail(struct sg_buf *buf, int failure)
{
    buf->failure = failure;
    return failure;
}

int sg_buf_errno(const struct sg_buf *buf)
{
    return buf->failure == SG_BUF_E_FULL ? -EMSGSIZE : buf->failure;
}

int sg_buf_reserve(struct sg_buf *buf, size_t n)
{
    size_t needed;

    if (buf->failure)
        return buf->failure;
    if (__builtin_add_overflow(buf->len, n, &needed) || needed > buf->cap)
        return fail(buf, SG_BUF_E_FULL);
    if (needed <= buf->allocated)
        return 0;

    size_t size = buf->allocated ? buf->allocated : 64;
    while (size < needed) {
        if (__builtin_mul_overflow(size, (size_t)2, &size))
            return fail(buf, -ENOMEM);
    }
    if (size > buf->cap)
        size = buf->cap;
    char *ptr = realloc(buf->ptr, size);
    if (!ptr)
        return fail(buf, -ENOMEM);
    buf->ptr = ptr;
    buf->allocated = size;
    return 0;
}

int sg_buf_add(struct sg_buf *buf, const void *bytes, size_t n)
{
    int r = sg_buf_reserve(buf, n);
    if (r)
        return r;
    if (n)
        memcpy(buf->ptr + buf->len, bytes, n);
    buf->len += n;
    return 0;
}

int sg_buf_printf(struct sg_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return buf->failure ? buf->failure : fail(buf, -EINVAL);

    /* vsnprintf writes a terminator: room for it, but it is not part of the content */
    int r = sg_buf_reserve(buf, (size_t)n + 1);
    if (r)
        return r;
    va_start(args, format);
    (void)vsnprintf(buf->ptr + buf->len, (size_t)n + 1, format, args);
    va_end(args);
    buf->len += (size_t)n;
    return 0;
}

void sg_buf_fit(struct sg_buf *buf)
{
    char *ptr = buf->len ? realloc(buf->ptr, buf->len) : NULL;
    if (!ptr)
        return;
    buf->ptr = ptr;
    buf->allocated = buf->len;
}

const char *sg_buf_get_cut(struct sg_buf *buf)
{
    assert(buf->cap > 0);
    if (buf->failure == SG_BUF_E_FULL || buf->len == buf->cap)
        sg_buf_truncate(buf, buf->len < buf->cap ? buf->len : buf->cap - 1);
    if (sg_buf_reserve(buf, 1))
        return NULL;
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}

char *sg_buf_take(struct sg_buf *buf)
{
    char *text = buf->failure ? NULL : malloc(buf->len + 1);
    if (!text) {
        if (!buf->failure)
            buf->failure = -ENOMEM;
        return NULL;
    }
    if (buf->len)
        memcpy(text, buf->ptr, buf->len);
    text[buf->len] = '\0';
    sg_buf_done(buf);
    return text;
}
