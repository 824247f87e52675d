/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Why an exchange with a JMX port failed: the kind, its text, and advice for a fix. Pure functions;
 * any thread. */

#include "base/error.h"
#include "base/str.h"
#include "jmx/rmi/exception.h"
#include "store/store.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

enum sg_rmi_ended {
    SG_RMI_ENDED_MEMORY,
    SG_RMI_ENDED_CONNECT, /* code, curl_error */
    SG_RMI_ENDED_CLOSED,  /* by the server */
    SG_RMI_ENDED_TIMEOUT,
    SG_RMI_ENDED_SPEAKS_TLS, /* where no TLS was expected */
    SG_RMI_ENDED_SPEAKS_HTTP,
    SG_RMI_ENDED_SPEAKS_OTHER,
    SG_RMI_ENDED_REFUSED, /* by the registry or newClient: meaning, text */
    SG_RMI_ENDED_STUB,    /* text */
    SG_RMI_ENDED_DOWNGRADE,
    SG_RMI_ENDED_GONE,
    SG_RMI_ENDED_LIMIT,
    SG_RMI_ENDED_PROTOCOL, /* text */
};

/* All borrowed. */
struct sg_rmi_ending {
    enum sg_rmi_ended what;
    CURLcode code;
    const char *curl_error;
    enum sg_rmi_meaning meaning;
    const char *text;
    const char *shown; /* the JVM */
    const char *host;  /* that was connected to, as port and is_tls */
    int port;
    bool is_tls;
    const char *stub_host; /* it is the address of a stub, which names this host; or NULL */
    bool is_acked;         /* it has answered as a JMX port does */
    int64_t took_ms;
    struct sg_str awaited; /* the MBean, or empty */
    const char *advice;    /* set: what err ends with; NULL: nothing. Static */
};

/** @param err  set */
enum sg_failure_kind sg_rmi_ending_describe(struct sg_rmi_ending *end, struct sg_error *err);
