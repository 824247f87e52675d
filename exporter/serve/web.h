/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The current content of --web.config.file, with the certificates that it names.
 *
 * Every request and every connection checks whether one of the files has changed. A reading is
 * immutable and reference-counted: whoever holds one continues to use it. While the file is invalid
 * there is none, and every request is answered with 500; only handshakes use the last valid one, so
 * that the client gets that answer. It is read again when it changes, and every ten seconds while
 * it is invalid, because reading may have failed for a reason outside the files. Files are checked
 * and read without a lock: one thread reads them again, while the others use the current reading.
 * Any thread.
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

/** Release a reference. @return NULL; reading may be NULL */
struct sg_web_reading *sg_web_reading_unref(struct sg_web_reading *reading);

struct sg_web;

/**
 * Read and check everything once; also for --config.check. @return 0, SG_CONFIG_E_INVALID or
 * -ENOMEM
 */
int sg_web_check(const char *path, sg_config_problem_fn problem, void *context);

/**
 * @param path  borrowed; NULL: nothing is protected
 * @return 0, SG_CONFIG_E_INVALID (err has the first problem) or -ENOMEM
 */
int sg_web_new(
    const char *path, const struct sg_clock *clock, struct sg_web **ret_web, struct sg_error *err);

/** @return NULL; web may be NULL */
struct sg_web *sg_web_free(struct sg_web *web);

/** Is TLS used? Decided once; a file that switches it on or off is invalid until a restart. */
bool sg_web_speaks_tls(const struct sg_web *web);

/** The current file. @return owned: one reference; NULL while it is invalid */
struct sg_web_reading *sg_web_take(struct sg_web *web);

/** For a handshake: the last valid reading. @return owned: one reference */
struct sg_web_reading *sg_web_take_good(struct sg_web *web);

/** Is this request within the rate limit? */
bool sg_web_allows(struct sg_web *web, const struct sg_web_config *config);
