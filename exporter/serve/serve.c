/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/log.h"
#include "serve/accept.h"
#include "serve/listen.h"
#include "serve/status_page.h"

#include <errno.h>
#include <microhttpd.h>
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

#define CONTENT_TYPE_TEXT "text/plain; version=0.0.4; charset=utf-8"
#define CONTENT_TYPE_HTML "text/html; charset=utf-8"
#define CONTENT_TYPE_NOTE "text/plain; charset=utf-8"

struct sg_server {
    struct sg_serve_config config;
    size_t n_daemons;
    struct MHD_Daemon **daemons;
};

/* ---- Answers ---- */

static enum MHD_Result send_and_forget(
    struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO; /* out of memory: the connection is closed */
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

/* One line of plain text. @param text  a constant */
static enum MHD_Result send_note(
    struct MHD_Connection *connection, unsigned status, const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

    if (response) {
        add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE_NOTE);
        if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
            add_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
    return send_and_forget(connection, status, response);
}

static void unref_page(void *page)
{
    (void)sg_page_unref(page);
}

static enum MHD_Result send_metrics(struct sg_server *server, struct MHD_Connection *connection)
{
    const char *accepted =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    bool gzip = sg_accepts_gzip(accepted);
    struct sg_page *page = sg_pager_take(server->config.pager);
    struct sg_str body = gzip ? page->gzip : page->text;

    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body.len, (void *)(uintptr_t)body.ptr, unref_page, page);
    if (!response) {
        (void)sg_page_unref(page);
        return MHD_NO;
    }
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE_TEXT);
    add_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (gzip)
        add_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return send_and_forget(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result send_status_page(struct sg_server *server, struct MHD_Connection *connection)
{
    struct sg_buf html;

    sg_buf_init(&html, SG_STATUS_PAGE_BYTES_MAX);
    if (sg_status_page_write(&server->config, &html)) {
        sg_buf_done(&html);
        return send_note(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(html.len, html.ptr, MHD_RESPMEM_MUST_COPY);
    sg_buf_done(&html);
    if (response) {
        add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE_HTML);
        add_header(response, "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'");
        add_header(response, "X-Content-Type-Options", "nosniff");
        add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    }
    return send_and_forget(connection, MHD_HTTP_OK, response);
}

/* ---- Requests ---- */

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
    static const char not_found[] = "not found; try /metrics or /\n";
    static const char wrong_method[] = "only GET and HEAD are served here\n";
    static const char healthy[] = "Healthy\n";
    static const char ready[] = "Ready\n";
    static const char not_ready[] = "not ready: some collectors have not run yet\n";
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
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_note(connection, MHD_HTTP_METHOD_NOT_ALLOWED, wrong_method);
    if (strcmp(url, server->config.telemetry_path) == 0)
        return send_metrics(server, connection);
    if (strcmp(url, "/") == 0)
        return send_status_page(server, connection);
    if (strcmp(url, "/-/healthy") == 0)
        return send_note(connection, MHD_HTTP_OK, healthy);
    if (strcmp(url, "/-/ready") == 0) {
        bool is_ready = sg_store_is_ready(server->config.store);
        return send_note(connection, is_ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
            is_ready ? ready : not_ready);
    }
    return send_note(connection, MHD_HTTP_NOT_FOUND, not_found);
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
