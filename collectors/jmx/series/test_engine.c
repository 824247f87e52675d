/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From attributes to a page. Over 600 lines, because each test is one rule file, a poll or two, and
 * the resulting page, with one fixture.
 */

#include "jmx/series/engine.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <math.h>
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

static void test_coinciding_samples_distinguished_while_they_do(void **state)
{
    struct fixture f = set_up(
        "rules:\n"
        "  - { pattern: 'k<t=(.).*><>V', name: k, type: GAUGE, help: h, labels: { t: $1 } }\n"
        "  - { pattern: 'k<t=b>.*S: (.+)', name: k, value: 3, type: GAUGE, labels: { t: b } }\n");
    (void)state;

    for (int poll = 0; poll < 6; poll++) {
        bool coincide = poll % 3 != 0;
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "V", integer(1));
        put(&f, "k:t=b", "V", integer(2));
        if (coincide)
            put(&f, "k:t=b", "S", text("on: a \"b\""));
        assert_page(&f, coincide ? "# HELP k h\n# TYPE k gauge\n"
                                   "k{broker=\"1\",t=\"a\",_objectname=\"k<t=a><>V\"} 1\n"
                                   "k{broker=\"1\",t=\"b\",_objectname=\"k<t=b><>V\"} 2\n"
                                   "k{broker=\"1\",t=\"b\",_objectname=\"k<t=b><>S: on\"} 3\n"
                                 : "# HELP k h\n# TYPE k gauge\n"
                                   "k{broker=\"1\",t=\"a\"} 1\nk{broker=\"1\",t=\"b\"} 2\n");
        assert_int_equal(n_dropped(&f, SG_DROP_DUPLICATE), 0);
    }
    tear_down(&f);
}

static void test_rules_of_different_types_make_a_family_untyped(void **state)
{
    struct fixture f =
        set_up("rules:\n"
               "  - { pattern: '<>A', name: k, type: COUNTER, help: h }\n"
               "  - { pattern: '<>B', name: k_info, type: GAUGE, help: h, labels: { l: b } }\n"
               "  - { pattern: '<>C', name: k_total, help: h }\n");
    (void)state;

    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "A", integer(1));
        assert_page(&f, "# HELP k_total h\n# TYPE k_total counter\nk_total{broker=\"1\"} 1\n");

        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "B", integer(2));
        assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\",l=\"b\"} 2\n");

        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "A", integer(1));
        put(&f, "k:t=a", "B", integer(2));
        char *page = fixture_page(f.engine);
        assert_non_null(strstr(page, "# TYPE k untyped\n"));
        assert_non_null(strstr(page, "k{broker=\"1\",l=\"b\"} 2\n"));
        assert_non_null(strstr(page, "k{broker=\"1\"} 1\n"));
        assert_null(strstr(page, "k_total"));
        free(page);

        /* mixed and coinciding: a counter and an untyped one without labels */
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "A", integer(1));
        put(&f, "k:t=a", "C", integer(3));
        page = fixture_page(f.engine);
        assert_non_null(strstr(page, "# TYPE k untyped\n"));
        assert_non_null(strstr(page, "k{broker=\"1\",_objectname=\"k<t=a><>A\"} 1\n"));
        assert_non_null(strstr(page, "k{broker=\"1\",_objectname=\"k<t=a><>C\"} 3\n"));
        free(page);
    }
    tear_down(&f);
}

static void test_rule_without_a_sample_leaves_the_family_its_type(void **state)
{
    struct fixture f = set_up("rules:\n"
                              "  - { pattern: '<>A', name: k, type: COUNTER, absent: -1 }\n"
                              "  - { pattern: '<>B', name: k_info, type: GAUGE, help: h }\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "A", integer(-1));
    put(&f, "k:t=a", "B", integer(2));
    assert_page(&f, "# HELP k h\n# TYPE k gauge\nk{broker=\"1\"} 2\n");
    tear_down(&f);
}

static void test_label_objectname_of_a_rule_cannot_be_had_twice(void **state)
{
    struct fixture f =
        set_up("rules: [ { pattern: 'k<', name: k, help: h, labels: { _objectname: x } } ]\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(1));
    put(&f, "k:t=b", "V", integer(2));
    assert_page(&f, "");
    assert_int_equal(n_dropped(&f, SG_DROP_DUPLICATE), 2);
    tear_down(&f);
}

static void test_negative_counter_dropped_and_counted(void **state)
{
    struct fixture f = set_up("rules: [ { pattern: 'k<', name: k, help: h, type: COUNTER } ]\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(-1));
    assert_page(&f, "");
    assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", real(0.5));
    assert_page(&f, "# HELP k_total h\n# TYPE k_total counter\nk_total{broker=\"1\"} 0.5\n");
    tear_down(&f);
}

/* A value sent as 1e999, and a product that is too large. */
static void test_number_past_a_double_dropped_and_counted(void **state)
{
    struct fixture f =
        set_up("rules: [ { pattern: 'k<t=a><>V', name: k, help: h, valueFactor: 1e300 },"
               " { pattern: 'k<t=b><>V', name: b, help: h, value: 7 } ]\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", real(HUGE_VAL));
    put(&f, "k:t=b", "V", real(HUGE_VAL));
    assert_page(&f, "# HELP b h\n# TYPE b untyped\nb{broker=\"1\"} 7\n");
    assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", real(1e10));
    assert_page(&f, "");
    assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
    tear_down(&f);
}

/* It is unknown whether the rule matches: neither it nor a later one is used. */
static void test_pattern_that_gives_up_is_dropped_and_counted(void **state)
{
    struct fixture f = set_up("rules:\n"
                              "  - { pattern: 'k<t=(a+)+[0-9]', name: b, help: h }\n"
                              "  - { pattern: 'k<', name: k, help: h }\n");
    char name[100] = "k:t=";
    (void)state;

    memset(name + 4, 'a', 60);
    sg_engine_begin(f.engine);
    put(&f, name, "V", integer(1));
    put(&f, "k:t=aac", "V", integer(2));
    assert_page(&f, "# HELP k h\n# TYPE k untyped\nk{broker=\"1\"} 2\n");
    assert_int_equal(n_dropped(&f, SG_DROP_MATCH_LIMIT), 1);
    const struct sg_rule *rule = sg_engine_stats(f.engine)->gave_up;
    assert_non_null(rule);
    assert_int_equal(rule->line, 2);
    assert_non_null(rule->file);
    sg_engine_begin(f.engine);
    put(&f, name, "V", integer(1)); /* dropped again, but not tried */
    assert_int_equal(n_dropped(&f, SG_DROP_MATCH_LIMIT), 1);
    assert_null(sg_engine_stats(f.engine)->gave_up);
    tear_down(&f);
}

static void test_attributes_past_the_share_are_counted(void **state)
{
    struct fixture f =
        set_up("rules: [ { pattern: 'k<t=(.)>', name: k, help: h, labels: { t: $1 } } ]\n");
    (void)state;

    sg_engine_set_max(f.engine, 2);
    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:t=a", "V", integer(1));
        put(&f, "k:t=b", "V", integer(2));
        put(&f, "k:t=c", "V", integer(3));
        assert_int_equal(n_dropped(&f, SG_DROP_SERIES_LIMIT), 1);
    }
    tear_down(&f);
}

/* In either order, by client; alone, the name with "_" stays. */
static void test_topic_with_dots_is_counted_once(void **state)
{
    struct fixture f = set_up("rules: [ { pattern: 'k<c=(.), topic=(.+)><>V', name: k, help: h,"
                              " dots: topic, labels: { c: $1, topic: $2 } } ]\n");
    (void)state;

    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put(&f, "k:c=1,topic=a_b.c", "V", integer(1));
        put(&f, "k:c=1,topic=a_b_c", "V", integer(1));
        put(&f, "k:c=1,topic=x_y", "V", integer(2));
        put(&f, "k:c=1,topic=x.y", "V", integer(2));
        put(&f, "k:c=2,topic=x_y", "V", integer(3));
        put(&f, "k:c=2,topic=t", "V", integer(4));
        assert_page(&f, "# HELP k h\n# TYPE k untyped\n"
                        "k{broker=\"1\",c=\"1\",topic=\"a_b.c\"} 1\n"
                        "k{broker=\"1\",c=\"1\",topic=\"x.y\"} 2\n"
                        "k{broker=\"1\",c=\"2\",topic=\"x_y\"} 3\n"
                        "k{broker=\"1\",c=\"2\",topic=\"t\"} 4\n");
    }
    sg_engine_begin(f.engine); /* the other is gone */
    put(&f, "k:c=1,topic=x_y", "V", integer(2));
    assert_page(&f, "# HELP k h\n# TYPE k untyped\nk{broker=\"1\",c=\"1\",topic=\"x_y\"} 2\n");
    tear_down(&f);
}

/* Another metric of a topic, or another part of a summary, is not a duplicate. */
static void test_topic_with_dots_hides_series_of_its_own_name_only(void **state)
{
    struct fixture f = set_up(
        "rules:\n"
        "  - { pattern: '<topic=(.+)><>([AB])', name: $2, help: h, dots: topic, labels: { topic: "
        "$1 "
        "} }\n"
        "  - { pattern: '<topic=(.+)><>(sum|count)', name: s_$2, help: h, type: SUMMARY, dots: "
        "topic, labels: { topic: $1 } }\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:topic=x.y", "A", integer(1));
    put(&f, "k:topic=x_y", "B", integer(2));
    put(&f, "k:topic=x.y", "sum", integer(3));
    put(&f, "k:topic=x_y", "count", integer(4));
    assert_page(&f, "# HELP A h\n# TYPE A untyped\nA{broker=\"1\",topic=\"x.y\"} 1\n"
                    "# HELP B h\n# TYPE B untyped\nB{broker=\"1\",topic=\"x_y\"} 2\n"
                    "# HELP s h\n# TYPE s summary\ns_sum{broker=\"1\",topic=\"x.y\"} 3\n"
                    "s_count{broker=\"1\",topic=\"x_y\"} 4\n");
    tear_down(&f);
}

/* With `unquote`, what Kafka gave to ObjectName.quote(); without, what jmx_exporter shows. */
static void test_quoted_properties_are_unquoted_where_the_file_says_so(void **state)
{
    static const char name[] = "k:id=\"app:1,x=\\\"q\\\"\\*\\?\\\\\\n\"";
    static const char rule[] =
        "rules: [ { pattern: 'k<id=(?:\"(.+)\"|([^,]+))><>V', name: k, help: h,"
        " labels: { id: $1$2 } } ]\n";
    char file[512];
    (void)state;

    (void)snprintf(file, sizeof file, "unquote: true\n%s", rule);
    struct fixture f = set_up(file);
    sg_engine_begin(f.engine);
    put(&f, name, "V", integer(1));
    put(&f, "k:id=a\\*", "V", integer(2));
    assert_page(&f, "# HELP k h\n# TYPE k untyped\n"
                    "k{broker=\"1\",id=\"app:1,x=\\\"q\\\"*?\\\\\\n\"} 1\n");
    tear_down(&f);

    f = set_up(rule);
    sg_engine_begin(f.engine);
    put(&f, name, "V", integer(1));
    assert_page(&f, "# HELP k h\n# TYPE k untyped\nk{broker=\"1\",id=\"app:1,x=\\\\\\\"q"
                    "\\\\\\\"\\\\*\\\\?\\\\\\\\\\\\n\"} 1\n");
    tear_down(&f);
}

/* Rules beside the first ones do not see their values, and cannot add to their families. */
static void test_rules_beside_others_fill_the_same_table(void **state)
{
    struct fixture f = set_up("rules: [ { pattern: 'k<t=(.)><>V', name: both, help: first },"
                              " { pattern: 'k<t=c', name: '' }, {} ]\n");
    struct sg_rules *beside =
        fixture_rules("rules: [ { pattern: 'k<t=a><>V', name: both, help: h, type: GAUGE },"
                      " { pattern: 'k<t=c><>V', name: only_total, help: h, type: COUNTER } ]\n");
    const struct sg_attribute_value one = integer(1);
    const char *const names[] = { "k:t=a", "k:t=c" };
    (void)state;

    assert_int_equal(sg_engine_add_beside(f.engine, beside), 0);
    for (int poll = 0; poll < 3; poll++) {
        sg_engine_begin(f.engine);
        if (poll < 2)
            put(&f, "k:t=a", "V", integer(2));
        for (size_t i = 0; i < 2; i++) {
            const struct sg_attribute attribute = {
                .mbean = sg_str_of(names[i]), .part = 1, .depth = 1, .path = { SG_STR("V") }
            };
            sg_engine_put(f.engine, &attribute, &one);
        }
        assert_page(&f, poll < 2 ? "# HELP both first\n# TYPE both untyped\nboth{broker=\"1\"} 2\n"
                                   "# HELP only_total h\n# TYPE only_total counter\n"
                                   "only_total{broker=\"1\"} 1\n"
                                 : "# HELP both first\n# TYPE both untyped\nboth{broker=\"1\"} 1\n"
                                   "# HELP only_total h\n# TYPE only_total counter\n"
                                   "only_total{broker=\"1\"} 1\n");
        assert_int_equal(sg_engine_stats(f.engine)->n_values, poll < 2 ? 3 : 2);
        assert_int_equal(n_decided(&f), poll == 0 ? 3 : 0);
    }
    tear_down(&f);
    (void)sg_rules_free(beside);
}

/* OpenMetrics has no negative quantile, sum or count. */
static void test_negative_summary_dropped_and_counted(void **state)
{
    struct fixture f =
        set_up("rules: [ { pattern: 'k<type=(.)><>V', name: k$1, help: h, type: SUMMARY,"
               " labels: { quantile: '0.5' } } ]\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:type=a", "V", integer(-1));
    assert_page(&f, "");
    assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
    tear_down(&f);
}

/* jmx_exporter keeps what a rule with `cache` has matched until the attribute is gone. */
static void test_cached_rule_stays_matched(void **state)
{
    struct fixture f = set_up("rules:\n"
                              "  - { pattern: '<>V: 7', name: seven, help: h }\n"
                              "  - { pattern: '<>V', name: cached, cache: true, help: h }\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(5));
    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(7));
    assert_page(&f, "# HELP cached h\n# TYPE cached untyped\ncached{broker=\"1\"} 7\n");
    sg_engine_begin(f.engine);
    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(7));
    assert_page(&f, "# HELP seven h\n# TYPE seven untyped\nseven{broker=\"1\"} 7\n");
    tear_down(&f);
}

/* A poll with an answer about MBeans of the domain k. */
static void feed(struct fixture *f, const char *mbeans)
{
    static const char *const asked[] = { "k:*", NULL };
    struct sg_rules *rules;
    struct sg_poll_plan *plan = fixture_plan(&rules, asked);
    char body[1024];

    int n = snprintf(body, sizeof body, "[{\"status\":200,\"value\":{%s}}]", mbeans);
    fixture_feed(f->engine, plan, body, (size_t)n);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
}

static void test_product_of_two_attributes_never_falls_with_its_count(void **state)
{
    struct fixture f =
        set_up("rules:\n"
               "  - { pattern: '<(.*)>Mean', name: sum_$1, type: COUNTER, help: h, times: Count, "
               "valueFactor: 0.5 }\n"
               "  - { pattern: '<>Gauge', name: g, type: GAUGE, help: h, times: Count }\n");
    (void)state;

    feed(&f, "\"k:t=a\":{\"Mean\":2.5,\"Count\":10,\"Gauge\":3}");
    assert_page(&f,
        "# HELP g h\n# TYPE g gauge\ng{broker=\"1\"} 30\n"
        "# HELP sum__total h\n# TYPE sum__total counter\nsum__total{broker=\"1\"} 12.5\n");
    /* the mean has fallen, the count is not up to date yet; and they come in another order */
    feed(&f, "\"k:t=a\":{\"Count\":10,\"Mean\":2.0,\"Gauge\":2}");
    assert_page(&f,
        "# HELP g h\n# TYPE g gauge\ng{broker=\"1\"} 20\n"
        "# HELP sum__total h\n# TYPE sum__total counter\nsum__total{broker=\"1\"} 12.5\n");
    feed(&f, "\"k:t=a\":{\"Count\":20,\"Mean\":2.0}");
    assert_page(
        &f, "# HELP sum__total h\n# TYPE sum__total counter\nsum__total{broker=\"1\"} 20\n");
    /* a restart */
    feed(&f, "\"k:t=a\":{\"Count\":1,\"Mean\":3}");
    assert_page(
        &f, "# HELP sum__total h\n# TYPE sum__total counter\nsum__total{broker=\"1\"} 1.5\n");
    /* no count, no sample */
    feed(&f, "\"k:t=a\":{\"Count\":null,\"Mean\":3}");
    assert_page(&f, "");
    feed(&f, "\"k:t=a\":{\"Mean\":3,\"Count\":\"x\"}");
    assert_page(&f, "");
    /* beside it in the same composite data */
    feed(&f, "\"k:t=a\":{\"Count\":100,\"In\":{\"Mean\":3,\"Count\":2}}");
    assert_page(&f, "# HELP sum_In_total h\n# TYPE sum_In_total counter\n"
                    "sum_In_total{broker=\"1\"} 3\n");
    tear_down(&f);
}

static void test_customizer_adds_labels_and_metrics(void **state)
{
    struct fixture f =
        set_up("lowercaseOutputLabelNames: true\n"
               "metricCustomizers:\n"
               "  - mbeanFilter: { domain: k, properties: { t: a } }\n"
               "    attributesAsLabels: [Role, Load-Factor, Missing]\n"
               "    extraMetrics: [ { name: isActive, value: true, description: Is it? }, { name: "
               "Note, value: '7' },\n"
               "      { name: Exact, value: 9007199254740993 },\n"
               "      { name: Huge, value: 99999999999999999999 } ]\n"
               "  - { mbeanFilter: { domain: k }, attributesAsLabels: [Other] }\n"
               "rules:\n"
               "  - { pattern: 'k<t=(.)><>(V|isActive|Exact|Huge)', name: $2, labels: { t: $1 } }\n"
               "  - { pattern: 'k<t=(.)><>Note: (\\d)', name: note, value: $2, help: h }\n");
    (void)state;

    feed(&f, "\"k:t=a\":{\"V\":1,\"Load-Factor\":0.5,\"Role\":\"leader\"},\"k:t=b\":{\"V\":2}");
    assert_page(&f,
        "# HELP Exact k:name=null,type=null,attribute=Exact\n# TYPE Exact untyped\n"
        "Exact{broker=\"1\",load_factor=\"0.5\",role=\"leader\",t=\"a\"} 9007199254740993\n"
        "# HELP Huge k:name=null,type=null,attribute=Huge\n# TYPE Huge untyped\n"
        "Huge{broker=\"1\",load_factor=\"0.5\",role=\"leader\",t=\"a\"} 1e+20\n"
        "# HELP V k:name=null,type=null,attribute=V\n# TYPE V untyped\n"
        "V{broker=\"1\",load_factor=\"0.5\",role=\"leader\",t=\"a\"} 1\nV{broker=\"1\",t=\"b\"} 2\n"
        "# HELP isActive Is it? k:name=null,type=null,attribute=isActive\n# TYPE isActive untyped\n"
        "isActive{broker=\"1\",load_factor=\"0.5\",role=\"leader\",t=\"a\"} 1\n"
        "# HELP note h\n# TYPE note untyped\n"
        "note{broker=\"1\",load_factor=\"0.5\",role=\"leader\"} 7\n");
    size_t decided = n_decided(&f);
    feed(&f, "\"k:t=a\":{\"V\":1,\"Load-Factor\":0.5,\"Role\":\"leader\"},\"k:t=b\":{\"V\":2}");
    assert_true(decided > 0);
    assert_int_equal(n_decided(&f), 0);
    /* the labels follow their attributes */
    feed(&f, "\"k:t=a\":{\"V\":1,\"Role\":\"follower\"},\"k:t=b\":{\"V\":2}");
    char *page = fixture_page(f.engine);
    assert_non_null(strstr(page, "V{broker=\"1\",role=\"follower\",t=\"a\"} 1\n"));
    assert_null(strstr(page, "leader"));
    free(page);
    tear_down(&f);
}

static void test_labels_from_other_attributes_follow_them(void **state)
{
    struct fixture f = set_up("rules:\n  - { pattern: '<>V', name: v, help: h, labels: { t: x },\n"
                              "      labelsFrom: { role: Role, no: Missing } }\n");
    (void)state;

    feed(&f, "\"k:t=a\":{\"V\":1,\"Role\":\"leader\"}");
    assert_page(&f, "# HELP v h\n# TYPE v untyped\nv{broker=\"1\",role=\"leader\",t=\"x\"} 1\n");
    size_t decided = n_decided(&f);
    feed(&f, "\"k:t=a\":{\"V\":2,\"Role\":\"leader\"}");
    assert_true(decided > 0);
    assert_int_equal(n_decided(&f), 0);
    feed(&f, "\"k:t=a\":{\"V\":3,\"Role\":\"follower\"}");
    assert_page(&f, "# HELP v h\n# TYPE v untyped\nv{broker=\"1\",role=\"follower\",t=\"x\"} 3\n");
    tear_down(&f);
}

/* The first value wins, and a drop is counted once. */
static void test_attribute_of_two_overlapping_requests_is_one(void **state)
{
    struct fixture f = set_up("rules: [ { pattern: '<>V', name: k, help: h, type: COUNTER } ]\n");
    (void)state;

    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(1));
    put(&f, "k:t=a", "V", integer(2));
    assert_page(&f, "# HELP k_total h\n# TYPE k_total counter\nk_total{broker=\"1\"} 1\n");
    sg_engine_begin(f.engine);
    put(&f, "k:t=a", "V", integer(-1));
    put(&f, "k:t=a", "V", integer(-1));
    assert_int_equal(n_dropped(&f, SG_DROP_BAD_VALUE), 1);
    assert_page(&f, "");
    tear_down(&f);
}

static void put_row(struct fixture *f, const char *row, const char *name, int64_t number)
{
    const char *const path[] = { name, NULL };
    const struct sg_attribute_value value = integer(number);
    struct sg_attribute attribute = fixture_attribute("k:t=a", path);

    attribute.n_index = 1;
    attribute.index[0] = (struct sg_attribute_index){ SG_STR("row"), sg_str_of(row) };
    sg_engine_put(f->engine, &attribute, &value);
}

static void test_rows_of_tabular_data_are_separate_series(void **state)
{
    struct fixture f =
        set_up("rules: [ { pattern: 'row=(.)><>V', name: k, help: h, labels: { row: $1 } },"
               " { pattern: '<>Same', name: same, help: h } ]\n");
    (void)state;

    for (int poll = 0; poll < 2; poll++) {
        sg_engine_begin(f.engine);
        put_row(&f, "a", "V", 1);
        put_row(&f, "b", "V", 2);
        put_row(&f, "a", "Same", 3);
        put_row(&f, "b", "Same", 4);
        assert_page(&f, "# HELP k h\n# TYPE k untyped\nk{broker=\"1\",row=\"a\"} 1\n"
                        "k{broker=\"1\",row=\"b\"} 2\n"
                        "# HELP same h\n# TYPE same untyped\n"
                        "same{broker=\"1\",_objectname=\"k<t=a, row=a><>Same\"} 3\n"
                        "same{broker=\"1\",_objectname=\"k<t=a, row=b><>Same\"} 4\n");
        assert_int_equal(n_decided(&f), poll == 0 ? 4 : 0);
    }
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
                    "seconds_total{broker=\"1\"} 1.2345678900000001\n"); /* as Java multiplies */

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
        cmocka_unit_test(test_coinciding_samples_distinguished_while_they_do),
        cmocka_unit_test(test_rules_of_different_types_make_a_family_untyped),
        cmocka_unit_test(test_rule_without_a_sample_leaves_the_family_its_type),
        cmocka_unit_test(test_label_objectname_of_a_rule_cannot_be_had_twice),
        cmocka_unit_test(test_negative_counter_dropped_and_counted),
        cmocka_unit_test(test_number_past_a_double_dropped_and_counted),
        cmocka_unit_test(test_pattern_that_gives_up_is_dropped_and_counted),
        cmocka_unit_test(test_attributes_past_the_share_are_counted),
        cmocka_unit_test(test_topic_with_dots_is_counted_once),
        cmocka_unit_test(test_topic_with_dots_hides_series_of_its_own_name_only),
        cmocka_unit_test(test_quoted_properties_are_unquoted_where_the_file_says_so),
        cmocka_unit_test(test_rules_beside_others_fill_the_same_table),
        cmocka_unit_test(test_negative_summary_dropped_and_counted),
        cmocka_unit_test(test_cached_rule_stays_matched),
        cmocka_unit_test(test_product_of_two_attributes_never_falls_with_its_count),
        cmocka_unit_test(test_customizer_adds_labels_and_metrics),
        cmocka_unit_test(test_labels_from_other_attributes_follow_them),
        cmocka_unit_test(test_attribute_of_two_overlapping_requests_is_one),
        cmocka_unit_test(test_rows_of_tabular_data_are_separate_series),
        cmocka_unit_test(test_values_scaled_and_absent),
        cmocka_unit_test(test_bad_samples_dropped_with_their_reason_at_every_poll),
        cmocka_unit_test(test_gone_mbeans_are_forgotten_and_found_again),
        cmocka_unit_test(test_text_without_a_rule_for_text_is_passed_over),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
