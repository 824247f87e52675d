/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/routes.h"

#include "serve/answer.h"
#include "serve/apis.h"
#include "serve/pages.h"
#include "serve/reload.h"
#include "serve/target.h"
#include "status/status_page.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- Handlers ---- */

static const char *prefix_of(const struct sg_serve_config *config)
{
    return config->urls ? config->urls->prefix : "";
}

static enum MHD_Result answer_not_found(
    const struct sg_serve_config *config, struct sg_request *request)
{
    const char *prefix = prefix_of(config);
    struct sg_buf text;

    sg_buf_init(&text, 4096);
    struct MHD_Response *response =
        sg_buf_printf(&text, "not found; try %s%s or %s/\n", prefix, config->telemetry_path, prefix)
            ? NULL
            : sg_answer_copy(sg_buf_get(&text), "text/plain; charset=utf-8");
    sg_buf_done(&text);
    return sg_answer_send(request, MHD_HTTP_NOT_FOUND, response);
}

/* @return 0, or the status to answer with, err being its text */
static unsigned read_params(
    const struct sg_request *request, struct sg_status_params *params, struct sg_error *err)
{
    if (request->too_many_args) {
        (void)sg_error_set(err, 0, "more than %d parameters", SG_QUERY_ARGS_MAX);
        return MHD_HTTP_BAD_REQUEST;
    }
    for (size_t i = 0; i < request->query.n; i++) {
        const struct sg_query_arg *arg = &request->query.args[i];
        if (sg_status_params_set(params, arg->name, arg->value, err))
            return MHD_HTTP_BAD_REQUEST;
    }
    return 0;
}

static enum MHD_Result answer_html(struct sg_request *request, unsigned status, struct sg_str html)
{
    struct MHD_Response *response = sg_answer_copy(html, "text/html; charset=utf-8");

    if (response) {
        sg_answer_header(response, "Content-Security-Policy", sg_status_page_csp);
        sg_answer_header(response, "Referrer-Policy", "no-referrer");
        sg_answer_header(response, "X-Content-Type-Options", "nosniff");
        sg_answer_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    }
    return sg_answer_send(request, status, response);
}

/* @param location  NULL: memory was short */
static enum MHD_Result answer_found(struct sg_request *request, const char *location)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);

    if (response && location)
        sg_answer_header(response, MHD_HTTP_HEADER_LOCATION, location);
    return sg_answer_send(request, MHD_HTTP_FOUND, response);
}

static enum MHD_Result answer_status_page(
    const struct sg_serve_config *config, struct sg_request *request)
{
    const struct sg_status_sources sources = {
        .telemetry_path = config->telemetry_path,
        .store = config->store,
        .roster = config->roster,
        .watch = config->watch,
        .clock = config->clock,
    };
    struct sg_status_params params = { .page = 0 };
    struct sg_error err = { "" };
    enum sg_status_page page;
    struct sg_buf html;

    unsigned status = read_params(request, &params, &err);
    if (status)
        return sg_answer_error(request, status, &err);
    if (!config->watch || !sg_status_page_find(request->route, &page))
        return answer_not_found(config, request);
    sg_buf_init(&html, SG_STATUS_PAGE_BYTES_MAX);
    int r = sg_status_page_write(&sources, page, &params, &html);
    enum MHD_Result result =
        r == SG_STATUS_E_ELSEWHERE ? answer_found(request, sg_buf_get_cut(&html))
        : r && r != SG_STATUS_E_NOT_FOUND
            ? sg_answer_text(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n")
            : answer_html(request, r ? MHD_HTTP_NOT_FOUND : MHD_HTTP_OK, sg_buf_get(&html));
    sg_buf_done(&html);
    return result;
}

static enum MHD_Result answer_healthy(
    const struct sg_serve_config *config, struct sg_request *request)
{
    (void)config;
    return sg_answer_text(request, MHD_HTTP_OK, "Healthy\n");
}

static enum MHD_Result answer_ready(
    const struct sg_serve_config *config, struct sg_request *request)
{
    if (sg_store_is_ready(config->store))
        return sg_answer_text(request, MHD_HTTP_OK, "Ready\n");
    return sg_answer_text(
        request, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready: some collectors have not run yet\n");
}

static enum MHD_Result answer_reload(
    const struct sg_serve_config *config, struct sg_request *request)
{
    if (!config->reloader)
        return sg_answer_text(request, MHD_HTTP_NOT_FOUND, "there is nothing to reload\n");
    return sg_reloader_answer(config->reloader, request);
}

/* ---- The table ---- */

#define PAGE(path, methods, handle)         \
    {                                       \
        path, methods, handle, false, false \
    }
#define JSON(path, methods, handle)        \
    {                                      \
        path, methods, handle, true, false \
    }
#define JSON_TREE(path, methods, handle)  \
    {                                     \
        path, methods, handle, true, true \
    }

static const struct sg_route routes[] = {
    PAGE(NULL, SG_METHODS_READ, sg_pages_metrics),
    PAGE("/", SG_METHODS_READ, answer_status_page),
    PAGE("/brokers", SG_METHODS_READ, answer_status_page),
    PAGE("/topics", SG_METHODS_READ, answer_status_page),
    PAGE("/groups", SG_METHODS_READ, answer_status_page),
    PAGE("/collectors", SG_METHODS_READ, answer_status_page),
    PAGE("/events", SG_METHODS_READ, answer_status_page),
    PAGE("/broker", SG_METHODS_READ, answer_status_page),
    PAGE("/topic", SG_METHODS_READ, answer_status_page),
    PAGE("/group", SG_METHODS_READ, answer_status_page),
    PAGE("/find", SG_METHODS_READ, answer_status_page),
    PAGE("/probe", SG_METHODS_READ, sg_pages_probe),
    PAGE("/sd", SG_METHODS_READ, sg_pages_discover),
    PAGE("/-/healthy", SG_METHODS_READ, answer_healthy),
    PAGE("/-/forget", SG_METHODS_POST, sg_pages_forget),
    PAGE("/-/reload", SG_METHODS_POST, answer_reload),
    PAGE("/-/ready", SG_METHODS_READ, answer_ready),
    PAGE("/healthz", SG_METHODS_READ, answer_healthy), /* kafka_exporter's path */
    JSON_TREE("/api/v1", SG_METHODS_READ, sg_apis_list),
    JSON_TREE("/v3/kafka", SG_METHODS_READ, sg_apis_burrow),
    JSON("/burrow/admin", SG_METHODS_READ, sg_apis_burrow_admin),
};

/* Is the path the one that a row has, or below it? */
static bool is_at(const char *path, const struct sg_route *route, const char *served)
{
    size_t len = strlen(served);

    return strncmp(path, served, len) == 0 &&
           (path[len] == '\0' || (route->below && path[len] == '/'));
}

bool sg_routes_has(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].path && is_at(path, &routes[i], routes[i].path))
            return true;
    }
    return strncmp(path, "/-/", 3) == 0; /* more of them may be added */
}

static unsigned methods_of(const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return SG_METHODS_READ;
    return strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? SG_METHODS_POST : 0;
}

static enum MHD_Result answer_wrong_method(struct sg_request *request, const struct sg_route *route)
{
    static const struct {
        const char *allow;
        const char *text;
    } by_methods[] = {
        [SG_METHODS_READ] = { "GET, HEAD", "only GET and HEAD are served here\n" },
        [SG_METHODS_POST] = { "POST", "only POST is served here\n" },
        [SG_METHODS_READ |
            SG_METHODS_POST] = { "GET, HEAD, POST", "only GET, HEAD and POST are served here\n" },
    };

    return (route->is_json ? sg_answer_json_error : sg_answer_note_with)(request,
        MHD_HTTP_METHOD_NOT_ALLOWED, by_methods[route->methods].text, MHD_HTTP_HEADER_ALLOW,
        by_methods[route->methods].allow);
}

/* ---- Paths ---- */

const char *sg_routes_path(const struct sg_serve_config *config, const char *path)
{
    size_t len = strlen(prefix_of(config));

    return strncmp(path, prefix_of(config), len) == 0 && path[len] == '/' ? path + len : NULL;
}

/* Relative, so that it also works behind a proxy with a prefix. */
static enum MHD_Result redirect(struct sg_request *request, const char *to)
{
    char location[SG_WEB_PATH_BYTES_MAX + 2];
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);

    (void)snprintf(location, sizeof location, "%s/", to);
    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_LOCATION, location);
    return sg_answer_send(request, MHD_HTTP_FOUND, response);
}

static bool is_of_other_site(const struct sg_serve_config *config, struct sg_request *request)
{
    const struct sg_sender sender = {
        .fetch_site = sg_request_header(request, "Sec-Fetch-Site"),
        .origin = sg_request_header(request, MHD_HTTP_HEADER_ORIGIN),
        .host = sg_request_header(request, MHD_HTTP_HEADER_HOST),
    };

    return sg_sender_is_other_site(&sender, config->urls ? config->urls->scheme : NULL,
        config->urls ? config->urls->host : NULL);
}

enum MHD_Result sg_routes_answer(const struct sg_serve_config *config, struct sg_request *request)
{
    const char *prefix = prefix_of(config);
    unsigned methods = methods_of(request->method);

    if (prefix[0] && methods == SG_METHODS_READ) {
        if (strcmp(request->path, "/") == 0)
            return redirect(request, prefix + 1);
        if (strcmp(request->path, prefix) == 0)
            return redirect(request, strrchr(prefix, '/') + 1);
    }
    for (size_t i = 0; request->route && i < sizeof routes / sizeof routes[0]; i++) {
        const char *served = routes[i].path ? routes[i].path : config->telemetry_path;
        if (!is_at(request->route, &routes[i], served))
            continue;
        if (!(routes[i].methods & methods))
            return answer_wrong_method(request, &routes[i]);
        if (methods == SG_METHODS_POST && is_of_other_site(config, request))
            return sg_answer_text(
                request, MHD_HTTP_FORBIDDEN, "a POST for another site is refused\n");
        return routes[i].handle(config, request);
    }
    return answer_not_found(config, request);
}
