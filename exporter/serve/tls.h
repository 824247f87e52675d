/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Certificates and rules of TLS for one reading of the files; immutable, used by any thread.
 *
 * libmicrohttpd would read them once, when it starts. Instead each session gets its own, before its
 * handshake: so a new certificate, or another rule, counts from the next connection on.
 */

#include "base/error.h"
#include "config/web.h"

#include <gnutls/gnutls.h>

enum {
    SG_TLS_E_FILES = 1
}; /* a certificate, key or CA cannot be used; err says which and why */

struct sg_tls;

/** Read the files. @param config  borrowed; outlives it @return 0, SG_TLS_E_FILES or -ENOMEM */
int sg_tls_new(const struct sg_web_tls *config, struct sg_tls **ret_tls, struct sg_error *err);

/** What works but may not with every client, with its place; "" when there is nothing. Borrowed. */
const char *sg_tls_warning(const struct sg_tls *tls);

/** @return NULL; tls may be NULL. No session uses it any more. */
struct sg_tls *sg_tls_free(struct sg_tls *tls);

/** Make a session use it. @param tls  borrowed for the session's life @return 0 or -EINVAL */
int sg_tls_arm(const struct sg_tls *tls, gnutls_session_t session);
