/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/request.h"

#include "base/auto.h"
#include "jmx/jolokia/identity.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_request_plan *, sg_request_plan_free);

/*
 * ignoreErrors: without it one getter that throws fails the read of a whole pattern.
 * canonicalNaming off: patterns match against the order in which MBeans were registered.
 * maxDepth, maxCollectionSize, maxObjects: 0 is "no limit", whatever the agent's own options say;
 * an agent that cuts its answer marks that in part only, or not at all.
 * serializeLong: as numbers, where the agent's options make text of them (2.0.3 and later).
 */
static json_t *make_config(void)
{
    return json_pack("{s:b, s:b, s:b, s:b, s:i, s:i, s:i, s:s}", "ignoreErrors", 1,
        "canonicalNaming", 0, "includeRequest", 0, "includeStackTrace", 0, "maxDepth", 0,
        "maxCollectionSize", 0, "maxObjects", 0, "serializeLong", "number");
}

/* Attributes go as an array even when there is one: agents split a string at its commas. */
static json_t *make_attributes(const struct sg_rules_attributes *list)
{
    json_t *names = json_array();

    for (size_t i = 0; i < list->n; i++) {
        if (json_array_append_new(names, json_string(list->names[i]))) {
            json_decref(names);
            return NULL;
        }
    }
    return names;
}

static int add_request(struct sg_request_plan *plan,
    json_t *bulk,
    const struct sg_rules_mbean *mbean,
    const struct sg_rules_attributes *attributes)
{
    bool has_attributes = attributes && attributes->n > 0;

    json_t *request =
        json_pack("{s:s, s:s, s:o}", "type", "read", "mbean", mbean->text, "config", make_config());
    if (has_attributes && json_object_set_new(request, "attribute", make_attributes(attributes))) {
        json_decref(request);
        return -ENOMEM;
    }
    if (json_array_append_new(bulk, request))
        return -ENOMEM;
    plan->requests[plan->n++] = (struct sg_request){
        .mbean = mbean->text,
        .is_pattern = mbean->name.is_pattern,
        .has_attributes = has_attributes,
    };
    return 0;
}

/* Only requests can be slow; what else is read belongs to the fast lane. */
static int add_requests(
    struct sg_request_plan *plan, json_t *bulk, const struct sg_rules *rules, const bool *lanes)
{
    static char everything_text[] = "*:*";
    static const struct sg_rules_mbean everything = {
        .text = everything_text,
        .name = { .is_pattern = true, .open = true },
    };
    int r = 0;

    for (size_t i = 0; i < rules->requests.n && !r; i++) {
        const struct sg_rules_attributes *request = &rules->requests.lists[i];
        if (lanes[request->slow ? SG_LANE_SLOW : SG_LANE_FAST])
            r = add_request(plan, bulk, &request->mbean, request);
    }
    if (rules->requests.n || !lanes[SG_LANE_FAST])
        return r;
    for (size_t i = 0; i < rules->includes.n && !r; i++)
        r = add_request(plan, bulk, &rules->includes.mbeans[i], NULL);
    if (rules->includes.n)
        return r;
    return add_request(plan, bulk, &everything, NULL);
}

static int make_plan(
    const struct sg_rules *rules, const bool *lanes, struct sg_request_plan **ret_plan)
{
    sg_auto(sg_request_plan_free) struct sg_request_plan *plan = calloc(1, sizeof *plan);

    if (!plan)
        return -ENOMEM;
    plan->requests = calloc(rules->requests.n + rules->includes.n + 1, sizeof *plan->requests);
    json_t *bulk = json_array();
    int r = plan->requests && bulk ? add_requests(plan, bulk, rules, lanes) : -ENOMEM;
    if (!r) {
        plan->body = json_dumps(bulk, JSON_COMPACT);
        if (!plan->body)
            r = -ENOMEM;
    }
    json_decref(bulk);
    if (r)
        return r;
    plan->body_len = strlen(plan->body);
    *ret_plan = sg_take(&plan);
    return 0;
}

int sg_request_plan_new(const struct sg_rules *rules, struct sg_request_plan **ret_plan)
{
    static const bool all[SG_LANES] = { true, true };
    return make_plan(rules, all, ret_plan);
}

int sg_request_plan_new_lane(
    const struct sg_rules *rules, enum sg_lane lane, struct sg_request_plan **ret_plan)
{
    bool one[SG_LANES] = { false };

    one[lane] = true;
    return make_plan(rules, one, ret_plan);
}

/* Room for n more, and the body as JSON. @return owned, or NULL */
static json_t *open_plan(struct sg_request_plan *plan, size_t n)
{
    struct sg_request *longer = realloc(plan->requests, (plan->n + n + 1) * sizeof *longer);

    if (!longer)
        return NULL;
    plan->requests = longer;
    return json_loadb(plan->body, plan->body_len, 0, NULL);
}

/* @param bulk  consumed @return 0 or -ENOMEM */
static int close_plan(struct sg_request_plan *plan, json_t *bulk)
{
    char *body = json_dumps(bulk, JSON_COMPACT);

    json_decref(bulk);
    if (!body)
        return -ENOMEM;
    free(plan->body);
    plan->body = body;
    plan->body_len = strlen(body);
    return 0;
}

int sg_request_plan_add(
    struct sg_request_plan *plan, const struct sg_rules *rules, enum sg_lane lane, uint8_t part)
{
    bool lanes[SG_LANES] = { false };
    size_t n_before = plan->n;

    json_t *bulk = open_plan(plan, rules->requests.n + rules->includes.n);
    if (!bulk)
        return -ENOMEM;
    lanes[lane] = true;
    int r = add_requests(plan, bulk, rules, lanes);
    for (size_t i = n_before; i < plan->n; i++)
        plan->requests[i].part = part;
    if (!r)
        return close_plan(plan, bulk);
    json_decref(bulk);
    return r;
}

int sg_request_plan_add_identity(struct sg_request_plan *plan)
{
    json_t *bulk = open_plan(plan, SG_IDENTITY_REQUESTS);
    int r = bulk ? 0 : -ENOMEM;

    for (size_t i = 0; i < SG_IDENTITY_REQUESTS && !r; i++) {
        const struct sg_identity_request *ask = &sg_identity_requests[i];
        r = json_array_append_new(
            bulk, json_pack("{s:s, s:s, s:[s], s:o}", "type", "read", "mbean", ask->mbean,
                      "attribute", ask->attribute, "config", make_config()));
    }
    if (r) {
        json_decref(bulk);
        return -ENOMEM;
    }
    r = close_plan(plan, bulk);
    for (size_t i = 0; i < SG_IDENTITY_REQUESTS && !r; i++)
        plan->requests[plan->n++] = (struct sg_request){
            .mbean = sg_identity_requests[i].mbean,
            .is_pattern = sg_identity_requests[i].is_pattern,
            .has_attributes = true,
            .is_identity = true,
        };
    if (!r)
        plan->n_identity = SG_IDENTITY_REQUESTS;
    return r;
}

static json_t *make_target(const struct sg_request_target *target)
{
    json_t *json = json_pack("{s:s}", "url", target->url);

    if (json && target->username &&
        (json_object_set_new(json, "user", json_string(target->username)) ||
            json_object_set_new(
                json, "password", json_string(target->password ? target->password : "")))) {
        json_decref(json);
        return NULL;
    }
    return json;
}

int sg_request_plan_body_for(
    const struct sg_request_plan *plan, const struct sg_request_target *target, char **ret_body)
{
    json_t *bulk = json_loadb(plan->body, plan->body_len, 0, NULL);
    json_t *target_json = make_target(target);
    json_t *element;
    size_t i;
    int r = bulk && target_json ? 0 : -ENOMEM;

    json_array_foreach(bulk, i, element)
    {
        if (!r && json_object_set(element, "target", target_json))
            r = -ENOMEM;
    }
    char *body = r ? NULL : json_dumps(bulk, JSON_COMPACT);
    json_decref(target_json);
    json_decref(bulk);
    if (!body)
        return -ENOMEM;
    *ret_body = body;
    return 0;
}

struct sg_request_plan *sg_request_plan_free(struct sg_request_plan *plan)
{
    if (!plan)
        return NULL;
    free(plan->requests);
    free(plan->body);
    free(plan);
    return NULL;
}
