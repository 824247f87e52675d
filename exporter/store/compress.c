/* SPDX-License-Identifier: Apache-2.0 */
#include "store/compress.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdint.h>
#include <zstd.h>

/*
 * libdeflate's level 1 makes a page one tenth larger than level 6 in two thirds of the time; zstd's
 * level 1 is faster still (docs/performance.md).
 */
enum {
    GZIP_LEVEL = 1,
    ZSTD_LEVEL = 1
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
