/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Serves a ready page of N_SERIES series on a port until its standard input is closed: what
 * tests/bench/run compares with nginx. With brokers the series are theirs, in equal parts, so that
 * /probe?cluster=streaming&broker=1 serves one of them. Usage: bench_serve ADDRESS N_SERIES
 * [N_BROKERS]
 */

#include "base/clock.h"
#include "metric/series.h"
#include "serve/serve.h"
#include "store/pager.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    BROKERS_MAX = 100
};

/* @param broker  NULL: without such a label */
static struct sg_sample_set *make_set(uint32_t n_series, const char *broker)
{
    struct sg_family family = { "kafka_topic_partition_current_offset", SG_METRIC_GAUGE,
        "End of the partition's log (ListOffsets)." };
    const struct sg_label constant[] = { { SG_STR("kafka_cluster"), SG_STR("streaming") },
        { SG_STR("broker"), sg_str_of(broker ? broker : "") } };
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    uint32_t id = 0;

    if (sg_series_table_new(constant, broker ? 2 : 1, 0, &table) ||
        sg_series_table_add_family(table, &family, &id))
        return NULL;
    sg_series_table_begin(table);
    for (uint32_t i = 0; i < n_series; i++) {
        char topic[32];
        char partition[16];
        (void)snprintf(topic, sizeof topic, "topic-%u", i / 12);
        (void)snprintf(partition, sizeof partition, "%u", i % 12);
        struct sg_label labels[] = { { SG_STR("topic"), sg_str_of(topic) },
            { SG_STR("partition"), sg_str_of(partition) } };
        if (sg_series_table_put_int(table, id, labels, 2, (int64_t)i * 7919))
            return NULL;
    }
    if (sg_series_table_snapshot(table, &set))
        return NULL;
    (void)sg_series_table_free(table);
    return set;
}

/* @param cluster  NULL: the series have no cluster @param ret_slot  owned */
static int add_slot(struct sg_store *store,
    struct sg_cluster *cluster,
    int32_t broker,
    uint32_t n_series,
    struct sg_slot **ret_slot)
{
    char target[16];

    (void)snprintf(target, sizeof target, "%d", broker);
    struct sg_sample_set *set = make_set(n_series, cluster ? target : NULL);
    if (!set || sg_store_slot(store, "streaming", "jolokia", target, ret_slot))
        return -1;
    sg_slot_begin(*ret_slot);
    sg_slot_end(*ret_slot, set);
    return cluster ? sg_cluster_set_broker(cluster, broker, "localhost", 9092, true) : 0;
}

int main(int argc, char **argv)
{
    struct sg_store *store = NULL;
    struct sg_slot *slots[BROKERS_MAX] = { NULL };
    struct sg_pager *pager = NULL;
    struct sg_roster *roster = NULL;
    struct sg_cluster *cluster = NULL;
    struct sg_server *server = NULL;
    struct sg_error err = { "" };

    if (argc < 3)
        return 2;
    const char *address = argv[1];
    uint32_t n_series = (uint32_t)strtoul(argv[2], NULL, 10);
    int32_t n_brokers = argc > 3 ? (int32_t)strtol(argv[3], NULL, 10) : 0;
    int32_t n_slots = n_brokers ? n_brokers : 1;
    if (n_slots < 1 || n_slots > BROKERS_MAX || sg_store_new(&sg_clock_system, 3600000, &store) ||
        sg_roster_new(&roster) || sg_cluster_new("streaming", &cluster))
        return 1;
    for (int32_t i = 0; i < n_slots; i++) {
        if (add_slot(
                store, n_brokers ? cluster : NULL, i + 1, n_series / (uint32_t)n_slots, &slots[i]))
            return 1;
    }
    if (sg_roster_set(roster, &cluster, 1, "kafka_cluster", "", NULL) ||
        sg_pager_new(store, &sg_clock_system, "", NULL, NULL, &pager))
        return 1;
    struct sg_serve_config config = {
        .n_addresses = 1,
        .addresses = &address,
        .telemetry_path = "/metrics",
        .pager = pager,
        .store = store,
        .roster = roster,
        .clock = &sg_clock_system,
    };
    if (sg_server_start(&config, &server, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    while (getchar() != EOF) {
    }
    (void)sg_server_stop(server);
    (void)sg_pager_free(pager);
    (void)sg_roster_free(roster);
    (void)sg_cluster_unref(cluster);
    for (int32_t i = 0; i < n_slots; i++)
        (void)sg_slot_free(slots[i]);
    (void)sg_store_free(store);
    return 0;
}
