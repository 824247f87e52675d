/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP: the metrics page, health, and a status page.
 *
 * A scrape sends prepared bytes; nothing here waits for Kafka. libmicrohttpd has one thread per
 * address; everything that it reads is immutable or thread-safe.
 */

#include "base/error.h"
#include "serve/serve_config.h"

enum {
    SG_SERVE_E_LISTEN = 1, /* cannot listen on an address; err says why */
    SG_SERVE_E_CONFIG,     /* the web configuration is wrong; err says how */
};

struct sg_server;

/** Listen and answer. @return 0, SG_SERVE_E_* or -ENOMEM */
int sg_server_start(
    const struct sg_serve_config *config, struct sg_server **ret_server, struct sg_error *err);

/** Close all connections and sockets. @return NULL; server may be NULL */
struct sg_server *sg_server_stop(struct sg_server *server);
