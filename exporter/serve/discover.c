/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/discover.h"

#include "base/auto.h"

#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

static struct sg_cluster *find_cluster(const struct sg_clusters *clusters, const char *cluster)
{
    for (size_t i = 0; i < clusters->n; i++) {
        if (strcmp(sg_cluster_name(clusters->clusters[i]), cluster) == 0)
            return clusters->clusters[i];
    }
    return NULL;
}

bool sg_discover_knows_cluster(const struct sg_serve_config *config, const char *cluster)
{
    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    bool known = find_cluster(clusters, cluster) != NULL;

    (void)sg_clusters_unref(clusters);
    return known;
}

static bool find_broker(const struct sg_cluster *cluster, const char *broker, int32_t *ret_id)
{
    sg_auto_free struct sg_broker *brokers = NULL;
    size_t n = 0;
    char id[16];

    if (sg_cluster_copy_brokers(cluster, &brokers, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(id, sizeof id, "%d", brokers[i].id);
        if (strcmp(id, broker) == 0) {
            *ret_id = brokers[i].id;
            return true;
        }
    }
    return false;
}

bool sg_discover_knows_broker(
    const struct sg_serve_config *config, const char *cluster, const char *broker)
{
    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    const struct sg_cluster *found = find_cluster(clusters, cluster);
    int32_t id;
    bool known = found && find_broker(found, broker, &id);

    (void)sg_clusters_unref(clusters);
    return known;
}

unsigned sg_discover_forget(const struct sg_serve_config *config,
    const char *cluster,
    const char *broker,
    const char **ret_text)
{
    static const struct {
        unsigned status;
        const char *text;
    } results[] = {
        [0] = { MHD_HTTP_OK, "Forgotten\n" },
        [SG_CLUSTER_E_UNKNOWN] = { MHD_HTTP_NOT_FOUND, "no such broker is known in the cluster\n" },
        [SG_CLUSTER_E_UP] = { MHD_HTTP_CONFLICT, "the broker is up\n" },
        [SG_CLUSTER_E_NAMED] = { MHD_HTTP_CONFLICT,
            "the configuration names the broker: remove it there, and reload\n" },
    };
    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    struct sg_cluster *found = find_cluster(clusters, cluster);
    int32_t id;
    int r = found && find_broker(found, broker, &id) ? sg_cluster_forget_broker(found, id)
                                                     : SG_CLUSTER_E_UNKNOWN;

    *ret_text = found ? results[r].text : "no such cluster in the configuration\n";
    (void)sg_clusters_unref(clusters);
    return results[r].status;
}

/*
 * All targets have the exporter's address, so `instance` must identify the broker: by the address
 * in Kafka's metadata.
 */
static json_t *describe(
    const char *cluster, const struct sg_broker *broker, const struct sg_discover_place *place)
{
    char id[16];
    char path[SG_WEB_PATH_BYTES_MAX + 8];
    char instance[SG_HOST_BYTES_MAX + 16];

    (void)snprintf(id, sizeof id, "%d", broker->id);
    if (broker->host[0])
        (void)snprintf(instance, sizeof instance, strchr(broker->host, ':') ? "[%s]:%d" : "%s:%d",
            broker->host, broker->port);
    else
        (void)snprintf(instance, sizeof instance, "broker-%d", broker->id);
    (void)snprintf(path, sizeof path, "%s/probe", place->path);
    return json_pack("{s:[s], s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s}}", "targets", place->host,
        "labels", "__metrics_path__", path, "__scheme__", place->scheme, "__param_cluster", cluster,
        "__param_broker", id, "cluster", cluster, "broker", id, "instance", instance);
}

int sg_discover_write(
    const struct sg_serve_config *config, const struct sg_discover_place *place, struct sg_buf *out)
{
    json_t *list = json_array();
    int r = list ? 0 : -ENOMEM;

    const struct sg_clusters *clusters = sg_roster_take(config->roster);
    for (size_t i = 0; i < clusters->n && !r; i++) {
        sg_auto_free struct sg_broker *brokers = NULL;
        size_t n = 0;
        r = sg_cluster_copy_brokers(clusters->clusters[i], &brokers, &n);
        for (size_t j = 0; j < n && !r; j++) {
            /* A name that is not UTF-8 cannot be in JSON; its brokers are left out. */
            json_t *target = describe(sg_cluster_name(clusters->clusters[i]), &brokers[j], place);
            if (target && json_array_append_new(list, target))
                r = -ENOMEM;
        }
    }
    (void)sg_clusters_unref(clusters);
    sg_auto_free char *text = r ? NULL : json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (!text)
        return -ENOMEM;
    (void)sg_buf_add_str(out, sg_str_of(text));
    (void)sg_buf_add_char(out, '\n');
    return sg_buf_error(out);
}
