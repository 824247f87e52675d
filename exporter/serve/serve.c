/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include "base/auto.h"
#include "base/log.h"
#include "serve/listen.h"
#include "serve/routes.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Each connection costs one descriptor and MEMORY_BYTES. An idle one is kept for longer than two
 * usual scrape intervals, so that a scraper's keep-alive connection lasts.
 */
enum {
    CONNECTIONS_MAX = 512,
    PER_ADDRESS_MAX = 64,
    IDLE_S = 120,
    MEMORY_BYTES = 16 * 1024
};

struct sg_server {
    struct sg_serve_config config;
    size_t n_daemons;
    struct MHD_Daemon **daemons;
};

/* Marks a request whose headers have been seen; libmicrohttpd calls once more when it is whole. */
static char headers_seen;

static enum MHD_Result handle_request(void *context,
    struct MHD_Connection *connection,
    const char *url,
    const char *method,
    const char *version,
    const char *upload,
    size_t *upload_size,
    void **request)
{
    struct sg_server *server = context;

    (void)version;
    (void)upload;
    if (!*request) {
        *request = &headers_seen;
        return MHD_YES;
    }
    if (*upload_size) { /* a body has no meaning here */
        *upload_size = 0;
        return MHD_YES;
    }
    return sg_routes_answer(&server->config, connection, method, url);
}

static void log_library(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* libmicrohttpd tells of clients that break off; worth a line only for someone who looks for it. */
static void log_library(void *context, const char *format, va_list args)
{
    char text[512];

    (void)context;
    if (!sg_log_enabled(SG_LOG_DEBUG))
        return;
    (void)vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    sg_log(SG_LOG_DEBUG, NULL, "HTTP: %s", text);
}

SG_AUTO_DEFINE(struct sg_server *, sg_server_stop);

int sg_server_start(
    const struct sg_serve_config *config, struct sg_server **ret_server, struct sg_error *err)
{
    sg_auto(sg_server_stop) struct sg_server *server = calloc(1, sizeof *server);

    if (!server)
        return -ENOMEM;
    server->config = *config;
    server->daemons = calloc(config->n_addresses, sizeof(struct MHD_Daemon *));
    if (!server->daemons)
        return -ENOMEM;
    for (size_t i = 0; i < config->n_addresses; i++) {
        int fd = -1;
        if (sg_listen_open(config->addresses[i], &fd, err))
            return SG_SERVE_E_LISTEN;
        struct MHD_Daemon *daemon =
            MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_ERROR_LOG, 0,
                NULL, NULL, handle_request, server, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
                MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES, MHD_OPTION_END);
        if (!daemon) {
            (void)close(fd);
            return sg_error_set(err, SG_SERVE_E_LISTEN, "cannot serve on %s: %s",
                config->addresses[i], strerror(errno));
        }
        server->daemons[server->n_daemons++] = daemon;
    }
    *ret_server = sg_take(&server);
    return 0;
}

struct sg_server *sg_server_stop(struct sg_server *server)
{
    if (!server)
        return NULL;
    for (size_t i = 0; i < server->n_daemons; i++)
        MHD_stop_daemon(server->daemons[i]);
    free(server->daemons);
    free(server);
    return NULL;
}
