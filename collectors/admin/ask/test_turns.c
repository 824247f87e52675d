/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/turns.h"
#include "base/test_clock.h"
#include "test.h"

struct fixture {
    struct sg_groups groups;
    struct sg_turns turns;
};

static void set_up(struct fixture *f, const char *names)
{
    uint32_t number;
    bool is_new;

    *f = (struct fixture){ .turns = { .clock = &test_clock, .groups = &f->groups } };
    atomic_store(&now_ms, 1000);
    assert_int_equal(sg_groups_init(&f->groups, 100, NULL), 0);
    for (; *names; names++)
        assert_int_equal(sg_groups_add(&f->groups, (struct sg_str){ names, 1 },
                             RD_KAFKA_CONSUMER_GROUP_STATE_STABLE, &number, &is_new),
            0);
}

static void tear_down(struct fixture *f)
{
    sg_turns_done(&f->turns);
    sg_groups_done(&f->groups);
}

/* The next group, "" when there is none; it is queried with one request. */
static struct sg_str next(struct fixture *f)
{
    uint32_t number;

    if (!sg_turns_next(&f->turns, &number))
        return SG_STR("");
    sg_turns_sent(&f->turns, number, 1);
    return f->groups.groups[number].name;
}

#define expect_next(f, name) assert_true(sg_str_equal(next(f), SG_STR(name)))

static bool is_b(const struct sg_group *group)
{
    return sg_str_equal(group->name, SG_STR("b"));
}

static void test_groups_that_waited_go_first_and_silent_ones_last(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f, "abcd");
    f.groups.groups[0].turn = -1;
    f.groups.groups[2].turn = 1;
    f.groups.groups[3].turn = 2;
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "d");
    expect_next(&f, "c");
    expect_next(&f, "b");
    expect_next(&f, "a");
    expect_next(&f, "");
    tear_down(&f);
}

static void test_end_says_whose_turn_it_is_at_the_next_collection(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f, "abcd");
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "a");
    expect_next(&f, "b");
    sg_turns_answered(&f.turns, 0);
    struct sg_turns_rest rest = sg_turns_end(&f.turns);
    assert_int_equal(rest.n_silent, 1);
    assert_int_equal(rest.silent, 1);
    assert_int_equal(rest.n_left, 2);
    assert_int_equal(rest.left, 2);
    assert_int_equal(f.groups.groups[0].turn, 0);
    assert_int_equal(f.groups.groups[1].turn, -1);
    assert_int_equal(f.groups.groups[2].turn, 1);
    assert_int_equal(f.groups.groups[3].turn, 1);
    tear_down(&f);
}

static void test_group_that_takes_too_long_holds_no_place_but_may_answer(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f, "ab");
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "a");
    atomic_fetch_add(&now_ms, 50);
    expect_next(&f, "b");
    assert_int_equal(f.turns.n_in_flight, 2);
    atomic_fetch_add(&now_ms, 60);
    sg_turns_give_up(&f.turns, 100);
    assert_int_equal(f.turns.n_in_flight, 1);
    sg_turns_answered(&f.turns, 0);
    assert_int_equal(f.turns.n_in_flight, 1);
    assert_int_equal(f.turns.answer_ms, 0); /* too late to tell how long one takes */
    sg_turns_answered(&f.turns, 1);
    assert_int_equal(f.turns.n_in_flight, 0);
    assert_true(f.turns.answer_ms > 0);
    assert_int_equal(sg_turns_end(&f.turns).n_silent, 0);
    tear_down(&f);
}

static void test_group_that_takes_too_long_is_found_behind_one_that_answered(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f, "abc");
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "a");
    expect_next(&f, "b");
    sg_turns_answered(&f.turns, 0);
    atomic_fetch_add(&now_ms, 100);
    expect_next(&f, "c");
    sg_turns_give_up(&f.turns, 101);
    assert_int_equal(f.turns.n_in_flight, 2);
    sg_turns_give_up(&f.turns, 100);
    assert_int_equal(f.turns.n_in_flight, 1);
    tear_down(&f);
}

/* Without memory for the request. */
static void test_group_whose_request_was_not_sent_is_not_silent(void **state)
{
    struct fixture f;
    uint32_t number;
    (void)state;

    set_up(&f, "ab");
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "a");
    assert_true(sg_turns_next(&f.turns, &number));
    atomic_fetch_add(&now_ms, 100);
    sg_turns_give_up(&f.turns, 100);
    assert_int_equal(f.turns.n_in_flight, 0);
    struct sg_turns_rest rest = sg_turns_end(&f.turns);
    assert_int_equal(rest.n_silent, 1);
    assert_int_equal(rest.silent, 0);
    assert_int_equal(rest.n_left, 0);
    tear_down(&f);
}

static void test_only_wanted_groups_and_those_that_are_listed_later_have_places(void **state)
{
    struct fixture f;
    uint32_t number;
    bool is_new;
    (void)state;

    set_up(&f, "abc");
    assert_int_equal(sg_turns_add_listed(&f.turns, is_b), 0);
    expect_next(&f, "b");
    expect_next(&f, "");
    assert_int_equal(sg_groups_add(&f.groups, SG_STR("d"), RD_KAFKA_CONSUMER_GROUP_STATE_STABLE,
                         &number, &is_new),
        0);
    assert_int_equal(sg_turns_add_listed(&f.turns, NULL), 0);
    expect_next(&f, "d");
    expect_next(&f, "");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_that_waited_go_first_and_silent_ones_last),
        cmocka_unit_test(test_end_says_whose_turn_it_is_at_the_next_collection),
        cmocka_unit_test(test_group_that_takes_too_long_holds_no_place_but_may_answer),
        cmocka_unit_test(test_group_that_takes_too_long_is_found_behind_one_that_answered),
        cmocka_unit_test(test_group_whose_request_was_not_sent_is_not_silent),
        cmocka_unit_test(test_only_wanted_groups_and_those_that_are_listed_later_have_places),
    };

    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
