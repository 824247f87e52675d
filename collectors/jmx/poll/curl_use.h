/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What all peers tell curl, and how curl's failures are told. The collector's thread. */

#include "config/config.h"
#include "store/store.h"

#include <curl/curl.h>

/** @param tls  borrowed for the call @return 0 or -ENOMEM */
int sg_curl_use_tls(CURL *easy, const struct sg_tls_config *tls);

/** @param text  curl's own of the failure, or "" */
enum sg_failure_kind sg_curl_failure(CURLcode code, const char *text);

/** On TLS, by the texts of the TLS libraries. @return "; " and the advice; static */
const char *sg_curl_tls_advice(const char *text);
