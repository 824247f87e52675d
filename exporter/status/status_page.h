/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page at /: the state at a glance, most urgent first, without a dashboard. Plain HTML that
 * needs no script; the script only refreshes it.
 */

#include "base/buf.h"
#include "base/clock.h"
#include "store/roster.h"
#include "store/store.h"

enum {
    SG_STATUS_PAGE_BYTES_MAX = 16 * 1024 * 1024
};

struct sg_history;

/* The data of the page; all borrowed. */
struct sg_status_sources {
    const char *telemetry_path; /* "/metrics" */
    struct sg_store *store;
    const struct sg_roster *roster;
    struct sg_history *history; /* NULL: there are no plots and no rates */
    const struct sg_clock *clock;
};

/** Write the page as HTML; every name is escaped. @return 0, -ENOMEM or SG_BUF_E_FULL */
int sg_status_page_write(const struct sg_status_sources *sources, struct sg_buf *html);

/** Its Content-Security-Policy: its own style and script, and nothing else. */
extern const char sg_status_page_csp[];

/** Generated from status_page.css and status_page.js. */
extern const struct sg_str sg_status_page_style;
extern const struct sg_str sg_status_page_script;
