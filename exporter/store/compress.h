/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Content codings of HTTP: gzip and zstd. A compressor is used by its owner only; any thread. */

#include "base/buf.h"

enum sg_coding {
    SG_CODING_IDENTITY,
    SG_CODING_GZIP,
    SG_CODING_ZSTD,
    SG_CODINGS,
};

struct sg_compressor;

/** @param coding  not SG_CODING_IDENTITY @param out  borrowed; appended to @return 0 or -ENOMEM */
int sg_compressor_new(
    enum sg_coding coding, struct sg_buf *out, struct sg_compressor **ret_compressor);

/** Add the next piece of the text, so that a whole page need not be in memory. @return 0, -ENOMEM
 * or SG_BUF_E_FULL */
int sg_compressor_add(struct sg_compressor *compressor, struct sg_str piece);

/** Finish the output. @return as sg_compressor_add */
int sg_compressor_end(struct sg_compressor *compressor);

/** @return NULL; compressor may be NULL */
struct sg_compressor *sg_compressor_free(struct sg_compressor *compressor);
