/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/history.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>

#define POINT_MS ((int64_t)30 * 1000)
#define HOUR_MS  ((int64_t)3600 * 1000)

static struct sg_str key(const char *text)
{
    return sg_str_of(text);
}

static void test_history_keeps_the_largest_of_each_half_minute_for_an_hour(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS_MAX];
    int64_t time_ms = 10 * HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    sg_history_add_gauge(history, key("a"), time_ms, 3);
    sg_history_add_gauge(history, key("a"), time_ms + 1000, 7);
    sg_history_add_gauge(history, key("a"), time_ms + 2000, 5);
    sg_history_add_gauge(history, key("a"), time_ms + 3 * (int64_t)POINT_MS, 1);
    sg_history_points(history, key("a"), SG_HISTORY_HOUR, time_ms + 3 * (int64_t)POINT_MS, points);
    assert_true(points[SG_HISTORY_HOUR_POINTS - 1] == 1 && points[SG_HISTORY_HOUR_POINTS - 4] == 7);
    assert_true(isnan(points[SG_HISTORY_HOUR_POINTS - 2]) && isnan(points[0]));
    sg_history_points(history, key("a"), SG_HISTORY_HOUR, time_ms + 2 * HOUR_MS, points);
    for (size_t i = 0; i < SG_HISTORY_HOUR_POINTS; i++)
        assert_true(isnan(points[i]));
    sg_history_add_gauge(history, key("a"), time_ms + 5 * HOUR_MS, 2);
    sg_history_points(history, key("a"), SG_HISTORY_HOUR, time_ms + 5 * HOUR_MS, points);
    assert_true(
        points[SG_HISTORY_HOUR_POINTS - 1] == 2 && isnan(points[SG_HISTORY_HOUR_POINTS - 2]));
    (void)sg_history_free(history);
}

static void test_history_in_the_first_hour_of_the_clock_has_no_points_before_it(void **state)
{
    static const int64_t times_ms[] = { 0, 1000, HOUR_MS - 60000 };
    float points[SG_HISTORY_POINTS_MAX];
    (void)state;

    for (size_t t = 0; t < sizeof times_ms / sizeof times_ms[0]; t++) {
        struct sg_history *history;
        int64_t time_ms = times_ms[t];
        assert_int_equal(sg_history_new(&history), 0);
        sg_history_add_gauge(history, key("a"), time_ms, 7);
        sg_history_points(history, key("a"), SG_HISTORY_HOUR, time_ms, points);
        for (size_t i = 0; i < SG_HISTORY_HOUR_POINTS - 1; i++)
            assert_true(isnan(points[i]));
        assert_true(points[SG_HISTORY_HOUR_POINTS - 1] == 7);
        sg_history_add_counter(history, key("c"), time_ms, 1000);
        sg_history_add_counter(history, key("c"), time_ms + 10000, 3000);
        assert_true(sg_history_rate(history, key("c"), time_ms + 10000) == 200);
        (void)sg_history_free(history);
    }
}

static void test_history_of_a_counter_is_its_rate_and_survives_a_restart(void **state)
{
    struct sg_history *history;
    int64_t time_ms = HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms)));
    sg_history_add_counter(history, key("c"), time_ms, 1000);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms)));
    sg_history_add_counter(history, key("c"), time_ms + 10000, 3000);
    assert_true(sg_history_rate(history, key("c"), time_ms + 10000) == 200);
    sg_history_add_counter(history, key("c"), time_ms + 20000, 10); /* was reset */
    assert_true(sg_history_rate(history, key("c"), time_ms + 20000) == 200);
    sg_history_add_counter(history, key("c"), time_ms + 30000, 1010);
    assert_true(sg_history_rate(history, key("c"), time_ms + 30000) == 100);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms + HOUR_MS)));
    (void)sg_history_free(history);
}

/* Two values that are too near to each other make no rate; one is known for two minutes. */
static void test_history_of_a_counter_has_limits_of_time(void **state)
{
    struct sg_history *history;
    int64_t time_ms = HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    sg_history_add_counter(history, key("c"), time_ms, 1000);
    sg_history_add_counter(history, key("c"), time_ms + 899, 2000);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms + 899)));
    sg_history_add_counter(history, key("c"), time_ms + 900, 1900); /* since the first one */
    assert_true(sg_history_rate(history, key("c"), time_ms + 900) == 1000);
    sg_history_add_counter(history, key("c"), time_ms + 1000, 1900); /* the same value: seen */
    assert_true(sg_history_rate(history, key("c"), time_ms + 1000 + 119999) == 1000);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms + 1000 + 120000)));
    sg_history_add_counter(history, key("c"), time_ms + 200000, (double)NAN);
    assert_true(isnan(sg_history_rate(history, key("c"), time_ms + 200000)));
    (void)sg_history_free(history);
}

static void test_history_is_bounded_and_the_unseen_make_room(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS_MAX];
    char name[32];
    int64_t time_ms = HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    for (int i = 0; i < SG_HISTORY_SERIES_MAX + 10; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        sg_history_add_gauge(history, key(name), time_ms, 1);
    }
    sg_history_points(history, key(name), SG_HISTORY_HOUR, time_ms, points);
    assert_true(isnan(points[SG_HISTORY_HOUR_POINTS - 1]));
    time_ms += 25 * HOUR_MS;
    sg_history_add_gauge(history, key(name), time_ms, 1);
    sg_history_points(history, key(name), SG_HISTORY_HOUR, time_ms, points);
    assert_true(points[SG_HISTORY_HOUR_POINTS - 1] == 1);
    (void)sg_history_free(history);
}

/* One that was not seen for a day is enough. */
static void test_history_that_is_full_makes_room_of_a_single_one(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS_MAX];
    char name[32];
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    for (int i = 0; i <= SG_HISTORY_SERIES_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        sg_history_add_gauge(history, key(name), (i == 0 ? 1 : 26) * HOUR_MS, 1);
    }
    sg_history_points(history, key(name), SG_HISTORY_HOUR, 26 * HOUR_MS, points);
    assert_true(points[SG_HISTORY_HOUR_POINTS - 1] == 1);
    (void)sg_history_free(history);
}

static void test_history_of_a_day_has_the_largest_of_each_ten_minutes(void **state)
{
    struct sg_history *history;
    float points[SG_HISTORY_POINTS_MAX];
    int64_t time_ms = 100 * HOUR_MS;
    (void)state;

    assert_int_equal(sg_history_new(&history), 0);
    sg_history_add_gauge(history, key("a"), time_ms, 3);
    sg_history_add_gauge(history, key("a"), time_ms + 9 * 60000, 8);
    sg_history_add_gauge(history, key("a"), time_ms + 5 * HOUR_MS, 1);
    sg_history_points(history, key("a"), SG_HISTORY_DAY, time_ms + 5 * HOUR_MS, points);
    assert_true(points[SG_HISTORY_DAY_POINTS - 1] == 1 && points[SG_HISTORY_DAY_POINTS - 31] == 8);
    assert_true(isnan(points[SG_HISTORY_DAY_POINTS - 30]));
    assert_int_equal(
        sg_history_n_points(SG_HISTORY_DAY) * sg_history_point_ms(SG_HISTORY_DAY), 24 * HOUR_MS);
    (void)sg_history_free(history);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history_keeps_the_largest_of_each_half_minute_for_an_hour),
        cmocka_unit_test(test_history_in_the_first_hour_of_the_clock_has_no_points_before_it),
        cmocka_unit_test(test_history_of_a_counter_is_its_rate_and_survives_a_restart),
        cmocka_unit_test(test_history_of_a_counter_has_limits_of_time),
        cmocka_unit_test(test_history_is_bounded_and_the_unseen_make_room),
        cmocka_unit_test(test_history_that_is_full_makes_room_of_a_single_one),
        cmocka_unit_test(test_history_of_a_day_has_the_largest_of_each_ten_minutes),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
