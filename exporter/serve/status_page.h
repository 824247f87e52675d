/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The page at /: what is up, what fails and why, for a person without a dashboard. */

#include "base/buf.h"
#include "serve/serve.h"

enum {
    SG_STATUS_PAGE_BYTES_MAX = 16 * 1024 * 1024
};

/** Write the page as HTML; every name is escaped. @return 0, -ENOMEM or -EMSGSIZE */
int sg_status_page_write(const struct sg_serve_config *config, struct sg_buf *html);
