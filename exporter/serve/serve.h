/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP: the ready page, health, and a status page for people.
 *
 * A scrape sends bytes that are ready; nothing here waits for Kafka. libmicrohttpd's own thread per
 * address calls in; everything it reads is immutable or thread-safe.
 */

#include "base/clock.h"
#include "base/error.h"
#include "config/web_url.h"
#include "store/http_counts.h"
#include "store/page.h"
#include "store/roster.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_SERVE_E_LISTEN = 1, /* an address cannot be listened on; err says why */
    SG_SERVE_E_CONFIG,     /* the web configuration is wrong; err says how */
};

struct sg_history;
struct sg_parts;
struct sg_reloader;

/* All borrowed; they outlive the server. */
struct sg_serve_config {
    size_t n_addresses;
    const char *const *addresses;   /* [HOST]:PORT */
    bool inherited;                 /* the sockets of socket activation instead of addresses */
    const char *telemetry_path;     /* "/metrics" */
    const struct sg_web_urls *urls; /* NULL: no prefix, and the URL is the one that was asked */
    const char *web_config_file;    /* --web.config.file, or NULL */
    struct sg_pager *pager;
    struct sg_parts *parts; /* NULL: parts of the page are made for each request */
    const struct sg_store *store;
    const struct sg_roster *roster;
    const struct sg_history *history; /* NULL: there are no plots and no rates */
    const struct sg_clock *clock;
    struct sg_http_counts *counts;  /* NULL, or where answers are counted */
    void (*scraped)(void *context); /* NULL, or told of each request for the whole page */
    void *scraped_context;
    struct sg_reloader *reloader; /* NULL: there is no reload */
};

struct sg_server;

/** Listen and answer. @return 0, SG_SERVE_E_* or -ENOMEM */
int sg_server_start(
    const struct sg_serve_config *config, struct sg_server **ret_server, struct sg_error *err);

/** Close all connections and sockets. @return NULL; server may be NULL */
struct sg_server *sg_server_stop(struct sg_server *server);
