/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include "base/auto.h"
#include "base/log.h"
#include "serve/answer.h"
#include "serve/connections.h"
#include "serve/guard.h"
#include "serve/listen.h"
#include "serve/percent.h"
#include "serve/reload.h"
#include "serve/request.h"
#include "serve/routes.h"
#include "serve/target.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each connection costs one descriptor and MEMORY_BYTES, into which the headers of a request must
 * fit: longer ones are answered with 431, a longer path with 414. connections.h has the deadlines;
 * libmicrohttpd's own time-out is a fallback. Its strict mode is off: version 0.9.75 sends the
 * header of its answer to a request without Host twice (as it still does for an invalid
 * Content-Length); request.h has the necessary checks.
 */
enum {
    LIBRARY_TIMEOUT_S = 2 * SG_NEXT_REQUEST_MS / 1000,
    MEMORY_BYTES = 16 * 1024,
    DAEMONS_MAX = 64 /* the maximum number of addresses */
};

struct sg_server {
    struct sg_serve_config config;
    struct sg_web *web;
    struct sg_auth *auth;
    struct sg_connections *connections;
    size_t n_daemons;
    struct MHD_Daemon **daemons;
};

static void note_certificate(const struct sg_server *server, const struct sg_web_reading *web)
{
    if (server->config.counts && web && web->tls)
        atomic_store(&server->config.counts->certificate_end_unix_s, sg_tls_end(web->tls));
}

/* The current web configuration, for a request. @return owned; NULL while it is invalid */
static struct sg_web_reading *take_web(const struct sg_server *server)
{
    struct sg_web_reading *web = sg_web_take(server->web);

    note_certificate(server, web);
    return web;
}

static enum MHD_Result handle_request(void *context,
    struct MHD_Connection *connection,
    const char *url,
    const char *method,
    const char *version,
    const char *upload,
    size_t *upload_size,
    void **context_of_request)
{
    const struct sg_server *server = context;
    struct sg_request *request = *context_of_request;
    enum MHD_Result result = MHD_NO;

    (void)upload;
    if (!request)
        return MHD_NO;    /* no memory */
    if (!request->seen) { /* the headers; called again when the request is complete */
        unsigned status;
        const char *text;
        sg_connections_request(connection);
        sg_request_set_headers(request, method, version, take_web(server));
        if (sg_request_is_sound(request, &status, &text))
            return MHD_YES;
        return sg_answer_refuse(request, status, text);
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    const char *path = sg_target_path(url, sg_request_header(request, MHD_HTTP_HEADER_HOST));
    request->path = path ? path : url;
    request->route = path ? sg_routes_path(&server->config, path) : NULL;
    if (!sg_guard_lets_pass(server->web, server->auth, request, &result))
        return result;
    if (!path && strcmp(url, "*") != 0)
        return sg_answer_refuse(request, MHD_HTTP_BAD_REQUEST,
            "the target must be a path, or http:// with the Host of the request\n");
    return sg_routes_answer(&server->config, request);
}

/* The request line was read, its headers were not. @return the initial context of the request */
static void *request_began(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)context;
    sg_connections_began(connection);
    return sg_request_new(connection, uri);
}

static void request_completed(void *context,
    struct MHD_Connection *connection,
    void **context_of_request,
    enum MHD_RequestTerminationCode why)
{
    const struct sg_server *server = context;
    struct sg_request *request = *context_of_request;

    (void)why;
    if (request && server->config.reloader)
        sg_reloader_forget(server->config.reloader, request);
    *context_of_request = sg_request_free(request);
    sg_connections_completed(connection);
}

static size_t decode(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return sg_percent_decode(text);
}

static void log_library(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * A request that libmicrohttpd cannot parse never reaches handle_request(): the library answers it
 * itself, and logs the status here, in a text that has long been the same. If it changed, the
 * status would not be counted. @return the status, or 0: the line is about something else
 */
static unsigned answered_by_library(const char *line)
{
    static const char words[] = "Error processing request (HTTP response code is ";

    if (strncmp(line, words, sizeof words - 1) != 0)
        return 0;
    return (unsigned)strtoul(line + sizeof words - 1, NULL, 10);
}

/* Mostly about clients that disconnect, hence debug. */
static void log_library(void *context, const char *format, va_list args)
{
    const struct sg_server *server = context;
    char text[512];

    (void)vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    unsigned status = answered_by_library(text);
    if (status)
        sg_http_count_status(server->config.counts, status);
    sg_log(SG_LOG_DEBUG, NULL, "HTTP: %s", text);
}

/* Sessions use their own certificates (tls.h), but the library requires some at start. */
static int no_certificate(gnutls_session_t session,
    const gnutls_datum_t *ca_names,
    int n_ca_names,
    const gnutls_pk_algorithm_t *algorithms,
    int n_algorithms,
    gnutls_pcert_st **ret_certs,
    unsigned *ret_n,
    gnutls_privkey_t *ret_key)
{
    (void)session;
    (void)ca_names;
    (void)n_ca_names;
    (void)algorithms;
    (void)n_algorithms;
    (void)ret_certs;
    (void)ret_n;
    (void)ret_key;
    return -1;
}

static struct MHD_Daemon *start_daemon(struct sg_server *server, int fd)
{
    bool tls = sg_web_speaks_tls(server->web);
    const struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)no_certificate },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem no_options[] = { { MHD_OPTION_END, 0, NULL } };

    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_ERROR_LOG |
                                MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0),
        0, NULL, NULL, handle_request, server, MHD_OPTION_EXTERNAL_LOGGER, log_library, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, SG_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, LIBRARY_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_BYTES, MHD_OPTION_NOTIFY_CONNECTION, sg_connections_notify,
        server->connections, MHD_OPTION_URI_LOG_CALLBACK, request_began, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, server, MHD_OPTION_UNESCAPE_CALLBACK,
        decode, NULL, MHD_OPTION_ARRAY, tls ? tls_options : no_options, MHD_OPTION_END);
}

/* @param fd consumed */
static int serve_on(struct sg_server *server, int fd, const char *name, struct sg_error *err)
{
    struct MHD_Daemon *daemon = start_daemon(server, fd);

    if (!daemon) /* the library has closed the socket; its reason is in the log, at debug */
        return sg_error_set(err, SG_SERVE_E_LISTEN, "cannot serve on %s", name);
    server->daemons[server->n_daemons++] = daemon;
    return 0;
}

static int serve_addresses(struct sg_server *server, struct sg_error *err)
{
    int r = 0;

    for (size_t i = 0; i < server->config.n_addresses && !r; i++) {
        int fd = -1;
        if (sg_listen_open(server->config.addresses[i], &fd, err))
            return SG_SERVE_E_LISTEN;
        r = serve_on(server, fd, server->config.addresses[i], err);
    }
    return r;
}

static int serve_inherited(struct sg_server *server, struct sg_error *err)
{
    int fds[DAEMONS_MAX];
    size_t n = 0;
    int r = 0;

    if (sg_listen_inherited(fds, DAEMONS_MAX, &n, err))
        return SG_SERVE_E_LISTEN;
    for (size_t i = 0; i < n && !r; i++)
        r = serve_on(server, fds[i], "an inherited socket", err);
    return r;
}

SG_AUTO_DEFINE(struct sg_server *, sg_server_stop);

int sg_server_start(
    const struct sg_serve_config *config, struct sg_server **ret_server, struct sg_error *err)
{
    sg_auto(sg_server_stop) struct sg_server *server = calloc(1, sizeof *server);

    if (!server)
        return -ENOMEM;
    server->config = *config;
    server->daemons = calloc(DAEMONS_MAX, sizeof(struct MHD_Daemon *));
    if (!server->daemons)
        return -ENOMEM;
    int r = sg_web_new(config->web_config_file, config->clock, &server->web, err);
    if (!r)
        r = sg_auth_new(&server->auth);
    if (!r)
        r = sg_connections_new(config->clock, config->counts, &server->connections);
    if (r)
        return r < 0 ? r : SG_SERVE_E_CONFIG;
    if (sg_web_speaks_tls(server->web))
        sg_connections_use_tls(server->connections, server->web);
    (void)sg_web_reading_unref(take_web(server));
    r = config->inherited ? serve_inherited(server, err) : serve_addresses(server, err);
    if (r)
        return r;
    *ret_server = sg_take(&server);
    return 0;
}

struct sg_server *sg_server_stop(struct sg_server *server)
{
    if (!server)
        return NULL;
    if (server->auth)
        sg_auth_stop(server->auth);
    for (size_t i = 0; i < server->n_daemons; i++)
        MHD_stop_daemon(server->daemons[i]);
    (void)sg_auth_free(server->auth);
    (void)sg_connections_free(server->connections);
    (void)sg_web_free(server->web);
    free(server->daemons);
    free(server);
    return NULL;
}
