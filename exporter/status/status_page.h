/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The status page and the pages behind it: what is wrong, where, and since when, without any other
 * tool. Plain HTML that needs no script; the script refreshes it and reads plots.
 */

#include "base/buf.h"
#include "status/params.h"

enum {
    SG_STATUS_PAGE_BYTES_MAX = 16 * 1024 * 1024
};

/**
 * Write a page as HTML; every name is escaped.
 * @return 0, SG_STATUS_E_NOT_FOUND, SG_STATUS_E_ELSEWHERE, -ENOMEM or SG_BUF_E_FULL
 */
int sg_status_page_write(const struct sg_status_sources *sources,
    enum sg_status_page page,
    const struct sg_status_params *params,
    struct sg_buf *html);

/** Its Content-Security-Policy: its own style and script, and nothing else. */
extern const char sg_status_page_csp[];

/** Generated from status_page.css and status_page.js. */
extern const struct sg_str sg_status_page_style;
extern const struct sg_str sg_status_page_script;
