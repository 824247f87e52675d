/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/all_groups.h"
#include "test.h"

static void test_all_groups_are_due_once_a_minute(void **state)
{
    struct sg_all_groups_turn turn = { .asked = false };
    (void)state;

    assert_true(sg_all_groups_is_due(&turn, true, 10, 5));
    turn = (struct sg_all_groups_turn){ .asked = true, .asked_ms = 5 };
    assert_false(sg_all_groups_is_due(&turn, true, 10, 5 + SG_ALL_GROUPS_PAUSE_MS - 1));
    assert_true(sg_all_groups_is_due(&turn, true, 10, 5 + SG_ALL_GROUPS_PAUSE_MS));
}

static void test_all_groups_are_not_due_with_brokers_that_have_no_other_types(void **state)
{
    const struct sg_all_groups_turn turn = { .asked = false };
    (void)state;

    assert_false(sg_all_groups_is_due(&turn, false, 10, 5));
}

static void test_all_groups_are_not_due_when_the_answer_would_be_too_large(void **state)
{
    const struct sg_all_groups_turn turn = { .asked = false };
    (void)state;

    assert_true(sg_all_groups_is_due(&turn, true, SG_ALL_GROUPS_MAX, 5));
    assert_false(sg_all_groups_is_due(&turn, true, SG_ALL_GROUPS_MAX + 1, 5));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_groups_are_due_once_a_minute),
        cmocka_unit_test(test_all_groups_are_not_due_with_brokers_that_have_no_other_types),
        cmocka_unit_test(test_all_groups_are_not_due_when_the_answer_would_be_too_large),
    };
    return cmocka_run_group_tests_name("all_groups", tests, NULL, NULL);
}
