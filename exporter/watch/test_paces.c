/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/paces.h"

#include "test.h"

#include <math.h>
#include <stdio.h>

static int set_up(void **state)
{
    return sg_paces_new((struct sg_paces **)state);
}

static int tear_down(void **state)
{
    (void)sg_paces_free(*state);
    return 0;
}

static struct sg_pace read_at(struct sg_paces *paces, int64_t ms, double committed, double lag)
{
    const struct sg_pace_reading reading = { ms, committed, lag };
    return sg_paces_follow(paces, SG_STR("c g t 0"), &reading);
}

static void test_pace_is_known_from_the_second_reading_on(void **state)
{
    struct sg_pace pace = read_at(*state, 1000, 100, 600);

    assert_true(isnan(pace.read_per_s) && isnan(pace.drain_s));
    pace = read_at(*state, 1000 + SG_PACES_FIRST_MS - 1, 200, 500);
    assert_true(isnan(pace.read_per_s));
    pace = read_at(*state, 11000, 300, 500);
    assert_float_equal(pace.read_per_s, 20, 0);
    assert_float_equal(pace.drain_s, 50, 0); /* 500 at 10 a second */
}

static void test_pace_of_a_lag_that_does_not_fall_has_no_end(void **state)
{
    (void)read_at(*state, 0, 100, 500);
    assert_true(isnan(read_at(*state, 10000, 200, 500).drain_s));
    assert_true(isnan(read_at(*state, 20000, 300, 700).drain_s));
    assert_float_equal(read_at(*state, 30000, 1000, 0).drain_s, 0, 0);
}

/* The same collection that is shown again says nothing new. */
static void test_pace_of_one_collection_is_not_known(void **state)
{
    for (int i = 0; i < 3; i++)
        assert_true(isnan(read_at(*state, 0, 100, 500).read_per_s));
}

static void test_pace_follows_the_last_minutes(void **state)
{
    struct sg_pace pace = { 0, 0 };
    double committed = 0;

    for (int64_t ms = 0; ms <= 1200000; ms += 10000) {
        pace = read_at(*state, ms, committed, 100);
        committed += ms < 600000 ? 10 : 1000;
    }
    assert_float_equal(pace.read_per_s, 100, 0.001);
}

static void test_pace_is_measured_again_after_a_rewind(void **state)
{
    (void)read_at(*state, 0, 1000, 0);
    (void)read_at(*state, 10000, 2000, 0);
    struct sg_pace pace = read_at(*state, 20000, 0, 2000);
    assert_true(isnan(pace.read_per_s) && isnan(pace.drain_s));
    pace = read_at(*state, 30000, 500, 1500);
    assert_float_equal(pace.read_per_s, 50, 0);
    assert_float_equal(pace.drain_s, 30, 0);
}

static void test_pace_without_an_offset_is_not_known(void **state)
{
    (void)read_at(*state, 0, (double)NAN, (double)NAN);
    struct sg_pace pace = read_at(*state, 10000, 100, (double)NAN);
    assert_true(isnan(pace.read_per_s) && isnan(pace.drain_s));
    pace = read_at(*state, 20000, 200, (double)NAN);
    assert_float_equal(pace.read_per_s, 10, 0);
    assert_true(isnan(pace.drain_s));
}

static void follow_number(struct sg_paces *paces, int number, int64_t ms, double committed)
{
    char key[32];
    const struct sg_pace_reading reading = { ms, committed, 1 };

    (void)snprintf(key, sizeof key, "%d", number);
    (void)sg_paces_follow(paces, sg_str_of(key), &reading);
}

static void test_paces_are_bounded_and_forgotten(void **state)
{
    for (int i = 0; i < SG_PACES_MAX; i++)
        follow_number(*state, i, 0, 0);
    (void)read_at(*state, 1000, 100, 1);
    assert_true(isnan(read_at(*state, 11000, 200, 1).read_per_s)); /* there is no room */
    (void)read_at(*state, SG_PACES_FORGET_MS + 120000, 100, 1);
    struct sg_pace pace = read_at(*state, SG_PACES_FORGET_MS + 130000, 200, 1);
    assert_float_equal(pace.read_per_s, 10, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_pace_is_known_from_the_second_reading_on),
        TEST(test_pace_of_a_lag_that_does_not_fall_has_no_end),
        TEST(test_pace_of_one_collection_is_not_known),
        TEST(test_pace_follows_the_last_minutes),
        TEST(test_pace_is_measured_again_after_a_rewind),
        TEST(test_pace_without_an_offset_is_not_known),
        TEST(test_paces_are_bounded_and_forgotten),
    };
    return cmocka_run_group_tests_name("paces", tests, NULL, NULL);
}
