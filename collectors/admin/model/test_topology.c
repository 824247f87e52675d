/* SPDX-License-Identifier: Apache-2.0 */

/* What is made of an answer to Metadata. */

#include "admin/model/topology.h"
#include "test.h"

#include <librdkafka/rdkafka.h>

static struct sg_topology *new_topology(const struct rd_kafka_metadata *metadata)
{
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(metadata, all, 10, &topology), 0);
    (void)sg_filter_free(all);
    return topology;
}

/* Brokers that Metadata knows only from lists of replicas: they are down. */
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
    (void)state;

    struct sg_topology *topology = new_topology(&metadata);
    assert_int_equal(topology->n_missing, sizeof expected / sizeof expected[0]);
    assert_memory_equal(topology->missing, expected, sizeof expected);
    (void)sg_topology_unref(topology);
}

/* The partitions of all topics are in one array: those of the next topic are not its own. */
static void test_partition_is_found_in_its_own_topic_only(void **state)
{
    struct rd_kafka_metadata_partition of_gaps[] = { { .id = 1 }, { .id = 4 } };
    struct rd_kafka_metadata_partition of_next[] = { { .id = 6 }, { .id = 0 } };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "empty" } },
        { .topic = (char[]){ "full" }, .partitions = of_next + 1, .partition_cnt = 1 },
        { .topic = (char[]){ "gaps" }, .partitions = of_gaps, .partition_cnt = 2 },
        { .topic = (char[]){ "next" }, .partitions = of_next, .partition_cnt = 1 },
        { .topic = (char[]){ "none" } },
    };
    static const struct {
        const char *topic;
        int32_t id;
        int64_t expected;
    } cases[] = {
        { "empty", 0, SG_PARTITION_NONE },
        { "full", 0, 0 },
        { "full", 1, SG_PARTITION_NONE },
        { "gaps", 0, SG_PARTITION_NONE },
        { "gaps", 1, 1 },
        { "gaps", 4, 2 },
        { "gaps", 6, SG_PARTITION_NONE },
        { "next", 6, 3 },
        { "next", 4, SG_PARTITION_NONE },
        { "none", 0, SG_PARTITION_NONE },
    };
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = 5 };
    (void)state;

    struct sg_topology *topology = new_topology(&metadata);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t topic = sg_topology_find_topic(topology, sg_str_of(cases[i].topic));
        assert_int_not_equal(topic, SG_PARTITION_NONE);
        assert_int_equal(
            sg_topology_find_partition(topology, (uint32_t)topic, cases[i].id), cases[i].expected);
    }
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_brokers_are_sorted_and_each_is_there_once),
        cmocka_unit_test(test_partition_is_found_in_its_own_topic_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
