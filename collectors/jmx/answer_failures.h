/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What went wrong while one answer was read, by kind. A cause that affects every request is one
 * failure, reported once. The collector's thread.
 */

#include "base/error.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: nothing went wrong. */
struct sg_answer_failures {
    size_t n[SG_FAILURE_KINDS];
    struct sg_error first[SG_FAILURE_KINDS];
};

void sg_answer_failures_add(
    struct sg_answer_failures *failures, enum sg_failure_kind kind, const struct sg_error *err);

/**
 * Report them to the slot. @param who  was asked, for messages
 * @return were there any?
 */
bool sg_answer_failures_report(
    struct sg_answer_failures *failures, const char *who, struct sg_slot *slot);
