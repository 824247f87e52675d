/* SPDX-License-Identifier: Apache-2.0 */
#include "store/kinds.h"

const char *sg_failure_kind_text(enum sg_failure_kind kind)
{
    static const char *const texts[SG_FAILURE_KINDS] = {
        [SG_FAILURE_CONNECT] = "connect",
        [SG_FAILURE_TIMEOUT] = "timeout",
        [SG_FAILURE_TLS] = "tls",
        [SG_FAILURE_AUTH] = "auth",
        [SG_FAILURE_DENIED] = "denied",
        [SG_FAILURE_HTTP] = "http",
        [SG_FAILURE_PARSE] = "parse",
        [SG_FAILURE_PROTOCOL] = "protocol",
        [SG_FAILURE_IDENTITY] = "identity",
        [SG_FAILURE_LIMIT] = "limit",
        [SG_FAILURE_INTERNAL] = "internal",
    };
    return texts[kind];
}

const char *sg_drop_reason_text(enum sg_drop_reason reason)
{
    static const char *const texts[SG_DROP_REASONS] = {
        [SG_DROP_DUPLICATE] = "duplicate",
        [SG_DROP_NAME] = "invalid_name",
        [SG_DROP_LABEL_TOO_LONG] = "label_too_long",
        [SG_DROP_SERIES_LIMIT] = "series_limit",
        [SG_DROP_BAD_VALUE] = "bad_value",
        [SG_DROP_MATCH_LIMIT] = "match_limit",
    };
    return texts[reason];
}
