/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* References of the flags and of the keys of all files, generated from their tables. */

#include "base/buf.h"

/** As Markdown, for the generated part of docs/configuration.md. @return as sg_buf_add */
int sg_config_document(struct sg_buf *out);

/**
 * For scripts, one per line: "flag NAME", or "FILE PATH" with the file config, web or compat, such
 * as "config clusters[].name". @return as sg_buf_add
 */
int sg_config_list(struct sg_buf *out);
