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

#include "serve/request.h"

#include <stdbool.h>

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
 * @param request  with a web file that has users; borrowed until there is a verdict
 * @return the verdict, or NONE: the connection is suspended, and the request's verdict is set
 *         before it resumes, which may be at once
 */
enum sg_verdict sg_auth_check(struct sg_auth *auth, struct sg_request *request);

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
