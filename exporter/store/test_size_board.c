/* SPDX-License-Identifier: Apache-2.0 */
#include "store/size_board.h"
#include "test.h"

#include <pthread.h>

static struct sg_log_sizes *sizes_of(int64_t bytes)
{
    struct sg_log_sizes *sizes = NULL;

    assert_int_equal(sg_log_sizes_new(10, &sizes), 0);
    assert_int_equal(sg_log_sizes_add(sizes, SG_STR("t"), 0, bytes), 0);
    return sizes;
}

static void put(struct sg_size_board *board, int32_t broker, int64_t bytes, int64_t until_ms)
{
    assert_int_equal(sg_size_board_put(board, broker, sizes_of(bytes), until_ms), 0);
}

/* @return the broker's total, or -1: it is not there */
static int64_t total_at(const struct sg_size_board *board, int32_t broker, int64_t now_ms)
{
    struct sg_sizes_taken taken;

    assert_int_equal(sg_size_board_take(board, now_ms, &taken), 0);
    const struct sg_log_sizes *sizes = sg_sizes_taken_find(&taken, broker);
    int64_t total = sizes ? sg_log_sizes_total(sizes) : -1;
    sg_sizes_taken_done(&taken);
    return total;
}

static void test_size_board_brokers_are_found_in_any_order(void **state)
{
    struct sg_size_board *board = NULL;

    (void)state;
    assert_int_equal(sg_size_board_new(&board), 0);
    assert_int_equal(total_at(board, 1, 0), -1);
    for (int32_t id = 20; id > 0; id -= 2)
        put(board, id, id, 100);
    for (int32_t id = 1; id < 20; id += 2)
        put(board, id, id, 100);
    for (int32_t id = 1; id <= 20; id++)
        assert_int_equal(total_at(board, id, 0), id);
    assert_int_equal(total_at(board, 0, 0), -1);
    assert_int_equal(total_at(board, 21, 0), -1);
    (void)sg_size_board_free(board);
}

static void test_size_board_latest_sizes_replace_those_before(void **state)
{
    struct sg_size_board *board = NULL;

    (void)state;
    assert_int_equal(sg_size_board_new(&board), 0);
    put(board, 1, 10, 100);
    put(board, 2, 20, 100);
    put(board, 1, 11, 200);
    assert_int_equal(total_at(board, 1, 150), 11);
    assert_int_equal(total_at(board, 2, 50), 20);
    (void)sg_size_board_free(board);
}

/* One broker that does not answer any more takes nothing from the others. */
static void test_size_board_sizes_count_until_their_time_is_over(void **state)
{
    struct sg_size_board *board = NULL;

    (void)state;
    assert_int_equal(sg_size_board_new(&board), 0);
    put(board, 1, 10, 100);
    put(board, 2, 20, 200);
    assert_int_equal(total_at(board, 1, 99), 10);
    assert_int_equal(total_at(board, 1, 100), -1);
    assert_int_equal(total_at(board, 2, 100), 20);
    (void)sg_size_board_free(board);
}

/* ---- Two threads: one puts, one takes ---- */

enum {
    ROUNDS = 500
};

static void *put_rounds(void *board)
{
    for (int i = 0; i < ROUNDS; i++) {
        for (int32_t id = 1; id <= 3; id++)
            put(board, id, 1000 + i, 100);
    }
    return NULL;
}

static void test_size_board_what_was_taken_stays_while_others_put(void **state)
{
    struct sg_size_board *board = NULL;
    pthread_t thread;

    (void)state;
    assert_int_equal(sg_size_board_new(&board), 0);
    assert_int_equal(pthread_create(&thread, NULL, put_rounds, board), 0);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t total = total_at(board, 2, 0);
        assert_true(total == -1 || (total >= 1000 && total < 1000 + ROUNDS));
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(total_at(board, 3, 0), 1000 + ROUNDS - 1);
    (void)sg_size_board_free(board);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_board_brokers_are_found_in_any_order),
        cmocka_unit_test(test_size_board_latest_sizes_replace_those_before),
        cmocka_unit_test(test_size_board_sizes_count_until_their_time_is_over),
        cmocka_unit_test(test_size_board_what_was_taken_stays_while_others_put),
    };
    return cmocka_run_group_tests_name("size_board", tests, NULL, NULL);
}
