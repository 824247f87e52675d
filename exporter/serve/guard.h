/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What stands before every path: the web configuration is good (else 500), the rate limit (429),
 * the password (401). In the order of exporter-toolkit.
 */

#include "serve/auth.h"
#include "serve/request.h"

/**
 * May the request be answered?
 * @param ret_result  when not: what the library is to be told; an answer is queued, or the
 *                    connection is suspended and the request comes again
 */
bool sg_guard_lets_pass(struct sg_web *web,
    struct sg_auth *auth,
    struct sg_request *request,
    enum MHD_Result *ret_result);
