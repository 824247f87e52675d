/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Checks before every path: the web configuration is valid (else 500), the rate limit (429), the
 * password (401). In the order of exporter-toolkit.
 */

#include "serve/auth.h"
#include "serve/request.h"

/**
 * May the request be answered?
 * @param ret_result  when not: the result for the library; an answer is queued, or the connection
 * is suspended and the request is handled again
 */
bool sg_guard_lets_pass(struct sg_web *web,
    struct sg_auth *auth,
    struct sg_request *request,
    enum MHD_Result *ret_result);
