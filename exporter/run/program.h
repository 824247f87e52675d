/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Everything that a configuration describes, made and running: clusters, their collectors, the
 * store, the page, the HTTP server. Owned by main's thread.
 */

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
 * @param config, clock  borrowed @return 0, SG_PROGRAM_E_CONFIG or -ENOMEM
 */
int sg_program_new(const struct sg_config *config,
    const struct sg_clock *clock,
    struct sg_program **ret_program,
    struct sg_error *err);

/** @return NULL; program may be NULL. All threads have ended before. */
struct sg_program *sg_program_free(struct sg_program *program);

/** Listen, start collecting. @return 0, SG_PROGRAM_E_CONFIG or -errno */
int sg_program_start(
    struct sg_program *program, const struct sg_flags *flags, struct sg_error *err);

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
