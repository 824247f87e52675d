/* SPDX-License-Identifier: Apache-2.0 */

/* Which requests for a reload are answered by which reload, and how. */

#include "serve/reload.h"
#include "serve/test_mhd.h"
#include "test.h"

static int n_woken;
static struct sg_reloader *reloader;

static void wake(void *context)
{
    assert_ptr_equal(context, &n_woken);
    n_woken++;
}

static int set_up(void **state)
{
    (void)state;
    n_woken = 0;
    assert_int_equal(sg_reloader_new(wake, &n_woken, &reloader), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    reloader = sg_reloader_free(reloader);
    return 0;
}

struct visit {
    struct MHD_Connection connection;
    struct sg_request *request;
};

/* The first handling. */
static void ask(struct visit *visit)
{
    visit->connection = connection_from(1);
    visit->request = sg_request_new(&visit->connection, NULL);
    assert_non_null(visit->request);
    assert_int_equal(sg_reloader_answer(reloader, visit->request), MHD_YES);
}

static bool is_waiting(struct visit *visit)
{
    return atomic_load(&visit->connection.n_suspended) > atomic_load(&visit->connection.n_resumed);
}

static void end(struct visit *visit)
{
    sg_reloader_forget(reloader, visit->request);
    visit->request = sg_request_free(visit->request);
}

/* It was resumed: it is handled again, and answered. */
static void assert_answered(struct visit *visit, unsigned status, const char *body)
{
    assert_false(is_waiting(visit));
    assert_int_equal(sg_reloader_answer(reloader, visit->request), MHD_YES);
    assert_int_equal(visit->connection.status, status);
    assert_string_equal(visit->connection.body, body);
    end(visit);
}

/* ---- Tests ---- */

static void test_request_waits_for_its_reload_and_gets_the_result(void **state)
{
    static const struct {
        bool good;
        unsigned status;
        const char *text;
    } cases[] = {
        { true, 200, "configuration loaded\n" },
        { false, 500, "f.yml:1:1: no\nf.yml:2:1: nor this\n" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct visit visit;
        ask(&visit);
        assert_true(is_waiting(&visit));
        assert_int_equal(n_woken, i + 1);
        assert_int_equal(visit.connection.status, 0);
        sg_reloader_begin(reloader);
        assert_true(is_waiting(&visit));
        sg_reloader_finish(reloader, cases[i].good, cases[i].text);
        assert_answered(&visit, cases[i].status, cases[i].text);
    }
}

/* Handled again for another reason, such as data that arrives: nothing happens twice. */
static void test_request_that_waits_is_asked_for_once(void **state)
{
    struct visit visit;
    (void)state;

    ask(&visit);
    assert_int_equal(sg_reloader_answer(reloader, visit.request), MHD_YES);
    assert_int_equal(n_woken, 1);
    assert_int_equal(atomic_load(&visit.connection.n_suspended), 1);
    sg_reloader_begin(reloader);
    sg_reloader_finish(reloader, true, "x\n");
    assert_answered(&visit, 200, "x\n");
}

/* The file may have changed after the reload that is under way has read it. */
static void test_request_during_a_reload_waits_for_the_next(void **state)
{
    struct visit first, second;
    (void)state;

    ask(&first);
    sg_reloader_begin(reloader);
    ask(&second);
    assert_int_equal(n_woken, 2);
    sg_reloader_finish(reloader, true, "first\n");
    assert_true(is_waiting(&second));
    assert_answered(&first, 200, "first\n");
    sg_reloader_begin(reloader);
    sg_reloader_finish(reloader, false, "second\n");
    assert_answered(&second, 500, "second\n");
}

static void test_requests_before_a_reload_are_all_answered_by_it(void **state)
{
    struct visit first, second;
    (void)state;

    ask(&first);
    ask(&second);
    sg_reloader_begin(reloader);
    sg_reloader_finish(reloader, true, "both\n");
    assert_answered(&first, 200, "both\n");
    assert_answered(&second, 200, "both\n");
}

/* Its client has gone: what comes after it in the list is still answered. */
static void test_request_that_is_over_is_forgotten(void **state)
{
    struct visit first, gone, last;
    (void)state;

    ask(&first);
    ask(&gone);
    ask(&last);
    end(&gone);
    sg_reloader_begin(reloader);
    sg_reloader_finish(reloader, true, "x\n");
    assert_int_equal(atomic_load(&gone.connection.n_resumed), 0);
    assert_answered(&first, 200, "x\n");
    assert_answered(&last, 200, "x\n");
}

static void test_stop_answers_all_and_suspends_nobody(void **state)
{
    struct visit asked, under_way, done, late;
    (void)state;

    ask(&done);
    sg_reloader_begin(reloader);
    sg_reloader_finish(reloader, true, "done\n");
    ask(&under_way);
    sg_reloader_begin(reloader);
    ask(&asked);
    sg_reloader_close(reloader);
    assert_int_equal(atomic_load(&done.connection.n_resumed), 1);
    assert_answered(&done, 200, "done\n");
    assert_answered(&under_way, 500, "stopping\n");
    assert_answered(&asked, 500, "stopping\n");
    ask(&late);
    assert_int_equal(atomic_load(&late.connection.n_suspended), 0);
    assert_int_equal(late.connection.status, 503);
    assert_string_equal(late.connection.body, "stopping\n");
    assert_int_equal(n_woken, 3);
    end(&late);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_request_during_a_reload_waits_for_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_request_that_is_over_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_request_that_waits_is_asked_for_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_request_waits_for_its_reload_and_gets_the_result, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_requests_before_a_reload_are_all_answered_by_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_stop_answers_all_and_suspends_nobody, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
