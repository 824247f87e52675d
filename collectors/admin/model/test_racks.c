/* SPDX-License-Identifier: Apache-2.0 */

/* Partitions whose replicas share a rack. */

#include "admin/model/racks.h"
#include "test.h"

/* Brokers 1, 2 and 3; 4 is down, and has a replica of topic b. */
static struct sg_topology *new_topology(void)
{
    int32_t replicas[][3] = { { 1, 2 }, { 1, 3 }, { 2 }, { 1, 3, 2 }, { 1, 4 } };
    struct rd_kafka_metadata_partition a[] = {
        { .id = 0, .replicas = replicas[0], .replica_cnt = 2 },
        { .id = 1, .replicas = replicas[1], .replica_cnt = 2 },
        { .id = 2, .replicas = replicas[2], .replica_cnt = 1 },
        { .id = 3, .replicas = replicas[3], .replica_cnt = 3 },
    };
    struct rd_kafka_metadata_partition b[] = {
        { .id = 0, .replicas = replicas[4], .replica_cnt = 2 },
    };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "a" }, .partitions = a, .partition_cnt = 4 },
        { .topic = (char[]){ "b" }, .partitions = b, .partition_cnt = 1 },
    };
    struct rd_kafka_metadata_broker brokers[] = {
        { .id = 1, .host = (char[]){ "h" }, .port = 1 },
        { .id = 2, .host = (char[]){ "h" }, .port = 2 },
        { .id = 3, .host = (char[]){ "h" }, .port = 3 },
    };
    const struct rd_kafka_metadata metadata = {
        .brokers = brokers, .broker_cnt = 3, .topics = topics, .topic_cnt = 2
    };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 100, &topology), 0);
    (void)sg_filter_free(all);
    return topology;
}

static void set(struct sg_racks *racks, int32_t broker, const char *rack)
{
    assert_int_equal(sg_racks_set(racks, broker, rack), 0);
}

static void test_racks_partition_is_in_one_when_all_its_replicas_are(void **state)
{
    struct sg_topology *topology = new_topology();
    struct sg_racks *racks = NULL;
    (void)state;

    assert_int_equal(sg_racks_new(&racks), 0);
    set(racks, 1, "x");
    set(racks, 2, "x");
    set(racks, 3, "y");
    assert_true(sg_racks_are_known(racks, topology));
    assert_int_equal(sg_racks_count(racks, topology, 0), 1); /* only the first */
    set(racks, 3, "x");
    assert_int_equal(sg_racks_count(racks, topology, 0), 3);
    set(racks, 2, "y");
    set(racks, 3, "z");
    assert_int_equal(sg_racks_count(racks, topology, 0), 0);
    (void)sg_racks_free(racks);
    (void)sg_topology_unref(topology);
}

static void test_racks_are_known_only_of_brokers_that_have_one(void **state)
{
    struct sg_topology *topology = new_topology();
    struct sg_racks *racks = NULL;
    (void)state;

    assert_int_equal(sg_racks_new(&racks), 0);
    set(racks, 1, "x");
    set(racks, 2, "x");
    assert_false(sg_racks_are_known(racks, topology));
    assert_false(sg_racks_have_all(racks, topology));
    assert_int_equal(sg_racks_count(racks, topology, 0), SG_RACKS_UNKNOWN);
    set(racks, 3, "");
    assert_true(sg_racks_have_all(racks, topology));
    assert_false(sg_racks_are_known(racks, topology));
    set(racks, 3, NULL);
    assert_false(sg_racks_are_known(racks, topology));
    set(racks, 3, "x");
    assert_true(sg_racks_are_known(racks, topology));
    assert_int_equal(sg_racks_count(racks, topology, 1), SG_RACKS_UNKNOWN); /* broker 4 */
    set(racks, 4, "x");
    assert_int_equal(sg_racks_count(racks, topology, 1), 1);
    (void)sg_racks_free(racks);
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_racks_partition_is_in_one_when_all_its_replicas_are),
        cmocka_unit_test(test_racks_are_known_only_of_brokers_that_have_one),
    };
    return cmocka_run_group_tests_name("racks", tests, NULL, NULL);
}
