/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/pages.h"

#include "base/auto.h"
#include "base/host.h"
#include "serve/accept.h"
#include "serve/answer.h"
#include "serve/discover.h"
#include "serve/query.h"

#include <stdint.h>
#include <string.h>

enum {
    NAME_BYTES_MAX = 64 * 1024 /* of a selection; a request is shorter */
};

static const char out_of_memory[] = "out of memory\n";

/* The requested format and coding. */
struct form {
    struct sg_media media;
    enum sg_coding coding;
};

/* @return 0, or the status to answer with, err being its text */
static unsigned read_form(
    const struct sg_request *request, struct form *ret_form, struct sg_error *err)
{
    ret_form->media = sg_accept_format(sg_request_header(request, MHD_HTTP_HEADER_ACCEPT));
    if (request->too_many_args) {
        (void)sg_error_set(err, 0, "more than %d parameters", SG_QUERY_ARGS_MAX);
        return MHD_HTTP_BAD_REQUEST;
    }
    if (sg_accept_coding(
            sg_request_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING), &ret_form->coding)) {
        (void)sg_error_set(
            err, 0, "Accept-Encoding refuses gzip, zstd and identity; no other is available");
        return MHD_HTTP_NOT_ACCEPTABLE;
    }
    return 0;
}

static void add_page_headers(struct MHD_Response *response, const struct form *form)
{
    static const char *const codings[SG_CODINGS] = {
        [SG_CODING_GZIP] = "gzip",
        [SG_CODING_ZSTD] = "zstd",
    };

    sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, form->media.content_type);
    sg_answer_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
    if (codings[form->coding])
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, codings[form->coding]);
}

static void unref_body(void *body)
{
    (void)sg_body_unref(body);
}

/*
 * The prepared bytes, shared by all requests for the same.
 * @param selection  NULL: the whole page @param name  of the selection, as in page.h
 */
static enum MHD_Result answer_page(const struct sg_serve_config *config,
    struct sg_request *request,
    const struct form *form,
    const struct sg_selection *selection,
    struct sg_str name)
{
    const struct sg_page_wanted wanted = { selection, name, form->media.format, form->coding };
    struct sg_body *body = NULL;

    if (sg_pager_ask(config->pager, &wanted, &body))
        return sg_answer_text(request, MHD_HTTP_INTERNAL_SERVER_ERROR, out_of_memory);
    struct sg_str bytes = sg_body_get(body);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        bytes.len, (void *)(uintptr_t)bytes.ptr, unref_body, body);
    if (!response) {
        (void)sg_body_unref(body);
        return MHD_NO;
    }
    add_page_headers(response, form);
    return sg_answer_send(request, MHD_HTTP_OK, response);
}

static bool is_broker(const void *context, const char *cluster, const char *target)
{
    return sg_discover_knows_broker(context, cluster, target);
}

enum MHD_Result sg_pages_metrics(const struct sg_serve_config *config, struct sg_request *request)
{
    struct sg_error err = { "" };
    struct sg_collect collect;
    struct form form;

    unsigned status = read_form(request, &form, &err);
    if (!status && sg_collect_read(&request->query, &collect, &err))
        status = MHD_HTTP_BAD_REQUEST;
    if (status)
        return sg_answer_error(request, status, &err);
    if (collect.everything) {
        if (config->scraped)
            config->scraped(config->scraped_context);
        return answer_page(config, request, &form, NULL, SG_STR(""));
    }
    const struct sg_wish wish = { &collect, is_broker, config };
    struct sg_selection selection = sg_collect_selection(&wish);
    char name[2 + sizeof collect.chosen] = { 'c', collect.no_brokers ? 'n' : 'y' };
    memcpy(name + 2, collect.chosen, sizeof collect.chosen);
    return answer_page(config, request, &form, &selection, (struct sg_str){ name, sizeof name });
}

/* Of the selection. @return 0 or -ENOMEM */
static int name_probe(const struct sg_probe *probe, struct sg_buf *name)
{
    (void)sg_buf_printf(
        name, "p%s%c%s%c%s%c", probe->cluster_label, 0, probe->cluster, 0, probe->broker, 0);
    (void)sg_buf_add(name, (const char *)probe->collect.chosen, sizeof probe->collect.chosen);
    return sg_buf_error(name);
}

enum MHD_Result sg_pages_probe(const struct sg_serve_config *config, struct sg_request *request)
{
    struct sg_error err = { "" };
    struct sg_probe probe;
    struct form form;

    unsigned status = read_form(request, &form, &err);
    if (!status && sg_probe_read(&request->query, &probe, &err))
        status = MHD_HTTP_BAD_REQUEST;
    if (status)
        return sg_answer_error(request, status, &err);
    /* Only known names: a request must not be able to make us connect anywhere. */
    if (!sg_discover_knows_cluster(config, probe.cluster))
        return sg_answer_text(
            request, MHD_HTTP_NOT_FOUND, "no such cluster in the configuration\n");
    if (!sg_discover_knows_broker(config, probe.cluster, probe.broker))
        return sg_answer_text(
            request, MHD_HTTP_NOT_FOUND, "no such broker is known in the cluster\n");
    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    probe.cluster_label = clusters->label;
    struct sg_selection selection = sg_probe_selection(&probe);
    struct sg_buf name;
    sg_buf_init(&name, NAME_BYTES_MAX);
    enum MHD_Result result =
        name_probe(&probe, &name)
            ? sg_answer_text(request, MHD_HTTP_INTERNAL_SERVER_ERROR, out_of_memory)
            : answer_page(config, request, &form, &selection, sg_buf_get(&name));
    sg_buf_done(&name);
    (void)sg_clusters_unref(clusters);
    return result;
}

enum MHD_Result sg_pages_forget(const struct sg_serve_config *config, struct sg_request *request)
{
    struct sg_error err = { "" };
    struct sg_probe probe;

    if (request->too_many_args || sg_forget_read(&request->query, &probe, &err))
        return request->too_many_args
                   ? sg_answer_text(request, MHD_HTTP_BAD_REQUEST, "too many parameters\n")
                   : sg_answer_error(request, MHD_HTTP_BAD_REQUEST, &err);
    const char *text;
    unsigned status = sg_discover_forget(config, probe.cluster, probe.broker, &text);
    return sg_answer_text(request, status, text);
}

enum MHD_Result sg_pages_discover(const struct sg_serve_config *config, struct sg_request *request)
{
    const char *host = sg_request_header(request, MHD_HTTP_HEADER_HOST);
    struct sg_error err = { "" };
    struct form form;
    struct sg_buf json;

    unsigned status = read_form(request, &form, &err);
    if (!status && sg_query_expect_none(&request->query, &err))
        status = MHD_HTTP_BAD_REQUEST;
    if (status)
        return sg_answer_error(request, status, &err);
    const struct sg_web_urls *urls = config->urls;
    bool tls =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION) != NULL;
    struct sg_discover_place place = { tls ? "https" : "http", host, urls ? urls->prefix : "" };
    if (urls && urls->scheme)
        place = (struct sg_discover_place){ urls->scheme, urls->host, urls->path };
    else if (!host || !sg_host_is_good(host))
        return sg_answer_text(
            request, MHD_HTTP_BAD_REQUEST, "Host must be this exporter's HOST or HOST:PORT\n");
    sg_buf_init(&json, SG_DISCOVER_BYTES_MAX);
    int r = sg_discover_write(config, &place, &json);
    struct MHD_Response *response =
        r ? NULL : sg_answer_copy(sg_buf_get(&json), "application/json");
    sg_buf_done(&json);
    if (r)
        return sg_answer_text(request, MHD_HTTP_INTERNAL_SERVER_ERROR, out_of_memory);
    return sg_answer_send(request, MHD_HTTP_OK, response);
}
