/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Everything that a configuration describes, created and running: clusters, their collectors, the
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
 * Create it without connecting to anything: rule files and client properties are checked here.
 * @param config  the program takes a reference @param clock  borrowed
 * @return 0, SG_PROGRAM_E_CONFIG or -ENOMEM
 */
int sg_program_new(const struct sg_config *config,
    const struct sg_clock *clock,
    struct sg_program **ret_program,
    struct sg_error *err);

/** @return NULL; program may be NULL. All threads must have stopped. */
struct sg_program *sg_program_free(struct sg_program *program);

/**
 * Listen, start collecting.
 * @param wake  called by an HTTP thread to request a call of sg_program_reload()
 * @return 0, SG_PROGRAM_E_CONFIG or -errno
 */
int sg_program_start(struct sg_program *program,
    const struct sg_flags *flags,
    void (*wake)(void *context),
    void *wake_context,
    struct sg_error *err);

/** Log the clusters, the configuration's source and the versions of libraries. */
void sg_program_log_start(const struct sg_program *program, const struct sg_flags *flags);

/**
 * Load the configuration again. Collectors that would be recreated identically continue without
 * interruption; the others are replaced. If anything is wrong with it, nothing changes. Reload
 * requests by HTTP are answered. @return is the configuration valid? Problems are in the log.
 */
bool sg_program_reload(struct sg_program *program, const struct sg_flags *flags);

/**
 * Periodic work: continue the handover after a reload. @return the maximum milliseconds until the
 * next call
 */
int sg_program_tick(struct sg_program *program);

/** Is the page's thread alive, that is, has it woken up recently? */
bool sg_program_is_alive(const struct sg_program *program);

/**
 * Stop listening and collecting.
 * @return did every thread stop in time? If not, the program must end with _exit(): a thread is
 * stuck in a library call that waits for a remote server.
 */
bool sg_program_stop(struct sg_program *program);

/**
 * Run one collection of everything, and print the page.
 * @param ret_complete  did every target answer completely? @return 0 or -errno
 */
int sg_program_once(struct sg_program *program, FILE *out, bool *ret_complete);
