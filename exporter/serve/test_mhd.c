/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/test_mhd.h"

#include "test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

struct MHD_Response {
    char headers[512];
    char body[512];
};

struct MHD_Connection connection_from(unsigned char address)
{
    return (struct MHD_Connection){
        .fd = -1,
        .peer = { .sin_family = AF_INET, .sin_addr = { htonl(0x7f000000U | address) } },
    };
}

/* ---- Instead of the library's ---- */

const union MHD_ConnectionInfo *MHD_get_connection_info(
    struct MHD_Connection *connection, enum MHD_ConnectionInfoType type, ...)
{
    static _Thread_local union MHD_ConnectionInfo info;

    switch (type) {
    case MHD_CONNECTION_INFO_CLIENT_ADDRESS:
        info.client_addr = (struct sockaddr *)&connection->peer;
        return &info;
    case MHD_CONNECTION_INFO_CONNECTION_FD:
        info.connect_fd = connection->fd;
        return &info;
    case MHD_CONNECTION_INFO_SOCKET_CONTEXT:
        info.socket_context = connection->socket_context;
        return &info;
    case MHD_CONNECTION_INFO_GNUTLS_SESSION:
        info.tls_session = connection->session;
        return connection->session ? &info : NULL;
    default:
        return NULL;
    }
}

const char *MHD_lookup_connection_value(
    struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key)
{
    bool is_known = kind == MHD_HEADER_KIND && strcasecmp(key, "Authorization") == 0;
    return is_known ? connection->authorization : NULL;
}

struct MHD_Response *MHD_create_response_from_buffer(
    size_t size, void *buffer, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response = calloc(1, sizeof *response);

    assert_non_null(response);
    (void)snprintf(response->body, sizeof response->body, "%.*s", (int)size, (const char *)buffer);
    if (mode == MHD_RESPMEM_MUST_FREE)
        free(buffer);
    return response;
}

enum MHD_Result MHD_add_response_header(
    struct MHD_Response *response, const char *header, const char *content)
{
    size_t n = strlen(response->headers);

    (void)snprintf(
        response->headers + n, sizeof response->headers - n, "%s: %s\n", header, content);
    return MHD_YES;
}

enum MHD_Result MHD_queue_response(
    struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    connection->status = status;
    memcpy(connection->headers, response->headers, sizeof connection->headers);
    memcpy(connection->body, response->body, sizeof connection->body);
    return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
    free(response);
}

void MHD_suspend_connection(struct MHD_Connection *connection)
{
    atomic_fetch_add(&connection->n_suspended, 1);
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
    atomic_fetch_add(&connection->n_resumed, 1);
}
