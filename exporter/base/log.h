/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The log on stderr, one line per event, in logfmt or JSON.
 *
 * Only code that handles a failure logs it; library code passes struct sg_error up. The logger is
 * the program's one writable global; any thread may log, lines are never mixed.
 *
 * Stderr may be full, or a pipe without a reader, and making it non-blocking would affect the
 * processes that share it. Therefore, once sg_log_start() was called, only one thread writes, and
 * only it waits; whoever logs puts the line into a bounded queue. Lines that do not fit, and lines
 * that cannot be written, are dropped and counted.
 */

#include <stdbool.h>
#include <stdint.h>

enum sg_log_level {
    SG_LOG_DEBUG,
    SG_LOG_INFO,
    SG_LOG_WARN,
    SG_LOG_ERROR
};
enum sg_log_format {
    SG_LOG_LOGFMT,
    SG_LOG_JSON
};

/** What an event is about; parts that are NULL are left out. Borrowed for the call. */
struct sg_log_about {
    const char *cluster;
    const char *collector;
    const char *target;
};

/** Set the lowest level that is written, and the format. Call before threads start. */
void sg_log_setup(enum sg_log_level level, enum sg_log_format format);

/** Would a line of this level be written? */
bool sg_log_enabled(enum sg_log_level level);

/** Write one line. Control characters and invalid UTF-8 are escaped. @param about may be NULL */
void sg_log(enum sg_log_level level, const struct sg_log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * From now on lines are written by a thread. Before that, the thread that logs writes.
 * @return 0 or -errno
 */
int sg_log_start(void);

/** Wait until everything logged so far is written, at most this long. */
void sg_log_flush(int timeout_ms);

/** Lines that were dropped since the program started. */
uint64_t sg_log_n_dropped(void);
