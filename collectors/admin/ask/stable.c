/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/stable.h"

#include "admin/ask/patience.h"

#include <errno.h>
#include <stdlib.h>

struct sg_stable {
    const struct sg_cluster_config *config;
    int64_t timeout_ms;
    struct sg_client *client; /* NULL: to be created */
    struct sg_patience patience;
    struct sg_offsets *pass; /* of this collection, or NULL */
};

int sg_stable_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_stable **ret_stable)
{
    struct sg_stable *stable = calloc(1, sizeof *stable);

    if (!stable)
        return -ENOMEM;
    stable->config = config;
    stable->timeout_ms = timeout_ms;
    *ret_stable = stable;
    return 0;
}

struct sg_stable *sg_stable_free(struct sg_stable *stable)
{
    if (!stable)
        return NULL;
    (void)sg_offsets_free(stable->pass);
    (void)sg_client_unref(stable->client);
    free(stable);
    return NULL;
}

int sg_stable_start(struct sg_stable *stable,
    const struct sg_clock *clock,
    struct sg_topology *topology,
    const bool *skip,
    int64_t chunk_ms,
    int64_t deadline_ms,
    struct sg_failures *failures)
{
    struct sg_error err;
    int r = 0;

    if (!stable->client)
        r = sg_client_new(
            stable->config, stable->timeout_ms, SG_CLIENT_STABLE, &stable->client, &err);
    if (r > 0) {
        sg_failures_add(failures, SG_FAILURE_INTERNAL, SG_REQUEST_LIST_OFFSETS, r,
            "cannot create the client for last stable offsets: %s", err.text);
        return 0;
    }
    if (r)
        return r;
    sg_client_connect(stable->client);
    sg_client_poll(stable->client);
    return sg_offsets_start(stable->client, clock, topology, SG_OFFSETS_END, NULL, skip, chunk_ms,
        deadline_ms, &stable->pass);
}

void sg_stable_wait(
    struct sg_stable *stable, const atomic_bool *stopping, struct sg_failures *failures)
{
    if (!stable->pass)
        return;
    sg_offsets_wait(stable->pass, stopping);
    sg_offsets_report(stable->pass, failures);
}

const int64_t *sg_stable_get(const struct sg_stable *stable)
{
    return stable->pass ? sg_offsets_get(stable->pass) : NULL;
}

static bool is_useless(struct sg_stable *stable, int64_t now_ms)
{
    return sg_offsets_is_contradicted(stable->pass) ||
           sg_patience_ends(&stable->patience, sg_offsets_was_answered(stable->pass), now_ms);
}

void sg_stable_end(struct sg_stable *stable, bool renew, int64_t now_ms)
{
    if (renew || (stable->pass && is_useless(stable, now_ms)))
        stable->client = sg_client_unref(stable->client);
    stable->pass = sg_offsets_free(stable->pass);
}
