/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"
#include "base/keyed.h"
#include "store/log_sizes.h"
#include "test.h"

static struct sg_log_sizes *new_sizes(size_t max)
{
    struct sg_log_sizes *sizes = NULL;

    assert_int_equal(sg_log_sizes_new(max, &sizes), 0);
    return sizes;
}

static int64_t size_of(const struct sg_log_sizes *sizes, const char *topic, int32_t partition)
{
    return sg_log_sizes_get(sizes, sg_log_sizes_find_topic(sizes, sg_str_of(topic)), partition);
}

static void test_log_sizes_logs_are_found_by_topic_and_partition(void **state)
{
    struct sg_log_sizes *sizes = new_sizes(100);

    (void)state;
    assert_int_equal(sg_log_sizes_total(sizes), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 0, 10), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 7, 5), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("b"), 7, 0), 0);
    assert_int_equal(size_of(sizes, "a", 0), 10);
    assert_int_equal(size_of(sizes, "a", 7), 5);
    assert_int_equal(size_of(sizes, "b", 7), 0);
    assert_int_equal(size_of(sizes, "b", 0), SG_LOG_SIZE_UNKNOWN);
    assert_int_equal(size_of(sizes, "c", 0), SG_LOG_SIZE_UNKNOWN);
    assert_int_equal(sg_log_sizes_total(sizes), 15);
    assert_int_equal(sg_log_sizes_n(sizes), 3);
    (void)sg_log_sizes_unref(sizes);
}

static void test_log_sizes_future_log_counts_for_the_broker_alone(void **state)
{
    struct sg_log_sizes *sizes = new_sizes(100);

    (void)state;
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 0, 10), 0);
    sg_log_sizes_add_future(sizes, 4);
    sg_log_sizes_add_future(sizes, -1);
    assert_int_equal(sg_log_sizes_total(sizes), 14);
    assert_int_equal(size_of(sizes, "a", 0), 10);
    (void)sg_log_sizes_unref(sizes);
}

static void test_log_sizes_what_cannot_be_a_size_is_left_out(void **state)
{
    struct sg_log_sizes *sizes = new_sizes(100);

    (void)state;
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 0, -5), 0);
    assert_int_equal(size_of(sizes, "a", 0), SG_LOG_SIZE_UNKNOWN);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 1, 10), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 1, 99), 0); /* a duplicate */
    assert_int_equal(size_of(sizes, "a", 1), 10);
    assert_int_equal(sg_log_sizes_total(sizes), 10);
    (void)sg_log_sizes_unref(sizes);
}

static void test_log_sizes_total_that_does_not_fit_is_unknown(void **state)
{
    struct sg_log_sizes *sizes = new_sizes(100);

    (void)state;
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 0, INT64_MAX), 0);
    assert_int_equal(sg_log_sizes_total(sizes), INT64_MAX);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 1, 1), 0);
    assert_int_equal(sg_log_sizes_total(sizes), SG_LOG_SIZE_UNKNOWN);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 2, 5), 0);
    assert_int_equal(sg_log_sizes_total(sizes), SG_LOG_SIZE_UNKNOWN);
    (void)sg_log_sizes_unref(sizes);
}

static void test_log_sizes_past_the_maximum_are_refused(void **state)
{
    struct sg_log_sizes *sizes = new_sizes(2);

    (void)state;
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 0, 1), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 1, 1), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("a"), 2, 1), SG_KEYED_E_FULL);
    assert_int_equal(sg_log_sizes_n(sizes), 2);
    (void)sg_log_sizes_unref(sizes);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_sizes_logs_are_found_by_topic_and_partition),
        cmocka_unit_test(test_log_sizes_future_log_counts_for_the_broker_alone),
        cmocka_unit_test(test_log_sizes_what_cannot_be_a_size_is_left_out),
        cmocka_unit_test(test_log_sizes_total_that_does_not_fit_is_unknown),
        cmocka_unit_test(test_log_sizes_past_the_maximum_are_refused),
    };
    return cmocka_run_group_tests_name("log_sizes", tests, NULL, NULL);
}
