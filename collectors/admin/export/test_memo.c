/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/memo.h"
#include "test.h"

#include <stdio.h>

static struct sg_memo_key key_of(const char *group, const char *topic, int32_t partition)
{
    return (struct sg_memo_key){
        .group = sg_str_of(group),
        .topic = sg_str_of(topic),
        .partition = partition,
        .n_series = 2,
    };
}

/* @return the thing's first series, which is set to `number` if it was not known */
static uint32_t next(struct sg_memo *memo, struct sg_memo_key key, uint32_t number)
{
    uint32_t *series = sg_memo_next(memo, &key);

    assert_non_null(series);
    if (series[0] == SG_MEMO_NONE) {
        assert_int_equal(series[key.n_series - 1], SG_MEMO_NONE);
        series[0] = series[key.n_series - 1] = number;
    }
    return series[0];
}

static void test_memo_things_keep_their_series_in_any_order(void **state)
{
    struct sg_memo *memo = NULL;
    (void)state;

    assert_int_equal(sg_memo_new(&memo), 0);
    sg_memo_begin(memo, 0);
    assert_int_equal(next(memo, key_of("g", "a", 0), 1), 1);
    assert_int_equal(next(memo, key_of("g", "a", 1), 2), 2);
    assert_int_equal(next(memo, key_of("", "ga", 1), 3), 3);
    sg_memo_begin(memo, 0);
    assert_int_equal(next(memo, key_of("", "ga", 1), 9), 3); /* out of order */
    assert_int_equal(next(memo, key_of("g", "a", 0), 9), 1);
    assert_int_equal(next(memo, key_of("g", "a", 1), 9), 2); /* expected */
    assert_int_equal(next(memo, key_of("g", "a", 2), 4), 4); /* new */
    (void)sg_memo_free(memo);
}

static void test_memo_kinds_are_different_things(void **state)
{
    struct sg_memo *memo = NULL;
    struct sg_memo_key other = key_of("g", "a", 0);
    (void)state;

    other.kind = 1;
    assert_int_equal(sg_memo_new(&memo), 0);
    sg_memo_begin(memo, 0);
    assert_int_equal(next(memo, key_of("g", "a", 0), 1), 1);
    assert_int_equal(next(memo, other, 2), 2);
    (void)sg_memo_free(memo);
}

static void test_memo_new_epoch_forgets(void **state)
{
    struct sg_memo *memo = NULL;
    (void)state;

    assert_int_equal(sg_memo_new(&memo), 0);
    sg_memo_begin(memo, 0);
    assert_int_equal(next(memo, key_of("g", "a", 0), 1), 1);
    sg_memo_begin(memo, 1);
    assert_int_equal(next(memo, key_of("g", "a", 0), 5), 5);
    (void)sg_memo_free(memo);
}

/* Topics that come and go: what is gone is forgotten, so that series numbers may be used again. */
static void test_memo_things_that_are_gone_are_forgotten(void **state)
{
    struct sg_memo *memo = NULL;
    char name[16];
    (void)state;

    assert_int_equal(sg_memo_new(&memo), 0);
    for (uint32_t round = 0; round < 4; round++) {
        sg_memo_begin(memo, 0);
        for (uint32_t i = 0; i < 3000; i++) {
            (void)snprintf(name, sizeof name, "t%u", i % 1000 + round * 1000);
            (void)next(memo, key_of("", name, (int32_t)(i / 1000)), i);
        }
    }
    sg_memo_begin(memo, 0);
    assert_int_equal(next(memo, key_of("", "t0", 0), 77), 77);
    assert_int_equal(next(memo, key_of("", "t3000", 0), 78), 0); /* of the latest round */
    (void)sg_memo_free(memo);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memo_things_keep_their_series_in_any_order),
        cmocka_unit_test(test_memo_kinds_are_different_things),
        cmocka_unit_test(test_memo_new_epoch_forgets),
        cmocka_unit_test(test_memo_things_that_are_gone_are_forgotten),
    };
    return cmocka_run_group_tests_name("memo", tests, NULL, NULL);
}
