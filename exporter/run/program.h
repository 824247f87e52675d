/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Everything that a configuration describes, made and running: clusters, their collectors, the
 * store, the page, the HTTP server. Owned by main's thread.
 */

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "config/flags.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    SG_PROGRAM_E_CONFIG = 1
}; /* the configuration or an address is wrong; err says how */

struct sg_program;

/**
 * Make it without connecting to anything: rule files and client properties are checked here.
 * @param config  the program takes a reference @param clock  borrowed
 * @return 0, SG_PROGRAM_E_CONFIG or -ENOMEM
 */
int sg_program_new(const struct sg_config *config,
    const struct sg_clock *clock,
    struct sg_program **ret_program,
    struct sg_error *err);

/** @return NULL; program may be NULL. All threads have ended before. */
struct sg_program *sg_program_free(struct sg_program *program);

/**
 * Listen, start collecting.
 * @param wake  called by an HTTP thread that wants a reload: sg_program_reload() is to be called
 * @return 0, SG_PROGRAM_E_CONFIG or -errno
 */
int sg_program_start(struct sg_program *program,
    const struct sg_flags *flags,
    void (*wake)(void *context),
    void *wake_context,
    struct sg_error *err);

/** Log what is watched, by which configuration, and through which libraries. */
void sg_program_log_start(const struct sg_program *program, const struct sg_flags *flags);

/**
 * Load the configuration again. Collectors that it would make again go on as if nothing had
 * happened; the others are replaced. If anything is wrong with it, everything stays as it was.
 * Who asked by HTTP is told.
 * @return is the configuration good? Problems are in the log.
 */
bool sg_program_reload(struct sg_program *program, const struct sg_flags *flags);

/**
 * What has to be done now and then: go on with the handover after a reload.
 * @return after how many milliseconds at the latest it is to be called again
 */
int sg_program_tick(struct sg_program *program);

/** Is the page's thread alive, that is, has it looked for something to do lately? */
bool sg_program_is_alive(const struct sg_program *program);

/**
 * Stop listening and collecting.
 * @return did every thread end in time? When not, the program must leave by _exit: a thread is
 *         stuck in a library call that waits for a remote party.
 */
bool sg_program_stop(struct sg_program *program);

/**
 * Collect once from everything, and print the page.
 * @param ret_complete  did every target answer completely? @return 0 or -errno
 */
int sg_program_once(struct sg_program *program, FILE *out, bool *ret_complete);
