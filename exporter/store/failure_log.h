/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which failures of a slot are logged: the first of each kind since the slot last worked, then one
 * every five minutes with the number of those in between. Embedded in the slot, whose lock guards
 * it.
 */

#include "store/kinds.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: no failure. */
struct sg_failure_log {
    bool failing;
    int64_t since_ms; /* monotonic, as all times here */
    int64_t line_ms;  /* of the latest line, whatever its kind */
    struct {
        bool logged; /* since it last worked */
        int64_t line_ms;
        uint64_t n_more; /* since the line */
    } kinds[SG_FAILURE_KINDS];
};

/**
 * Record a failure.
 * @param is_detail   it is not the first failure of this collection
 * @param ret_n_more  failures not logged since the latest logged one of this kind @return is it to
 * be logged?
 */
bool sg_failure_log_fail(struct sg_failure_log *log,
    enum sg_failure_kind kind,
    int64_t now_ms,
    bool is_detail,
    uint64_t *ret_n_more);

/** Record a collection without failure. @return has it failed before, for *ret_ms? */
bool sg_failure_log_work(struct sg_failure_log *log, int64_t now_ms, int64_t *ret_ms);
