/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Serves a ready page of so many series on a port until its standard input ends: what
 * tests/bench/run compares with nginx. Usage: bench_serve ADDRESS N_SERIES
 */

#include "base/clock.h"
#include "metric/series.h"
#include "serve/serve.h"
#include "store/page.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

static struct sg_sample_set *make_set(uint32_t n_series)
{
    struct sg_family family = { "kafka_topic_partition_current_offset", SG_METRIC_GAUGE,
        "End of the partition's log (ListOffsets)." };
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    uint32_t id = 0;

    if (sg_series_table_new(NULL, 0, 0, &table) || sg_series_table_add_family(table, &family, &id))
        return NULL;
    sg_series_table_begin(table);
    for (uint32_t i = 0; i < n_series; i++) {
        char topic[32];
        char partition[16];
        (void)snprintf(topic, sizeof topic, "topic-%u", i / 12);
        (void)snprintf(partition, sizeof partition, "%u", i % 12);
        struct sg_label labels[] = { { SG_STR("kafka_cluster"), SG_STR("streaming") },
            { SG_STR("topic"), sg_str_of(topic) }, { SG_STR("partition"), sg_str_of(partition) } };
        if (sg_series_table_put_int(table, id, labels, 3, (int64_t)i * 7919))
            return NULL;
    }
    if (sg_series_table_snapshot(table, &set))
        return NULL;
    (void)sg_series_table_free(table);
    return set;
}

int main(int argc, char **argv)
{
    struct sg_store *store = NULL;
    struct sg_slot *slot = NULL;
    struct sg_pager *pager = NULL;
    struct sg_server *server = NULL;
    struct sg_error err = { "" };

    if (argc != 3)
        return 2;
    struct sg_sample_set *set = make_set((uint32_t)strtoul(argv[2], NULL, 10));
    const char *address = argv[1];
    if (!set || sg_store_new(&sg_clock_system, 3600000, &store) ||
        sg_store_slot(store, "c", "bench", "1", &slot))
        return 1;
    sg_slot_begin(slot);
    sg_slot_end(slot, set);
    if (sg_pager_new(store, NULL, NULL, &pager))
        return 1;
    struct sg_serve_config config = {
        .n_addresses = 1,
        .addresses = &address,
        .telemetry_path = "/metrics",
        .pager = pager,
        .store = store,
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
    (void)sg_slot_free(slot);
    (void)sg_store_free(store);
    return 0;
}
