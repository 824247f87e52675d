/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/fair.h"
#include "test.h"

static char items[256];

static bool put(struct sg_fair *fair, uint64_t peer, uint64_t name, int item, void **ret_evicted)
{
    return sg_fair_put(fair, (struct sg_fair_place){ peer, name, &items[item] }, ret_evicted);
}

static void test_take_goes_round_peers_and_their_names(void **state)
{
    static const int expected[] = { 0, 2, 3, 4, 1 };
    static const struct {
        uint64_t peer, name;
    } places[] = { { 1, 1 }, { 1, 1 }, { 2, 1 }, { 1, 2 }, { 2, 2 } };
    struct sg_fair fair = { 0 };
    void *evicted;
    (void)state;

    assert_null(sg_fair_next(&fair));
    for (int i = 0; i < 5; i++)
        assert_true(put(&fair, places[i].peer, places[i].name, i, &evicted));
    for (int i = 0; i < 5; i++)
        assert_ptr_equal(sg_fair_next(&fair), &items[expected[i]]);
    assert_null(sg_fair_next(&fair));
}

/* During a flood, by address or by name, another one gets a place, and is next. */
static void test_put_when_full_takes_the_latest_of_who_has_most(void **state)
{
    (void)state;

    for (uint64_t peer = 1; peer <= 2; peer++) {
        struct sg_fair fair = { 0 };
        void *evicted;

        for (int i = 0; i < 100; i++) {
            assert_int_equal(put(&fair, 1, 1, i, &evicted), i < SG_FAIR_MAX);
            assert_null(evicted);
        }
        assert_true(put(&fair, peer, 2, 200, &evicted));
        assert_ptr_equal(evicted, &items[SG_FAIR_MAX - 1]);
        assert_int_equal(fair.n, SG_FAIR_MAX);
        assert_false(put(&fair, 1, 1, 101, &evicted)); /* and is not evicted again */
        assert_null(evicted);
        /* The flood had no turn yet, so its first item is next; then it has had its turn. */
        assert_ptr_equal(sg_fair_next(&fair), &items[0]);
        assert_ptr_equal(sg_fair_next(&fair), &items[200]);
    }
}

static void test_put_among_equals_takes_nobodys_place(void **state)
{
    struct sg_fair fair = { 0 };
    void *evicted;
    (void)state;

    for (int i = 0; i < SG_FAIR_MAX; i++)
        assert_true(put(&fair, (uint64_t)i, 1, i, &evicted));
    assert_false(put(&fair, 99, 1, 99, &evicted));
    assert_null(evicted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_goes_round_peers_and_their_names),
        cmocka_unit_test(test_put_when_full_takes_the_latest_of_who_has_most),
        cmocka_unit_test(test_put_among_equals_takes_nobodys_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
