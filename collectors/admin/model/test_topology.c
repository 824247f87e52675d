/* SPDX-License-Identifier: Apache-2.0 */

/* Brokers that Metadata knows only from lists of replicas: they are down. */

#include "admin/model/topology.h"
#include "test.h"

#include <librdkafka/rdkafka.h>

static void test_missing_brokers_are_sorted_and_each_is_there_once(void **state)
{
    int32_t replicas[] = { 9, 1, 5, 7, 9, 2, -1, 5, 1, 3 };
    static const int32_t expected[] = { 2, 3, 5, 7, 9 };
    struct rd_kafka_metadata_broker broker = { .id = 1, .host = (char[]){ "h" } };
    struct rd_kafka_metadata_partition partition = {
        .leader = 1, .replicas = replicas, .replica_cnt = sizeof replicas / sizeof replicas[0]
    };
    struct rd_kafka_metadata_topic topic = {
        .topic = (char[]){ "t" }, .partitions = &partition, .partition_cnt = 1
    };
    const struct rd_kafka_metadata metadata = {
        .brokers = &broker, .broker_cnt = 1, .topics = &topic, .topic_cnt = 1
    };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;
    (void)state;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 10, &topology), 0);
    assert_int_equal(topology->n_missing, sizeof expected / sizeof expected[0]);
    assert_memory_equal(topology->missing, expected, sizeof expected);
    (void)sg_topology_unref(topology);
    (void)sg_filter_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_brokers_are_sorted_and_each_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
