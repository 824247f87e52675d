/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include "base/auto.h"
#include "base/log.h"
#include "serve/answer.h"
#include "serve/connections.h"
#include "serve/listen.h"
#include "serve/reload.h"
#include "serve/routes.h"
#include "serve/unescape.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Each connection costs one descriptor and MEMORY_BYTES, in which the headers of a request must
 * fit: longer ones are answered 431, a longer path 414. connections.h has the deadlines; what is
 * given to libmicrohttpd is a net below those.
 */
enum {
    LIBRARY_TIMEOUT_S = 2 * SG_NEXT_REQUEST_MS / 1000,
    MEMORY_BYTES = 16 * 1024
};

struct sg_server {
    struct sg_serve_config config;
    struct sg_connections *connections;
    size_t n_daemons;
    struct MHD_Daemon **daemons;
};

/* Marks a request whose headers have been seen; libmicrohttpd calls once more when it is whole. */
static char headers_seen;

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* No path takes a body. A scraper has no reason to send one; whoever does is up to something. */
static bool announces_body(struct MHD_Connection *connection)
{
    const char *length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
           (length && length[strspn(length, "0")]);
}

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
        sg_connections_request(connection);
        if (!announces_body(connection))
            return MHD_YES;
        sg_connections_refused(connection, SG_HTTP_REFUSED_BODY);
        return sg_answer_note(
            connection, MHD_HTTP_CONTENT_TOO_LARGE, "a request has no body here\n");
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    return sg_routes_answer(&server->config, connection, method, url);
}

static void request_completed(void *context,
    struct MHD_Connection *connection,
    void **request,
    enum MHD_RequestTerminationCode why)
{
    const struct sg_server *server = context;

    (void)request;
    (void)why;
    sg_connections_completed(connection);
    if (server->config.reloader)
        sg_reloader_forget(server->config.reloader, connection);
}

static size_t unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return sg_unescape(text);
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

static struct MHD_Daemon *start_daemon(struct sg_server *server, int fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO |
                                MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
        0, NULL, NULL, handle_request, server, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, SG_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, LIBRARY_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
        sg_connections_notify, server->connections, MHD_OPTION_NOTIFY_COMPLETED, request_completed,
        server, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_END);
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
    int r = sg_connections_new(config->clock, config->counts, &server->connections);
    if (r)
        return r;
    for (size_t i = 0; i < config->n_addresses; i++) {
        int fd = -1;
        if (sg_listen_open(config->addresses[i], &fd, err))
            return SG_SERVE_E_LISTEN;
        struct MHD_Daemon *daemon = start_daemon(server, fd);
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
    (void)sg_connections_free(server->connections);
    free(server->daemons);
    free(server);
    return NULL;
}
