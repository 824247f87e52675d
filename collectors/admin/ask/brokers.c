/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/brokers.h"

#include "admin/model/jmx.h"
#include "base/auto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

bool sg_brokers_was_down(const struct sg_cluster *cluster, int32_t broker)
{
    sg_auto_free struct sg_broker *known = NULL;
    size_t n_known = 0;
    bool down = false, others_up = false;

    if (sg_cluster_copy_brokers(cluster, &known, &n_known) != 0)
        return false;
    for (size_t i = 0; i < n_known; i++) {
        if (known[i].id == broker)
            down = !known[i].up;
        else
            others_up = others_up || known[i].up;
    }
    return down && others_up;
}

int sg_brokers_publish_id(struct sg_cluster *cluster, struct sg_client *client)
{
    char *id = rd_kafka_clusterid(sg_client_get(client), 0);
    int r = id ? sg_cluster_set_id(cluster, id) : 0;

    if (id)
        rd_kafka_mem_free(sg_client_get(client), id);
    return r;
}

int32_t sg_brokers_controller(struct sg_client *client)
{
    return sg_client_is_kraft(client) ? -1 : rd_kafka_controllerid(sg_client_get(client), 0);
}

/* Those past the cap are left out, and the collection continues. */
static int publish(struct sg_cluster *cluster,
    const struct sg_topology_broker *broker,
    bool up,
    struct sg_failures *failures)
{
    int r = sg_cluster_set_broker(cluster, broker->id, broker->host, broker->port, up);

    if (r != -EMSGSIZE)
        return r;
    sg_failures_add(failures, SG_FAILURE_LIMIT, SG_REQUEST_METADATA, r,
        "broker %" PRId32 " is left out: there are more than %d", broker->id, SG_BROKERS_MAX);
    return 0;
}

static bool was_seen(const struct sg_broker *known, size_t n, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (known[i].id == id)
            return known[i].seen;
    }
    return false;
}

int sg_brokers_publish(struct sg_cluster *cluster,
    const struct sg_cluster_config *config,
    const struct sg_topology *t,
    const bool *answered,
    struct sg_failures *failures)
{
    sg_auto_free struct sg_broker *known = NULL;
    size_t n_known = 0;

    int r = sg_cluster_copy_brokers(cluster, &known, &n_known);
    for (size_t i = 0; !r && i < n_known; i++) {
        if (!t || sg_topology_find_broker(t, known[i].id) == SG_PARTITION_NONE)
            sg_cluster_set_broker_down(cluster, known[i].id);
    }
    for (size_t i = 0; !r && t && i < t->n_missing; i++)
        r = publish(cluster, &(struct sg_topology_broker){ .id = t->missing[i], .host = "" }, false,
            failures);
    for (size_t i = 0; !r && t && i < t->n_brokers; i++) {
        if (!was_seen(known, n_known, t->brokers[i].id))
            sg_jmx_log_new(config, t->brokers[i].id);
        r = publish(cluster, &t->brokers[i], answered[i], failures);
    }
    sg_cluster_set_up(cluster, t != NULL);
    return r;
}
