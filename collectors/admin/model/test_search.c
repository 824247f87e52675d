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

/* It goes back to where the log's end was seen before the offset, not by a first short step. */
static void test_search_goes_halfway_to_an_end_that_was_seen(void **state)
{
    static const struct sg_fact past = { NOW - 100000, 20, false };
    const struct sg_log_bounds log = { .start = 0, .end = 5, .seen_ms = NOW - 500000 };
    struct fixture *f = *state;
    struct sg_search search = { .history = f->history, .committed = 5 };

    sg_histories_update(&f->histories, f->history, &log, true);
    sg_history_keep(sg_histories_at(&f->histories, f->history), &past);
    sg_search_begin(&search, &f->histories, 5);
    sg_search_settle(&search, &f->histories, NOW);
    assert_int_equal(sg_search_ask(&search, NOW), NOW - 300000);
}

static void test_search_at_the_logs_end_begins_with_a_short_step(void **state)
{
    const struct sg_log_bounds log = { .start = 0, .end = 5, .seen_ms = NOW - 500000 };
    struct fixture *f = *state;
    struct sg_search search = { .history = f->history, .committed = 5 };

    sg_histories_update(&f->histories, f->history, &log, true);
    sg_search_begin(&search, &f->histories, 5);
    sg_search_settle(&search, &f->histories, NOW);
    assert_int_equal(sg_search_ask(&search, NOW), NOW - 1000);
}

static void test_history_keeps_neither_what_is_no_answer_nor_one_twice(void **state)
{
    static const struct sg_fact facts[] = { { SG_ALWAYS, 1, false }, { SG_NEVER, 2, false },
        { NOW, 3, false }, { NOW, 4, false }, { NOW + 1, 5, true }, { 0, 6, false } };
    struct fixture *f = *state;
    struct sg_history *history = sg_histories_at(&f->histories, f->history);

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        sg_history_keep(history, &facts[i]);
    assert_int_equal(history->n_facts, 3);
    assert_int_equal(history->facts[0].offset, 3);
    assert_int_equal(history->facts[1].offset, 5);
    assert_int_equal(history->facts[2].offset, 6);
}

/* While everything is read only the latest end is kept: the first one when a group falls behind. */
static void test_history_has_the_end_up_to_which_all_was_read(void **state)
{
    struct fixture *f = *state;

    for (int64_t i = 0; i < 3; i++) {
        const struct sg_log_bounds log = { .start = 0, .end = 5 + i, .seen_ms = NOW + 1000 * i };
        f->histories.all.generation++;
        sg_histories_update(&f->histories, f->history, &log, i == 2);
    }
    const struct sg_history *history = sg_histories_at(&f->histories, f->history);
    assert_int_equal(history->n_ends, 2);
    for (int64_t i = 0; i < 2; i++) {
        assert_int_equal(history->ends[i].offset, 6 + i);
        assert_int_equal(history->ends[i].time_ms, NOW + 1000 * (i + 1));
    }
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
        TEST(test_search_goes_halfway_to_an_end_that_was_seen),
        TEST(test_search_at_the_logs_end_begins_with_a_short_step),
        TEST(test_history_keeps_neither_what_is_no_answer_nor_one_twice),
        TEST(test_history_has_the_end_up_to_which_all_was_read),
        TEST(test_every_second_one_of_the_older_ends_is_forgotten_when_there_are_many),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
