/* SPDX-License-Identifier: Apache-2.0 */

/* Sums of topics, from what Metadata says and what brokers have told. */

#include "admin/model/sizes.h"
#include "test.h"

#include <stdlib.h>

enum {
    NOW_MS = 1000,
    UNTIL_MS = 2000,
    AUDIT = 0, /* numbers of topics, by name */
    ORDERS = 1,
    UNKNOWN = SG_LOG_SIZE_UNKNOWN,
};

/* audit has partitions 0 on brokers 1, 2 and 1 on brokers 2, 1; orders has 0 on broker 3. */
static int32_t one_two[] = { 1, 2 };
static int32_t two_one[] = { 2, 1 };
static int32_t three[] = { 3 };

struct cluster {
    struct rd_kafka_metadata_partition audit[2];
    struct rd_kafka_metadata_partition orders[1];
    struct rd_kafka_metadata_broker brokers[3];
    int n_brokers;
    struct sg_size_board *board;
};

static int set_up(void **state)
{
    static char host[] = "h";
    struct cluster *c = calloc(1, sizeof *c);

    assert_non_null(c);
    *c = (struct cluster){
        .audit = {
            { .id = 0, .leader = 1, .replicas = one_two, .replica_cnt = 2, .isrs = one_two,
                .isr_cnt = 2 },
            { .id = 1, .leader = 2, .replicas = two_one, .replica_cnt = 2, .isrs = two_one,
                .isr_cnt = 2 },
        },
        .orders = { { .id = 0, .leader = 3, .replicas = three, .replica_cnt = 1, .isrs = three,
            .isr_cnt = 1 } },
        .brokers = { { 1, host, 9092 }, { 2, host, 9092 }, { 3, host, 9092 } },
        .n_brokers = 3,
    };
    assert_int_equal(sg_size_board_new(&c->board), 0);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    struct cluster *c = *state;

    (void)sg_size_board_free(c->board);
    free(c);
    return 0;
}

struct log {
    const char *topic; /* NULL: no more */
    int32_t partition;
    int64_t bytes;
};

/* A broker tells the sizes of its logs. */
static void tell(struct cluster *c, int32_t broker, const struct log *logs)
{
    struct sg_log_sizes *sizes = NULL;

    assert_int_equal(sg_log_sizes_new(100, &sizes), 0);
    for (; logs->topic; logs++)
        assert_int_equal(
            sg_log_sizes_add(sizes, sg_str_of(logs->topic), logs->partition, logs->bytes), 0);
    assert_int_equal(sg_size_board_put(c->board, broker, sizes, UNTIL_MS), 0);
}

#define LOGS(...) ((const struct log[]){ __VA_ARGS__, { NULL, 0, 0 } })

/* All brokers have told: leaders have 100 + 60 bytes of audit, followers 90 + 50, orders 7. */
static void tell_all(struct cluster *c)
{
    tell(c, 1, LOGS({ "audit", 0, 100 }, { "audit", 1, 50 }));
    tell(c, 2, LOGS({ "audit", 0, 90 }, { "audit", 1, 60 }));
    tell(c, 3, LOGS({ "orders", 0, 7 }));
}

/* @return owned, or NULL: nothing was told */
static struct sg_topic_sizes *sum_at(struct cluster *c, int64_t now_ms)
{
    static char audit[] = "audit", orders[] = "orders";
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = audit, .partitions = c->audit, .partition_cnt = 2 },
        { .topic = orders, .partitions = c->orders, .partition_cnt = 1 },
    };
    const struct rd_kafka_metadata metadata = {
        .brokers = c->brokers, .broker_cnt = c->n_brokers, .topics = topics, .topic_cnt = 2
    };
    struct sg_filter *filter = NULL;
    struct sg_topology *topology = NULL;
    struct sg_topic_sizes *sizes = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, filter, 1000, &topology), 0);
    assert_int_equal(sg_topic_sizes_new(topology, c->board, now_ms, &sizes), 0);
    (void)sg_filter_free(filter);
    (void)sg_topology_unref(topology);
    return sizes;
}

static void assert_sizes(
    struct cluster *c, size_t topic, int64_t all, int64_t leaders, int64_t largest)
{
    struct sg_topic_sizes *sizes = sum_at(c, NOW_MS);

    assert_non_null(sizes);
    assert_int_equal(sizes[topic].all, all);
    assert_int_equal(sizes[topic].leaders, leaders);
    assert_int_equal(sizes[topic].largest, largest);
    free(sizes);
}

/* ---- Tests ---- */

static void test_topic_sizes_of_all_replicas_and_of_the_leaders(void **state)
{
    struct cluster *c = *state;

    assert_null(sum_at(c, NOW_MS));
    tell_all(c);
    assert_sizes(c, AUDIT, 300, 160, 100);
    assert_sizes(c, ORDERS, 7, 7, 7);
}

/* The topics of a broker that has not told, or too long ago, are unknown; the others stay. */
static void test_topic_sizes_without_a_broker_are_unknown_for_its_topics(void **state)
{
    struct cluster *c = *state;

    tell(c, 1, LOGS({ "audit", 0, 100 }, { "audit", 1, 50 }));
    tell(c, 3, LOGS({ "orders", 0, 7 }));
    assert_sizes(c, AUDIT, UNKNOWN, UNKNOWN, UNKNOWN);
    assert_sizes(c, ORDERS, 7, 7, 7);
    assert_null(sum_at(c, UNTIL_MS));
}

/* It has told, and died since: Metadata knows that first. */
static void test_topic_sizes_without_a_broker_in_the_metadata_are_unknown(void **state)
{
    struct cluster *c = *state;

    tell_all(c);
    c->n_brokers = 2;
    assert_sizes(c, AUDIT, 300, 160, 100);
    assert_sizes(c, ORDERS, UNKNOWN, UNKNOWN, UNKNOWN);
}

/* When leaders are known, a dead follower does not hide them. */
static void test_topic_sizes_leaders_alone_are_enough_for_the_leaders(void **state)
{
    struct cluster *c = *state;

    tell(c, 1, LOGS({ "audit", 0, 100 }, { "audit", 1, 50 }));
    c->audit[1].leader = 1;
    assert_sizes(c, AUDIT, UNKNOWN, 150, 100);
}

static void test_topic_sizes_without_a_leader_are_known_for_the_replicas(void **state)
{
    struct cluster *c = *state;

    tell_all(c);
    c->audit[0].leader = -1;
    assert_sizes(c, AUDIT, 300, UNKNOWN, UNKNOWN);
}

/* Its log is on a directory that has failed, or it has just been created. */
static void test_topic_sizes_without_one_log_are_unknown(void **state)
{
    struct cluster *c = *state;

    tell_all(c);
    tell(c, 2, LOGS({ "audit", 1, 60 }));
    assert_sizes(c, AUDIT, UNKNOWN, 160, 100);
    tell(c, 2, LOGS({ "audit", 0, 60 }));
    assert_sizes(c, AUDIT, UNKNOWN, UNKNOWN, UNKNOWN);
}

/* A reassignment has moved the replica; the log that it leaves behind is deleted a minute later. */
static void test_topic_sizes_logs_that_are_no_replicas_do_not_count(void **state)
{
    struct cluster *c = *state;

    tell_all(c);
    tell(c, 3, LOGS({ "orders", 0, 7 }, { "audit", 0, 1000 }, { "orders", 1, 1000 }));
    assert_sizes(c, AUDIT, 300, 160, 100);
    assert_sizes(c, ORDERS, 7, 7, 7);
}

static void test_topic_sizes_of_empty_logs_are_zero(void **state)
{
    struct cluster *c = *state;

    tell(c, 3, LOGS({ "orders", 0, 0 }));
    assert_sizes(c, ORDERS, 0, 0, 0);
}

static void test_topic_sizes_that_do_not_add_up_are_unknown(void **state)
{
    struct cluster *c = *state;

    tell_all(c);
    tell(c, 1, LOGS({ "audit", 0, INT64_MAX }, { "audit", 1, 50 }));
    assert_sizes(c, AUDIT, UNKNOWN, UNKNOWN, UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_topic_sizes_of_all_replicas_and_of_the_leaders),
        TEST(test_topic_sizes_without_a_broker_are_unknown_for_its_topics),
        TEST(test_topic_sizes_without_a_broker_in_the_metadata_are_unknown),
        TEST(test_topic_sizes_leaders_alone_are_enough_for_the_leaders),
        TEST(test_topic_sizes_without_a_leader_are_known_for_the_replicas),
        TEST(test_topic_sizes_without_one_log_are_unknown),
        TEST(test_topic_sizes_logs_that_are_no_replicas_do_not_count),
        TEST(test_topic_sizes_of_empty_logs_are_zero),
        TEST(test_topic_sizes_that_do_not_add_up_are_unknown),
    };
    return cmocka_run_group_tests_name("topic_sizes", tests, NULL, NULL);
}
