/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Certificates and rules of TLS from one reading of the files; immutable, used by any thread.
 *
 * libmicrohttpd would read them once, when it starts. Instead each session gets them before its
 * handshake, so that a new certificate or a changed rule applies from the next connection on.
 */

#include "base/error.h"
#include "config/web.h"

#include <gnutls/gnutls.h>
#include <stdint.h>

enum {
    SG_TLS_E_FILES = 1
}; /* a certificate, key or CA cannot be used; err says which and why */

struct sg_tls;

/** Read the files. @param config  borrowed; outlives it @return 0, SG_TLS_E_FILES or -ENOMEM */
int sg_tls_new(const struct sg_web_tls *config, struct sg_tls **ret_tls, struct sg_error *err);

/** A warning about what may not work with every client, with its position; or "". Borrowed. */
const char *sg_tls_warning(const struct sg_tls *tls);

/** When the first certificate of its chain ends. @return Unix seconds */
int64_t sg_tls_end(const struct sg_tls *tls);

/** @return NULL; tls may be NULL. No session may use it any more. */
struct sg_tls *sg_tls_free(struct sg_tls *tls);

/** Make a session use it. @param tls  borrowed for the session's life @return 0 or -EINVAL */
int sg_tls_arm(const struct sg_tls *tls, gnutls_session_t session);
