/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the server tells the self metrics: counts of answers and refusals, and the end of its
 * certificate. Any thread, no lock. */

#include <stdatomic.h>

/* Why a connection or request was refused, for the label `reason`. */
enum sg_http_refusal {
    SG_HTTP_REFUSED_MALFORMED, /* ended after a malformed request */
    SG_HTTP_REFUSED_TIMEOUT,   /* a request was not complete in time */
    SG_HTTP_REFUSED_IDLE,      /* idle for too long */
    SG_HTTP_REFUSED_SLOW,      /* the answer was not read in time */
    SG_HTTP_REFUSED_CROWD,     /* closed in favour of a new connection */
    SG_HTTP_REFUSED_BODY,      /* a body where none is expected */
    SG_HTTP_REFUSALS,
};

enum {
    SG_HTTP_STATUS_MAX = 599
};

/* Zeroed is empty. */
struct sg_http_counts {
    atomic_ullong by_status[SG_HTTP_STATUS_MAX + 1];
    atomic_ullong refused[SG_HTTP_REFUSALS];
    atomic_llong certificate_end_unix_s; /* the earliest of the chain that clients get; 0: no TLS */
};

static inline void sg_http_count_status(struct sg_http_counts *counts, unsigned status)
{
    if (counts && status <= SG_HTTP_STATUS_MAX)
        atomic_fetch_add_explicit(&counts->by_status[status], 1, memory_order_relaxed);
}

static inline void sg_http_count_refused(struct sg_http_counts *counts, enum sg_http_refusal why)
{
    if (counts)
        atomic_fetch_add_explicit(&counts->refused[why], 1, memory_order_relaxed);
}
