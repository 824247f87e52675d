/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/guard.h"

#include "serve/answer.h"
#include "serve/connections.h"

#include <string.h>

static bool needs_password(const struct sg_request *request)
{
    const struct sg_web_config *config = request->web->config;

    return config->n_users > 0 && !(config->healthy_is_open && request->route &&
                                      strcmp(request->route, "/-/healthy") == 0);
}

bool sg_guard_lets_pass(struct sg_web *web,
    struct sg_auth *auth,
    struct sg_request *request,
    enum MHD_Result *ret_result)
{
    if (!request->web) {
        *ret_result =
            sg_answer_text(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "Internal Server Error\n");
        return false;
    }
    if (!request->counted && !sg_web_allows(web, request->web->config)) {
        *ret_result = sg_answer_text(request, MHD_HTTP_TOO_MANY_REQUESTS, "Too Many Requests\n");
        return false;
    }
    request->counted = true;
    if (!needs_password(request))
        return true;
    /* Once the connection is suspended, the verdict belongs to the other thread. */
    enum sg_verdict verdict = request->verdict;
    if (verdict == SG_VERDICT_NONE)
        verdict = sg_auth_check(auth, request);
    switch (verdict) {
    case SG_VERDICT_GOOD:
        sg_connections_proved(request->connection);
        return true;
    case SG_VERDICT_NONE:
        *ret_result = MHD_YES;
        return false;
    case SG_VERDICT_BUSY:
        *ret_result = sg_answer_note_with(request, MHD_HTTP_SERVICE_UNAVAILABLE,
            "too many passwords are being checked\n", MHD_HTTP_HEADER_RETRY_AFTER, "1");
        return false;
    case SG_VERDICT_BAD:
        break;
    }
    *ret_result = sg_answer_note_with(request, MHD_HTTP_UNAUTHORIZED, "Unauthorized\n",
        MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"streamgauge\"");
    return false;
}
