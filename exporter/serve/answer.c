/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/answer.h"

#include "serve/connections.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum MHD_Result sg_answer_send(
    struct sg_request *request, unsigned status, struct MHD_Response *response)
{
    const struct sg_web_config *web = request->web ? request->web->config : NULL;

    if (!response)
        return MHD_NO;
    for (size_t i = 0; web && i < web->n_headers; i++)
        sg_answer_header(response, web->headers[i].name, web->headers[i].value);
    sg_connections_answered(request->connection, status);
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

void sg_answer_header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

enum MHD_Result sg_answer_note_with(struct sg_request *request,
    unsigned status,
    const char *text,
    const char *header,
    const char *value)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
    if (response && header)
        sg_answer_header(response, header, value);
    return sg_answer_send(request, status, response);
}

enum MHD_Result sg_answer_text(struct sg_request *request, unsigned status, const char *text)
{
    return sg_answer_note_with(request, status, text, NULL, NULL);
}

enum MHD_Result sg_answer_refuse(struct sg_request *request, unsigned status, const char *text)
{
    return sg_answer_note_with(request, status, text, MHD_HTTP_HEADER_CONNECTION, "close");
}

struct MHD_Response *sg_answer_copy(struct sg_str body, const char *content_type)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_MUST_COPY);

    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    return response;
}

enum MHD_Result sg_answer_error(
    struct sg_request *request, unsigned status, const struct sg_error *err)
{
    struct sg_buf line;

    sg_buf_init(&line, sizeof err->text + 1);
    struct MHD_Response *response =
        sg_buf_printf(&line, "%s\n", err->text)
            ? NULL
            : sg_answer_copy(sg_buf_get(&line), "text/plain; charset=utf-8");
    sg_buf_done(&line);
    if (response)
        sg_answer_header(response, "X-Content-Type-Options", "nosniff");
    return sg_answer_send(request, status, response);
}

/* The header apart from those of an answer's kind. */
static enum MHD_Result send_json(struct sg_request *request,
    unsigned status,
    struct MHD_Response *response,
    const char *header,
    const char *value)
{
    if (response) {
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
        sg_answer_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        sg_answer_header(response, "X-Content-Type-Options", "nosniff");
    }
    if (response && header)
        sg_answer_header(response, header, value);
    return sg_answer_send(request, status, response);
}

enum MHD_Result sg_answer_json_error(struct sg_request *request,
    unsigned status,
    const char *text,
    const char *header,
    const char *value)
{
    json_t *object =
        json_pack("{s:b, s:s#}", "error", 1, "message", text, (int)strcspn(text, "\n"));
    char *body = object ? json_dumps(object, JSON_COMPACT) : NULL;
    struct MHD_Response *response =
        body ? MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_FREE) : NULL;

    json_decref(object);
    if (!response)
        free(body);
    return send_json(request, status, response, header, value);
}

enum MHD_Result sg_answer_json(struct sg_request *request, unsigned status, struct sg_buf *json)
{
    sg_buf_fit(json);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(json->len, json->ptr, MHD_RESPMEM_MUST_FREE);

    if (response)
        *json = (struct sg_buf){ .cap = json->cap };
    return send_json(request, status, response, NULL, NULL);
}
