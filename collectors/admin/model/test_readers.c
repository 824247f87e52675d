/* SPDX-License-Identifier: Apache-2.0 */

/* Groups of each topic, and when their number is known. */

#include "admin/model/readers.h"
#include "test.h"

#include <stdbool.h>
#include <stdlib.h>

/* Topics a, b and c with two partitions each. */
static struct sg_topology *new_topology(void)
{
    struct rd_kafka_metadata_partition partitions[] = { { .id = 0 }, { .id = 1 } };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "a" }, .partitions = partitions, .partition_cnt = 2 },
        { .topic = (char[]){ "b" }, .partitions = partitions, .partition_cnt = 2 },
        { .topic = (char[]){ "c" }, .partitions = partitions, .partition_cnt = 2 },
    };
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = 3 };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 100, &topology), 0);
    (void)sg_filter_free(all);
    return topology;
}

static struct sg_group *add(struct sg_groups *groups, const char *name)
{
    uint32_t number;
    bool is_new;

    assert_int_equal(sg_groups_add(groups, sg_str_of(name), RD_KAFKA_CONSUMER_GROUP_STATE_STABLE,
                         &number, &is_new),
        0);
    return &groups->groups[number];
}

/* A coordinator's answer. @param topics  in which it has committed, in both partitions */
static void commit(struct sg_group *group, const struct sg_topology *topology, const char *topics)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

    for (; *topics; topics++) {
        const char name[] = { *topics, '\0' };
        for (int32_t i = 0; i < 2; i++)
            rd_kafka_topic_partition_list_add(list, name, i)->offset = 5;
    }
    assert_int_equal(sg_group_commit(group, topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
}

static bool is_known(const struct sg_topology *topology, const struct sg_groups *groups)
{
    uint32_t *counts = NULL;

    assert_int_equal(sg_readers_count(topology, groups, &counts), 0);
    bool known = counts != NULL;
    free(counts);
    return known;
}

static void test_readers_are_counted_once_in_each_topic(void **state)
{
    struct sg_topology *topology = new_topology();
    struct sg_groups groups;
    uint32_t *counts = NULL;
    (void)state;

    assert_int_equal(sg_groups_init(&groups, 10, NULL), 0);
    commit(add(&groups, "x"), topology, "ab");
    commit(add(&groups, "y"), topology, "b");
    assert_int_equal(sg_readers_count(topology, &groups, &counts), 0);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2);
    assert_int_equal(counts[2], 0);
    free(counts);
    sg_groups_done(&groups);
    (void)sg_topology_unref(topology);
}

static void test_readers_are_known_when_every_group_has_answered(void **state)
{
    struct sg_topology *topology = new_topology();
    struct sg_groups groups;
    (void)state;

    assert_int_equal(sg_groups_init(&groups, 2, NULL), 0);
    assert_true(is_known(topology, &groups));
    commit(add(&groups, "x"), topology, "a");
    struct sg_group *silent = add(&groups, "y");
    assert_false(is_known(topology, &groups));
    commit(silent, topology, "b");
    assert_true(is_known(topology, &groups));
    uint32_t number;
    bool is_new;
    assert_int_equal(
        sg_groups_add(&groups, SG_STR("z"), RD_KAFKA_CONSUMER_GROUP_STATE_STABLE, &number, &is_new),
        SG_GROUPS_E_FULL);
    assert_false(is_known(topology, &groups));
    sg_groups_done(&groups);
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_are_counted_once_in_each_topic),
        cmocka_unit_test(test_readers_are_known_when_every_group_has_answered),
    };
    return cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}
