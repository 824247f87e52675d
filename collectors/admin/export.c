/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export.h"

#include "admin/families.h"
#include "admin/lag.h"
#include "base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct exporter {
    const struct sg_export *from;
    struct sg_series_table *table;
    struct sg_slot *slot;
    uint32_t families[SG_ADMIN_FAMILIES];
};

/* A number as a label's value. */
struct number_text {
    char bytes[SG_NUMBER_TEXT_MAX];
};

static struct sg_str number(struct number_text *text, int64_t value)
{
    return (struct sg_str){ text->bytes, sg_number_write_int(text->bytes, value) };
}

static void put(struct exporter *e,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value)
{
    int r = sg_series_table_put_int(e->table, e->families[family], labels, n_labels, value);
    if (r)
        sg_slot_count_refused(e->slot, r);
}

static void put_seconds(struct exporter *e,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t ms)
{
    int r = sg_series_table_put_double(
        e->table, e->families[family], labels, n_labels, (double)ms / 1000);
    if (r)
        sg_slot_count_refused(e->slot, r);
}

static void put_brokers(struct exporter *e)
{
    const struct sg_topology *t = e->from->topology;
    struct number_text id;
    char address[512];

    put(e, SG_ADMIN_BROKERS, NULL, 0, (int64_t)t->n_brokers);
    for (size_t i = 0; i < t->n_brokers; i++) {
        const struct sg_topology_broker *broker = &t->brokers[i];
        bool is_ipv6 = strchr(broker->host, ':') != NULL;
        (void)snprintf(address, sizeof address, "%s%s%s:%" PRId32, is_ipv6 ? "[" : "", broker->host,
            is_ipv6 ? "]" : "", broker->port);
        const struct sg_label labels[] = {
            { SG_STR("id"), number(&id, broker->id) },
            { SG_STR("address"), sg_str_of(address) },
        };
        put(e, SG_ADMIN_BROKER_INFO, labels, 2, 1);
    }
}

/* @param labels  topic and partition */
static void put_trouble(
    struct exporter *e, const struct sg_label labels[2], const struct sg_partition *p)
{
    struct number_text leader;
    const struct sg_label all[] = {
        labels[0],
        labels[1],
        { SG_STR("leader"), number(&leader, p->leader) },
        { SG_STR("replicas"), sg_str_of(p->trouble->replicas) },
        { SG_STR("isr"), sg_str_of(p->trouble->in_sync) },
        { SG_STR("missing"), sg_str_of(p->trouble->missing) },
    };

    put(e, SG_ADMIN_PARTITION_INFO, all, sizeof all / sizeof all[0], 1);
}

static void put_partition(struct exporter *e,
    const struct sg_topic *topic,
    const struct sg_topic_config *config,
    uint32_t i)
{
    const struct sg_partition *p = &e->from->topology->partitions[i];
    struct number_text id;
    const struct sg_label labels[] = {
        { SG_STR("topic"), topic->name },
        { SG_STR("partition"), number(&id, p->id) },
    };

    if (p->leader >= 0)
        put(e, SG_ADMIN_PARTITION_LEADER, labels, 2, p->leader);
    put(e, SG_ADMIN_PARTITION_LEADERLESS, labels, 2, p->leader < 0);
    put(e, SG_ADMIN_PARTITION_LEADER_IS_PREFERRED, labels, 2,
        p->leader >= 0 && p->leader == p->preferred);
    put(e, SG_ADMIN_PARTITION_REPLICAS, labels, 2, p->n_replicas);
    put(e, SG_ADMIN_PARTITION_IN_SYNC_REPLICA, labels, 2, p->n_in_sync);
    put(e, SG_ADMIN_PARTITION_UNDER_REPLICATED, labels, 2, p->n_in_sync < p->n_replicas);
    if (config->known && config->min_in_sync > 0) {
        bool some_missing = p->n_in_sync < p->n_replicas;
        put(e, SG_ADMIN_PARTITION_UNDER_MIN_ISR, labels, 2, p->n_in_sync < config->min_in_sync);
        put(e, SG_ADMIN_PARTITION_AT_MIN_ISR, labels, 2,
            some_missing && p->n_in_sync == config->min_in_sync);
    }
    if (p->trouble)
        put_trouble(e, labels, p);
    if (e->from->start[i] != SG_OFFSET_UNKNOWN)
        put(e, SG_ADMIN_PARTITION_OLDEST_OFFSET, labels, 2, e->from->start[i]);
    if (e->from->end[i] != SG_OFFSET_UNKNOWN)
        put(e, SG_ADMIN_PARTITION_CURRENT_OFFSET, labels, 2, e->from->end[i]);
}

static void put_topic_config(
    struct exporter *e, const struct sg_label *topic, const struct sg_topic_config *config)
{
    if (!config->known)
        return;
    if (config->min_in_sync > 0)
        put(e, SG_ADMIN_TOPIC_MIN_IN_SYNC, topic, 1, config->min_in_sync);
    if (config->deletes && config->retention_ms >= 0)
        put_seconds(e, SG_ADMIN_TOPIC_RETENTION_SECONDS, topic, 1, config->retention_ms);
    if (config->deletes && config->retention_bytes >= 0)
        put(e, SG_ADMIN_TOPIC_RETENTION_BYTES, topic, 1, config->retention_bytes);
}

static void put_topics(struct exporter *e)
{
    const struct sg_topology *t = e->from->topology;

    for (size_t i = 0; i < t->n_topics; i++) {
        const struct sg_topic *topic = &t->topics[i];
        const struct sg_label label = { SG_STR("topic"), topic->name };
        const struct sg_topic_config *config = sg_configs_get(e->from->configs, topic->name);
        int32_t replicas = INT32_MAX;

        put(e, SG_ADMIN_TOPIC_PARTITIONS, &label, 1, topic->n);
        for (uint32_t j = topic->first; j < topic->first + topic->n; j++) {
            if (t->partitions[j].n_replicas < replicas)
                replicas = t->partitions[j].n_replicas;
            put_partition(e, topic, config, j);
        }
        put_topic_config(e, &label, config);
        if (topic->n)
            put(e, SG_ADMIN_TOPIC_REPLICATION_FACTOR, &label, 1, replicas);
    }
}

/* How near the group is to the start of a log: 1 at the end. */
static double margin_of(const struct sg_export *from, uint32_t partition, int64_t offset)
{
    int64_t start = from->start[partition];
    int64_t end = from->end[partition];

    if (start < 0 || end <= start || offset >= end)
        return 1;
    return offset <= start ? 0 : (double)(offset - start) / (double)(end - start);
}

/* What its commits in one topic say of the group. */
struct verdict {
    enum sg_group_status status;
    int64_t lost;
    double margin;
};

static void judge(struct exporter *e,
    const struct sg_group *group,
    const struct sg_committed *committed,
    size_t n,
    struct verdict *verdict)
{
    const struct sg_status_input input = {
        .now_ms = e->from->now_ms,
        .topology = e->from->topology,
        .start = e->from->start,
        .end = e->from->end,
        .ages = e->from->ages,
    };
    bool measured = false;

    for (size_t i = 0; i < n; i++) {
        int64_t lost;
        enum sg_group_status status =
            sg_statuses_judge(e->from->statuses, &input, group, &committed[i], &lost);
        verdict->status = status > verdict->status ? status : verdict->status;
        verdict->lost += lost;
        if (committed[i].offset < 0 || e->from->end[committed[i].partition] < 0)
            continue;
        double margin = margin_of(e->from, committed[i].partition, committed[i].offset);
        verdict->margin = !measured || margin < verdict->margin ? margin : verdict->margin;
        measured = true;
    }
    if (!measured)
        verdict->margin = -1;
}

/* The group's commits in one topic: committed[0..n). */
static void put_commits(struct exporter *e,
    const struct sg_group *group,
    const struct sg_topic *topic,
    const struct sg_committed *committed,
    size_t n)
{
    struct sg_lag_sum lag_sum = { .lag = 0 };
    int64_t oldest_ms = SG_AGE_UNKNOWN;
    int64_t offset_sum = 0;
    bool offset_sum_known = true;
    struct number_text id;
    struct sg_label labels[] = {
        { SG_STR("consumergroup"), group->name },
        { SG_STR("topic"), topic->name },
        { SG_STR("partition"), SG_STR("") },
    };

    for (size_t i = 0; i < n; i++) {
        uint32_t p = committed[i].partition;
        int64_t offset = committed[i].offset;
        int64_t lag = 0;
        if (offset < 0) {
            offset_sum_known = false;
            sg_lag_sum_add(&lag_sum, SG_LAG_NO_END, 0);
            continue;
        }
        labels[2].value = number(&id, e->from->topology->partitions[p].id);
        put(e, SG_ADMIN_GROUP_CURRENT_OFFSET, labels, 3, offset);
        if (__builtin_add_overflow(offset_sum, offset, &offset_sum))
            offset_sum_known = false;
        enum sg_lag_outcome outcome = sg_lag_of(offset, e->from->start[p], e->from->end[p], &lag);
        if (outcome == SG_LAG_KNOWN)
            put(e, SG_ADMIN_GROUP_LAG, labels, 3, lag);
        sg_lag_sum_add(&lag_sum, outcome, lag);
        int64_t age_ms = sg_ages_get(e->from->ages, p, offset);
        if (age_ms != SG_AGE_UNKNOWN)
            put_seconds(e, SG_ADMIN_GROUP_LAG_SECONDS, labels, 3, age_ms);
        oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
    }
    if (oldest_ms != SG_AGE_UNKNOWN)
        put_seconds(e, SG_ADMIN_GROUP_LAG_SECONDS_MAX, labels, 2, oldest_ms);
    if (offset_sum_known)
        put(e, SG_ADMIN_GROUP_CURRENT_OFFSET_SUM, labels, 2, offset_sum);
    if (sg_lag_sum_known(&lag_sum))
        put(e, SG_ADMIN_GROUP_LAG_SUM, labels, 2, lag_sum.lag);
}

/* @param worst  status of the group so far */
static void put_verdict(struct exporter *e,
    const struct sg_group *group,
    const struct sg_topic *topic,
    const struct sg_committed *committed,
    size_t n,
    enum sg_group_status *worst)
{
    struct verdict verdict = { .status = SG_STATUS_UNKNOWN };
    const struct sg_label labels[] = {
        { SG_STR("consumergroup"), group->name },
        { SG_STR("topic"), topic->name },
    };

    judge(e, group, committed, n, &verdict);
    *worst = verdict.status > *worst ? verdict.status : *worst;
    put(e, SG_ADMIN_GROUP_UNREAD_LOST, labels, 2, verdict.lost);
    if (verdict.margin < 0)
        return;
    int r = sg_series_table_put_double(
        e->table, e->families[SG_ADMIN_GROUP_RETENTION_MARGIN], labels, 2, verdict.margin);
    if (r)
        sg_slot_count_refused(e->slot, r);
}

static void put_status(
    struct exporter *e, const struct sg_group *group, enum sg_group_status status)
{
    struct sg_label labels[] = {
        { SG_STR("consumergroup"), group->name },
        { SG_STR("status"), SG_STR("") },
    };

    for (unsigned i = SG_STATUS_OK; status != SG_STATUS_UNKNOWN && i < SG_GROUP_STATUSES; i++) {
        labels[1].value = sg_str_of(sg_group_status_text((enum sg_group_status)i));
        put(e, SG_ADMIN_GROUP_STATUS, labels, 2, status == (enum sg_group_status)i);
    }
}

static void put_group(struct exporter *e, const struct sg_group *group)
{
    const struct sg_topology *t = e->from->topology;
    struct sg_label labels[] = {
        { SG_STR("consumergroup"), group->name },
        { SG_STR("state"), SG_STR("") },
    };

    if (group->has_members)
        put(e, SG_ADMIN_GROUP_MEMBERS, labels, 1, group->n_members);
    for (unsigned i = 0; group->state != SG_GROUP_STATE_UNKNOWN && i < SG_GROUP_STATES; i++) {
        labels[1].value = sg_str_of(sg_group_state_text((enum sg_group_state)i));
        put(e, SG_ADMIN_GROUP_STATE, labels, 2, group->state == (enum sg_group_state)i);
    }
    enum sg_group_status status = SG_STATUS_UNKNOWN;
    for (size_t at = 0; at < group->n_committed;) {
        uint32_t topic = t->partitions[group->committed[at].partition].topic;
        size_t n = 1;
        while (at + n < group->n_committed &&
               t->partitions[group->committed[at + n].partition].topic == topic)
            n++;
        put_commits(e, group, &t->topics[topic], group->committed + at, n);
        put_verdict(e, group, &t->topics[topic], group->committed + at, n, &status);
        at += n;
    }
    put_status(e, group, status);
}

static void put_spark(struct exporter *e, const struct sg_spark_query *query)
{
    const struct sg_label label = { SG_STR("consumergroup"), sg_str_of(query->name) };

    if (query->batch == SG_CHECKPOINT_NO_BATCH)
        return;
    put(e, SG_ADMIN_SPARK_BATCH, &label, 1, query->batch);
    put_seconds(e, SG_ADMIN_SPARK_COMPLETED, &label, 1, query->completed_ms);
}

int sg_export_series(
    const struct sg_export *from, struct sg_series_table *table, struct sg_slot *slot)
{
    struct exporter e = { .from = from, .table = table, .slot = slot };

    for (unsigned i = 0; i < SG_ADMIN_FAMILIES; i++) {
        int r = sg_series_table_add_family(table, &sg_admin_families[i], &e.families[i]);
        if (r < 0)
            return r;
        assert(r == 0); /* fewer families than a table holds, and the names are ours */
    }
    sg_statuses_begin(from->statuses);
    put_brokers(&e);
    put_topics(&e);
    for (size_t i = 0; i < from->groups->n; i++)
        put_group(&e, &from->groups->groups[i]);
    for (size_t i = 0; i < from->n_spark; i++)
        put_spark(&e, &from->spark[i]);
    return 0;
}
