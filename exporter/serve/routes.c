/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/routes.h"

#include "serve/accept.h"
#include "serve/answer.h"
#include "serve/status_page.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ---- Handlers ---- */

static void unref_page(void *page)
{
    (void)sg_page_unref(page);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void add_page_headers(
    struct MHD_Response *response, const struct sg_media *media, enum sg_coding coding)
{
    static const char *const codings[SG_CODINGS] = {
        [SG_CODING_GZIP] = "gzip",
        [SG_CODING_ZSTD] = "zstd",
    };

    sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, media->content_type);
    sg_answer_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
    if (codings[coding])
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, codings[coding]);
}

static enum MHD_Result answer_metrics(
    const struct sg_serve_config *config, struct MHD_Connection *connection)
{
    struct sg_media media = sg_accept_format(header_of(connection, MHD_HTTP_HEADER_ACCEPT));
    enum sg_coding coding;
    struct sg_str body;

    if (sg_accept_coding(header_of(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING), &coding))
        return sg_answer_note(connection, MHD_HTTP_NOT_ACCEPTABLE,
            "Accept-Encoding refuses gzip, zstd and identity; there is no other\n");
    struct sg_page *page = sg_pager_take(config->pager);
    if (config->scraped)
        config->scraped(config->scraped_context);
    if (sg_pager_ask(config->pager, page, media.format, coding, &body)) {
        (void)sg_page_unref(page);
        return sg_answer_note(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    }
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body.len, (void *)(uintptr_t)body.ptr, unref_page, page);
    if (!response) {
        (void)sg_page_unref(page);
        return MHD_NO;
    }
    add_page_headers(response, &media, coding);
    return sg_answer_send(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result answer_status_page(
    const struct sg_serve_config *config, struct MHD_Connection *connection)
{
    struct sg_buf html;

    sg_buf_init(&html, SG_STATUS_PAGE_BYTES_MAX);
    if (sg_status_page_write(config, &html)) {
        sg_buf_done(&html);
        return sg_answer_note(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    }
    struct MHD_Response *response = sg_answer_from_buf(&html, "text/html; charset=utf-8");
    sg_buf_done(&html);
    if (response) {
        sg_answer_header(response, "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'");
        sg_answer_header(response, "X-Content-Type-Options", "nosniff");
        sg_answer_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    }
    return sg_answer_send(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result answer_healthy(
    const struct sg_serve_config *config, struct MHD_Connection *connection)
{
    (void)config;
    return sg_answer_note(connection, MHD_HTTP_OK, "Healthy\n");
}

static enum MHD_Result answer_ready(
    const struct sg_serve_config *config, struct MHD_Connection *connection)
{
    if (sg_store_is_ready(config->store))
        return sg_answer_note(connection, MHD_HTTP_OK, "Ready\n");
    return sg_answer_note(
        connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready: some collectors have not run yet\n");
}

/* ---- The table ---- */

static const struct sg_route routes[] = {
    { NULL, SG_METHODS_READ, answer_metrics },
    { "/", SG_METHODS_READ, answer_status_page },
    { "/-/healthy", SG_METHODS_READ, answer_healthy },
    { "/-/ready", SG_METHODS_READ, answer_ready },
};

static unsigned methods_of(const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return SG_METHODS_READ;
    return strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? SG_METHODS_POST : 0;
}

static enum MHD_Result answer_wrong_method(
    struct MHD_Connection *connection, const struct sg_route *route)
{
    static const struct {
        const char *allow;
        const char *note;
    } by_methods[] = {
        [SG_METHODS_READ] = { "GET, HEAD", "only GET and HEAD are served here\n" },
        [SG_METHODS_POST] = { "POST", "only POST is served here\n" },
        [SG_METHODS_READ |
            SG_METHODS_POST] = { "GET, HEAD, POST", "only GET, HEAD and POST are served here\n" },
    };
    const char *note = by_methods[route->methods].note;

    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(note), (void *)(uintptr_t)note, MHD_RESPMEM_PERSISTENT);
    if (response) {
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
        sg_answer_header(response, MHD_HTTP_HEADER_ALLOW, by_methods[route->methods].allow);
    }
    return sg_answer_send(connection, MHD_HTTP_METHOD_NOT_ALLOWED, response);
}

enum MHD_Result sg_routes_answer(const struct sg_serve_config *config,
    struct MHD_Connection *connection,
    const char *method,
    const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const char *served = routes[i].path ? routes[i].path : config->telemetry_path;
        if (strcmp(path, served) != 0)
            continue;
        if (!(routes[i].methods & methods_of(method)))
            return answer_wrong_method(connection, &routes[i]);
        return routes[i].handle(config, connection);
    }
    return sg_answer_note(connection, MHD_HTTP_NOT_FOUND, "not found; try /metrics or /\n");
}
