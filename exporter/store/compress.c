/* SPDX-License-Identifier: Apache-2.0 */
#include "store/compress.h"

#include "base/auto.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/*
 * libdeflate's level 1 makes a page one tenth larger than level 6 in two thirds of the time; zstd's
 * level 1 is faster still (docs/performance.md). libdeflate wants its text in one piece, and
 * several gzip members one behind the other are not read by every client; so pieces go through
 * zlib.
 */
enum {
    GZIP_LEVEL = 1,
    ZSTD_LEVEL = 1
};

enum {
    ROOM_BYTES = 256 * 1024, /* for output, at a time */
    GZIP_WINDOW_BITS = 15 + 16,
    GZIP_MEMORY = 8 /* zlib's default */
};

static int gzip(struct sg_str text, struct sg_buf *out)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);

    if (!compressor)
        return -ENOMEM;
    size_t bound = libdeflate_gzip_compress_bound(compressor, text.len);
    int r = sg_buf_reserve(out, bound);
    if (!r) {
        size_t n =
            libdeflate_gzip_compress(compressor, text.ptr, text.len, out->ptr + out->len, bound);
        out->len += n;
        r = n ? 0 : -ENOMEM;
    }
    libdeflate_free_compressor(compressor);
    return r;
}

static int zstd(struct sg_str text, struct sg_buf *out)
{
    size_t bound = ZSTD_compressBound(text.len);

    int r = sg_buf_reserve(out, bound);
    if (r)
        return r;
    size_t n = ZSTD_compress(out->ptr + out->len, bound, text.ptr, text.len, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        return -ENOMEM;
    out->len += n;
    return 0;
}

int sg_compress(enum sg_coding coding, struct sg_str text, struct sg_buf *out)
{
    switch (coding) {
    case SG_CODING_GZIP:
        return gzip(text, out);
    case SG_CODING_ZSTD:
        return zstd(text, out);
    default:
        return sg_buf_add_str(out, text);
    }
}

/* ---- In pieces ---- */

struct sg_compressor {
    struct sg_buf *out;
    bool deflating;
    z_stream gzip;
    ZSTD_CCtx *zstd; /* NULL: gzip */
};

SG_AUTO_DEFINE(struct sg_compressor *, sg_compressor_free);

int sg_compressor_new(
    enum sg_coding coding, struct sg_buf *out, struct sg_compressor **ret_compressor)
{
    sg_auto(sg_compressor_free) struct sg_compressor *compressor = calloc(1, sizeof *compressor);

    if (!compressor)
        return -ENOMEM;
    compressor->out = out;
    if (coding == SG_CODING_ZSTD) {
        compressor->zstd = ZSTD_createCCtx();
        if (!compressor->zstd || ZSTD_isError(ZSTD_CCtx_setParameter(
                                     compressor->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)))
            return -ENOMEM;
    } else {
        if (deflateInit2(&compressor->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY,
                Z_DEFAULT_STRATEGY) != Z_OK)
            return -ENOMEM;
        compressor->deflating = true;
    }
    *ret_compressor = sg_take(&compressor);
    return 0;
}

struct sg_compressor *sg_compressor_free(struct sg_compressor *compressor)
{
    if (!compressor)
        return NULL;
    if (compressor->deflating)
        (void)deflateEnd(&compressor->gzip);
    (void)ZSTD_freeCCtx(compressor->zstd);
    free(compressor);
    return NULL;
}

/* @return 0 and whether there is more to come, or a negative errno */
static int step_zstd(
    struct sg_compressor *compressor, ZSTD_inBuffer *in, bool is_last, bool *ret_more)
{
    struct sg_buf *out = compressor->out;
    ZSTD_outBuffer to = { out->ptr + out->len, ROOM_BYTES, 0 };

    size_t left =
        ZSTD_compressStream2(compressor->zstd, &to, in, is_last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left))
        return -ENOMEM;
    out->len += to.pos;
    *ret_more = is_last ? left > 0 : in->pos < in->size;
    return 0;
}

static int step_gzip(struct sg_compressor *compressor, bool is_last, bool *ret_more)
{
    struct sg_buf *out = compressor->out;
    z_stream *gzip = &compressor->gzip;

    gzip->next_out = (unsigned char *)out->ptr + out->len;
    gzip->avail_out = ROOM_BYTES;
    int r = deflate(gzip, is_last ? Z_FINISH : Z_NO_FLUSH);
    if (r == Z_STREAM_ERROR)
        return -ENOMEM;
    out->len += ROOM_BYTES - gzip->avail_out;
    *ret_more = is_last ? r != Z_STREAM_END : gzip->avail_in > 0 || gzip->avail_out == 0;
    return 0;
}

static int feed(struct sg_compressor *compressor, struct sg_str piece, bool is_last)
{
    ZSTD_inBuffer in = { piece.ptr, piece.len, 0 };
    bool more = true;
    int r = 0;

    if (piece.len > UINT32_MAX)
        return -EMSGSIZE;
    compressor->gzip.next_in = (unsigned char *)(uintptr_t)piece.ptr;
    compressor->gzip.avail_in = (unsigned)piece.len;
    while (more && !r) {
        r = sg_buf_reserve(compressor->out, ROOM_BYTES);
        if (!r)
            r = compressor->zstd ? step_zstd(compressor, &in, is_last, &more)
                                 : step_gzip(compressor, is_last, &more);
    }
    return r;
}

int sg_compressor_add(struct sg_compressor *compressor, struct sg_str piece)
{
    return feed(compressor, piece, false);
}

int sg_compressor_end(struct sg_compressor *compressor)
{
    return feed(compressor, SG_STR(""), true);
}
