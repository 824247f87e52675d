/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Content negotiation: which of our formats and codings a client prefers. Pure functions; any
 * thread. Source: RFC 9110, 12.4.2, 12.5.1, 12.5.3; Prometheus, "Content negotiation".
 */

#include "store/page.h"

#include <stdbool.h>

enum {
    SG_ACCEPT_E_CODING = 1
}; /* every supported coding, identity too, is refused */

/* A format as it is named in Accept and in Content-Type. */
struct sg_media {
    enum sg_format format;
    const char *content_type; /* a constant */
};

/**
 * The exposition format that Accept prefers: the highest q, of equals the one whose range is first,
 * of several formats of one range the oldest text format. If nothing matches, the header is
 * disregarded, as RFC 9110 allows: text 0.0.4, which every client reads.
 *
 * Our names are valid legacy names, so the output is the same for escaping=underscores, allow-utf-8
 * and values. For escaping=dots it would differ (a_b becomes a__b), which is not supported: such a
 * client gets, and is told, escaping=underscores.
 *
 * @param header may be NULL
 */
struct sg_media sg_accept_format(const char *header);

/**
 * The content coding that Accept-Encoding prefers; of equals gzip before zstd before identity.
 * @param header  may be NULL: identity @return 0 or SG_ACCEPT_E_CODING
 */
int sg_accept_coding(const char *header, enum sg_coding *ret_coding);
