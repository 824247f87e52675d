/* SPDX-License-Identifier: Apache-2.0 */

/* Which partitions an open transaction holds back, over several collections. */

#include "admin/model/holds.h"
#include "admin/model/lag.h"
#include "admin/model/test_one_partition.h"
#include "test.h"

static struct sg_holds *holds;
static struct sg_ages_points points; /* of the latest collection */

static int set_up(void **state)
{
    (void)state;
    return sg_holds_new(&holds);
}

static int tear_down(void **state)
{
    (void)state;
    holds = sg_holds_free(holds);
    sg_ages_points_done(&points);
    return 0;
}

/* A collection of a topic with one partition. @return since when a transaction holds it back */
static int64_t see_topic(char *name, int64_t stable, int64_t end, int64_t now_ms)
{
    struct sg_filter *filter = NULL;
    struct sg_topology *topology = NULL;

    one_partition_topic.topic = name;
    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, filter, 10, &topology), 0);
    (void)sg_filter_free(filter);
    assert_int_equal(sg_holds_follow(holds, topology, &stable, &end, now_ms), 0);
    sg_ages_points_done(&points);
    assert_int_equal(sg_holds_add_to(holds, NULL, &points), 0);
    assert_int_equal(points.n, 0);
    assert_int_equal(sg_holds_add_to(holds, topology, &points), 0);
    (void)sg_topology_unref(topology);
    return sg_holds_since(holds, 0);
}

static int64_t see(int64_t stable, int64_t end, int64_t now_ms)
{
    return see_topic((char[]){ "t" }, stable, end, now_ms);
}

static void test_hold_is_seen_at_the_second_collection(void **state)
{
    (void)state;
    assert_int_equal(see(5, 9, 1000), SG_HOLDS_NONE); /* may have come in between */
    assert_int_equal(see(5, 9, 2000), 1000);
    assert_int_equal(see(5, 20, 3000), 1000);
    assert_int_equal(see(20, 20, 4000), SG_HOLDS_NONE);
    assert_int_equal(see(20, 21, 5000), SG_HOLDS_NONE);
    assert_int_equal(see(20, 21, 6000), 5000);
}

static void test_hold_begins_where_the_last_stable_offset_is(void **state)
{
    (void)state;

    assert_int_equal(see(5, 9, 1000), SG_HOLDS_NONE);
    assert_int_equal(points.n, 0);
    assert_int_equal(see(5, 9, 2000), 1000);
    assert_int_equal(points.n, 1);
    assert_int_equal(points.list[0].partition, 0);
    assert_int_equal(points.list[0].offset, 5);
}

static void test_records_between_two_requests_are_no_hold(void **state)
{
    (void)state;
    assert_int_equal(see(10, 11, 1000), SG_HOLDS_NONE);
    assert_int_equal(see(11, 15, 2000), SG_HOLDS_NONE);
    assert_int_equal(see(16, 15, 3000), SG_HOLDS_NONE);
    assert_int_equal(see(16, 18, 4000), SG_HOLDS_NONE);
}

/* One ends, and another one that was open at the collection before holds it now. */
static void test_next_transaction_has_its_own_time(void **state)
{
    (void)state;
    assert_int_equal(see(5, 9, 1000), SG_HOLDS_NONE);
    assert_int_equal(see(5, 9, 2000), 1000);
    assert_int_equal(see(7, 12, 3000), 3000);
    assert_int_equal(see(7, 12, 4000), 3000);
}

static void test_partition_that_is_not_read_is_remembered(void **state)
{
    (void)state;
    assert_int_equal(see(5, 9, 1000), SG_HOLDS_NONE);
    assert_int_equal(see(5, 9, 2000), 1000);
    assert_int_equal(see(SG_OFFSET_UNKNOWN, 9, 3000), SG_HOLDS_NONE);
    assert_int_equal(see(5, SG_OFFSET_UNKNOWN, 4000), SG_HOLDS_NONE);
    assert_int_equal(see(5, 9, 5000), 1000);
}

static void test_recreated_topic_begins_again(void **state)
{
    (void)state;
    assert_int_equal(see(50, 90, 1000), SG_HOLDS_NONE);
    assert_int_equal(see(5, 9, 2000), SG_HOLDS_NONE);
    assert_int_equal(see(5, 9, 3000), 2000);
    assert_int_equal(see_topic((char[]){ "u" }, 5, 9, 4000), SG_HOLDS_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_hold_is_seen_at_the_second_collection),
        TEST(test_hold_begins_where_the_last_stable_offset_is),
        TEST(test_records_between_two_requests_are_no_hold),
        TEST(test_next_transaction_has_its_own_time),
        TEST(test_partition_that_is_not_read_is_remembered),
        TEST(test_recreated_topic_begins_again),
    };
    return cmocka_run_group_tests_name("holds", tests, NULL, NULL);
}
