/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/drain.h"
#include "test.h"

#define SECOND ((int64_t)1000)

static int setup(void **state)
{
    struct sg_drains *drains = NULL;

    assert_int_equal(sg_drains_new(&drains), 0);
    *state = drains;
    return 0;
}

static int teardown(void **state)
{
    (void)sg_drains_free(*state);
    return 0;
}

/* @return seconds */
static double lag_at(void *drains, int64_t second, int64_t lag)
{
    sg_drains_begin(drains);
    double ms = sg_drains_follow(drains, SG_STR("g"), SG_STR("t"), lag, second * SECOND);
    return ms == SG_DRAIN_UNKNOWN ? SG_DRAIN_UNKNOWN : ms / SECOND;
}

static void test_drain_is_the_lag_over_the_speed_at_which_it_falls(void **state)
{
    assert_true(lag_at(*state, 0, 1000) == SG_DRAIN_UNKNOWN);
    assert_true(lag_at(*state, 59, 900) == SG_DRAIN_UNKNOWN); /* too short a time */
    assert_true(lag_at(*state, 60, 880) == 440);              /* 2 a second */
    assert_true(lag_at(*state, 100, 500) == 100);             /* 5 a second */
}

static void test_drain_of_a_lag_that_does_not_fall_is_not_known(void **state)
{
    (void)lag_at(*state, 0, 1000);
    assert_true(lag_at(*state, 100, 1000) == SG_DRAIN_UNKNOWN);
    assert_true(lag_at(*state, 120, 1500) == SG_DRAIN_UNKNOWN);
}

static void test_drain_of_no_lag_is_nothing_at_once(void **state)
{
    assert_true(lag_at(*state, 0, 0) == 0);
    assert_true(lag_at(*state, 10, 100) == SG_DRAIN_UNKNOWN);
    assert_true(lag_at(*state, 100, 0) == 0);
}

/* The speed is that of the last minutes, not that of long ago. */
static void test_drain_forgets_old_speeds(void **state)
{
    (void)lag_at(*state, 0, 100000);
    (void)lag_at(*state, 150, 1000);
    (void)lag_at(*state, 300, 990);
    assert_true(lag_at(*state, 400, 980) == 980 * 250 / 20); /* since 150 */
    (void)lag_at(*state, 450, 980);
    assert_true(lag_at(*state, 460, 980) == 980 * 160 / 10); /* since 300 */
}

static void test_drain_groups_and_topics_are_separate(void **state)
{
    struct sg_drains *drains = *state;

    (void)sg_drains_follow(drains, SG_STR("g"), SG_STR("t"), 100, 0);
    (void)sg_drains_follow(drains, SG_STR("g"), SG_STR("u"), 200, 0);
    (void)sg_drains_follow(drains, SG_STR("gt"), SG_STR(""), 400, 0);
    assert_true(
        sg_drains_follow(drains, SG_STR("h"), SG_STR("t"), 10, 90 * SECOND) == SG_DRAIN_UNKNOWN);
    assert_true(
        sg_drains_follow(drains, SG_STR("g"), SG_STR("t"), 50, 100 * SECOND) == 100 * SECOND);
    assert_true(sg_drains_follow(drains, SG_STR("g"), SG_STR("u"), 50, 75 * SECOND) == 25 * SECOND);
    assert_true(
        sg_drains_follow(drains, SG_STR("gt"), SG_STR(""), 100, 60 * SECOND) == 20 * SECOND);
}

static void test_drain_groups_of_a_topic_are_separate(void **state)
{
    struct sg_drains *drains = *state;

    (void)sg_drains_follow(drains, SG_STR("g"), SG_STR("t"), 100, 0);
    (void)sg_drains_follow(drains, SG_STR("h"), SG_STR("t"), 1000, 0);
    assert_true(
        sg_drains_follow(drains, SG_STR("g"), SG_STR("t"), 50, 100 * SECOND) == 100 * SECOND);
    assert_true(
        sg_drains_follow(drains, SG_STR("h"), SG_STR("t"), 900, 100 * SECOND) == 900 * SECOND);
}

/* A second call at the same time changes nothing. */
static void test_drain_is_the_same_when_it_is_asked_again(void **state)
{
    (void)lag_at(*state, 0, 1000);
    (void)lag_at(*state, 150, 500);
    assert_true(lag_at(*state, 300, 250) == 150);
    assert_true(lag_at(*state, 300, 250) == 150);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        TEST(test_drain_is_the_lag_over_the_speed_at_which_it_falls),
        TEST(test_drain_of_a_lag_that_does_not_fall_is_not_known),
        TEST(test_drain_of_no_lag_is_nothing_at_once),
        TEST(test_drain_forgets_old_speeds),
        TEST(test_drain_groups_and_topics_are_separate),
        TEST(test_drain_groups_of_a_topic_are_separate),
        TEST(test_drain_is_the_same_when_it_is_asked_again),
    };
    return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
