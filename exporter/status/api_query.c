/* SPDX-License-Identifier: Apache-2.0 */
#include "status/api_query.h"

#include "base/buf.h"
#include "watch/event.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[SG_APIS] = { "clusters", "brokers", "topics", "groups", "events" };

/* The parameters of each list, besides limit and after. The second one is the name of one row. */
static const char *const parameters[SG_APIS][7] = {
    [SG_API_CLUSTERS] = { "cluster", "cluster", "q", "state" },
    [SG_API_BROKERS] = { "cluster", "broker", "q", "state" },
    [SG_API_TOPICS] = { "cluster", "topic", "q", "state" },
    [SG_API_GROUPS] = { "cluster", "group", "q", "state" },
    [SG_API_EVENTS] = { "cluster", "broker", "topic", "group", "kind", "severity", "hours" },
};

/* What `state` may be besides a severity. */
static const char *const states[SG_APIS][8] = {
    [SG_API_CLUSTERS] = { "up", "down", "no_kafka", "unknown" },
    [SG_API_BROKERS] = { "up", "down", "unknown" },
    [SG_API_TOPICS] = { "leaderless", "under_min_isr", "missing_replicas" },
    [SG_API_GROUPS] = { "losing_data", "stalled", "stopped", "lagging", "rewound", "unknown" },
};

static const char *const severities[] = { "critical", "warning", "ok" };

bool sg_api_find(const char *path, enum sg_api *ret_api)
{
    static const char prefix[] = "/api/v1/";

    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return false;
    for (int i = 0; i < SG_APIS; i++) {
        if (strcmp(path + sizeof prefix - 1, names[i]) == 0) {
            *ret_api = (enum sg_api)i;
            return true;
        }
    }
    return false;
}

const char *sg_api_name(enum sg_api api)
{
    return names[api];
}

/* ---- Values ---- */

static bool is_in(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && words[i]; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static bool is_kind(const char *value)
{
    for (int i = 0; i < SG_EVENT_KINDS; i++) {
        if (strcmp(value, sg_event_kind_text((enum sg_event_kind)i)) == 0)
            return true;
    }
    return false;
}

static bool is_severity(const char *value)
{
    for (int i = 0; i < SG_SEVERITIES; i++) {
        if (strcmp(value, sg_severity_text((enum sg_severity)i)) == 0)
            return true;
    }
    return false;
}

static bool is_digits(const char *value, size_t most)
{
    size_t n = strspn(value, "0123456789");

    return n > 0 && n <= most && value[n] == '\0';
}

static int set_limit(struct sg_api_query *query, const char *value, struct sg_error *err)
{
    unsigned long limit = is_digits(value, 7) ? strtoul(value, NULL, 10) : 0;

    if (limit == 0 || limit > SG_API_LIMIT_MAX)
        return sg_error_set(err, SG_STATUS_E_BAD, "limit must be from 1 to %d", SG_API_LIMIT_MAX);
    query->limit = limit;
    return 0;
}

static int set_after(struct sg_api_query *query, const char *value, struct sg_error *err)
{
    if (query->api == SG_API_EVENTS && (value[0] == '0' || !is_digits(value, 18)))
        return sg_error_set(err, SG_STATUS_E_BAD, "after must be the number of an event");
    query->after = sg_str_of(value);
    return 0;
}

/* @return is the value of this parameter one that can be? */
static bool is_good(enum sg_api api, const char *name, const char *value)
{
    if (strcmp(name, "state") == 0)
        return is_in(value, severities, 3) || is_in(value, states[api], 8);
    if (strcmp(name, "kind") == 0)
        return is_kind(value);
    if (strcmp(name, "severity") == 0)
        return is_severity(value);
    return strcmp(name, "hours") != 0 || is_digits(value, 10);
}

static int complain_unknown(enum sg_api api, struct sg_error *err)
{
    struct sg_buf known;

    sg_buf_init(&known, 200);
    for (size_t i = 0; i < 7 && parameters[api][i]; i++) {
        if (i == 0 || strcmp(parameters[api][i], parameters[api][i - 1]) != 0)
            (void)sg_buf_printf(&known, "%s, ", parameters[api][i]);
    }
    int r = sg_error_set(err, SG_STATUS_E_BAD,
        "unknown parameter; %s has " SG_STR_FMT "limit and after", names[api],
        SG_STR_ARG(sg_buf_get(&known)));
    sg_buf_done(&known);
    return r;
}

int sg_api_query_set(
    struct sg_api_query *query, const char *name, const char *value, struct sg_error *err)
{
    if (strcmp(name, "limit") == 0)
        return set_limit(query, value, err);
    if (strcmp(name, "after") == 0)
        return set_after(query, value, err);
    if (!is_in(name, parameters[query->api], 7))
        return complain_unknown(query->api, err);
    if (!is_good(query->api, name, value))
        return sg_error_set(err, SG_STATUS_E_BAD, "%s cannot have this value", name);
    if (strcmp(name, parameters[query->api][1]) == 0)
        query->has_name = true;
    return sg_status_params_set(&query->params, name, value, err);
}
