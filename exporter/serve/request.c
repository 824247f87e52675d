/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/request.h"

#include "serve/connections.h"
#include "serve/peer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LINE_BYTES_MAX = 64 * 1024 /* longer than the library's buffer */
};

/*
 * When a connection's memory is too small for all parameters, libmicrohttpd 0.9.75 queues an error
 * but then continues to read the request, and the client waits for ever. So this is avoided: more
 * parameters than any path supports are cut off, and the request is refused. The text is the
 * library's own buffer, which it parses afterwards.
 */
static void cut_parameters(const char *uri)
{
    char *at = strchr((char *)(uintptr_t)uri, '?');

    for (size_t n = 0; at && n < SG_QUERY_ARGS_MAX + 1; n++)
        at = strchr(at + 1, '&');
    if (at)
        *at = '\0';
}

struct sg_request *sg_request_new(struct MHD_Connection *connection, const char *uri)
{
    struct sg_request *request = calloc(1, sizeof *request);

    if (!request)
        return NULL;
    request->connection = connection;
    request->uri = uri;
    if (uri) {
        request->uri_len = strlen(uri);
        request->has_space = strchr(uri, ' ') != NULL;
        cut_parameters(uri);
    }
    return request;
}

struct sg_request *sg_request_free(struct sg_request *request)
{
    if (!request)
        return NULL;
    (void)sg_web_reading_unref(request->web);
    free(request->reload.text);
    free(request);
    return NULL;
}

static enum MHD_Result add_arg(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct sg_request *request = context;
    struct sg_query *query = &request->query;

    (void)kind;
    request->too_many_args = query->n == SG_QUERY_ARGS_MAX;
    if (request->too_many_args)
        return MHD_NO;
    query->args[query->n++] = (struct sg_query_arg){ name, value ? value : "" };
    return MHD_YES;
}

void sg_request_set_headers(
    struct sg_request *request, const char *method, const char *version, struct sg_web_reading *web)
{
    request->seen = true;
    request->method = method;
    request->version = version;
    request->peer = sg_peer_of(request->connection);
    request->web = web;
    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, add_arg, request);
}

const char *sg_request_header(const struct sg_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* The version follows the target, in the same buffer. A gap between them means that the target
   contained a NUL. */
static bool has_nul(const struct sg_request *request)
{
    uintptr_t apart = (uintptr_t)request->version - (uintptr_t)request->uri;
    return apart < LINE_BYTES_MAX && apart > request->uri_len + 1;
}

struct counts {
    size_t hosts;
    size_t lengths;
    size_t encodings;
    bool has_body;
};

static enum MHD_Result count_header(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct counts *counts = context;

    (void)kind;
    if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0)
        counts->hosts++;
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        counts->lengths++;
        counts->has_body = counts->has_body || (value && value[strspn(value, "0")]);
    }
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        counts->encodings++;
        counts->has_body = true;
    }
    return MHD_YES;
}

bool sg_request_is_sound(
    const struct sg_request *request, unsigned *ret_status, const char **ret_text)
{
    struct counts counts = { 0 };
    bool reads = strcmp(request->method, MHD_HTTP_METHOD_GET) == 0 ||
                 strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0;

    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count_header, &counts);
    *ret_status = MHD_HTTP_BAD_REQUEST;
    if (has_nul(request))
        *ret_text = "a NUL character in the request's line\n";
    else if (request->has_space)
        *ret_text = "a space in the request's target\n";
    else if (counts.hosts > 1)
        *ret_text = "more than one Host\n";
    else if (counts.hosts == 0 && strcmp(request->version, MHD_HTTP_VERSION_1_0) != 0)
        *ret_text = "Host is missing\n";
    else if (counts.lengths + counts.encodings > 1)
        *ret_text = "more than one length of a body\n";
    else if (counts.has_body && reads)
        *ret_text = "a GET has no body here\n";
    else if (counts.has_body) {
        *ret_status = MHD_HTTP_CONTENT_TOO_LARGE;
        *ret_text = "a request has no body here\n";
    } else {
        return true;
    }
    sg_connections_refused(request->connection,
        counts.lengths + counts.encodings > 0 ? SG_HTTP_REFUSED_BODY : SG_HTTP_REFUSED_MALFORMED);
    return false;
}
