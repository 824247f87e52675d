/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/rules_plan.h"

#include "base/auto.h"

SG_AUTO_DEFINE(struct sg_poll_plan *, sg_poll_plan_free);

static int add_mbean(struct sg_poll_plan *plan, const struct sg_rules_mbean *mbean, uint8_t part)
{
    return sg_poll_plan_add(
        plan, &(struct sg_poll_request){
                  .mbean = mbean->text, .is_pattern = mbean->name.is_pattern, .part = part });
}

static int add_request(
    struct sg_poll_plan *plan, const struct sg_rules_attributes *request, uint8_t part)
{
    return sg_poll_plan_add(plan, &(struct sg_poll_request){
                                      .mbean = request->mbean.text,
                                      .n_attributes = request->n,
                                      .attributes = (const char *const *)request->names,
                                      .is_pattern = request->mbean.name.is_pattern,
                                      .part = part,
                                  });
}

/* Only requests can be slow; everything else is read in the fast lane. */
static int add_requests(
    struct sg_poll_plan *plan, const struct sg_rules *rules, const bool *lanes, uint8_t part)
{
    int r = 0;

    for (size_t i = 0; i < rules->requests.n && !r; i++) {
        const struct sg_rules_attributes *request = &rules->requests.lists[i];
        if (lanes[request->slow ? SG_LANE_SLOW : SG_LANE_FAST])
            r = add_request(plan, request, part);
    }
    if (rules->requests.n || !lanes[SG_LANE_FAST])
        return r;
    for (size_t i = 0; i < rules->includes.n && !r; i++)
        r = add_mbean(plan, &rules->includes.mbeans[i], part);
    if (rules->includes.n)
        return r;
    return sg_poll_plan_add(
        plan, &(struct sg_poll_request){ .mbean = "*:*", .is_pattern = true, .part = part });
}

static int make_plan(
    const struct sg_rules *rules, const bool *lanes, struct sg_poll_plan **ret_plan)
{
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *plan = NULL;

    int r = sg_poll_plan_new(&plan);
    if (!r)
        r = add_requests(plan, rules, lanes, 0);
    if (!r)
        *ret_plan = sg_take(&plan);
    return r;
}

int sg_rules_plan_new(const struct sg_rules *rules, struct sg_poll_plan **ret_plan)
{
    static const bool all[SG_LANES] = { true, true };
    return make_plan(rules, all, ret_plan);
}

int sg_rules_plan_new_lane(
    const struct sg_rules *rules, enum sg_lane lane, struct sg_poll_plan **ret_plan)
{
    bool one[SG_LANES] = { false };

    one[lane] = true;
    return make_plan(rules, one, ret_plan);
}

int sg_rules_plan_add(
    struct sg_poll_plan *plan, const struct sg_rules *rules, enum sg_lane lane, uint8_t part)
{
    bool one[SG_LANES] = { false };

    one[lane] = true;
    return add_requests(plan, rules, one, part);
}
