/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Kinds of collection failures and reasons for dropped samples, as label values. */

/* Why a collection failed, for the label `kind` of streamgauge_collector_errors_total. */
enum sg_failure_kind {
    SG_FAILURE_CONNECT,  /* refused, unreachable, unknown host */
    SG_FAILURE_TIMEOUT,  /* no answer, or not all of it, before the deadline */
    SG_FAILURE_TLS,      /* certificate or handshake */
    SG_FAILURE_AUTH,     /* wrong or missing credentials */
    SG_FAILURE_DENIED,   /* authenticated, but not allowed */
    SG_FAILURE_HTTP,     /* an HTTP status that is not success */
    SG_FAILURE_PARSE,    /* an answer that cannot be parsed */
    SG_FAILURE_PROTOCOL, /* an answer that says it failed */
    SG_FAILURE_IDENTITY, /* an answer from another process than intended */
    SG_FAILURE_LIMIT,    /* an answer past a cap */
    SG_FAILURE_INTERNAL, /* out of memory, and internal errors */
    SG_FAILURE_KINDS,
};

/* Why a sample was not exported, for the label `reason` of streamgauge_dropped_samples_total. */
enum sg_drop_reason {
    SG_DROP_DUPLICATE,      /* another sample of the collection has the same name and labels */
    SG_DROP_NAME,           /* not a metric or label name */
    SG_DROP_LABEL_TOO_LONG, /* past SG_LABEL_VALUE_BYTES_MAX */
    SG_DROP_SERIES_LIMIT,   /* the slot is at its cap of series or families */
    SG_DROP_BAD_VALUE,      /* a rule's value is not a number, or the number is past a double */
    SG_DROP_MATCH_LIMIT,    /* a rule's pattern reached its match limit */
    SG_DROP_REASONS,
};

const char *sg_failure_kind_text(enum sg_failure_kind kind);
const char *sg_drop_reason_text(enum sg_drop_reason reason);
