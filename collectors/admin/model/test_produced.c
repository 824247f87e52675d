/* SPDX-License-Identifier: Apache-2.0 */

/* When records were last produced, over several collections of a topic with two partitions. */

#include "admin/model/lag.h"
#include "admin/model/produced.h"
#include "test.h"

#include <stdlib.h>

#define NOW     INT64_C(1795000000000)
#define UNKNOWN SG_OFFSET_UNKNOWN

static struct sg_produced *produced;
static struct sg_ages *ages;
static struct sg_ages_points points; /* of the latest collection */
static int64_t last_ms;              /* timestamp of all records; 0: no leader answers */

static int set_up(void **state)
{
    (void)state;
    last_ms = NOW - 3600000;
    assert_int_equal(sg_ages_new(&ages), 0);
    return sg_produced_new(&produced);
}

static int tear_down(void **state)
{
    (void)state;
    ages = sg_ages_free(ages);
    produced = sg_produced_free(produced);
    sg_ages_points_done(&points);
    return 0;
}

static struct sg_topology *new_topology(char *name, int n)
{
    struct rd_kafka_metadata_partition *partitions = calloc((size_t)n, sizeof *partitions);
    struct rd_kafka_metadata_topic topic = {
        .topic = name, .partitions = partitions, .partition_cnt = n
    };
    const struct rd_kafka_metadata metadata = { .topics = &topic, .topic_cnt = 1 };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    assert_non_null(partitions);
    for (int i = 0; i < n; i++)
        partitions[i].id = i;
    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 100000, &topology), 0);
    (void)sg_filter_free(all);
    free(partitions);
    return topology;
}

/* The search, with records that all have the same timestamp. */
static void search(struct sg_topology *topology, const int64_t *start, const int64_t *end)
{
    const struct sg_groups groups = { .n = 0 };
    int64_t times[2], answers[2];

    assert_int_equal(sg_ages_begin(ages, topology, &groups, &points, start, end, NOW), 0);
    while (sg_ages_ask(ages, times) > 0) {
        for (int i = 0; i < 2; i++)
            answers[i] = times[i] == SG_AGES_NOT_ASKED || !last_ms ? UNKNOWN
                         : times[i] <= last_ms                     ? start[i]
                                                                   : SG_OFFSET_NOTHING;
        sg_ages_answer(ages, answers);
    }
    sg_produced_learn(produced, ages);
    sg_ages_end(ages);
}

/* A collection. @return when records were last produced, in seconds before NOW; -1: not known */
static int64_t see_topic(char *name, int64_t start, int64_t end0, int64_t end1, int64_t before_s)
{
    struct sg_topology *topology = new_topology(name, 2);
    const int64_t starts[] = { start, start };
    const int64_t ends[] = { end0, end1 };

    assert_int_equal(
        sg_produced_follow(produced, topology, starts, ends, NOW - before_s * 1000), 0);
    sg_ages_points_done(&points);
    assert_int_equal(sg_produced_add_to(produced, &points), 0);
    search(topology, starts, ends);
    int64_t at_ms = sg_produced_get(produced, 0);
    (void)sg_topology_unref(topology);
    return at_ms == SG_PRODUCED_UNKNOWN ? -1 : (NOW - at_ms + 500) / 1000;
}

static int64_t see(int64_t start, int64_t end0, int64_t end1, int64_t before_s)
{
    return see_topic((char[]){ "t" }, start, end0, end1, before_s);
}

static void test_produced_before_the_first_collection_is_found_once(void **state)
{
    (void)state;
    assert_in_range(see(0, 10, 20, 0), 3599, 3601);
    assert_int_equal(points.n, 2);
    assert_int_equal(points.list[1].offset, 19);
    assert_in_range(see(0, 10, 20, 0), 3599, 3601);
    assert_int_equal(points.n, 0);
}

static void test_produced_when_an_end_moves(void **state)
{
    (void)state;
    (void)see(0, 10, 20, 100);
    assert_int_equal(see(0, 10, 21, 90), 90);
    assert_int_equal(see(0, 10, 21, 80), 90);
    assert_int_equal(see(0, UNKNOWN, 21, 70), 90); /* what was known before still is */
    assert_int_equal(see(21, 21, 21, 60), 60);
    assert_int_equal(see(21, 21, 21, 50), 60); /* all deleted */
}

static void test_produced_is_unknown_where_a_partition_is(void **state)
{
    (void)state;
    assert_int_equal(see(0, 10, UNKNOWN, 100), -1);
    last_ms = 0;
    assert_int_equal(see(0, 10, 20, 90), -1);
    assert_int_equal(points.n, 1);
    assert_int_equal(points.list[0].partition, 1);
    last_ms = NOW - 3600000;
    assert_in_range(see(0, 10, 20, 0), 3599, 3601);
}

static void test_produced_of_an_empty_topic_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(see(0, 0, 0, 100), -1);
    assert_int_equal(points.n, 0);
    assert_int_equal(see(0, 0, 1, 90), 90);
}

static void test_produced_of_another_log_is_looked_for_again(void **state)
{
    (void)state;
    (void)see(0, 10, 20, 0);
    assert_int_equal(see(0, 15, 20, 10), 10);
    assert_in_range(see(0, 5, 20, 0), 3599, 3601);
    assert_int_equal(points.n, 1);
    (void)see_topic((char[]){ "u" }, 0, 9, 21, 0);
    assert_int_equal(points.n, 2);
}

/* As many as allowed, then those that were left. */
static void test_produced_is_searched_in_turns(void **state)
{
    enum {
        N = SG_PRODUCED_SEARCHES_MAX + 7
    };
    struct sg_topology *topology = new_topology((char[]){ "t" }, N);
    int64_t *start = calloc(N, sizeof *start);
    int64_t *end = calloc(N, sizeof *end);
    (void)state;

    assert_non_null(start);
    assert_non_null(end);
    for (int i = 0; i < N; i++)
        end[i] = 3;
    assert_int_equal(sg_produced_follow(produced, topology, start, end, NOW), 0);
    assert_int_equal(sg_produced_add_to(produced, &points), 0);
    assert_int_equal(points.n, SG_PRODUCED_SEARCHES_MAX);
    sg_ages_points_done(&points);
    assert_int_equal(sg_produced_add_to(produced, &points), 0);
    assert_int_equal(points.list[0].partition, SG_PRODUCED_SEARCHES_MAX);
    free(start);
    free(end);
    (void)sg_topology_unref(topology);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_produced_before_the_first_collection_is_found_once),
        TEST(test_produced_when_an_end_moves),
        TEST(test_produced_is_unknown_where_a_partition_is),
        TEST(test_produced_of_an_empty_topic_is_unknown),
        TEST(test_produced_of_another_log_is_looked_for_again),
        TEST(test_produced_is_searched_in_turns),
    };
    return cmocka_run_group_tests_name("produced", tests, NULL, NULL);
}
