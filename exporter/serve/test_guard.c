/* SPDX-License-Identifier: Apache-2.0 */

/* What comes before every path, and the passwords of it, with the real thread that checks them. */

#include "base/test_clock.h"
#include "serve/guard.h"
#include "serve/test_mhd.h"
#include "temporary.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    WAIT_MS = 10000 /* real time, for the thread */
};

/* "secret", at the lowest cost */
#define USERS                                                                                    \
    "basic_auth_users: { alice: '$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW' " \
    "}\n"
#define RENAMED \
    "basic_auth_users: { bob: '$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW' }\n"
#define RATE    "rate_limit: { interval: 1s, burst: 2 }\n"
#define HEALTHY "auth_excluded_paths: [ /-/healthy ]\n"

#define RIGHT   "Basic YWxpY2U6c2VjcmV0" /* alice:secret */
#define WRONG   "Basic YWxpY2U6d3Jvbmc=" /* alice:wrong */
#define UNKNOWN "Basic Ym9iOnNlY3JldA==" /* bob:secret */

static char path[TEMPORARY_BYTES];
static struct sg_web *web;
static struct sg_auth *auth;

static void use_file(const char *text)
{
    struct sg_error err = { "" };

    put_text(path, text);
    if (sg_web_new(path, &test_clock, &web, &err))
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    (void)state;
    temporary_file("", path);
    assert_int_equal(sg_auth_new(&auth), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    auth = sg_auth_free(auth);
    web = sg_web_free(web);
    (void)unlink(path);
    return 0;
}

/* One request, which may be handled several times. */
struct visit {
    struct MHD_Connection connection;
    struct sg_request *request;
    enum MHD_Result result;
};

static void begin(struct visit *visit, const char *route, const char *authorization)
{
    *visit = (struct visit){ .connection = connection_from(1), .result = MHD_NO };
    visit->connection.authorization = authorization;
    visit->request = sg_request_new(&visit->connection, NULL);
    assert_non_null(visit->request);
    visit->request->web = sg_web_take(web);
    visit->request->route = route;
}

/* @return is it let pass? */
static bool handle(struct visit *visit)
{
    return sg_guard_lets_pass(web, auth, visit->request, &visit->result);
}

static void end(struct visit *visit)
{
    visit->request = sg_request_free(visit->request);
}

/* A request from its first handling to its answer. @return the status; 0: it was let pass */
static unsigned visit_once(const char *route, const char *authorization)
{
    struct visit visit;

    begin(&visit, route, authorization);
    bool passes = handle(&visit);
    if (!passes && visit.connection.status == 0) { /* suspended for its password */
        assert_int_equal(visit.result, MHD_YES);
        for (int i = 0; i < WAIT_MS && !atomic_load(&visit.connection.n_resumed); i++)
            (void)usleep(1000);
        assert_int_equal(atomic_load(&visit.connection.n_suspended), 1);
        assert_int_equal(atomic_load(&visit.connection.n_resumed), 1);
        passes = handle(&visit);
    }
    assert_int_equal(passes, visit.connection.status == 0);
    end(&visit);
    return visit.connection.status;
}

/* ---- Tests ---- */

static void test_invalid_file_lets_nothing_pass(void **state)
{
    struct visit visit;
    (void)state;

    use_file(HEALTHY USERS RATE);
    put_text(path, "no: such key\n");
    for (int i = 0; i < 5; i++) { /* before the rate limit */
        begin(&visit, "/-/healthy", RIGHT);
        assert_false(handle(&visit));
        assert_int_equal(visit.connection.status, 500);
        assert_string_equal(visit.connection.body, "Internal Server Error\n");
        end(&visit);
    }
}

static void test_rate_limit_counts_a_request_once(void **state)
{
    struct visit visit;
    (void)state;

    use_file(RATE);
    begin(&visit, "/metrics", NULL);
    for (int i = 0; i < 5; i++) /* as after a suspension */
        assert_true(handle(&visit));
    end(&visit);
    assert_int_equal(visit_once("/metrics", NULL), 0);
    assert_int_equal(visit_once("/metrics", NULL), 429);
    atomic_fetch_add(&now_ms, 999);
    assert_int_equal(visit_once("/metrics", NULL), 429);
    atomic_fetch_add(&now_ms, 1);
    assert_int_equal(visit_once("/metrics", NULL), 0);
    assert_int_equal(visit_once("/metrics", NULL), 429);
    atomic_fetch_add(&now_ms, 3600000);
    for (int i = 0; i < 3; i++) /* no more than the burst is saved up */
        assert_int_equal(visit_once("/metrics", NULL), i < 2 ? 0 : 429);
}

/* Otherwise passwords could be tried at any rate. */
static void test_rate_limit_is_before_the_password(void **state)
{
    (void)state;

    use_file(USERS RATE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(visit_once("/metrics", WRONG), i < 2 ? 401 : 429);
    assert_int_equal(visit_once("/metrics", RIGHT), 429);
}

static void test_password_is_asked_for_where_it_is_needed(void **state)
{
    static const struct {
        const char *file, *route, *authorization;
        unsigned status;
    } cases[] = {
        { RATE, "/metrics", NULL, 0 }, { USERS, "/metrics", NULL, 401 },
        { USERS, "/metrics", "Bearer x", 401 }, { USERS, "/metrics", WRONG, 401 },
        { USERS, "/metrics", UNKNOWN, 401 }, { USERS, "/metrics", RIGHT, 0 },
        { USERS, "/-/healthy", NULL, 401 }, { HEALTHY USERS, "/-/healthy", NULL, 0 },
        { HEALTHY USERS, "/-/ready", NULL, 401 }, { HEALTHY USERS, "/-/healthy/", NULL, 401 },
        { HEALTHY USERS, NULL, NULL, 401 }, /* a path without the route prefix */
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        use_file(cases[i].file);
        unsigned status = visit_once(cases[i].route, cases[i].authorization);
        if (status != cases[i].status)
            fail_msg("%s with %s: %u", cases[i].route, cases[i].authorization, status);
        web = sg_web_free(web);
    }
}

static void test_unauthorized_answer_says_how_to_log_in(void **state)
{
    struct visit visit;
    (void)state;

    use_file("http_server_config: { headers: { X-Frame-Options: deny } }\n" USERS);
    begin(&visit, "/metrics", NULL);
    assert_false(handle(&visit));
    assert_int_equal(visit.result, MHD_YES);
    assert_int_equal(visit.connection.status, 401);
    assert_string_equal(visit.connection.headers, "Content-Type: text/plain; charset=utf-8\n"
                                                  "WWW-Authenticate: Basic realm=\"streamgauge\"\n"
                                                  "X-Frame-Options: deny\n");
    end(&visit);
}

static void test_password_is_checked_once_while_it_is_the_same(void **state)
{
    struct visit visit;
    (void)state;

    use_file(USERS);
    assert_int_equal(visit_once("/metrics", RIGHT), 0);
    assert_int_equal(visit_once("/metrics", WRONG), 401);
    begin(&visit, "/metrics", RIGHT);
    assert_true(handle(&visit));
    end(&visit);
    begin(&visit, "/metrics", WRONG);
    assert_false(handle(&visit));
    assert_int_equal(visit.connection.status, 401);
    end(&visit);
    assert_int_equal(atomic_load(&visit.connection.n_suspended), 0);
}

/* The thread may have had no place for it, whatever is remembered meanwhile. */
static void test_verdict_of_the_thread_is_final(void **state)
{
    struct visit visit;
    (void)state;

    use_file(USERS);
    assert_int_equal(visit_once("/metrics", RIGHT), 0);
    begin(&visit, "/metrics", RIGHT);
    visit.request->verdict = SG_VERDICT_BUSY;
    assert_false(handle(&visit));
    assert_int_equal(visit.connection.status, 503);
    end(&visit);
}

/* An unknown user is checked with the first one's hash: that is not the verdict of a known one. */
static void test_verdict_of_an_unknown_user_ends_when_it_is_known(void **state)
{
    (void)state;

    use_file(USERS);
    assert_int_equal(visit_once("/metrics", UNKNOWN), 401);
    put_text(path, RENAMED);
    assert_int_equal(visit_once("/metrics", UNKNOWN), 0);
    assert_int_equal(visit_once("/metrics", RIGHT), 401);
}

/* Those that wait are answered, and later ones do not wait any more: the server can stop. */
static void test_stop_answers_those_whose_password_is_not_checked(void **state)
{
    struct visit visit;
    (void)state;

    use_file(USERS);
    assert_int_equal(visit_once("/metrics", RIGHT), 0);
    sg_auth_stop(auth);
    begin(&visit, "/metrics", WRONG);
    assert_false(handle(&visit));
    assert_int_equal(visit.connection.status, 503);
    assert_non_null(strstr(visit.connection.headers, "\nRetry-After: 1\n"));
    assert_int_equal(atomic_load(&visit.connection.n_suspended), 0);
    end(&visit);
    assert_int_equal(visit_once("/metrics", RIGHT), 0); /* a remembered one still counts */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_invalid_file_lets_nothing_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_password_is_asked_for_where_it_is_needed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_password_is_checked_once_while_it_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate_limit_counts_a_request_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate_limit_is_before_the_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_stop_answers_those_whose_password_is_not_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_verdict_of_an_unknown_user_ends_when_it_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_verdict_of_the_thread_is_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_unauthorized_answer_says_how_to_log_in, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
