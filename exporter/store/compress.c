/* SPDX-License-Identifier: Apache-2.0 */
#include "store/compress.h"

#include "base/auto.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zstd.h>

/*
 * ISA-L's level 1 makes a page 6 % larger than libdeflate's in a third of the time, zlib's in a
 * fifth (docs/performance.md), and accepts its text in pieces, so that a whole page is never in
 * memory. zstd's level 1 is as fast.
 */
enum {
    GZIP_LEVEL = 1,
    ZSTD_LEVEL = 1,
    ROOM_BYTES = 256 * 1024 /* for output, at a time */
};

struct sg_compressor {
    struct sg_buf *out;
    ZSTD_CCtx *zstd; /* NULL: gzip */
    struct isal_zstream gzip;
    uint8_t gzip_room[ISAL_DEF_LVL1_DEFAULT];
};

SG_AUTO_DEFINE(struct sg_compressor *, sg_compressor_free);

static int start_zstd(struct sg_compressor *compressor)
{
    compressor->zstd = ZSTD_createCCtx();
    if (!compressor->zstd ||
        ZSTD_isError(ZSTD_CCtx_setParameter(compressor->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)))
        return -ENOMEM;
    return 0;
}

static void start_gzip(struct sg_compressor *compressor)
{
    isal_deflate_init(&compressor->gzip);
    compressor->gzip.level = GZIP_LEVEL;
    compressor->gzip.level_buf = compressor->gzip_room;
    compressor->gzip.level_buf_size = sizeof compressor->gzip_room;
    compressor->gzip.gzip_flag = IGZIP_GZIP;
}

int sg_compressor_new(
    enum sg_coding coding, struct sg_buf *out, struct sg_compressor **ret_compressor)
{
    /* Not zeroed: it is large, and everything that is used is initialised here. */
    sg_auto(sg_compressor_free) struct sg_compressor *compressor = malloc(sizeof *compressor);
    int r = 0;

    if (!compressor)
        return -ENOMEM;
    compressor->out = out;
    compressor->zstd = NULL;
    if (coding == SG_CODING_ZSTD)
        r = start_zstd(compressor);
    else
        start_gzip(compressor);
    if (r)
        return r;
    *ret_compressor = sg_take(&compressor);
    return 0;
}

struct sg_compressor *sg_compressor_free(struct sg_compressor *compressor)
{
    if (!compressor)
        return NULL;
    (void)ZSTD_freeCCtx(compressor->zstd);
    free(compressor);
    return NULL;
}

/* @return 0 and whether there is more output, or a negative errno */
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
    struct isal_zstream *gzip = &compressor->gzip;

    gzip->next_out = (uint8_t *)out->ptr + out->len;
    gzip->avail_out = ROOM_BYTES;
    gzip->end_of_stream = is_last;
    if (isal_deflate(gzip) != COMP_OK)
        return -ENOMEM;
    out->len += ROOM_BYTES - gzip->avail_out;
    *ret_more = is_last ? gzip->internal_state.state != ZSTATE_END
                        : gzip->avail_in > 0 || gzip->avail_out == 0;
    return 0;
}

static int feed(struct sg_compressor *compressor, struct sg_str piece, bool is_last)
{
    ZSTD_inBuffer in = { piece.ptr, piece.len, 0 };
    bool more = true;
    int r = 0;

    if (piece.len > UINT32_MAX)
        return SG_BUF_E_FULL;
    if (!compressor->zstd) {
        compressor->gzip.next_in = (uint8_t *)(uintptr_t)piece.ptr;
        compressor->gzip.avail_in = (uint32_t)piece.len;
    }
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
