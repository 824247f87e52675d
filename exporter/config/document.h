/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The reference of all keys of the configuration file, generated from their tables. */

#include "base/buf.h"

/** As Markdown, for the generated part of docs/configuration.md. @return as sg_buf_add */
int sg_config_document(struct sg_buf *out);
