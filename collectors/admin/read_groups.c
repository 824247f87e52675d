/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/read_groups.h"

#include "admin/ask/all_groups.h"
#include "admin/ask/requests.h"

#include <string.h>

void sg_make_next_client(struct collection *c)
{
    struct sg_admin *self = c->admin;
    struct sg_error err;

    self->next_client = sg_client_unref(self->next_client);
    int r = sg_client_new(self->env.cluster_config, self->env.config->timeout_ms, SG_CLIENT_ADMIN,
        &self->next_client, &err);
    if (r)
        sg_failures_add(&c->failures, SG_FAILURE_INTERNAL, SG_REQUEST_NONE, r,
            "cannot create a new client: %s", r < 0 ? strerror(-r) : err.text);
}

/*
 * librdkafka remembers the coordinator of a group for as long as it is used, whatever the
 * broker answers, so that a group whose coordinator has moved between two running brokers would
 * never be found again. A new handle looks it up again.
 */
static int read_moved_groups(struct collection *c, struct sg_requests_env *env)
{
    struct sg_admin *self = c->admin;
    bool any = false;

    for (size_t i = 0; i < c->groups.n; i++)
        any = any || c->groups.groups[i].moved;
    if (!any)
        return 0;
    sg_make_next_client(c);
    if (!self->next_client)
        return 0;
    sg_client_connect(self->next_client);
    env->client = self->next_client;
    return sg_requests_run_moved(env);
}

bool sg_has_all_groups(const struct collection *c)
{
    for (size_t i = 0; i < c->topology->n_brokers; i++) {
        if (!c->answered[i])
            return false;
    }
    return true;
}

static size_t n_members(const struct sg_groups *groups)
{
    size_t n = 0;

    for (size_t i = 0; i < groups->n; i++)
        n += groups->groups[i].n_members;
    return n;
}

/* Find streams and share groups, if it is time. */
static int find_others(struct collection *c)
{
    struct sg_admin *self = c->admin;
    int64_t now_ms = sg_clock_monotonic_ms(self->env.clock);
    const struct rd_kafka_group_list *list = NULL;
    bool is_complete;

    self->has_types = self->has_types || sg_client_has_types(self->client);
    if (!sg_has_all_groups(c) || !sg_all_groups_is_due(&self->all_groups, self->has_types,
                                     c->n_listed + n_members(&c->groups), now_ms))
        return 0;
    self->all_groups = (struct sg_all_groups_turn){ .asked = true, .asked_ms = now_ms };
    int r = sg_all_groups_read(self->client, self->env.clock, self->env.stopping,
        now_ms + share_ms(c, LIST_SHARE), &list, &is_complete);
    if (r)
        return r < 0 ? r : 0;
    r = sg_others_follow(self->others, list, is_complete, &c->groups);
    rd_kafka_group_list_destroy(list);
    return r;
}

static int read_others(struct collection *c, struct sg_requests_env *env)
{
    struct sg_admin *self = c->admin;

    int r = find_others(c);
    if (!r)
        r = sg_others_add_to(self->others, self->group_filter, &c->groups);
    if (!r)
        r = sg_requests_run_others(env);
    if (!r)
        sg_others_learn(self->others, &c->groups);
    return r;
}

int sg_read_groups(struct collection *c)
{
    struct sg_requests_env env = {
        .client = c->admin->client,
        .clock = c->admin->env.clock,
        .stopping = c->admin->env.stopping,
        .topology = c->topology,
        .group_filter = c->admin->group_filter,
        .group_states = c->admin->env.cluster_config->group_states,
        .groups = &c->groups,
        .failures = &c->failures,
        .list_deadline_ms = sg_clock_monotonic_ms(c->admin->env.clock) + share_ms(c, LIST_SHARE),
        .groups_deadline_ms = until_ms(c, GROUPS_UNTIL),
        .group_ms = share_ms(c, GROUP_SHARE),
        .with_owners = c->admin->env.cluster_config->owners > 0,
        .n_listed = &c->n_listed,
        .knows_all = &c->admin->knows_all,
        .answered = c->answered,
        .abandoned = &c->abandoned,
    };
    int r = sg_requests_run(&env);
    if (!r)
        r = read_others(c, &env);
    if (!r)
        r = read_moved_groups(c, &env);
    if (!r)
        r = sg_requests_run_by_name(&env);
    if (r)
        return r;
    return sg_churn_follow(c->admin->churn, &c->groups, sg_clock_unix_ms(c->admin->env.clock));
}
