/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/poll/plan.h"

#include "base/grow.h"

int sg_poll_plan_new(struct sg_poll_plan **ret_plan)
{
    *ret_plan = calloc(1, sizeof **ret_plan);
    return *ret_plan ? 0 : -ENOMEM;
}

int sg_poll_plan_add(struct sg_poll_plan *plan, const struct sg_poll_request *request)
{
    int r = sg_grow(&plan->requests, plan->n, &plan->n_allocated, sizeof *plan->requests);

    if (r)
        return r;
    plan->requests[plan->n++] = *request;
    plan->n_identity += request->is_identity;
    return 0;
}

struct sg_poll_plan *sg_poll_plan_free(struct sg_poll_plan *plan)
{
    if (!plan)
        return NULL;
    free(plan->requests);
    free(plan);
    return NULL;
}
