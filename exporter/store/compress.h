/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Content codings of HTTP: gzip and zstd. Pure functions; any thread. */

#include "base/buf.h"
#include "store/page.h"

/** Append text in the coding. @param out its cap holds @return 0, -ENOMEM or -EMSGSIZE */
int sg_compress(enum sg_coding coding, struct sg_str text, struct sg_buf *out);
