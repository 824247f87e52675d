/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_info.h"

#include "admin/export/collected.h"
#include "admin/model/lag.h"
#include "metric/label_names.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Places of a topic's sums. */
enum {
    AT_CURRENT_OFFSET_SUM,
    AT_OLDEST_OFFSET_SUM,
    SUM_PLACES,
};
_Static_assert((int)SUM_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* Labels that are not known are left out. The last two change, and are for KMinion's info. */
static void put_cluster(struct sg_put *put)
{
    const struct sg_export *from = put->from;
    struct sg_put_number n, controller;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(cluster_id), sg_str_of(from->cluster_id) },
        { SG_OWN_LABEL(broker_count), sg_put_number(&n, (int64_t)from->topology->n_brokers) },
        { SG_OWN_LABEL(controller_id),
            from->controller < 0 ? SG_STR("") : sg_put_number(&controller, from->controller) },
    };

    if (from->cluster_id || from->wanted.full_brokers)
        sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_CLUSTER_INFO, labels,
            from->wanted.full_brokers ? sizeof labels / sizeof labels[0] : 1, 1);
}

static struct sg_str is_controller(const struct sg_export *from, int32_t broker)
{
    if (from->controller < 0)
        return SG_STR("");
    return from->controller == broker ? SG_STR("true") : SG_STR("false");
}

/* The labels from `host` on are for KMinion's info. */
static void put_broker(struct sg_put *put, const struct sg_topology_broker *broker)
{
    bool is_ipv6 = strchr(broker->host, ':') != NULL;
    struct sg_put_number id, port;
    char address[512];

    (void)snprintf(address, sizeof address, "%s%s%s:%" PRId32, is_ipv6 ? "[" : "", broker->host,
        is_ipv6 ? "]" : "", broker->port);
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(id), sg_put_number(&id, broker->id) },
        { SG_OWN_LABEL(address), sg_str_of(address) },
        { SG_OWN_LABEL(host), sg_str_of(broker->host) },
        { SG_OWN_LABEL(port), sg_put_number(&port, broker->port) },
        { SG_OWN_LABEL(is_controller), is_controller(put->from, broker->id) },
        { SG_OWN_LABEL(rack),
            put->from->racks ? sg_racks_get(put->from->racks, broker->id) : SG_STR("") },
    };
    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_BROKER_INFO, labels,
        put->from->wanted.full_brokers ? sizeof labels / sizeof labels[0] : 2, 1);
}

void sg_export_cluster(struct sg_put *put)
{
    const struct sg_topology *t = put->from->topology;

    put_cluster(put);
    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_BROKERS, NULL, 0, (int64_t)t->n_brokers);
    for (size_t i = 0; i < t->n_brokers; i++)
        put_broker(put, &t->brokers[i]);
}

static struct sg_str cleanup_policy(const struct sg_topic_config *config)
{
    const char *text = config->settings[SG_SETTING_CLEANUP_POLICY];
    return sg_str_of(text ? text : "");
}

static void put_info(struct sg_put *put,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    int32_t replicas)
{
    struct sg_put_number n, n_replicas;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(topic), topic->name },
        { SG_OWN_LABEL(partition_count), sg_put_number(&n, topic->n) },
        { SG_OWN_LABEL(replication_factor),
            topic->n ? sg_put_number(&n_replicas, replicas) : SG_STR("") },
        { SG_OWN_LABEL(cleanup_policy), cleanup_policy(config) },
    };

    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_TOPIC_INFO, labels, sizeof labels / sizeof labels[0], 1);
}

/* @param offsets  by partition number */
static void put_sum(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_topic *topic,
    const int64_t *offsets)
{
    const struct sg_label label = { SG_OWN_LABEL(topic), topic->name };
    int64_t sum = 0;

    for (uint32_t i = topic->first; i < topic->first + topic->n; i++) {
        if (offsets[i] < 0 || __builtin_add_overflow(sum, offsets[i], &sum))
            return;
    }
    if (topic->n)
        sg_put_int(put, place, family, &label, 1, sum);
}

void sg_export_topic_info(struct sg_put *put,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    int32_t replicas)
{
    const struct sg_export *from = put->from;

    if (from->wanted.topic_info)
        put_info(put, topic, config, replicas);
    if (!from->wanted.offset_sums)
        return;
    sg_put_thing(put, SG_PUT_TOPIC_SUMS, SG_STR(""), topic->name, 0, SUM_PLACES);
    put_sum(put, AT_CURRENT_OFFSET_SUM, SG_ADMIN_TOPIC_CURRENT_OFFSET_SUM, topic, from->end);
    put_sum(put, AT_OLDEST_OFFSET_SUM, SG_ADMIN_TOPIC_OLDEST_OFFSET_SUM, topic, from->start);
}
