/* SPDX-License-Identifier: Apache-2.0 */

/* Reassignments, distinguished from brokers that are down, over several Metadata answers. */

#include "admin/model/moves.h"
#include "test.h"

struct cluster {
    struct sg_filter *filter;
    struct sg_moves *moves;
    struct sg_topology *topology; /* followed last */
};

static int set_up(void **state)
{
    static struct cluster cluster;

    cluster = (struct cluster){ .filter = NULL };
    assert_int_equal(sg_filter_new(NULL, NULL, &cluster.filter, NULL), 0);
    assert_int_equal(sg_moves_new(&cluster.moves), 0);
    *state = &cluster;
    return 0;
}

static int tear_down(void **state)
{
    struct cluster *cluster = *state;

    (void)sg_filter_free(cluster->filter);
    (void)sg_moves_free(cluster->moves);
    (void)sg_topology_unref(cluster->topology);
    return 0;
}

/*
 * A Metadata answer about a partition, and another one with the same replica 3 always; lists of ids
 * end with 0. @return the result for the first
 */
static enum sg_move see(
    struct cluster *cluster, const char *topic, const int32_t *replicas, const int32_t *in_sync)
{
    int32_t ids[2][64], other[] = { 3 };
    const int32_t *lists[2] = { replicas, in_sync };
    int n[2] = { 0, 0 };
    char name[16];

    for (int i = 0; i < 2; i++) {
        for (; lists[i][n[i]]; n[i]++)
            ids[i][n[i]] = lists[i][n[i]];
    }
    (void)snprintf(name, sizeof name, "%s", topic);
    struct rd_kafka_metadata_partition partitions[] = {
        {
            .leader = n[1] ? in_sync[0] : -1,
            .replicas = ids[0],
            .replica_cnt = n[0],
            .isrs = ids[1],
            .isr_cnt = n[1],
        },
        { .id = 1, .leader = 3, .replicas = other, .replica_cnt = 1, .isrs = other, .isr_cnt = 1 },
    };
    struct rd_kafka_metadata_topic topics = {
        .topic = name,
        .partitions = partitions,
        .partition_cnt = 2,
    };
    const struct rd_kafka_metadata metadata = { .topics = &topics, .topic_cnt = 1 };

    (void)sg_topology_unref(cluster->topology);
    assert_int_equal(sg_topology_new(&metadata, cluster->filter, 10, &cluster->topology), 0);
    assert_int_equal(sg_moves_follow(cluster->moves, cluster->topology), 0);
    return sg_moves_get(cluster->moves, 0);
}

#define IDS(...) ((const int32_t[]){ __VA_ARGS__, 0 })
#define NOBODY   ((const int32_t[]){ 0 })

static void test_moves_broker_down_is_no_reassignment(void **state)
{
    struct cluster *c = *state;

    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2, 3)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), NOBODY), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2, 3)), SG_MOVE_NO);
}

/* From 1, 2 to 3, 4: the new ones are added in front, and the old ones removed when all are in
 * sync. */
static void test_moves_added_replica_is_one_until_it_is_in_sync(void **state)
{
    struct cluster *c = *state;

    assert_int_equal(see(c, "t", IDS(1, 2), IDS(1, 2)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(3, 4, 1, 2), IDS(1, 2)), SG_MOVE_YES);
    assert_int_equal(see(c, "t", IDS(3, 4, 1, 2), IDS(1, 2, 4)), SG_MOVE_YES);
    assert_int_equal(see(c, "t", IDS(3, 4), IDS(3, 4)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(3, 4), IDS(4)), SG_MOVE_NO);
}

static void test_moves_cancelled_reassignment_is_over(void **state)
{
    struct cluster *c = *state;

    assert_int_equal(see(c, "t", IDS(1, 2), IDS(1, 2)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(3, 1, 2), IDS(1, 2)), SG_MOVE_YES);
    assert_int_equal(see(c, "t", IDS(1, 2), IDS(1)), SG_MOVE_NO);
}

static void test_moves_broker_down_during_a_reassignment_leaves_it_one(void **state)
{
    struct cluster *c = *state;

    assert_int_equal(see(c, "t", IDS(1, 2), IDS(1)), SG_MOVE_UNKNOWN);
    assert_int_equal(see(c, "t", IDS(3, 1, 2), IDS(1)), SG_MOVE_YES);
    assert_int_equal(see(c, "t", IDS(2, 3, 1), IDS(1, 3)), SG_MOVE_NO); /* 2 was there before */
}

static void test_moves_what_was_out_of_sync_from_the_start_is_unknown(void **state)
{
    struct cluster *c = *state;

    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2)), SG_MOVE_UNKNOWN);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1)), SG_MOVE_UNKNOWN);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2, 3)), SG_MOVE_NO);
    assert_int_equal(see(c, "t", IDS(1, 2, 3), IDS(1, 2)), SG_MOVE_NO);
    assert_int_equal(see(c, "other", IDS(1, 2, 3), IDS(1, 2)), SG_MOVE_UNKNOWN);
}

static void test_moves_more_replicas_than_places_are_no_reassignment(void **state)
{
    struct cluster *c = *state;
    int32_t many[41] = { 0 };

    for (int i = 0; i < 39; i++)
        many[i] = i + 1;
    assert_int_equal(see(c, "t", many, many), SG_MOVE_NO);
    many[39] = 40;
    assert_int_equal(see(c, "t", many, IDS(1)), SG_MOVE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_moves_broker_down_is_no_reassignment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_moves_added_replica_is_one_until_it_is_in_sync, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_moves_cancelled_reassignment_is_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_moves_broker_down_during_a_reassignment_leaves_it_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_moves_what_was_out_of_sync_from_the_start_is_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_moves_more_replicas_than_places_are_no_reassignment, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
