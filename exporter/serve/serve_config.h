/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What is served, where, and who is notified. */

#include "base/clock.h"
#include "config/web_url.h"
#include "store/http_counts.h"
#include "store/pager.h"
#include "store/roster.h"
#include "store/store.h"

#include <stddef.h>

struct sg_reloader;
struct sg_watch;

/* All borrowed; they outlive the server. */
struct sg_serve_config {
    size_t n_addresses;
    const char *const *addresses;   /* [HOST]:PORT */
    bool inherited;                 /* the sockets of socket activation instead of addresses */
    const char *telemetry_path;     /* "/metrics" */
    const struct sg_web_urls *urls; /* NULL: no prefix, and the URL is the requested one */
    const char *web_config_file;    /* --web.config.file, or NULL */
    struct sg_pager *pager;
    struct sg_store *store;
    const struct sg_roster *roster;
    struct sg_watch *watch; /* NULL: there are no status pages */
    const struct sg_clock *clock;
    struct sg_http_counts *counts;  /* NULL, or where answers are counted */
    void (*scraped)(void *context); /* NULL, or notified of each request for the whole page */
    void *scraped_context;
    struct sg_reloader *reloader; /* NULL: there is no reload */
};
