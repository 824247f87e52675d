/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/guard.h"

#include "serve/answer.h"
#include "serve/connections.h"

#include <stdint.h>
#include <string.h>

static enum MHD_Result answer_with(struct MHD_Connection *connection,
    unsigned status,
    const char *text,
    const char *header,
    const char *value)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

    if (response) {
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
        sg_answer_header(response, header, value);
    }
    return sg_answer_send(connection, status, response);
}

bool sg_guard_lets_pass(struct sg_web *web,
    struct sg_auth *auth,
    struct MHD_Connection *connection,
    const char *path,
    struct sg_guarded *guarded,
    enum MHD_Result *ret_result)
{
    struct sg_web_reading *reading = sg_web_take(web);
    const struct sg_web_config *config = reading ? reading->config : NULL;

    sg_connections_attach(connection, reading);
    if (!config ||
        sg_connections_web(connection) != config) { /* bad, or no memory for the connection */
        *ret_result =
            sg_answer_note(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "Internal Server Error\n");
        return false;
    }
    if (!guarded->counted && !sg_web_allows(web, config)) {
        *ret_result = sg_answer_note(connection, MHD_HTTP_TOO_MANY_REQUESTS, "Too Many Requests\n");
        return false;
    }
    guarded->counted = true;
    if (config->n_users == 0 || (config->healthy_is_open && strcmp(path, "/-/healthy") == 0))
        return true;
    /* From the moment when the connection is suspended guarded belongs to the other thread. */
    enum sg_verdict verdict = guarded->verdict;
    if (verdict == SG_VERDICT_NONE)
        verdict = sg_auth_check(auth, config,
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
            connection, &guarded->verdict);
    switch (verdict) {
    case SG_VERDICT_GOOD:
        sg_connections_proved(connection);
        return true;
    case SG_VERDICT_NONE:
        *ret_result = MHD_YES;
        return false;
    case SG_VERDICT_BUSY:
        *ret_result = answer_with(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
            "too many passwords are being checked\n", MHD_HTTP_HEADER_RETRY_AFTER, "1");
        return false;
    case SG_VERDICT_BAD:
        break;
    }
    *ret_result = answer_with(connection, MHD_HTTP_UNAUTHORIZED, "Unauthorized\n",
        MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"streamgauge\"");
    return false;
}
