/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/answer_failures.h"

void sg_answer_failures_add(
    struct sg_answer_failures *failures, enum sg_failure_kind kind, const struct sg_error *err)
{
    if (failures->n[kind]++ == 0)
        failures->first[kind] = *err;
}

bool sg_answer_failures_report(
    struct sg_answer_failures *failures, const char *who, struct sg_slot *slot)
{
    bool any = false;

    for (int kind = 0; kind < SG_FAILURE_KINDS; kind++) {
        struct sg_error *err = &failures->first[kind];
        if (failures->n[kind] == 0)
            continue;
        if (failures->n[kind] > 1)
            (void)sg_error_prefix(err, 0, "%zu requests failed, the first: ", failures->n[kind]);
        (void)sg_error_prefix(err, 0, "%s: ", who);
        sg_slot_fail(slot, (enum sg_failure_kind)kind, err);
        any = true;
    }
    return any;
}
