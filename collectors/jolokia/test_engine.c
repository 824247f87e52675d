/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/engine.h"
#include "jolokia/test_fixture.h"
#include "test.h"

#include <stdlib.h>

struct fixture {
    struct sg_rules *rules;
    struct sg_engine *engine;
};

static struct fixture set_up(const char *yaml)
{
    static const struct sg_label broker[] = { { { "broker", 6 }, { "1", 1 } } };
    struct fixture f = { .rules = fixture_rules(yaml) };

    assert_int_equal(sg_engine_new(f.rules, broker, 1, &f.engine), 0);
    return f;
}

static void tear_down(struct fixture *f)
{
    (void)sg_engine_free(f->engine);
    (void)sg_rules_free(f->rules);
}

static void put(
    struct fixture *f, const char *mbean, const char *name, struct sg_attribute_value value)
{
    const char *const path[] = { name, NULL };
    struct sg_attribute attribute = fixture_attribute(mbean, path);
    sg_engine_put(f->engine, &attribute, &value);
}

static struct sg_attribute_value integer(int64_t value)
{
    return (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_INT, .integer = value };
}

static struct sg_attribute_value text(const char *value)
{
    return (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = sg_str_of(value) };
}

static struct sg_attribute_value real(double value)
{
    return (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE, .number = value };
}

static void assert_page(struct fixture *f, const char *expected)
{
    char *page = fixture_page(f->engine);
    assert_string_equal(page, expected);
    free(page);
}

static size_t n_decided(const struct fixture *f)
{
    return sg_engine_stats(f->engine)->n_decided;
}

static size_t n_dropped(const struct fixture *f, enum sg_drop_reason reason)
{
    return sg_engine_stats(f->engine)->n_dropped[reason];
}

static const char gauge_rules[] =
    "rules: [ { pattern: 'k<t=(.+)><>V', name: k, type: GAUGE, help: h, labels: { t: $1 } } ]\n";

static void test_second_poll_runs_no_rule(void **state)
{
    struct fixture f = set_up(gauge_rules);
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(1));
    put(&f, "k:t=a", "Other", integer(2));
    assert_int_equal(n_decided(&f), 2);
    assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\",t=\"a\"} 1\n");

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(9));
    put(&f, "k:t=a", "Other", integer(8));
    assert_int_equal(n_decided(&f), 0);
    assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\",t=\"a\"} 9\n");
    tear_down(&f);
}

static void test_value_that_rules_see_is_decided_when_it_changes(void **state)
{
    struct fixture f = set_up("rules:\n"
                              "  - { pattern: 'k<t=a><>S: (.+)', name: s, help: h, value: 1, "
                              "labels: { s: $1 } }\n"
                              "  - { pattern: 'k<t=a><>N: ([0-4])', name: low, help: h }\n"
                              "  - { pattern: 'k<t=a><>N: ([5-9])', name: high, help: h }\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "S", text("on"));
    put(&f, "k:t=a", "N", integer(3));
    assert_int_equal(n_decided(&f), 2);
    assert_page(&f, "# HELP low h\n# TYPE low untyped\nlow{broker=\"1\"} 3\n"
                    "# HELP s h\n# TYPE s untyped\ns{broker=\"1\",s=\"on\"} 1\n");

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "S", text("on"));
    put(&f, "k:t=a", "N", integer(3));
    assert_int_equal(n_decided(&f), 0);

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "S", text("off"));
    put(&f, "k:t=a", "N", integer(7));
    assert_int_equal(n_decided(&f), 2);
    assert_page(&f, "# HELP high h\n# TYPE high untyped\nhigh{broker=\"1\"} 7\n"
                    "# HELP s h\n# TYPE s untyped\ns{broker=\"1\",s=\"off\"} 1\n");
    tear_down(&f);
}

static void test_colliding_series_dropped_and_counted(void **state)
{
    struct fixture f = set_up("rules: [ { pattern: 'k<', name: k, help: h } ]\n");
    (void)state;

    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "V", integer(1));
        put(&f, "k:t=b", "V", integer(2));
        assert_int_equal(n_dropped(&f, SG_DROP_DUPLICATE), 1);
        assert_page(&f, "# HELP k h\n# TYPE k untyped\nk{broker=\"1\"} 1\n");
    }
    tear_down(&f);
}

static void test_attribute_of_two_overlapping_requests_is_one(void **state)
{
    struct fixture f = set_up(gauge_rules);
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(1));
    put(&f, "k:t=a", "V", integer(1));
    assert_int_equal(n_dropped(&f, SG_DROP_DUPLICATE), 0);
    tear_down(&f);
}

static void test_values_scaled_and_absent(void **state)
{
    struct fixture f = set_up(
        "rules:\n"
        "  - { pattern: '<>Nanos', name: seconds, type: COUNTER, help: h, valueFactor: 1e-9 }\n"
        "  - { pattern: '<>Max', name: max, help: h, absent: -1 }\n"
        "  - { pattern: '<>Flag', name: flag, help: h, valueFactor: 5 }\n"
        "  - { pattern: '<>Big', name: big, help: h }\n"
        "  - { pattern: '<>Fixed', name: fixed, help: h, value: 2, valueFactor: 5 }\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "Nanos", integer(1234567890));
    put(&f, "k:t=a", "Max", integer(-1));
    put(&f, "k:t=a", "Flag",
        (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_BOOL, .flag = true });
    put(&f, "k:t=a", "Big", integer(INT64_MAX));
    put(&f, "k:t=a", "Fixed", text("x"));
    assert_page(&f, "# HELP big h\n# TYPE big untyped\nbig{broker=\"1\"} 9223372036854775807\n"
                    "# HELP fixed h\n# TYPE fixed untyped\nfixed{broker=\"1\"} 10\n"
                    "# HELP flag h\n# TYPE flag untyped\nflag{broker=\"1\"} 1\n"
                    "# HELP seconds_total h\n# TYPE seconds_total counter\n"
                    "seconds_total{broker=\"1\"} 1.23456789\n");

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "Max", real(7.5));
    assert_page(&f, "# HELP max h\n# TYPE max untyped\nmax{broker=\"1\"} 7.5\n");
    tear_down(&f);
}

static void test_bad_samples_dropped_with_their_reason_at_every_poll(void **state)
{
    struct fixture f =
        set_up("rules:\n"
               "  - { pattern: '<>Bad: (.+)', name: bad, value: $1 }\n"
               "  - { pattern: 'k<t=(.+)><>Long', name: long, labels: { t: $1 } }\n");
    char mbean[2000] = "k:t=";
    (void)state;

    memset(mbean + 4, 'x', sizeof mbean - 5);
    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "Bad", text("five"));
        put(&f, mbean, "Long", integer(1));
        put(&f, "not a name", "V", integer(1));
        assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
        assert_int_equal(n_dropped(&f, SG_DROP_LABEL_TOO_LONG), 1);
        assert_int_equal(n_dropped(&f, SG_DROP_NAME), 1);
        assert_int_equal(n_decided(&f), poll == 0 ? 3 : 0);
    }
    tear_down(&f);
}

static void test_gone_mbeans_are_forgotten_and_found_again(void **state)
{
    enum {
        MANY = 500
    };
    struct fixture f = set_up(gauge_rules);
    char mbean[32];
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=stays", "V", integer(1));
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(mbean, sizeof mbean, "k:t=%d", i);
        put(&f, mbean, "V", integer(i));
    }
    for (int poll = 0; poll < 10; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:t=stays", "V", integer(poll));
    }
    assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\",t=\"stays\"} 9\n");

    sg_engine_begin(f.engine);
    put(&f, "k:t=stays", "V", integer(1));
    put(&f, "k:t=7", "V", integer(7));
    assert_int_equal(n_decided(&f), 1);
    assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\",t=\"stays\"} 1\n"
                    "k{broker=\"1\",t=\"7\"} 7\n");
    tear_down(&f);
}

static void test_text_without_a_rule_for_text_is_passed_over(void **state)
{
    struct fixture f = set_up(gauge_rules);
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", text("x"));
    assert_int_equal(n_decided(&f), 0);
    assert_page(&f, "");
    tear_down(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_poll_runs_no_rule),
        cmocka_unit_test(test_value_that_rules_see_is_decided_when_it_changes),
        cmocka_unit_test(test_colliding_series_dropped_and_counted),
        cmocka_unit_test(test_attribute_of_two_overlapping_requests_is_one),
        cmocka_unit_test(test_values_scaled_and_absent),
        cmocka_unit_test(test_bad_samples_dropped_with_their_reason_at_every_poll),
        cmocka_unit_test(test_gone_mbeans_are_forgotten_and_found_again),
        cmocka_unit_test(test_text_without_a_rule_for_text_is_passed_over),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
