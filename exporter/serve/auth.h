/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Passwords: HTTP's Basic scheme against bcrypt hashes.
 *
 * bcrypt is slow on purpose and must not run on the HTTP thread: one thread of its own checks one
 * password at a time, while the connection is suspended. Few may wait, with turns by address and
 * user (fair.h); more are told to come again. A verdict is remembered under a keyed hash of user,
 * bcrypt hash and password, never the password: who is known to be right is never in that queue,
 * however many wrong ones are. Right and wrong ones are remembered apart, so that wrong ones cannot
 * push out right ones.
 */

#include "config/web.h"

#include <microhttpd.h>

enum sg_verdict {
    SG_VERDICT_NONE, /* not checked yet */
    SG_VERDICT_GOOD,
    SG_VERDICT_BAD,
    SG_VERDICT_BUSY, /* too many are being checked */
};

struct sg_auth;

/** @return 0, -ENOMEM or -errno of the thread */
int sg_auth_new(struct sg_auth **ret_auth);

/**
 * Resume all suspended connections; nobody is let in any more who is not remembered. Before the
 * daemons stop: they cannot with a connection suspended.
 */
void sg_auth_stop(struct sg_auth *auth);

/**
 * After the daemons have stopped. A check that is going on ends by itself, later.
 * @return NULL; auth may be NULL
 */
struct sg_auth *sg_auth_free(struct sg_auth *auth);

/**
 * @param authorization  the header; NULL is bad
 * @param verdict        where the verdict goes when it comes later; borrowed until then
 * @return the verdict, or NONE: the connection is suspended, and *verdict is set before it resumes,
 *         which may be at once
 */
enum sg_verdict sg_auth_check(struct sg_auth *auth,
    const struct sg_web_config *config,
    const char *authorization,
    struct MHD_Connection *connection,
    _Atomic(enum sg_verdict) *verdict);

enum {
    SG_CREDENTIALS_BYTES_MAX = 1024
};

/**
 * "Basic BASE64" → user and password, both in one buffer.
 * @return is it that, without a NUL inside?
 */
bool sg_auth_parse(const char *authorization,
    char buffer[SG_CREDENTIALS_BYTES_MAX],
    const char **ret_user,
    const char **ret_password);
