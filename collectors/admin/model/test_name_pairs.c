/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/name_pairs.h"
#include "test.h"

#include <stdlib.h>

static uint32_t add(struct sg_name_pairs *pairs, const char *group, const char *topic)
{
    uint32_t number = 77;

    assert_int_equal(sg_name_pairs_add(pairs, sg_str_of(group), sg_str_of(topic), &number), 0);
    assert_true(sg_name_pairs_is(pairs, number, sg_str_of(group), sg_str_of(topic)));
    return number;
}

static void test_name_pairs_are_kept_once_and_divided_by_name(void **state)
{
    struct sg_name_pairs pairs;
    (void)state;

    sg_name_pairs_init(&pairs);
    assert_int_equal(add(&pairs, "g", "ab"), 0);
    assert_int_equal(add(&pairs, "g", "ab"), 0);
    assert_int_equal(add(&pairs, "ga", "b"), 1);
    assert_int_equal(add(&pairs, "g", "ab"), 0);
    assert_false(sg_name_pairs_is(&pairs, 0, SG_STR("ga"), SG_STR("b")));
    assert_false(sg_name_pairs_is(&pairs, 0, SG_STR("g"), SG_STR("aB")));
    sg_name_pairs_done(&pairs);
}

/* What is forgotten takes no memory: groups and topics may come and go for years. */
static void test_name_pairs_cleared_are_gone(void **state)
{
    struct sg_name_pairs pairs;
    (void)state;

    sg_name_pairs_init(&pairs);
    (void)add(&pairs, "g", "a");
    (void)add(&pairs, "g", "b");
    sg_name_pairs_clear(&pairs);
    assert_int_equal(pairs.texts.n, 0);
    assert_int_equal(add(&pairs, "g", "b"), 0);
    sg_name_pairs_done(&pairs);
}

static void test_name_pairs_not_seen_are_forgotten_and_the_others_renumbered(void **state)
{
    struct sg_name_pairs pairs;
    uint32_t *numbers = NULL;
    (void)state;

    sg_name_pairs_init(&pairs);
    (void)add(&pairs, "g", "a");
    (void)add(&pairs, "g", "b");
    (void)add(&pairs, "g", "c");
    sg_name_pairs_begin(&pairs);
    sg_name_pairs_see(&pairs, 2);
    assert_int_equal(sg_name_pairs_forget(&pairs, &numbers), 0);
    assert_int_equal(numbers[2], 0);
    assert_int_equal(pairs.texts.n, 1);
    assert_int_equal(add(&pairs, "g", "c"), 0);
    assert_int_equal(add(&pairs, "g", "a"), 1);
    free(numbers);
    sg_name_pairs_done(&pairs);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_pairs_are_kept_once_and_divided_by_name),
        cmocka_unit_test(test_name_pairs_cleared_are_gone),
        cmocka_unit_test(test_name_pairs_not_seen_are_forgotten_and_the_others_renumbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
