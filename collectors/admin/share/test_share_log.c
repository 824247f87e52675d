/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The reading of __share_group_state, with a queue of the test's own: it defines the functions of
 * librdkafka that take messages from it.
 */

#include "admin/model/lag.h"
#include "admin/share/log.h"
#include "test.h"

#include <stdlib.h>

enum {
    PARTITIONS = 2,
    MESSAGES = 8,
};

static struct {
    struct sg_clock clock;
    int64_t now_ms;
    atomic_bool stopping;
    struct sg_share_log *log;
    struct sg_share_states *states;
    struct sg_failures failures;
    rd_kafka_message_t messages[MESSAGES]; /* that arrive, one by one */
    int64_t arrive_ms[MESSAGES];
    size_t n, n_taken, n_destroyed;
    unsigned n_waits;
} world;

static int64_t now(const struct sg_clock *clock)
{
    (void)clock;
    return world.now_ms;
}

ssize_t rd_kafka_consume_batch_queue(
    rd_kafka_queue_t *queue, int timeout_ms, rd_kafka_message_t **messages, size_t max)
{
    ssize_t n = 0;

    assert_non_null(queue);
    world.n_waits += timeout_ms > 0;
    world.now_ms += timeout_ms;
    while (world.n_taken < world.n && world.arrive_ms[world.n_taken] <= world.now_ms &&
           (size_t)n < max)
        messages[n++] = &world.messages[world.n_taken++];
    return n;
}

void rd_kafka_message_destroy(rd_kafka_message_t *message)
{
    (void)message;
    world.n_destroyed++;
}

static int set_up(void **state)
{
    const struct sg_cluster_config config = { .name = (char[]){ "c" },
        .bootstrap_servers = (char[]){ "127.0.0.1:1" } };
    struct sg_error err = { "" };
    (void)state;

    memset(&world, 0, sizeof world);
    world.clock.monotonic_ms = now;
    assert_int_equal(sg_share_states_new(100, &world.states), 0);
    if (sg_share_log_new(&config, 1000, PARTITIONS, &world.log, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(world.n_destroyed, world.n_taken);
    (void)sg_share_log_free(world.log);
    (void)sg_share_states_free(world.states);
    return 0;
}

/* A message that arrives at this time. */
static rd_kafka_message_t *arrive(
    int64_t at_ms, rd_kafka_resp_err_t code, int32_t partition, int64_t offset)
{
    assert_true(world.n < MESSAGES);
    world.arrive_ms[world.n] = at_ms;
    world.messages[world.n] =
        (rd_kafka_message_t){ .err = code, .partition = partition, .offset = offset };
    return &world.messages[world.n++];
}

/* @return was READ denied? */
static bool read_to(int64_t end0, int64_t end1, int64_t deadline_ms)
{
    const int64_t ends[PARTITIONS] = { end0, end1 };
    const struct sg_share_log_env env = {
        .clock = &world.clock,
        .stopping = &world.stopping,
        .ends = ends,
        .deadline_ms = deadline_ms,
        .failures = &world.failures,
    };
    bool denied = false;

    assert_int_equal(sg_share_log_read(world.log, &env, world.states, &denied), 0);
    return denied;
}

static void test_read_waits_until_all_ends_are_reached(void **state)
{
    (void)state;

    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 0, 5);
    arrive(250, RD_KAFKA_RESP_ERR_NO_ERROR, 1, 6);
    assert_false(read_to(5, 7, 1000));
    assert_true(sg_share_log_has_reached(world.log, 0, 5));
    assert_false(sg_share_log_has_reached(world.log, 0, 6));
    assert_true(sg_share_log_has_reached(world.log, 1, 7));
    assert_false(sg_share_log_has_reached(world.log, 1, 8));
    assert_in_range(world.now_ms, 250, 400);
    assert_int_equal(world.failures.n, 0);
    assert_int_equal(sg_share_states_fetch_dropped(world.states), 1); /* without key and value */
}

static void test_read_of_what_is_read_does_not_wait(void **state)
{
    (void)state;

    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 0, 5);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 1, 0);
    assert_false(read_to(5, 0, 1000));
    world.n_waits = 0;
    assert_false(read_to(5, 0, 1000));
    assert_int_equal(world.n_waits, 0);
}

/* Its leader does not answer: it is not waited for, and it is not known whether it is read. */
static void test_partition_without_a_known_end_is_not_reached(void **state)
{
    (void)state;

    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 0, 5);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 1, 5);
    assert_false(read_to(5, SG_OFFSET_UNKNOWN, 1000));
    assert_int_equal(world.now_ms, 100);
    assert_false(sg_share_log_has_reached(world.log, 1, SG_OFFSET_UNKNOWN));
}

static void test_read_ends_at_the_deadline(void **state)
{
    (void)state;

    assert_false(read_to(5, 5, 350));
    assert_int_equal(world.now_ms, 350);
    assert_false(sg_share_log_has_reached(world.log, 0, 5));
    assert_false(sg_share_log_has_reached(world.log, 0, 0)); /* not even where it begins is known */
}

static void test_read_ends_when_the_program_stops(void **state)
{
    (void)state;

    atomic_store(&world.stopping, true);
    assert_false(read_to(5, 5, 1000));
    assert_in_range(world.now_ms, 0, 100);
}

static void test_denied_read_is_reported_once_with_what_to_allow(void **state)
{
    (void)state;

    arrive(0, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 0, 0);
    arrive(0, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1, 0);
    assert_true(read_to(5, 5, 1000));
    assert_int_equal(world.failures.n, 1);
    assert_int_equal(world.failures.items[0].kind, SG_FAILURE_DENIED);
    assert_true(world.failures.items[0].is_warning);
    assert_non_null(strstr(world.failures.items[0].err.text, "READ on the topic"));
    assert_in_range(world.now_ms, 0, 100);
}

static void test_other_errors_are_no_denial(void **state)
{
    (void)state;

    arrive(0, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, 0, 0);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 1, 5);
    assert_false(read_to(5, 5, 300));
    assert_int_equal(world.failures.n, 1);
    assert_false(sg_share_log_has_reached(world.log, 0, 0));
    assert_true(sg_share_log_has_reached(world.log, 1, 5));
}

/* One partition's leader that does not answer is no reason to begin again. */
static void test_log_works_when_a_partition_is_read(void **state)
{
    const int64_t ends[PARTITIONS] = { 5, 7 };
    const int64_t none[PARTITIONS] = { SG_OFFSET_UNKNOWN, SG_OFFSET_UNKNOWN };
    (void)state;

    assert_false(sg_share_log_works(world.log, ends));
    assert_true(sg_share_log_works(world.log, none));
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 0, 5);
    assert_false(read_to(5, 7, 100));
    assert_true(sg_share_log_works(world.log, ends));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_read_waits_until_all_ends_are_reached),
        TEST(test_read_of_what_is_read_does_not_wait),
        TEST(test_partition_without_a_known_end_is_not_reached),
        TEST(test_read_ends_at_the_deadline),
        TEST(test_read_ends_when_the_program_stops),
        TEST(test_denied_read_is_reported_once_with_what_to_allow),
        TEST(test_other_errors_are_no_denial),
        TEST(test_log_works_when_a_partition_is_read),
    };
    return cmocka_run_group_tests_name("admin_share_log", tests, NULL, NULL);
}
