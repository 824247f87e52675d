/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The file of --web.config.file as it is now, with the certificates that it names.
 *
 * Whether one of the files has changed is looked at with every request and every connection. A
 * reading is immutable and reference-counted: who holds one goes on with it. While the file is bad
 * there is none, and every request is answered 500; only handshakes go on with the last good one,
 * so that the client can be told. Files are looked at and read without a lock: one thread reads
 * them again, while the others go on with what there is. Any thread.
 */

#include "base/clock.h"
#include "base/error.h"
#include "config/web.h"
#include "serve/tls.h"

struct sg_web_reading {
    struct sg_web_config *config;
    struct sg_tls *tls; /* NULL without tls_server_config */
};

struct sg_web_reading *sg_web_reading_ref(struct sg_web_reading *reading);

/** Let go. @return NULL; reading may be NULL */
struct sg_web_reading *sg_web_reading_unref(struct sg_web_reading *reading);

struct sg_web;

/** Read everything once, for --config.check too. @return 0, SG_CONFIG_E_INVALID or -ENOMEM */
int sg_web_check(const char *path, sg_config_problem_fn problem, void *context);

/**
 * @param path  borrowed; NULL: nothing is protected
 * @return 0, SG_CONFIG_E_INVALID (err has the first problem) or -ENOMEM
 */
int sg_web_new(
    const char *path, const struct sg_clock *clock, struct sg_web **ret_web, struct sg_error *err);

/** @return NULL; web may be NULL */
struct sg_web *sg_web_free(struct sg_web *web);

/** Is TLS spoken? Decided once; a file in which it comes or goes is bad until a restart. */
bool sg_web_speaks_tls(const struct sg_web *web);

/** The file as it is now. @return owned: one reference; NULL while it is bad */
struct sg_web_reading *sg_web_take(struct sg_web *web);

/** For a handshake: the last good reading. @return owned: one reference */
struct sg_web_reading *sg_web_take_good(struct sg_web *web);

/** Is this request within the rate limit? */
bool sg_web_allows(struct sg_web *web, const struct sg_web_config *config);
