/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP Basic authentication against bcrypt hashes.
 *
 * bcrypt is slow on purpose and must not run on the HTTP thread: one thread of its own checks one
 * password at a time, while the connection is suspended. The queue is short, with turns by address
 * and user (fair.h); when it is full, requests are refused. A verdict is cached under a keyed hash
 * of user, bcrypt hash and password, never the password: a request with a cached correct password
 * does not queue, however many wrong ones do. Right and wrong verdicts are cached separately, so
 * that wrong ones cannot evict right ones.
 */

#include "serve/request.h"

#include <stdbool.h>

struct sg_auth;

/** @return 0, -ENOMEM or -errno of the thread */
int sg_auth_new(struct sg_auth **ret_auth);

/**
 * Resume all suspended connections; from now on only cached verdicts admit a request. Call before
 * the daemons stop: they cannot while a connection is suspended.
 */
void sg_auth_stop(struct sg_auth *auth);

/**
 * After the daemons have stopped. A check in progress ends by itself, later.
 * @return NULL; auth may be NULL
 */
struct sg_auth *sg_auth_free(struct sg_auth *auth);

/**
 * @param request  with a web file that has users; borrowed until there is a verdict
 * @return the verdict, or NONE: the connection is suspended, and the request's verdict is set
 * before it resumes, which may be at once
 */
enum sg_verdict sg_auth_check(struct sg_auth *auth, struct sg_request *request);

enum {
    SG_CREDENTIALS_BYTES_MAX = 1024
};

/** "Basic BASE64" → user and password, both in one buffer. @return is it valid, without a NUL? */
bool sg_auth_parse(const char *authorization,
    char buffer[SG_CREDENTIALS_BYTES_MAX],
    const char **ret_user,
    const char **ret_password);
