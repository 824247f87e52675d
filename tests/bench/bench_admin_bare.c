/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The fewest requests that an exporter must send to a cluster: metadata, the groups, each group's
 * state and commits (pipelined), the starts and ends of all logs in chunks of 300 by leader. No
 * model, no metrics. What an admin cycle is compared with. Usage: bench_admin_bare BOOTSTRAP ROUNDS
 */

#include "bench.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 300,
    TIMEOUT_MS = 10000
};

static void ask_offsets(rd_kafka_t *rk, const struct rd_kafka_metadata *metadata, int64_t what)
{
    for (int b = 0; b < metadata->broker_cnt; b++) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(CHUNK);
        for (int t = 0; t < metadata->topic_cnt; t++) {
            const struct rd_kafka_metadata_topic *topic = &metadata->topics[t];
            for (int p = 0; p < topic->partition_cnt; p++) {
                if (topic->partitions[p].leader != metadata->brokers[b].id)
                    continue;
                rd_kafka_topic_partition_list_add(list, topic->topic, topic->partitions[p].id)
                    ->offset = what;
                if (list->cnt == CHUNK) {
                    (void)rd_kafka_offsets_for_times(rk, list, TIMEOUT_MS);
                    rd_kafka_topic_partition_list_destroy(list);
                    list = rd_kafka_topic_partition_list_new(CHUNK);
                }
            }
        }
        if (list->cnt)
            (void)rd_kafka_offsets_for_times(rk, list, TIMEOUT_MS);
        rd_kafka_topic_partition_list_destroy(list);
    }
}

static void ask_groups(rd_kafka_t *rk, rd_kafka_queue_t *queue)
{
    size_t n = 0;
    size_t pending = 0;

    rd_kafka_ListConsumerGroups(rk, NULL, queue);
    rd_kafka_event_t *listed = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    const rd_kafka_ListConsumerGroups_result_t *result =
        listed ? rd_kafka_event_ListConsumerGroups_result(listed) : NULL;
    const rd_kafka_ConsumerGroupListing_t **groups =
        result ? rd_kafka_ListConsumerGroups_result_valid(result, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const char *name = rd_kafka_ConsumerGroupListing_group_id(groups[i]);
        rd_kafka_ListConsumerGroupOffsets_t *offsets =
            rd_kafka_ListConsumerGroupOffsets_new(name, NULL);
        rd_kafka_DescribeConsumerGroups(rk, &name, 1, NULL, queue);
        rd_kafka_ListConsumerGroupOffsets(rk, &offsets, 1, NULL, queue);
        rd_kafka_ListConsumerGroupOffsets_destroy(offsets);
        pending += 2;
    }
    while (pending-- > 0) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
        if (event)
            rd_kafka_event_destroy(event);
    }
    if (listed)
        rd_kafka_event_destroy(listed);
}

int main(int argc, char **argv)
{
    char text[512];
    int rounds = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;

    if (rounds < 1)
        return 2;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], text, sizeof text))
        return 2;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!rk)
        return 1;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    for (int i = 0; i < rounds; i++) {
        const struct rd_kafka_metadata *metadata = NULL;
        double begun = now_s();
        if (rd_kafka_metadata(rk, 1, NULL, &metadata, TIMEOUT_MS))
            return 1;
        ask_groups(rk, queue);
        ask_offsets(rk, metadata, -2);
        ask_offsets(rk, metadata, -1);
        rd_kafka_metadata_destroy(metadata);
        (void)printf("%.6f\n", now_s() - begun);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}
