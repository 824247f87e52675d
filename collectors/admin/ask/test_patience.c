/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/patience.h"
#include "test.h"

static void test_patience_ends_after_half_a_minute_and_then_less_often(void **state)
{
    static const int64_t ends_ms[] = { 30000, 90000, 210000, 450000, 690000, 930000 };
    struct sg_patience patience = { 0 };
    size_t n = 0;
    (void)state;

    for (int64_t now_ms = 0; now_ms < 1000000; now_ms += 1000) {
        if (!sg_patience_ends(&patience, false, now_ms))
            continue;
        assert_true(n < sizeof ends_ms / sizeof ends_ms[0]);
        assert_int_equal(now_ms, ends_ms[n++]);
    }
    assert_int_equal(n, sizeof ends_ms / sizeof ends_ms[0]);
}

static void test_patience_is_whole_again_once_it_works(void **state)
{
    struct sg_patience patience = { 0 };
    (void)state;

    assert_false(sg_patience_ends(&patience, true, 0));
    assert_false(sg_patience_ends(&patience, false, 100000));
    assert_false(sg_patience_ends(&patience, true, 129999));
    assert_false(sg_patience_ends(&patience, false, 130000));
    assert_false(sg_patience_ends(&patience, false, 159999));
    assert_true(sg_patience_ends(&patience, false, 160000));
}

/* A client is given more than one collection, however rare they are. */
static void test_patience_never_ends_at_the_first_failure(void **state)
{
    struct sg_patience patience = { 0 };
    (void)state;

    assert_false(sg_patience_ends(&patience, true, 0));
    assert_false(sg_patience_ends(&patience, false, 3600000));
    assert_true(sg_patience_ends(&patience, false, 7200000));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patience_ends_after_half_a_minute_and_then_less_often),
        cmocka_unit_test(test_patience_is_whole_again_once_it_works),
        cmocka_unit_test(test_patience_never_ends_at_the_first_failure),
    };
    return cmocka_run_group_tests_name("admin_patience", tests, NULL, NULL);
}
