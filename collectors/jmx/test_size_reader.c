/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which answers become sums. The broker is simulated by the texts of its answers, in the form of
 * Jolokia 2.6.0, and the clock stands still.
 */

#include "base/test_clock.h"
#include "jmx/jolokia/answer.h"
#include "jmx/size_reader.h"
#include "test.h"

#include <stdlib.h>

enum {
    INTERVAL_MS = 60000,
    STALE_MS = 30000,
    BEGUN_MS = 1000,
    BROKER = 5,
};

#define STATE(state) "[{\"status\":200,\"value\":{\"Value\":" state "}},"
#define LOG(topic, partition, more, bytes)                               \
    "\"kafka.log:" more "name=Size,partition=" partition ",topic=" topic \
    ",type=Log\":{\"Value\":" bytes "}"
#define LOGS(logs) "{\"status\":200,\"value\":{" logs "}}]"
#define FUTURE     "is-future=true,"
#define THREE_LOGS \
    LOGS(LOG("a", "0", "", "100") "," LOG("a", "12", "", "20") "," LOG("b", "0", "", "3"))

struct fixture {
    struct sg_store *store;
    struct sg_config config;
    struct sg_jolokia_source source;
    struct sg_cluster *cluster;
    struct sg_target_options options;
    struct sg_size_reader reader;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    atomic_store(&now_ms, BEGUN_MS);
    f->config.stale_after_ms = STALE_MS;
    f->source.size_interval_ms = INTERVAL_MS;
    assert_int_equal(sg_cluster_new("c", &f->cluster), 0);
    f->options = (struct sg_target_options){
        .id = BROKER, .config = &f->config, .source = &f->source, .known = f->cluster
    };
    assert_int_equal(sg_size_reader_init(&f->reader, &f->options), 0);
    f->reader.max = 3;
    assert_int_equal(sg_store_new(&test_clock, 30000, &f->store), 0);
    assert_int_equal(sg_store_slot(f->store, "c", "jolokia_sizes", "5", &f->reader.slot), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sg_size_reader_done(&f->reader);
    (void)sg_store_free(f->store);
    (void)sg_cluster_unref(f->cluster);
    free(f);
    return 0;
}

/* @return the slot's state after the answer */
static struct sg_slot_status answer(struct fixture *f, const char *text)
{
    char *body = strdup(text);
    struct sg_slot_status status;

    assert_non_null(body);
    const struct sg_reply reply = {
        .ok = true, .read = sg_answer_read_reply, .body = body, .body_len = strlen(body)
    };
    sg_slot_begin(f->reader.slot);
    sg_size_reader_read(
        &f->reader, &(struct sg_lane_reader_answer){ &reply, "http://b/", "http://b/", BEGUN_MS });
    free(body);
    sg_slot_get_status(f->reader.slot, &status);
    return status;
}

/* The size of a log on the board at that time, or SG_LOG_SIZE_UNKNOWN. */
static int64_t size_at(const struct fixture *f, int64_t at_ms, const char *topic, int32_t partition)
{
    struct sg_sizes_taken taken;
    int64_t bytes = SG_LOG_SIZE_UNKNOWN;

    assert_int_equal(sg_size_board_take(sg_cluster_sizes(f->cluster), at_ms, &taken), 0);
    const struct sg_log_sizes *sizes = sg_sizes_taken_find(&taken, BROKER);
    if (sizes)
        bytes =
            sg_log_sizes_get(sizes, sg_log_sizes_find_topic(sizes, sg_str_of(topic)), partition);
    sg_sizes_taken_done(&taken);
    return bytes;
}

static int64_t size_of(const struct fixture *f, const char *topic, int32_t partition)
{
    return size_at(f, BEGUN_MS, topic, partition);
}

/* @return the value of kafka_broker_log_size_bytes, or -1: there is none */
static int64_t sum(struct fixture *f)
{
    struct sg_sample_set *set = sg_store_take_set(f->store, 0);
    int64_t value = -1;

    if (set && set->n_present)
        value = (int64_t)set->bits[0];
    (void)sg_sample_set_unref(set);
    return value;
}

/* ---- Tests ---- */

static void test_sizes_of_a_running_broker_are_summed_and_kept_by_log(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status = answer(f, STATE("3") THREE_LOGS);

    assert_true(status.success);
    assert_int_equal(sum(f), 123);
    assert_int_equal(size_of(f, "a", 0), 100);
    assert_int_equal(size_of(f, "a", 12), 20);
    assert_int_equal(size_of(f, "b", 0), 3);
    assert_int_equal(size_of(f, "b", 1), SG_LOG_SIZE_UNKNOWN);
}

static void test_sizes_of_a_log_that_is_being_moved_count_for_the_broker_alone(void **state)
{
    struct fixture *f = *state;

    answer(f, STATE("3") LOGS(LOG("a", "0", FUTURE, "70") "," LOG("a", "0", "", "100")));
    assert_int_equal(sum(f), 170);
    assert_int_equal(size_of(f, "a", 0), 100);
}

/* 2: recovery, 6: controlled shutdown, 7: shutting down. A controller has no such MBean. */
static void test_sizes_count_only_when_the_broker_has_all_logs_open(void **state)
{
    static const struct {
        const char *text;
        bool counts;
    } cases[] = {
        { STATE("1") THREE_LOGS, false },
        { STATE("2") THREE_LOGS, false },
        { STATE("3") THREE_LOGS, true },
        { STATE("6") THREE_LOGS, true },
        { STATE("7") THREE_LOGS, false },
        { "[{\"status\":404}," THREE_LOGS, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *fresh = NULL;
        assert_int_equal(set_up(&fresh), 0);
        struct sg_slot_status status = answer(fresh, cases[i].text);
        assert_true(status.success);
        assert_int_equal(sum(fresh), cases[i].counts ? 123 : -1);
        assert_int_equal(size_of(fresh, "b", 0), cases[i].counts ? 3 : SG_LOG_SIZE_UNKNOWN);
        (void)tear_down(&fresh);
    }
}

static void test_sizes_of_an_answer_with_a_failure_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status =
        answer(f, STATE("3") "{\"status\":500,\"error_type\":\"x\",\"error\":\"y\"}]");

    assert_false(status.success);
    assert_int_equal(sum(f), -1);
    status = answer(f, STATE("3") THREE_LOGS);
    assert_true(status.success);
    status = answer(f, "[{\"status\":200,\"value\":{\"Value\":3}},{\"status\":200,\"value\":{"
                       "\"kafka.log:name=Size,partition=0,topic=a,type=Log\":{\"Value\":1},");
    assert_false(status.success);
    assert_int_equal(size_of(f, "a", 0), 100); /* those before, for as long as they last */
}

static void test_sizes_of_more_logs_than_the_limit_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status =
        answer(f, STATE("3") LOGS(LOG("a", "0", "", "1") "," LOG("a", "1", "", "1") "," LOG(
                      "a", "2", "", "1") "," LOG("a", "3", "", "1")));

    assert_int_equal(status.n_failures[SG_FAILURE_LIMIT], 1);
    assert_int_equal(sum(f), -1);
    assert_int_equal(size_of(f, "a", 0), SG_LOG_SIZE_UNKNOWN);
}

/* metrics.jmx.exclude: the sum of nothing is not 0 bytes. */
static void test_sizes_of_no_logs_at_all_are_unknown(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status = answer(f, STATE("3") "{\"status\":404}]");

    assert_true(status.success);
    assert_int_equal(sum(f), -1);
}

/* None of them is partition 0 or 1. */
static void test_sizes_names_that_are_no_partitions_are_left_out(void **state)
{
    struct fixture *f = *state;

    answer(f, STATE("3") LOGS(LOG("a", "", "", "8") "," LOG("a", "x", "", "2") "," LOG("a",
                  "4294967297", "", "4") "," LOG("a", "0", "", "1") "," LOG("a", "1", "", "1.5")));
    assert_int_equal(sum(f), 1);
    assert_int_equal(size_of(f, "a", 0), 1);
    assert_int_equal(size_of(f, "a", 1), SG_LOG_SIZE_UNKNOWN);
}

static void test_sizes_last_for_two_intervals_and_stale_after(void **state)
{
    struct fixture *f = *state;
    int64_t until_ms = BEGUN_MS + 2 * INTERVAL_MS + STALE_MS;

    answer(f, STATE("3") THREE_LOGS);
    assert_int_equal(size_at(f, until_ms - 1, "a", 0), 100);
    assert_int_equal(size_at(f, until_ms, "a", 0), SG_LOG_SIZE_UNKNOWN);
}

static void test_sizes_state_of_the_broker_is_requested_before_its_logs(void **state)
{
    struct fixture *f = *state;
    struct sg_str body = sg_size_reader_body(&f->reader);
    const char *first = strstr(body.ptr, "kafka.server:type=KafkaServer,name=BrokerState");
    const char *second = strstr(body.ptr, "kafka.log:type=Log,name=Size,*");

    assert_true(first && second && first < second);
}

static void test_sizes_through_a_proxy_are_requested_of_its_target(void **state)
{
    static char user[] = "monitor";
    struct fixture *f = *state;

    f->source.proxy.username = user;
    assert_null(strstr(sg_size_reader_body(&f->reader).ptr, "service:jmx"));
    assert_int_equal(sg_size_reader_set_target(&f->reader, "service:jmx:rmi://one"), 0);
    assert_int_equal(sg_size_reader_set_target(&f->reader, "service:jmx:rmi://two"), 0);
    assert_non_null(strstr(sg_size_reader_body(&f->reader).ptr, "service:jmx:rmi://two"));
    assert_null(strstr(sg_size_reader_body(&f->reader).ptr, "service:jmx:rmi://one"));
    assert_non_null(strstr(sg_size_reader_body(&f->reader).ptr, "monitor"));
}

static void test_sizes_are_read_of_brokers_alone_and_if_wanted(void **state)
{
    static const struct {
        int32_t id;
        int64_t interval_ms;
        bool reads;
    } cases[] = { { 0, INTERVAL_MS, true }, { 0, 0, false }, { -1, INTERVAL_MS, false } };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_size_reader reader = { .max = 0 };
        struct sg_target_options options = f->options;
        f->source.size_interval_ms = cases[i].interval_ms;
        options.id = cases[i].id;
        assert_int_equal(sg_size_reader_init(&reader, &options), 0);
        assert_int_equal(reader.plan != NULL, cases[i].reads);
        sg_size_reader_done(&reader);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_sizes_of_a_running_broker_are_summed_and_kept_by_log),
        TEST(test_sizes_of_a_log_that_is_being_moved_count_for_the_broker_alone),
        cmocka_unit_test(test_sizes_count_only_when_the_broker_has_all_logs_open),
        TEST(test_sizes_of_an_answer_with_a_failure_do_not_count),
        TEST(test_sizes_of_more_logs_than_the_limit_do_not_count),
        TEST(test_sizes_of_no_logs_at_all_are_unknown),
        TEST(test_sizes_names_that_are_no_partitions_are_left_out),
        TEST(test_sizes_last_for_two_intervals_and_stale_after),
        TEST(test_sizes_state_of_the_broker_is_requested_before_its_logs),
        TEST(test_sizes_through_a_proxy_are_requested_of_its_target),
        TEST(test_sizes_are_read_of_brokers_alone_and_if_wanted),
    };
    return cmocka_run_group_tests_name("size_reader", tests, NULL, NULL);
}
