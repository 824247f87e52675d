/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The requests of rules: their "requests", or else includeObjectNames, or else everything. */

#include "jmx/poll/plan.h"
#include "jmx/rules/rules.h"

/**
 * Requests of the rules: their "requests", or else one for each of includeObjectNames, or else
 * everything. @param rules  borrowed by the plan @return 0 or -ENOMEM
 */
int sg_rules_plan_new(const struct sg_rules *rules, struct sg_poll_plan **ret_plan);

/** The same with the requests of one lane only, which may be none. */
int sg_rules_plan_new_lane(
    const struct sg_rules *rules, enum sg_lane lane, struct sg_poll_plan **ret_plan);

/**
 * Add the requests of other rules in the lane.
 * @param rules  borrowed by the plan @param part  the number that marks these requests
 * @return 0 or -ENOMEM
 */
int sg_rules_plan_add(
    struct sg_poll_plan *plan, const struct sg_rules *rules, enum sg_lane lane, uint8_t part);
