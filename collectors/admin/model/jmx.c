/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/jmx.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_listed(const struct sg_jolokia_target *targets, size_t n, int32_t broker)
{
    for (size_t i = 0; i < n; i++) {
        if (targets[i].id == broker)
            return true;
    }
    return false;
}

static bool proxy_reaches(const struct sg_jolokia_proxy *proxy, int32_t broker)
{
    if (!proxy->target || !strstr(proxy->target, "{jmx_port}") || proxy->jmx_port)
        return true;
    for (size_t i = 0; i < proxy->n_jmx_ports; i++) {
        if (proxy->jmx_ports[i].id == broker)
            return true;
    }
    return false;
}

static bool has_port(const struct sg_jmx_access *jmx, int32_t broker)
{
    for (size_t i = 0; i < jmx->n_ports; i++) {
        if (jmx->ports[i].id == broker)
            return true;
    }
    return false;
}

bool sg_jmx_is_configured(const struct sg_cluster_config *config, int32_t broker)
{
    const struct sg_jolokia_config *jolokia = sg_config_brokers(config);

    if (!jolokia || jolokia->source.url || jolokia->source.jmx.port ||
        has_port(&jolokia->source.jmx, broker) ||
        is_listed(jolokia->brokers, jolokia->n_brokers, broker) ||
        is_listed(jolokia->controllers, jolokia->n_controllers, broker))
        return true;
    return jolokia->source.proxy.url && proxy_reaches(&jolokia->source.proxy, broker);
}

static bool is_missing(const struct sg_topology *topology, int32_t broker)
{
    for (size_t i = 0; i < topology->n_missing; i++) {
        if (topology->missing[i] == broker)
            return true;
    }
    return false;
}

void sg_jmx_report(const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    sg_check_fn report,
    void *context)
{
    const struct sg_jolokia_config *jolokia = sg_config_brokers(config);
    char id[16];

    for (size_t i = 0; i < topology->n_brokers; i++) {
        if (sg_jmx_is_configured(config, topology->brokers[i].id))
            continue;
        (void)snprintf(id, sizeof id, "%" PRId32, topology->brokers[i].id);
        report(context,
            &(struct sg_check){ SG_CHECK_DOUBTFUL, "jolokia", id,
                config->has_jmx
                    ? "no JMX port is configured for this broker, so it has no JMX metrics"
                    : "no Jolokia URL is configured for this broker, so it has no JMX metrics",
                config->has_jmx
                    ? "add it to jmx.ports, or give one \"port\" for all"
                    : "add it to jolokia.brokers, or give one \"url\" with {host} or {id} for all",
                -1 });
    }
    for (size_t i = 0; jolokia && i < jolokia->n_brokers; i++) {
        int32_t broker = jolokia->brokers[i].id;
        if (sg_topology_find_broker(topology, broker) != SG_PARTITION_NONE ||
            is_missing(topology, broker))
            continue;
        (void)snprintf(id, sizeof id, "%" PRId32, broker);
        report(
            context, &(struct sg_check){ SG_CHECK_DOUBTFUL, "broker", id,
                         config->has_jmx ? "configured (jmx.brokers), but not in the cluster"
                                         : "configured (jolokia.brokers), but not in the cluster",
                         "correct the id; a KRaft controller belongs under \"controllers\"", -1 });
    }
}

void sg_jmx_log_new(const struct sg_cluster_config *config, int32_t broker)
{
    char id[16];

    if (sg_jmx_is_configured(config, broker))
        return;
    (void)snprintf(id, sizeof id, "%" PRId32, broker);
    sg_log(SG_LOG_WARN, &(struct sg_log_about){ config->name, "admin", id },
        "no %s is configured for this broker, so it has no JMX metrics; others have one",
        config->has_jmx ? "JMX port" : "Jolokia URL");
}
