/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which list of /api/v1 is wanted, and what of it. Strict: an unknown parameter is an error. */

#include "status/params.h"

enum sg_api {
    SG_API_CLUSTERS,
    SG_API_BROKERS,
    SG_API_TOPICS,
    SG_API_GROUPS,
    SG_API_EVENTS,
    SG_APIS,
};

enum {
    SG_API_LIMIT_MAX = 1000000
};

/* Texts are borrowed. */
struct sg_api_query {
    enum sg_api api;
    struct sg_status_params params;
    bool has_name;       /* of a broker, topic or group, which may be empty */
    size_t limit;        /* 0: all */
    struct sg_str after; /* `next` of the answer before; empty: from the first on */
};

/** @param path  of a request: "/api/v1/groups" @return is there such a list? */
bool sg_api_find(const char *path, enum sg_api *ret_api);

/** "clusters": in the path, and in the answer. */
const char *sg_api_name(enum sg_api api);

/** Set a parameter. @param value  borrowed @return 0 or SG_STATUS_E_BAD */
int sg_api_query_set(
    struct sg_api_query *query, const char *name, const char *value, struct sg_error *err);
