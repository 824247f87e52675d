/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/apis.h"

#include "serve/answer.h"
#include "status/api.h"
#include "status/burrow.h"

#include <string.h>
#include <unistd.h>

static const char out_of_memory[] = "out of memory";

static struct sg_status_sources sources_of(const struct sg_serve_config *config)
{
    return (struct sg_status_sources){
        .telemetry_path = config->telemetry_path,
        .store = config->store,
        .roster = config->roster,
        .watch = config->watch,
        .clock = config->clock,
    };
}

static enum MHD_Result refuse(struct sg_request *request, unsigned status, const char *text)
{
    return sg_answer_json_error(request, status, text, NULL, NULL);
}

/* ---- /api/v1 ---- */

/* A filter that would be ignored gives a wrong list. */
static bool is_again(const struct sg_query *query, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (strcmp(query->args[before].name, query->args[i].name) == 0)
            return true;
    }
    return false;
}

/* @return 0 or SG_STATUS_E_BAD */
static int read_query(
    const struct sg_request *request, struct sg_api_query *query, struct sg_error *err)
{
    int r = 0;

    if (request->too_many_args)
        return sg_error_set(err, SG_STATUS_E_BAD, "more than %d parameters", SG_QUERY_ARGS_MAX);
    for (size_t i = 0; i < request->query.n && !r; i++) {
        const struct sg_query_arg *arg = &request->query.args[i];
        r = sg_api_query_set(query, arg->name, arg->value, err);
        if (!r && is_again(&request->query, i))
            r = sg_error_set(err, SG_STATUS_E_BAD, "%s: given twice", arg->name);
    }
    return r;
}

static enum MHD_Result refuse_list(struct sg_request *request, int r)
{
    switch (r) {
    case SG_STATUS_E_NOT_FOUND:
        return refuse(request, MHD_HTTP_NOT_FOUND, "nothing of that name is known in the cluster");
    case SG_API_E_NOT_READY:
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "nothing has been collected yet");
    case SG_BUF_E_FULL:
        return refuse(request, MHD_HTTP_INTERNAL_SERVER_ERROR,
            "the answer would be longer than 64 MiB: ask for less, with limit");
    default:
        return refuse(request, MHD_HTTP_INTERNAL_SERVER_ERROR, out_of_memory);
    }
}

enum MHD_Result sg_apis_list(const struct sg_serve_config *config, struct sg_request *request)
{
    const struct sg_status_sources sources = sources_of(config);
    struct sg_api_query query = { .limit = 0 };
    struct sg_error err = { "" };
    struct sg_buf json;

    if (!config->watch || !sg_api_find(request->route, &query.api))
        return refuse(request, MHD_HTTP_NOT_FOUND,
            "not found; there are /api/v1/clusters, brokers, topics, groups and events");
    if (read_query(request, &query, &err))
        return refuse(request, MHD_HTTP_BAD_REQUEST, err.text);
    sg_buf_init(&json, SG_API_BYTES_MAX);
    int r = sg_api_write(&sources, &query, &json);
    enum MHD_Result result =
        r ? refuse_list(request, r) : sg_answer_json(request, MHD_HTTP_OK, &json);
    sg_buf_done(&json);
    return result;
}

/* ---- Burrow ---- */

static bool is_on(const struct sg_serve_config *config)
{
    return config->watch && sg_roster_is_burrow(config->roster);
}

static enum MHD_Result refuse_burrow(struct sg_request *request)
{
    return refuse(request, MHD_HTTP_NOT_FOUND, "invalid request type");
}

enum MHD_Result sg_apis_burrow(const struct sg_serve_config *config, struct sg_request *request)
{
    const struct sg_status_sources sources = sources_of(config);
    char host[256] = "";
    struct sg_burrow_path path;
    struct sg_buf json;

    if (!is_on(config) || !sg_burrow_find(request->route, &path))
        return refuse_burrow(request);
    (void)gethostname(host, sizeof host - 1);
    const struct sg_burrow_request about = { request->path, host };
    sg_buf_init(&json, SG_API_BYTES_MAX);
    int r = sg_burrow_write(&sources, &path, &about, &json);
    enum MHD_Result result =
        r && r != SG_STATUS_E_NOT_FOUND
            ? refuse_list(request, r)
            : sg_answer_json(request, r ? MHD_HTTP_NOT_FOUND : MHD_HTTP_OK, &json);
    sg_buf_done(&json);
    return result;
}

enum MHD_Result sg_apis_burrow_admin(
    const struct sg_serve_config *config, struct sg_request *request)
{
    if (!is_on(config))
        return refuse_burrow(request);
    return sg_answer_text(request, MHD_HTTP_OK, "GOOD");
}
