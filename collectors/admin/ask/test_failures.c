/* SPDX-License-Identifier: Apache-2.0 */

/* What becomes of many failures of one collection. */

#include "admin/ask/failures.h"
#include "base/test_clock.h"
#include "test.h"

static void add_timeout(struct sg_failures *failures, enum sg_request request, int broker)
{
    sg_failures_add(failures, SG_FAILURE_TIMEOUT, request, RD_KAFKA_RESP_ERR__TIMED_OUT,
        "broker %d does not answer", broker);
}

static void test_failures_of_one_request_and_code_are_one(void **state)
{
    struct sg_failures failures = { .n = 0 };
    (void)state;

    for (int broker = 1; broker <= 3; broker++)
        add_timeout(&failures, SG_REQUEST_LIST_OFFSETS, broker);
    add_timeout(&failures, SG_REQUEST_OFFSET_FETCH, 4);
    sg_failures_add(&failures, SG_FAILURE_TIMEOUT, SG_REQUEST_LIST_OFFSETS,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, "another code");
    sg_failures_add(&failures, SG_FAILURE_LIMIT, SG_REQUEST_LIST_OFFSETS,
        RD_KAFKA_RESP_ERR__TIMED_OUT, "another kind");
    assert_int_equal(failures.n, 4);
    assert_string_equal(failures.items[0].err.text, "broker 1 does not answer");
    assert_int_equal(failures.items[0].n_more, 2);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(failures.items[i].n_more, 0);
    assert_string_equal(failures.items[1].err.text, "broker 4 does not answer");
    assert_int_equal(failures.items[3].kind, SG_FAILURE_LIMIT);
}

/* ---- What the slot hears ---- */

static struct sg_slot_status report(const struct sg_failures *failures)
{
    struct sg_store *store = NULL;
    struct sg_slot *slot = NULL;
    struct sg_slot_status status;

    assert_int_equal(sg_store_new(&test_clock, 30000, &store), 0);
    assert_int_equal(sg_store_slot(store, "c", "admin", "cluster", &slot), 0);
    sg_slot_begin(slot);
    sg_failures_report(failures, slot);
    sg_slot_end(slot, NULL);
    sg_slot_get_status(slot, &status);
    (void)sg_slot_free(slot);
    (void)sg_store_free(store);
    return status;
}

static void test_failures_reported_say_how_often_first(void **state)
{
    struct sg_failures failures = { .n = 0 };
    (void)state;

    add_timeout(&failures, SG_REQUEST_LIST_OFFSETS, 1);
    assert_string_equal(report(&failures).failure.text, "broker 1 does not answer");
    add_timeout(&failures, SG_REQUEST_LIST_OFFSETS, 2);
    struct sg_slot_status status = report(&failures);
    assert_string_equal(status.failure.text, "2 times, for example broker 1 does not answer");
    assert_int_equal(status.n_failures[SG_FAILURE_TIMEOUT], 1);
}

static void test_failures_that_are_warnings_do_not_fail_the_collection(void **state)
{
    struct sg_failures failures = { .n = 0 };
    (void)state;

    sg_failures_warn(&failures, SG_FAILURE_DENIED, SG_REQUEST_FETCH,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "topic t");
    struct sg_slot_status status = report(&failures);
    assert_false(status.has_run); /* aborted: neither samples nor a failure */
    assert_int_equal(status.n_failures[SG_FAILURE_DENIED], 1);
}

static void test_failures_are_doubtful_unless_they_are_clear_answers(void **state)
{
    static const struct {
        enum sg_failure_kind kind;
        enum sg_request request;
        bool is_doubtful;
    } cases[] = {
        { SG_FAILURE_TIMEOUT, SG_REQUEST_METADATA, true },
        { SG_FAILURE_PROTOCOL, SG_REQUEST_OFFSET_FETCH, true },
        { SG_FAILURE_DENIED, SG_REQUEST_OFFSET_FETCH, false },
        { SG_FAILURE_LIMIT, SG_REQUEST_LIST_GROUPS, false },
        { SG_FAILURE_PARSE, SG_REQUEST_CHECKPOINT, false }, /* files */
        { SG_FAILURE_INTERNAL, SG_REQUEST_NONE, false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_failures failures = { .n = 0 };
        assert_false(sg_failures_is_doubtful(&failures));
        sg_failures_warn(&failures, SG_FAILURE_TIMEOUT, SG_REQUEST_LIST_OFFSETS, 1, "x");
        assert_false(sg_failures_is_doubtful(&failures));
        sg_failures_add(&failures, cases[i].kind, cases[i].request, 2, "x");
        assert_int_equal(sg_failures_is_doubtful(&failures), cases[i].is_doubtful);
    }
}

static void test_failures_past_the_cap_are_counted(void **state)
{
    struct sg_failures failures = { .n = 0 };
    (void)state;

    for (int code = 0; code < SG_FAILURES_MAX; code++)
        sg_failures_add(&failures, SG_FAILURE_PROTOCOL, SG_REQUEST_METADATA, code, "%d", code);
    assert_int_equal(report(&failures).n_failures[SG_FAILURE_LIMIT], 0);
    for (int more = 0; more < 2; more++)
        sg_failures_add(&failures, SG_FAILURE_PROTOCOL, SG_REQUEST_METADATA, 1000 + more, "x");
    assert_int_equal(failures.n, SG_FAILURES_MAX);
    struct sg_slot_status status = report(&failures);
    assert_int_equal(status.n_failures[SG_FAILURE_PROTOCOL], SG_FAILURES_MAX);
    assert_int_equal(status.n_failures[SG_FAILURE_LIMIT], 1);
    assert_string_equal(status.failure.text, "2 more failures of other kinds");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures_of_one_request_and_code_are_one),
        cmocka_unit_test(test_failures_reported_say_how_often_first),
        cmocka_unit_test(test_failures_that_are_warnings_do_not_fail_the_collection),
        cmocka_unit_test(test_failures_are_doubtful_unless_they_are_clear_answers),
        cmocka_unit_test(test_failures_past_the_cap_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
