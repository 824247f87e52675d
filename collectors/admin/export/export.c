/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export.h"

#include "admin/export/export_configs.h"
#include "admin/export/export_groups.h"
#include "admin/export/export_info.h"
#include "admin/export/export_share.h"
#include "admin/export/export_sizes.h"
#include "admin/export/families.h"
#include "admin/model/lag.h"
#include "metric/label_names.h"

#include <assert.h>
#include <stdbool.h>

static void put_log_dirs(struct sg_put *put, int32_t broker)
{
    struct sg_str rest = sg_log_dirs_get(put->from->log_dirs, broker), dir;
    struct sg_put_number id;

    while (sg_log_dirs_next(&rest, &dir)) {
        const struct sg_label labels[] = {
            { SG_OWN_LABEL(broker), sg_put_number(&id, broker) },
            { SG_OWN_LABEL(log_dir), dir },
        };
        sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_BROKER_LOG_DIR, labels, 2, 1);
    }
}

/* ---- Topics ---- */

/* Places of a partition's series. */
enum {
    AT_LEADER,
    AT_LEADERLESS,
    AT_LEADER_IS_PREFERRED,
    AT_REPLICAS,
    AT_IN_SYNC_REPLICA,
    AT_UNDER_REPLICATED,
    AT_UNDER_MIN_ISR,
    AT_AT_MIN_ISR,
    AT_OLDEST_OFFSET,
    AT_CURRENT_OFFSET,
    AT_STABLE_OFFSET,
    AT_OPEN_TRANSACTION,
    PARTITION_PLACES,
};
_Static_assert((int)PARTITION_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* Of a topic's. */
enum {
    AT_PARTITIONS,
    AT_REPLICATION_FACTOR,
    AT_OVERRIDES,
    AT_GROUPS,
    AT_LAST_PRODUCED,
    AT_IN_ONE_RACK,
    AT_MIN_IN_SYNC,
    AT_RETENTION_SECONDS,
    AT_RETENTION_BYTES,
    TOPIC_PLACES,
};
_Static_assert((int)TOPIC_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* @param labels  topic and partition */
static void put_trouble(struct sg_put *put, const struct sg_label labels[2], uint32_t i)
{
    const struct sg_partition *p = &put->from->topology->partitions[i];
    enum sg_move move = sg_moves_get(put->from->moves, i);
    struct sg_put_number leader;
    const struct sg_label all[] = {
        labels[0],
        labels[1],
        { SG_OWN_LABEL(leader), sg_put_number(&leader, p->leader) },
        { SG_OWN_LABEL(replicas), sg_str_of(p->trouble->replicas) },
        { SG_OWN_LABEL(isr), sg_str_of(p->trouble->in_sync) },
        { SG_OWN_LABEL(missing), sg_str_of(p->trouble->missing) },
    };

    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_PARTITION_INFO, all, sizeof all / sizeof all[0], 1);
    if (p->n_in_sync < p->n_replicas && move != SG_MOVE_UNKNOWN)
        sg_put_int(
            put, SG_PUT_ONCE, SG_ADMIN_PARTITION_REASSIGNING, labels, 2, move == SG_MOVE_YES);
}

/* Age of the record at the last stable offset, or how long that has been seen where it is. */
static void put_open_transaction(struct sg_put *put, const struct sg_label labels[2], uint32_t i)
{
    const struct sg_export *from = put->from;
    int64_t since_ms = sg_holds_since(from->holds, i);

    if (since_ms == SG_HOLDS_NONE)
        return;
    int64_t age_ms = sg_ages_get(from->ages, i, from->stable[i]);
    sg_put_ms(put, AT_OPEN_TRANSACTION, SG_ADMIN_PARTITION_OPEN_TRANSACTION, labels, 2,
        age_ms == SG_AGE_UNKNOWN ? from->now_ms - since_ms : age_ms);
}

/* @param labels  topic and partition */
static void put_stable(struct sg_put *put, const struct sg_label labels[2], uint32_t i)
{
    const struct sg_export *from = put->from;

    if (!from->stable || from->stable[i] == SG_OFFSET_UNKNOWN)
        return;
    sg_put_int(put, AT_STABLE_OFFSET, SG_ADMIN_PARTITION_STABLE_OFFSET, labels, 2, from->stable[i]);
    put_open_transaction(put, labels, i);
}

static void put_partition(struct sg_put *put,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    uint32_t i)
{
    const struct sg_partition *p = &put->from->topology->partitions[i];
    struct sg_put_number id;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(topic), topic->name },
        { SG_OWN_LABEL(partition), sg_put_number(&id, p->id) },
    };

    sg_put_thing(put, SG_PUT_PARTITION, SG_STR(""), topic->name, p->id, PARTITION_PLACES);
    if (p->leader >= 0)
        sg_put_int(put, AT_LEADER, SG_ADMIN_PARTITION_LEADER, labels, 2, p->leader);
    sg_put_int(put, AT_LEADERLESS, SG_ADMIN_PARTITION_LEADERLESS, labels, 2, p->leader < 0);
    sg_put_int(put, AT_LEADER_IS_PREFERRED, SG_ADMIN_PARTITION_LEADER_IS_PREFERRED, labels, 2,
        p->leader >= 0 && p->leader == p->preferred);
    sg_put_int(put, AT_REPLICAS, SG_ADMIN_PARTITION_REPLICAS, labels, 2, p->n_replicas);
    sg_put_int(
        put, AT_IN_SYNC_REPLICA, SG_ADMIN_PARTITION_IN_SYNC_REPLICA, labels, 2, p->n_in_sync);
    sg_put_int(put, AT_UNDER_REPLICATED, SG_ADMIN_PARTITION_UNDER_REPLICATED, labels, 2,
        p->n_in_sync < p->n_replicas);
    if (config->known && config->min_in_sync > 0) {
        bool some_missing = p->n_in_sync < p->n_replicas;
        sg_put_int(put, AT_UNDER_MIN_ISR, SG_ADMIN_PARTITION_UNDER_MIN_ISR, labels, 2,
            p->n_in_sync < config->min_in_sync);
        sg_put_int(put, AT_AT_MIN_ISR, SG_ADMIN_PARTITION_AT_MIN_ISR, labels, 2,
            some_missing && p->n_in_sync == config->min_in_sync);
    }
    if (p->trouble)
        put_trouble(put, labels, i);
    if (put->from->start[i] != SG_OFFSET_UNKNOWN)
        sg_put_int(put, AT_OLDEST_OFFSET, SG_ADMIN_PARTITION_OLDEST_OFFSET, labels, 2,
            put->from->start[i]);
    if (put->from->end[i] != SG_OFFSET_UNKNOWN)
        sg_put_int(put, AT_CURRENT_OFFSET, SG_ADMIN_PARTITION_CURRENT_OFFSET, labels, 2,
            put->from->end[i]);
    put_stable(put, labels, i);
}

/* @param label  the topic's */
static void put_racks(struct sg_put *put, size_t topic, const struct sg_label *label)
{
    const struct sg_export *from = put->from;

    if (!put->has_racks)
        return;
    int64_t n = sg_racks_count(from->racks, from->topology, topic);
    if (n != SG_RACKS_UNKNOWN)
        sg_put_int(put, AT_IN_ONE_RACK, SG_ADMIN_TOPIC_IN_ONE_RACK, label, 1, n);
}

/* @param label  the topic's */
static void put_use(struct sg_put *put, const struct sg_topic *topic, const struct sg_label *label)
{
    const struct sg_export *from = put->from;
    size_t number = (size_t)(topic - from->topology->topics);
    int64_t produced_ms =
        from->produced ? sg_produced_get(from->produced, number) : SG_PRODUCED_UNKNOWN;

    put_racks(put, number, label);
    if (from->readers)
        sg_put_int(put, AT_GROUPS, SG_ADMIN_TOPIC_GROUPS, label, 1, from->readers[number]);
    if (produced_ms != SG_PRODUCED_UNKNOWN)
        sg_put_ms(put, AT_LAST_PRODUCED, SG_ADMIN_TOPIC_LAST_PRODUCED, label, 1, produced_ms);
}

static void put_topic(struct sg_put *put,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    int32_t replicas)
{
    const struct sg_label label = { SG_OWN_LABEL(topic), topic->name };

    sg_put_thing(put, SG_PUT_TOPIC, SG_STR(""), topic->name, 0, TOPIC_PLACES);
    sg_put_int(put, AT_PARTITIONS, SG_ADMIN_TOPIC_PARTITIONS, &label, 1, topic->n);
    if (topic->n)
        sg_put_int(
            put, AT_REPLICATION_FACTOR, SG_ADMIN_TOPIC_REPLICATION_FACTOR, &label, 1, replicas);
    put_use(put, topic, &label);
    if (!config->known)
        return;
    sg_put_int(
        put, AT_OVERRIDES, SG_ADMIN_TOPIC_OVERRIDES, &label, 1, (int64_t)config->n_overrides);
    if (config->min_in_sync > 0)
        sg_put_int(put, AT_MIN_IN_SYNC, SG_ADMIN_TOPIC_MIN_IN_SYNC, &label, 1, config->min_in_sync);
    if (config->deletes && config->retention_ms >= 0)
        sg_put_ms(put, AT_RETENTION_SECONDS, SG_ADMIN_TOPIC_RETENTION_SECONDS, &label, 1,
            config->retention_ms);
    if (config->deletes && config->retention_bytes >= 0)
        sg_put_int(put, AT_RETENTION_BYTES, SG_ADMIN_TOPIC_RETENTION_BYTES, &label, 1,
            config->retention_bytes);
    sg_export_config(put, topic->name, config);
}

static void put_topics(struct sg_put *put)
{
    const struct sg_topology *t = put->from->topology;

    put->has_racks = put->from->racks && sg_racks_are_known(put->from->racks, t);
    for (size_t i = 0; i < t->n_topics; i++) {
        const struct sg_topic *topic = &t->topics[i];
        const struct sg_topic_config *config = sg_configs_get(put->from->configs, topic->name);
        int32_t replicas = INT32_MAX;

        for (uint32_t j = topic->first; j < topic->first + topic->n; j++) {
            if (t->partitions[j].n_replicas < replicas)
                replicas = t->partitions[j].n_replicas;
            put_partition(put, topic, config, j);
        }
        put_topic(put, topic, config, replicas);
        sg_export_topic_info(put, topic, config, replicas);
    }
}

static void put_left_out(struct sg_put *put)
{
    struct sg_label what = { SG_OWN_LABEL(what), SG_STR("groups") };

    sg_put_int(
        put, SG_PUT_ONCE, SG_ADMIN_LEFT_OUT, &what, 1, (int64_t)put->from->groups->n_left_out);
    if (put->from->max_owners) {
        what.value = SG_STR("owners");
        sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_LEFT_OUT, &what, 1, (int64_t)put->n_owners_left_out);
    }
    if (put->from->max_overrides) {
        what.value = SG_STR("overrides");
        sg_put_int(
            put, SG_PUT_ONCE, SG_ADMIN_LEFT_OUT, &what, 1, (int64_t)put->n_overrides_left_out);
    }
    what.value = SG_STR("partitions");
    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_LEFT_OUT, &what, 1,
        (int64_t)put->from->topology->n_partitions_left_out);
}

static void put_spark(struct sg_put *put, const struct sg_spark_query *query)
{
    const struct sg_label label = { SG_OWN_LABEL(consumergroup), sg_str_of(query->name) };

    if (query->batch == SG_CHECKPOINT_NO_BATCH)
        return;
    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_SPARK_BATCH, &label, 1, query->batch);
    sg_put_ms(put, SG_PUT_ONCE, SG_ADMIN_SPARK_COMPLETED, &label, 1, query->completed_ms);
}

int sg_export_series(
    const struct sg_export *from, struct sg_series_table *table, struct sg_slot *slot)
{
    struct sg_put put = { .from = from, .memo = from->memo, .table = table, .slot = slot };

    for (unsigned i = 0; i < SG_ADMIN_FAMILIES; i++) {
        int r = sg_series_table_add_family(table, &sg_admin_families[i], &put.families[i]);
        if (r < 0)
            return r;
        assert(r == 0); /* fewer families than a table holds, and their names are valid */
    }
    sg_memo_begin(from->memo, sg_series_table_epoch(table));
    sg_export_cluster(&put);
    for (size_t i = 0; i < from->topology->n_brokers && from->log_dirs; i++)
        put_log_dirs(&put, from->topology->brokers[i].id);
    put_topics(&put);
    sg_export_sizes(&put);
    sg_export_groups(&put);
    sg_export_share(&put);
    put_left_out(&put);
    for (size_t i = 0; i < from->n_spark; i++)
        put_spark(&put, &from->spark[i]);
    return 0;
}
