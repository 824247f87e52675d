/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The log on stderr, one line an event, in logfmt or JSON.
 *
 * Only code that handles a failure logs it; library code passes struct sg_error up. The logger is
 * the program's one writable global; any thread may log, lines never mix.
 */

#include <stdbool.h>

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
