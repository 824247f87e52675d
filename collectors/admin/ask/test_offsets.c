/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Passes over leaders that answer, refuse, or do not answer. The client and the two calls of
 * librdkafka that go to brokers are replaced by those of this file.
 */

#include "admin/ask/offsets.h"
#include "admin/model/lag.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LEADERS = 3,
    PER_LEADER = 1000,
    SILENT_MS = 400
};

/* ---- What is replaced ---- */

static atomic_int n_clients; /* references */
static atomic_int n_calls;
static atomic_int silent_leader;   /* does not answer */
static atomic_int slow_leader;     /* answers after SILENT_MS */
static atomic_int n_slow;          /* answers of it that have come */
static atomic_int bad_partition;   /* its list is refused */
static atomic_int n_moving;        /* calls that are refused because a leader has moved */
static atomic_int n_moving_one;    /* calls in which its first partition has no leader */
static atomic_int wrong_partition; /* refused by itself, in a list that is answered */
static atomic_int longest_list;

struct sg_client *sg_client_ref(struct sg_client *client)
{
    atomic_fetch_add(&n_clients, 1);
    return client;
}

struct sg_client *sg_client_unref(struct sg_client *client)
{
    (void)client;
    atomic_fetch_sub(&n_clients, 1);
    return NULL;
}

rd_kafka_t *sg_client_get(const struct sg_client *client)
{
    (void)client;
    return NULL;
}

int sg_client_find_reason(
    const struct sg_client *client, int32_t broker, struct sg_client_reason *ret_reason)
{
    (void)client;
    (void)broker;
    (void)ret_reason;
    return 0;
}

rd_kafka_resp_err_t rd_kafka_metadata(rd_kafka_t *rk,
    int all_topics,
    rd_kafka_topic_t *only_rkt,
    const struct rd_kafka_metadata **metadatap,
    int timeout_ms)
{
    (void)rk;
    (void)all_topics;
    (void)only_rkt;
    (void)metadatap;
    (void)timeout_ms;
    return RD_KAFKA_RESP_ERR__TIMED_OUT;
}

/* Partition p is led by broker p % LEADERS; its log ends at p + 1000 and starts at p. */
rd_kafka_resp_err_t rd_kafka_offsets_for_times(
    rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
    bool is_slow = list->elems[0].partition % LEADERS == atomic_load(&slow_leader);
    (void)rk;

    atomic_fetch_add(&n_calls, 1);
    if (is_slow)
        (void)usleep(SILENT_MS * 1000);
    if (list->cnt > atomic_load(&longest_list))
        atomic_store(&longest_list, list->cnt);
    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].partition % LEADERS == atomic_load(&silent_leader)) {
            (void)usleep((useconds_t)timeout_ms * 1000);
            return RD_KAFKA_RESP_ERR__TIMED_OUT;
        }
        if (list->elems[i].partition == atomic_load(&bad_partition))
            return RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    }
    if (atomic_load(&n_moving) > 0 && atomic_fetch_sub(&n_moving, 1) > 0)
        return RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *element = &list->elems[i];
        element->offset = element->partition + (element->offset == SG_OFFSETS_END ? 1000 : 0);
        if (element->partition == atomic_load(&wrong_partition)) {
            element->offset = RD_KAFKA_OFFSET_INVALID;
            element->err = RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
        }
    }
    if (atomic_load(&n_moving_one) > 0 && atomic_fetch_sub(&n_moving_one, 1) > 0) {
        list->elems[0].offset = -1001;
        list->elems[0].err = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    }
    atomic_fetch_add(&n_slow, is_slow);
    return 0;
}

/* ---- The cluster ---- */

static struct sg_topology *new_topology(void)
{
    static struct rd_kafka_metadata_partition partitions[LEADERS * PER_LEADER + 2];
    static struct rd_kafka_metadata_broker brokers[LEADERS];
    static char host[] = "h";
    struct rd_kafka_metadata_topic topic = { .topic = (char[]){ "t" },
        .partitions = partitions,
        .partition_cnt = LEADERS * PER_LEADER + 2 };
    const struct rd_kafka_metadata metadata = {
        .brokers = brokers, .broker_cnt = LEADERS, .topics = &topic, .topic_cnt = 1
    };
    struct sg_filter *filter = NULL;
    struct sg_topology *topology = NULL;

    for (int i = 0; i < LEADERS; i++)
        brokers[i] = (struct rd_kafka_metadata_broker){ .id = i, .host = host };
    for (int i = 0; i < LEADERS * PER_LEADER; i++)
        partitions[i] = (struct rd_kafka_metadata_partition){ .id = i, .leader = i % LEADERS };
    for (int i = LEADERS * PER_LEADER; i < topic.partition_cnt; i++)
        partitions[i] = (struct rd_kafka_metadata_partition){ .id = i, .leader = -1 };
    partitions[topic.partition_cnt - 1].leader = 99; /* not in the metadata */

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, filter, 1000000, &topology), 0);
    (void)sg_filter_free(filter);
    return topology;
}

static int reset(void **state)
{
    (void)state;
    atomic_store(&n_calls, 0);
    atomic_store(&silent_leader, -1);
    atomic_store(&slow_leader, -1);
    atomic_store(&n_slow, 0);
    atomic_store(&bad_partition, -1);
    atomic_store(&n_moving, 0);
    atomic_store(&n_moving_one, 0);
    atomic_store(&wrong_partition, -1);
    atomic_store(&longest_list, 0);
    return 0;
}

struct pass {
    struct sg_topology *topology;
    struct sg_offsets *offsets;
    bool skip[LEADERS];
    int64_t took_ms;
};

static void run(struct pass *pass, int64_t deadline_ms, bool stop)
{
    const struct sg_clock *clock = &sg_clock_system;
    int64_t now_ms = sg_clock_monotonic_ms(clock);
    atomic_bool stopping = stop;

    pass->topology = new_topology();
    assert_int_equal(sg_offsets_start(NULL, clock, pass->topology, SG_OFFSETS_END, NULL, pass->skip,
                         SILENT_MS, now_ms + deadline_ms, &pass->offsets),
        0);
    sg_offsets_wait(pass->offsets, &stopping);
    pass->took_ms = sg_clock_monotonic_ms(clock) - now_ms;
}

static void done(struct pass *pass)
{
    (void)sg_offsets_free(pass->offsets);
    (void)sg_topology_unref(pass->topology);
    /* Threads that are not waited for drop the client when they finish. */
    for (int i = 0; i < 2000 && atomic_load(&n_clients); i++)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&n_clients), 0);
}

/* Partitions of the leader that are known, or wrong; -1 for wrong. */
static int n_known(const struct pass *pass, int leader)
{
    const int64_t *offsets = sg_offsets_get(pass->offsets);
    int n = 0;

    for (int i = leader; i < LEADERS * PER_LEADER; i += LEADERS) {
        if (offsets[i] != SG_OFFSET_UNKNOWN && offsets[i] != i + 1000)
            return -1;
        n += offsets[i] != SG_OFFSET_UNKNOWN;
    }
    return n;
}

/* ---- Tests ---- */

static void test_offsets_all_answer(void **state)
{
    struct pass pass = { .skip = { false } };
    struct sg_failures failures = { .n = 0 };
    (void)state;

    run(&pass, 5000, false);
    for (int leader = 0; leader < LEADERS; leader++)
        assert_int_equal(n_known(&pass, leader), PER_LEADER);
    assert_true(atomic_load(&longest_list) <= SG_OFFSETS_CHUNK);
    assert_true(sg_offsets_get(pass.offsets)[LEADERS * PER_LEADER] == SG_OFFSET_UNKNOWN);
    assert_true(sg_offsets_get(pass.offsets)[LEADERS * PER_LEADER + 1] == SG_OFFSET_UNKNOWN);
    sg_offsets_report(pass.offsets, &failures);
    assert_int_equal(failures.n, 0);
    done(&pass);
}

static void test_offsets_silent_leader_is_not_asked_again_and_alone_suffers(void **state)
{
    struct pass pass = { .skip = { false } };
    struct sg_failures failures = { .n = 0 };
    (void)state;

    atomic_store(&silent_leader, 1);
    run(&pass, 5000, false);
    assert_int_equal(n_known(&pass, 0), PER_LEADER);
    assert_int_equal(n_known(&pass, 1), 0);
    assert_int_equal(n_known(&pass, 2), PER_LEADER);
    assert_int_equal(atomic_load(&n_calls), SG_OFFSETS_IN_FLIGHT + 2 * 4);
    assert_true(pass.took_ms < 4000);

    sg_offsets_mark_silent(pass.offsets, pass.skip);
    assert_false(pass.skip[0]);
    assert_true(pass.skip[1]);
    sg_offsets_report(pass.offsets, &failures);
    assert_int_equal(failures.n, 1);
    assert_int_equal(failures.items[0].kind, SG_FAILURE_TIMEOUT);
    assert_non_null(strstr(failures.items[0].err.text, "broker 1"));
    done(&pass);
}

static void test_offsets_skipped_leader_is_not_asked(void **state)
{
    struct pass pass = { .skip = { false, true, false } };
    (void)state;

    atomic_store(&silent_leader, 1);
    run(&pass, 5000, false);
    assert_int_equal(n_known(&pass, 1), 0);
    assert_int_equal(atomic_load(&n_calls), 2 * 4);
    done(&pass);
}

static void test_offsets_one_refused_partition_costs_itself_alone(void **state)
{
    struct pass pass = { .skip = { false } };
    struct sg_failures failures = { .n = 0 };
    (void)state;

    atomic_store(&bad_partition, 4 * LEADERS);
    run(&pass, 5000, false);
    assert_int_equal(n_known(&pass, 0), PER_LEADER - 1);
    assert_true(sg_offsets_get(pass.offsets)[4 * LEADERS] == SG_OFFSET_UNKNOWN);
    sg_offsets_report(pass.offsets, &failures);
    assert_int_equal(failures.n, 1);
    assert_int_equal(failures.items[0].kind, SG_FAILURE_DENIED);
    assert_non_null(strstr(failures.items[0].err.text, "t-12"));
    done(&pass);
}

/* Refused in a list that is answered otherwise: as when the topic was deleted a moment ago. */
static void test_offsets_partition_with_an_error_is_reported_with_it(void **state)
{
    struct pass pass = { .skip = { false } };
    struct sg_failures failures = { .n = 0 };
    (void)state;

    atomic_store(&wrong_partition, 4 * LEADERS);
    run(&pass, 5000, false);
    assert_int_equal(n_known(&pass, 0), PER_LEADER - 1);
    assert_true(sg_offsets_is_contradicted(pass.offsets));
    sg_offsets_report(pass.offsets, &failures);
    assert_int_equal(failures.n, 1);
    assert_int_equal(failures.items[0].code, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
    assert_non_null(strstr(failures.items[0].err.text, "for 1 partitions, first t-12: "));
    done(&pass);
}

static void test_offsets_moved_leader_gets_a_second_chance(void **state)
{
    struct pass pass = { .skip = { false } };
    (void)state;

    atomic_store(&n_moving, 1);
    run(&pass, 5000, false);
    for (int leader = 0; leader < LEADERS; leader++)
        assert_int_equal(n_known(&pass, leader), PER_LEADER);
    assert_int_equal(atomic_load(&n_calls), 3 * 4 + 1);
    done(&pass);
}

/* A list that is refused as a whole costs one retry; when none is left, it is halved. */
static void test_offsets_of_a_leader_that_moves_are_asked_for_so_many_times(void **state)
{
    struct pass pass = { .skip = { true, false, true } };
    (void)state;

    atomic_store(&n_moving, 6 + 1);
    run(&pass, 10000, false);
    assert_int_equal(n_known(&pass, 1), PER_LEADER);
    assert_int_equal(atomic_load(&n_calls), 4 + 6 + 2);
    done(&pass);
}

static void test_offsets_partition_without_leader_is_asked_for_again(void **state)
{
    struct pass pass = { .skip = { false } };
    struct sg_failures failures = { .n = 0 };
    (void)state;

    atomic_store(&n_moving_one, 2);
    run(&pass, 5000, false);
    for (int leader = 0; leader < LEADERS; leader++)
        assert_int_equal(n_known(&pass, leader), PER_LEADER);
    assert_int_equal(atomic_load(&n_calls), 3 * 4 + 2);
    sg_offsets_report(pass.offsets, &failures);
    assert_int_equal(failures.n, 0);
    done(&pass);
}

static void test_offsets_deadline_ends_the_wait(void **state)
{
    struct pass pass = { .skip = { false } };
    (void)state;

    atomic_store(&silent_leader, 2);
    run(&pass, SILENT_MS / 4, false);
    assert_true(pass.took_ms < SILENT_MS);
    sg_offsets_mark_silent(pass.offsets, pass.skip);
    assert_true(pass.skip[2]);
    done(&pass);
}

static void test_offsets_answers_after_the_deadline_change_nothing(void **state)
{
    struct pass pass = { .skip = { false } };
    (void)state;

    atomic_store(&slow_leader, 2);
    run(&pass, SILENT_MS / 4, false);
    assert_int_equal(atomic_load(&n_slow), 0);
    assert_int_equal(n_known(&pass, 2), 0);
    for (int i = 0; i < 5000 && atomic_load(&n_clients) > 0; i++)
        (void)usleep(1000); /* until the thread is through with the answer */
    assert_true(atomic_load(&n_slow) > 0);
    assert_int_equal(n_known(&pass, 2), 0);
    assert_int_equal(n_known(&pass, 1), PER_LEADER);
    done(&pass);
}

static void test_offsets_end_of_the_program_ends_the_wait(void **state)
{
    struct pass pass = { .skip = { false } };
    (void)state;

    atomic_store(&silent_leader, 0);
    run(&pass, 5000, true);
    assert_true(pass.took_ms < SILENT_MS);
    done(&pass);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_offsets_answers_after_the_deadline_change_nothing, reset),
        cmocka_unit_test_setup(test_offsets_all_answer, reset),
        cmocka_unit_test_setup(
            test_offsets_silent_leader_is_not_asked_again_and_alone_suffers, reset),
        cmocka_unit_test_setup(test_offsets_skipped_leader_is_not_asked, reset),
        cmocka_unit_test_setup(test_offsets_one_refused_partition_costs_itself_alone, reset),
        cmocka_unit_test_setup(test_offsets_partition_with_an_error_is_reported_with_it, reset),
        cmocka_unit_test_setup(test_offsets_moved_leader_gets_a_second_chance, reset),
        cmocka_unit_test_setup(
            test_offsets_of_a_leader_that_moves_are_asked_for_so_many_times, reset),
        cmocka_unit_test_setup(test_offsets_partition_without_leader_is_asked_for_again, reset),
        cmocka_unit_test_setup(test_offsets_deadline_ends_the_wait, reset),
        cmocka_unit_test_setup(test_offsets_end_of_the_program_ends_the_wait, reset),
    };
    return cmocka_run_group_tests_name("offsets", tests, NULL, NULL);
}
