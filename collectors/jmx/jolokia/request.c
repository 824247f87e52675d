/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/request.h"

#include <errno.h>
#include <jansson.h>

/*
 * ignoreErrors: without it one getter that throws fails the read of a whole pattern.
 * canonicalNaming off: patterns match against the order in which MBeans were registered.
 * maxDepth, maxCollectionSize, maxObjects: 0 is "no limit", whatever the agent's own options say;
 * an agent that truncates its answer marks that only sometimes.
 * serializeLong: as numbers, where the agent's options make text of them (2.0.3 and later).
 */
static json_t *make_config(void)
{
    return json_pack("{s:b, s:b, s:b, s:b, s:i, s:i, s:i, s:s}", "ignoreErrors", 1,
        "canonicalNaming", 0, "includeRequest", 0, "includeStackTrace", 0, "maxDepth", 0,
        "maxCollectionSize", 0, "maxObjects", 0, "serializeLong", "number");
}

/* Attributes go as an array even when there is one: agents split a string at its commas. */
static json_t *make_attributes(const struct sg_poll_request *request)
{
    json_t *names = json_array();

    for (size_t i = 0; i < request->n_attributes; i++) {
        if (json_array_append_new(names, json_string(request->attributes[i]))) {
            json_decref(names);
            return NULL;
        }
    }
    return names;
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

/* @param target  borrowed; NULL for none @return 0 or -ENOMEM */
static int add_request(json_t *bulk, const struct sg_poll_request *request, json_t *target)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:o}", "type", "read", "mbean", request->mbean, "config", make_config());

    if ((request->n_attributes &&
            json_object_set_new(json, "attribute", make_attributes(request))) ||
        (target && json_object_set(json, "target", target))) {
        json_decref(json);
        return -ENOMEM;
    }
    return json_array_append_new(bulk, json) ? -ENOMEM : 0;
}

int sg_request_body(
    const struct sg_poll_plan *plan, const struct sg_request_target *target, char **ret_body)
{
    json_t *bulk = json_array();
    json_t *target_json = target ? make_target(target) : NULL;
    int r = bulk && !target == !target_json ? 0 : -ENOMEM;

    for (size_t i = 0; i < plan->n && !r; i++)
        r = add_request(bulk, &plan->requests[i], target_json);
    char *body = r ? NULL : json_dumps(bulk, JSON_COMPACT);
    json_decref(target_json);
    json_decref(bulk);
    if (!body)
        return -ENOMEM;
    *ret_body = body;
    return 0;
}
