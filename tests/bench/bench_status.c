/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The status pages of a large cluster and the lists of /api/v1, in one thread: what a view takes
 * after a collection, and each page and list. Usage: bench_status [N_PARTITIONS [N_GROUPS]]
 */

#include "bench.h"
#include "metric/series.h"
#include "status/api.h"
#include "status/burrow.h"
#include "status/status_page.h"
#include "store/roster.h"
#include "watch/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PER_TOPIC = 12,
    TURNS = 20,
};

struct bench {
    struct sg_store *store;
    struct sg_roster *roster;
    struct sg_cluster *cluster;
    struct sg_slot *slot;
    struct sg_series_table *table;
    struct sg_watch *watch;
    uint32_t n_partitions, n_groups;
};

static void must(int r)
{
    if (r) {
        (void)fprintf(stderr, "failed: %d\n", r);
        exit(1);
    }
}

static void put(
    struct bench *b, const char *name, const struct sg_label *labels, size_t n, double value)
{
    const struct sg_family family = { name, SG_METRIC_GAUGE, "Help." };
    uint32_t id;

    must(sg_series_table_add_family(b->table, &family, &id));
    must(sg_series_table_put_double(b->table, id, labels, n, value));
}

static void put_partitions(struct bench *b, double round)
{
    static const char *const families[] = { "kafka_topic_partition_leader",
        "kafka_topic_partition_replicas", "kafka_topic_partition_in_sync_replica",
        "kafka_topic_partition_current_offset", "kafka_topic_partition_oldest_offset",
        "kafka_topic_partition_leaderless", "kafka_topic_partition_under_min_isr",
        "kafka_topic_partition_leader_is_preferred",
        "kafka_topic_partition_under_replicated_partition" };
    static const double values[] = { 1, 3, 3, 1000, 0, 0, 0, 1, 0 };

    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        for (uint32_t i = 0; i < b->n_partitions; i++) {
            char topic[32], partition[16];
            (void)snprintf(topic, sizeof topic, "topic-%u", i / PER_TOPIC);
            (void)snprintf(partition, sizeof partition, "%u", i % PER_TOPIC);
            const struct sg_label labels[] = { { SG_STR("topic"), sg_str_of(topic) },
                { SG_STR("partition"), sg_str_of(partition) } };
            put(b, families[f], labels, 2, values[f] + (values[f] > 999 ? round * 100 : 0));
            if (f == 0 && i % PER_TOPIC == 0)
                put(b, "kafka_topic_partitions", labels, 1, PER_TOPIC);
        }
    }
}

static void put_groups(struct bench *b)
{
    static const char *const families[] = { "kafka_consumergroup_lag_sum",
        "kafka_consumergroup_lag_seconds_max", "kafka_consumergroup_members",
        "kafka_consumergroup_current_offset_sum" };

    for (uint32_t i = 0; i < b->n_groups; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "group-%u", i);
        struct sg_label labels[] = { { SG_STR("consumergroup"), sg_str_of(name) },
            { SG_STR("topic"), SG_STR("topic-1") } };
        for (size_t f = 0; f < 4; f++)
            put(b, families[f], labels, f == 2 ? 1 : 2, i);
        labels[1] = (struct sg_label){ SG_STR("status"), SG_STR("ok") };
        put(b, "kafka_consumergroup_status", labels, 2, 1);
        labels[1] = (struct sg_label){ SG_STR("state"), SG_STR("Stable") };
        put(b, "kafka_consumergroup_state", labels, 2, 1);
    }
}

/* group-1 reads them all. */
static void put_group_partitions(struct bench *b)
{
    static const char *const families[] = { "kafka_consumergroup_current_offset",
        "kafka_consumergroup_lag" };

    for (size_t f = 0; f < 2; f++) {
        for (uint32_t i = 0; i < b->n_partitions; i++) {
            char topic[32], partition[16];
            (void)snprintf(topic, sizeof topic, "topic-%u", i / PER_TOPIC);
            (void)snprintf(partition, sizeof partition, "%u", i % PER_TOPIC);
            const struct sg_label labels[] = { { SG_STR("consumergroup"), SG_STR("group-1") },
                { SG_STR("topic"), sg_str_of(topic) },
                { SG_STR("partition"), sg_str_of(partition) } };
            put(b, families[f], labels, 3, f ? 10 : 990);
        }
    }
}

static void collect(struct bench *b, double round)
{
    struct sg_sample_set *set = NULL;

    sg_series_table_begin(b->table);
    put_partitions(b, round);
    put_groups(b);
    put_group_partitions(b);
    must(sg_series_table_snapshot(b->table, &set));
    sg_slot_begin(b->slot);
    sg_slot_end(b->slot, set);
}

static void make(struct bench *b)
{
    const struct sg_label constant = { SG_STR("kafka_cluster"), SG_STR("streaming") };

    must(sg_store_new(&sg_clock_system, 600000, &b->store));
    must(sg_roster_new(&b->roster));
    must(sg_cluster_new("streaming", &b->cluster));
    sg_cluster_set_up(b->cluster, true);
    for (int32_t id = 1; id <= 100; id++)
        must(sg_cluster_set_broker(b->cluster, id, "localhost", 9092, true));
    must(sg_roster_set(b->roster, &b->cluster, 1, "kafka_cluster", "", NULL));
    must(sg_store_slot(b->store, "streaming", "admin", "cluster", &b->slot));
    must(sg_series_table_new(&constant, 1, 0, &b->table));
    must(sg_watch_new(b->store, b->roster, &sg_clock_system, &b->watch));
}

static double page_ms(
    const struct bench *b, enum sg_status_page page, const struct sg_status_params *params)
{
    const struct sg_status_sources sources = { "/metrics", b->store, b->roster, b->watch,
        &sg_clock_system };
    double begun = now_s(), bytes = 0;

    for (int i = 0; i < TURNS; i++) {
        struct sg_buf html;
        sg_buf_init(&html, SG_STATUS_PAGE_BYTES_MAX);
        must(sg_status_page_write(&sources, page, params, &html));
        bytes = (double)html.len;
        sg_buf_done(&html);
    }
    double ms = (now_s() - begun) * 1000 / TURNS;
    (void)printf("  /%-12s %7.2f ms %9.0f bytes\n", sg_status_page_path(page), ms, bytes);
    return ms;
}

static void list_ms(const struct bench *b, const struct sg_api_query *query)
{
    const struct sg_status_sources sources = { "/metrics", b->store, b->roster, b->watch,
        &sg_clock_system };
    double begun = now_s(), bytes = 0;

    for (int i = 0; i < TURNS; i++) {
        struct sg_buf json;
        sg_buf_init(&json, SG_API_BYTES_MAX);
        must(sg_api_write(&sources, query, &json));
        bytes = (double)json.len;
        sg_buf_done(&json);
    }
    (void)printf("  /api/v1/%-8s %-23s %7.2f ms %9.0f bytes\n", sg_api_name(query->api),
        query->has_name ? "one, by name" : "", (now_s() - begun) * 1000 / TURNS, bytes);
}

static void burrow_ms(const struct bench *b, const char *text)
{
    const struct sg_status_sources sources = { "/metrics", b->store, b->roster, b->watch,
        &sg_clock_system };
    const struct sg_burrow_request request = { text, "localhost" };
    double begun = now_s(), bytes = 0;
    struct sg_burrow_path path;

    must(!sg_burrow_find(text, &path));
    for (int i = 0; i < TURNS; i++) {
        struct sg_buf json;
        sg_buf_init(&json, SG_API_BYTES_MAX);
        must(sg_burrow_write(&sources, &path, &request, &json));
        bytes = (double)json.len;
        sg_buf_done(&json);
    }
    (void)printf("  %-40s %7.2f ms %9.0f bytes\n", text, (now_s() - begun) * 1000 / TURNS, bytes);
}

int main(int argc, char **argv)
{
    struct bench b = { .n_partitions = argc > 1 ? (uint32_t)atol(argv[1]) : 10000,
        .n_groups = argc > 2 ? (uint32_t)atol(argv[2]) : 5000 };
    const struct sg_status_params none = { .page = 0 };
    const struct sg_status_params one = { .cluster = SG_STR("streaming"),
        .broker = SG_STR("1"),
        .topic = SG_STR("topic-1"),
        .group = SG_STR("group-1") };

    make(&b);
    for (int round = 0; round < 3; round++) {
        collect(&b, round);
        (void)usleep(1100000);
        double begun = now_s();
        sg_watch_tick(b.watch);
        (void)printf("view of %u partitions and %u groups, round %d: %.1f ms\n", b.n_partitions,
            b.n_groups, round, (now_s() - begun) * 1000);
        (void)usleep((useconds_t)((now_s() - begun) * 100000000));
    }
    for (int page = SG_STATUS_HOME; page <= SG_STATUS_GROUP; page++)
        (void)page_ms(&b, (enum sg_status_page)page, page < SG_STATUS_BROKER ? &none : &one);
    for (int api = 0; api < SG_APIS; api++) {
        const struct sg_api_query all = { .api = (enum sg_api)api };
        list_ms(&b, &all);
    }
    for (int api = SG_API_BROKERS; api <= SG_API_GROUPS; api++) {
        const struct sg_api_query named = { (enum sg_api)api, one, true, 0, SG_STR("") };
        list_ms(&b, &named);
    }
    burrow_ms(&b, "/v3/kafka/streaming/consumer");
    burrow_ms(&b, "/v3/kafka/streaming/topic");
    burrow_ms(&b, "/v3/kafka/streaming/consumer/group-1/lag");
    burrow_ms(&b, "/v3/kafka/streaming/consumer/group-2/lag");
    return 0;
}
