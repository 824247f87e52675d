/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/lag.h"
#include "test.h"

static void test_lag_is_what_is_left_to_read(void **state)
{
    static const struct {
        int64_t committed, start, end, lag;
    } cases[] = {
        { 7, 0, 10, 3 },
        { 10, 0, 10, 0 },                /* all read */
        { 0, 0, 0, 0 },                  /* an empty log */
        { 5, 5, 9, 4 },                  /* the commit is at the log's start */
        { 2, 8, 10, 2 },                 /* retention deleted 2 to 7: they are not there to read */
        { 2, SG_OFFSET_UNKNOWN, 10, 8 }, /* the start is not known: nothing is known to be gone */
        { 2, 12, 10, 0 },                /* the start was read later than the end */
        { 0, 0, INT64_MAX, INT64_MAX },  /* to the last digit */
        { INT64_MAX - 1, 0, INT64_MAX, 1 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t lag = -77;
        assert_int_equal(
            sg_lag_of(cases[i].committed, cases[i].start, cases[i].end, &lag), SG_LAG_KNOWN);
        assert_true(lag == cases[i].lag);
    }
}

static void test_lag_unknown_end_gives_none(void **state)
{
    int64_t lag = 77;
    (void)state;

    assert_int_equal(sg_lag_of(5, 0, SG_OFFSET_UNKNOWN, &lag), SG_LAG_NO_END);
    assert_true(lag == 77);
}

static void test_lag_commit_past_end_gives_none(void **state)
{
    int64_t lag = 77;
    (void)state;

    assert_int_equal(sg_lag_of(100, 0, 10, &lag), SG_LAG_PAST_END);
    assert_int_equal(sg_lag_of(11, 10, 10, &lag), SG_LAG_PAST_END);
    assert_true(lag == 77);
}

static void test_sum_adds_known_lags(void **state)
{
    struct sg_lag_sum sum = { .lag = 0 };
    (void)state;

    assert_false(sg_lag_sum_known(&sum)); /* an empty sum is unknown */
    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 3);
    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 0);
    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 4);
    assert_true(sg_lag_sum_known(&sum));
    assert_true(sum.lag == 7);
}

static void test_sum_unknown_end_makes_it_unknown(void **state)
{
    struct sg_lag_sum sum = { .lag = 0 };
    (void)state;

    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 3);
    sg_lag_sum_add(&sum, SG_LAG_NO_END, 0);
    assert_false(sg_lag_sum_known(&sum));
}

static void test_sum_commit_past_end_does_not_silence_the_rest(void **state)
{
    struct sg_lag_sum sum = { .lag = 0 };
    (void)state;

    sg_lag_sum_add(&sum, SG_LAG_PAST_END, 0);
    assert_false(sg_lag_sum_known(&sum));
    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 3);
    assert_true(sg_lag_sum_known(&sum));
    assert_true(sum.lag == 3);
}

static void test_sum_overflow_makes_it_unknown(void **state)
{
    struct sg_lag_sum sum = { .lag = 0 };
    (void)state;

    sg_lag_sum_add(&sum, SG_LAG_KNOWN, INT64_MAX);
    sg_lag_sum_add(&sum, SG_LAG_KNOWN, 1);
    assert_false(sg_lag_sum_known(&sum));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lag_is_what_is_left_to_read),
        cmocka_unit_test(test_lag_unknown_end_gives_none),
        cmocka_unit_test(test_lag_commit_past_end_gives_none),
        cmocka_unit_test(test_sum_adds_known_lags),
        cmocka_unit_test(test_sum_unknown_end_makes_it_unknown),
        cmocka_unit_test(test_sum_commit_past_end_does_not_silence_the_rest),
        cmocka_unit_test(test_sum_overflow_makes_it_unknown),
    };
    return cmocka_run_group_tests_name("lag", tests, NULL, NULL);
}
