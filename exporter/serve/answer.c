/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/answer.h"

#include "serve/connections.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum MHD_Result sg_answer_send(
    struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    const struct sg_web_config *web = sg_connections_web(connection);
    for (size_t i = 0; web && i < web->n_headers; i++)
        sg_answer_header(response, web->headers[i].name, web->headers[i].value);
    sg_connections_answered(connection, status);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

void sg_answer_header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_text(
    struct MHD_Connection *connection, unsigned status, const char *text, bool closes)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
    if (response && closes)
        sg_answer_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return sg_answer_send(connection, status, response);
}

enum MHD_Result sg_answer_note(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return send_text(connection, status, text, false);
}

enum MHD_Result sg_answer_refuse(
    struct MHD_Connection *connection, unsigned status, const char *text)
{
    return send_text(connection, status, text, true);
}

struct MHD_Response *sg_answer_from_buf(const struct sg_buf *body, const char *content_type)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_COPY);

    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    return response;
}
