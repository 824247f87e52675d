/* SPDX-License-Identifier: Apache-2.0 */
#include "store/failure_log.h"

enum {
    REPEAT_MS = 5 * 60 * 1000
};

bool sg_failure_log_fail(struct sg_failure_log *log,
    enum sg_failure_kind kind,
    int64_t now_ms,
    bool is_detail,
    uint64_t *ret_n_more)
{
    bool is_due = !log->kinds[kind].logged || now_ms - log->kinds[kind].line_ms >= REPEAT_MS;

    if (!log->failing)
        log->since_ms = now_ms;
    log->failing = true;
    *ret_n_more = log->kinds[kind].logged ? log->kinds[kind].n_more : 0;
    /* A failure at the same moment as one just logged counts as a detail of it. */
    if (!is_due || (is_detail && log->line_ms == now_ms)) {
        log->kinds[kind].n_more++;
        return false;
    }
    log->kinds[kind].logged = true;
    log->kinds[kind].n_more = 0;
    log->kinds[kind].line_ms = log->line_ms = now_ms;
    return true;
}

bool sg_failure_log_work(struct sg_failure_log *log, int64_t now_ms, int64_t *ret_ms)
{
    bool has_failed = log->failing;

    *ret_ms = now_ms - log->since_ms;
    *log = (struct sg_failure_log){ .failing = false };
    return has_failed;
}
