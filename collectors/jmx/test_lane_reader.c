/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When a lane requests everything, and when only what it has learned. The JVM is simulated by the
 * texts of its answers, and the clock stands still.
 */

#include "base/test_clock.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/request.h"
#include "jmx/lane_reader.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <stdlib.h>

enum {
    SLOW_MS = 300000,
    BEGUN_MS = 1000,
    MBEANS_MAX = 20,
};

struct fixture {
    struct sg_store *store;
    struct sg_config config;
    struct sg_jolokia_source source;
    struct sg_rule_set rule_set;
    struct sg_target_options options;
    struct sg_lane_reader reader;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    atomic_store(&now_ms, BEGUN_MS);
    f->config.interval_ms = 15000;
    f->source.slow_interval_ms = SLOW_MS;
    f->rule_set.rules = fixture_rules(
        "rules: [ { pattern: 'k<type=(T|U), name=(.+)><>V', name: k, labels: { n: $2 } } ]\n");
    struct sg_rule_set_plan *asked = &f->rule_set.plans[SG_LANE_FAST];
    assert_int_equal(sg_rules_plan_new(f->rule_set.rules, &asked->plan), 0);
    assert_int_equal(sg_request_body(asked->plan, NULL, &asked->body), 0);
    f->options = (struct sg_target_options){
        .name = "j", .id = -1, .config = &f->config, .source = &f->source, .rule_set = &f->rule_set
    };
    assert_int_equal(sg_lane_reader_init(&f->reader, SG_LANE_FAST, &f->options), 0);
    assert_int_equal(sg_store_new(&test_clock, 30000, &f->store), 0);
    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "j", &f->reader.slot), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct sg_rule_set_plan *asked = &f->rule_set.plans[SG_LANE_FAST];

    sg_lane_reader_done(&f->reader);
    (void)sg_store_free(f->store);
    (void)sg_poll_plan_free(asked->plan);
    free(asked->body);
    (void)sg_rules_free(f->rule_set.rules);
    free(f);
    return 0;
}

/* Is everything requested at this time? */
static bool asks_everything_at(struct fixture *f, int64_t at_ms)
{
    const struct sg_str everything = sg_str_of(f->rule_set.plans[SG_LANE_FAST].body);
    return sg_str_equal(sg_lane_reader_body(&f->reader, at_ms), everything);
}

static bool asks_everything(struct fixture *f)
{
    return asks_everything_at(f, BEGUN_MS);
}

/* A poll that is answered with this text. */
static void answer(struct fixture *f, char *text)
{
    const struct sg_reply reply = {
        .ok = true, .read = sg_answer_read_reply, .body = text, .body_len = strlen(text)
    };
    struct sg_identity identity = { 0 };

    (void)sg_lane_reader_body(&f->reader, BEGUN_MS);
    sg_slot_begin(f->reader.slot);
    assert_true(sg_lane_reader_read(&f->reader,
        &(struct sg_lane_reader_answer){ &reply, "http://j/", "http://j/", BEGUN_MS }, &identity));
}

/* A poll that is answered with n MBeans of a type. */
static void answer_mbeans(struct fixture *f, const char *type, int n)
{
    char text[2048] = "[{\"status\":200,\"value\":{";
    size_t len = strlen(text);

    for (int i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\"k:type=%s,name=%d\":{\"V\":%d}",
            i ? "," : "", type, i, i);
    (void)snprintf(text + len, sizeof text - len, "}}]");
    answer(f, text);
}

static size_t n_series(const struct fixture *f)
{
    struct sg_slot_status status;

    sg_slot_get_status(f->reader.slot, &status);
    return status.n_series;
}

/* ---- Tests ---- */

static void test_learned_requests_last_for_the_slow_interval(void **state)
{
    struct fixture *f = *state;

    assert_true(asks_everything(f));
    answer_mbeans(f, "T", MBEANS_MAX);
    assert_false(asks_everything(f));
    assert_non_null(strstr(sg_lane_reader_body(&f->reader, BEGUN_MS).ptr, "k:type=T,*"));
    assert_false(asks_everything_at(f, BEGUN_MS + SLOW_MS - 1));
    assert_true(asks_everything_at(f, BEGUN_MS + SLOW_MS));
}

/* What is read beside the user's rules is not part of what they taught. */
static void test_learned_requests_have_what_is_read_beside(void **state)
{
    struct fixture *f = *state;
    struct sg_rules *beside = fixture_rules(
        "includeObjectNames: ['b:type=B']\nrules: [ { pattern: 'b<type=B><>V', name: b } ]\n");

    f->rule_set.beside = beside;
    answer_mbeans(f, "T", MBEANS_MAX);
    assert_false(asks_everything(f));
    assert_non_null(strstr(sg_lane_reader_body(&f->reader, BEGUN_MS).ptr, "b:type=B"));
    f->rule_set.beside = NULL;
    (void)sg_rules_free(beside);
}

/* Compared with the first answer, not with the latest: small steps are a loss, too. */
static void test_learned_are_doubted_when_more_than_a_tenth_is_gone(void **state)
{
    struct fixture *f = *state;

    answer_mbeans(f, "T", MBEANS_MAX);
    answer_mbeans(f, "T", MBEANS_MAX);
    answer_mbeans(f, "T", MBEANS_MAX - 2);
    assert_false(asks_everything(f));
    answer_mbeans(f, "T", MBEANS_MAX - 3);
    assert_true(asks_everything(f));
    assert_int_equal(n_series(f), MBEANS_MAX - 3); /* what it has is published all the same */

    answer_mbeans(f, "U", 1); /* what the JVM has now is found */
    assert_int_equal(n_series(f), 1);
    assert_false(asks_everything(f));
    assert_non_null(strstr(sg_lane_reader_body(&f->reader, BEGUN_MS).ptr, "k:type=U"));
}

/* Otherwise a JVM that has become smaller would have everything read at every other poll. */
static void test_doubt_ends_with_what_is_learned_next(void **state)
{
    struct fixture *f = *state;

    answer_mbeans(f, "T", MBEANS_MAX);
    answer_mbeans(f, "T", 5);
    assert_true(asks_everything(f));
    answer_mbeans(f, "T", 5);
    assert_false(asks_everything(f));
    answer_mbeans(f, "T", 5);
    assert_false(asks_everything(f));
}

/* Series that are only there when everything is read must not have it read at every other poll. */
static void test_first_answer_is_doubted_once(void **state)
{
    struct fixture *f = *state;
    int n_everything = 0;

    for (int i = 0; i < 20; i++) {
        bool everything = asks_everything(f);
        answer_mbeans(f, "T", everything ? MBEANS_MAX : MBEANS_MAX - 3);
        n_everything += everything;
    }
    assert_int_equal(n_everything, 2);
    answer_mbeans(f, "T", MBEANS_MAX - 8); /* a loss is noticed all the same */
    assert_true(asks_everything(f));
}

/* The same for a value that is sometimes null. */
static void test_value_without_a_series_raises_no_doubt(void **state)
{
    char with[] = "[{\"status\":200,\"value\":{\"k:type=T,name=1\":{\"V\":1},"
                  "\"k:type=T,name=2\":{\"V\":1}}}]";
    char without[] = "[{\"status\":200,\"value\":{\"k:type=T,name=1\":{\"V\":1},"
                     "\"k:type=T,name=2\":{\"V\":null}}}]";
    struct fixture *f = *state;
    int n_everything = 0;

    for (int i = 0; i < 20; i++) {
        n_everything += asks_everything(f);
        answer(f, i % 2 ? without : with);
    }
    assert_in_range(n_everything, 1, 2);
}

/* After a restart with other MBeans, between learning and the first answer. */
static void test_learned_are_doubted_when_nothing_of_them_is_there(void **state)
{
    struct fixture *f = *state;

    answer_mbeans(f, "T", MBEANS_MAX);
    answer_mbeans(f, "T", 0);
    assert_true(asks_everything(f));
}

static void test_answer_that_failed_raises_no_doubt(void **state)
{
    char unusable[] = "[{\"status\":500,\"error_type\":\"x\",\"error\":\"y\"}]";
    struct fixture *f = *state;
    struct sg_slot_status status;

    answer_mbeans(f, "T", MBEANS_MAX);
    answer_mbeans(f, "T", MBEANS_MAX);
    answer(f, unusable);
    assert_false(asks_everything(f));
    sg_slot_get_status(f->reader.slot, &status);
    assert_int_equal(status.n_failures[SG_FAILURE_PROTOCOL], 1);
    assert_int_equal(status.n_series, MBEANS_MAX); /* those before stay */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answer_that_failed_raises_no_doubt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_doubt_ends_with_what_is_learned_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_first_answer_is_doubted_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_value_without_a_series_raises_no_doubt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_learned_are_doubted_when_more_than_a_tenth_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_learned_are_doubted_when_nothing_of_them_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_learned_requests_have_what_is_read_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_learned_requests_last_for_the_slow_interval, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("lane_reader", tests, NULL, NULL);
}
