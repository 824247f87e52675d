/* SPDX-License-Identifier: Apache-2.0 */

/* A search by itself, and what is remembered for it; test_ages.c has those of whole collections. */

#include "admin/model/age.h"
#include "admin/model/search.h"
#include "admin/model/test_one_partition.h"
#include "test.h"

#define NOW INT64_C(1795000000000)

struct fixture {
    struct sg_topology *topology;
    struct sg_histories histories;
    uint32_t history;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct sg_filter *all = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, all, 10, &f.topology), 0);
    (void)sg_filter_free(all);
    sg_histories_init(&f.histories);
    f.histories.all.generation = 1; /* not one in which remembered answers are requested again */
    assert_int_equal(sg_histories_find(&f.histories, f.topology, 0, &f.history), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sg_histories_done(&f->histories);
    (void)sg_topology_unref(f->topology);
    return 0;
}

/* The broker's log ends before the offset, so that no answer says anything about it. */
static void test_search_that_learns_nothing_fails_after_so_many_rounds(void **state)
{
    struct fixture *f = *state;
    struct sg_search search = { .history = f->history, .committed = 5 };
    unsigned n_rounds = 0;

    sg_search_begin(&search, &f->histories, 5);
    for (sg_search_settle(&search, &f->histories, NOW); !search.done && n_rounds < 1000;
         n_rounds++) {
        const struct sg_fact nothing = { sg_search_ask(&search, NOW), 5, true };
        sg_search_answer(&search, &f->histories, &nothing, true);
        sg_search_settle(&search, &f->histories, NOW);
    }
    assert_int_equal(n_rounds, 81);
    assert_true(search.done && search.failed);
    assert_int_equal(sg_search_age(&search, NOW, NOW), SG_AGE_UNKNOWN);
}

/* Those of long ago become fewer, the latest are all there. */
static void test_every_second_one_of_the_older_ends_is_forgotten_when_there_are_many(void **state)
{
    static const int64_t expected[] = { 0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    struct fixture *f = *state;

    for (int64_t i = 0; i <= SG_HISTORY_ENDS_MAX; i++) {
        const struct sg_log_bounds log = { .start = 0, .end = i, .seen_ms = NOW + i };
        f->histories.all.generation++;
        sg_histories_update(&f->histories, f->history, &log, true);
    }
    const struct sg_history *history = sg_histories_at(&f->histories, f->history);
    assert_int_equal(history->n_ends, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < history->n_ends; i++) {
        assert_int_equal(history->ends[i].offset, expected[i]);
        assert_int_equal(history->ends[i].time_ms, NOW + expected[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_search_that_learns_nothing_fails_after_so_many_rounds),
        TEST(test_every_second_one_of_the_older_ends_is_forgotten_when_there_are_many),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
