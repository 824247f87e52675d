/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/matcher.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <stdlib.h>

/* What an attribute becomes, "name{label="value"} type", "nothing", "bad value" or "bad name". */
struct case_of_rules {
    const char *mbean;
    const char *path[4];
    struct sg_attribute_value value;
    const char *expected;
};

#define INT(v)                                   \
    {                                            \
        .kind = SG_ATTRIBUTE_INT, .integer = (v) \
    }
#define TEXT(v)                                                  \
    {                                                            \
        .kind = SG_ATTRIBUTE_TEXT, .text = {(v), sizeof(v) - 1 } \
    }

static void describe(const struct sg_outcome *outcome, char *out, size_t size)
{
    static const char *const kinds[] = { "nothing", "", "bad value", "bad name" };
    size_t n;

    if (outcome->kind != SG_OUTCOME_SERIES) {
        (void)snprintf(out, size, "%s", kinds[outcome->kind]);
        return;
    }
    n = (size_t)snprintf(
        out, size, "%s" SG_STR_FMT "{", outcome->family.name, SG_STR_ARG(outcome->suffix));
    for (size_t i = 0; i < outcome->n_labels; i++)
        n += (size_t)snprintf(out + n, size - n, "%s" SG_STR_FMT "=" SG_STR_FMT, i ? "," : "",
            SG_STR_ARG(outcome->labels[i].name), SG_STR_ARG(outcome->labels[i].value));
    n += (size_t)snprintf(out + n, size - n, "} %s", sg_metric_type_text(outcome->family.type));
    if (outcome->has_literal)
        (void)snprintf(out + n, size - n, " = %g", outcome->literal);
}

static void assert_cases(const char *yaml, const struct case_of_rules *cases, size_t n)
{
    struct sg_rules *rules = fixture_rules(yaml);
    struct sg_matcher *matcher = NULL;

    assert_int_equal(sg_matcher_new(rules, &matcher), 0);
    for (size_t i = 0; i < n; i++) {
        struct sg_attribute attribute = fixture_attribute(cases[i].mbean, cases[i].path);
        struct sg_outcome outcome;
        char text[1024];
        assert_int_equal(sg_matcher_decide(matcher, &attribute, &cases[i].value, &outcome), 0);
        describe(&outcome, text, sizeof text);
        assert_string_equal(text, cases[i].expected);
    }
    (void)sg_matcher_free(matcher);
    (void)sg_rules_free(rules);
}

#define ASSERT_CASES(yaml, ...)                                       \
    do {                                                              \
        static const struct case_of_rules cases_[] = __VA_ARGS__;     \
        assert_cases(yaml, cases_, sizeof cases_ / sizeof cases_[0]); \
    } while (0)

static void test_decide_default_name_and_labels(void **state)
{
    (void)state;
    ASSERT_CASES("lowercaseOutputName: false\n",
        { { "java.lang:type=Memory", { "HeapMemoryUsage", "used" }, INT(5),
              "java_lang_Memory_HeapMemoryUsage_used{} untyped" },
            { "org.apache.cassandra.metrics:type=Compaction,name=CompletedTasks", { "Value" },
                INT(5),
                "org_apache_cassandra_metrics_Compaction_Value{name=CompletedTasks} untyped" },
            { "Hadoop:service=DataNode,name=Info", { "Counts", "1.2.3.4", "errors" }, INT(5),
                "Hadoop_DataNode_Counts_1_2_3_4_errors{name=Info} untyped" },
            { "a:type=B", { "Text" }, TEXT("x"), "nothing" } });
    ASSERT_CASES("lowercaseOutputName: true\nlowercaseOutputLabelNames: true\nrules:\n"
                 "  - attrNameSnakeCase: true\n",
        { { "A:Type=B,Name=C", { "OneMinuteRate" }, INT(5),
            "a_b_one_minute_rate{name=C} untyped" } });
}

static void test_decide_match_text_has_the_documented_form(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - pattern: '^java.lang<type=Memory><HeapMemoryUsage>used: 12345$'\n"
                 "    name: composite\n"
                 "  - pattern: '^kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, "
                 "topic=a.b><>Count: 5$'\n"
                 "    name: meter\n"
                 "  - pattern: '^d<type=\"q, x\"><a, b>c: 1.0E10$'\n"
                 "    name: double\n"
                 "  - pattern: '^d<type=F><>Flag: true$'\n"
                 "    name: flag\n",
        { { "java.lang:type=Memory", { "HeapMemoryUsage", "used" }, INT(12345),
              "composite{} untyped" },
            { "java.lang:type=Memory", { "HeapMemoryUsage", "used" }, INT(1), "nothing" },
            { "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=a.b", { "Count" },
                INT(5), "meter{} untyped" },
            { "d:type=\"q, x\"", { "a", "b", "c" }, { .kind = SG_ATTRIBUTE_DOUBLE, .number = 1e10 },
                "double{} untyped" },
            { "d:type=F", { "Flag" }, { .kind = SG_ATTRIBUTE_BOOL, .flag = true },
                "flag{} untyped" } });
}

static void test_decide_first_match_wins(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - pattern: 'k<type=A><>Secret'\n"
                 "    name: ''\n" /* the usual way to drop an attribute */
                 "  - pattern: 'k<type=(.+)><>(\\w+)'\n"
                 "    name: k_$1_$2\n"
                 "    type: GAUGE\n"
                 "  - pattern: 'k<'\n"
                 "    name: never\n",
        { { "k:type=A", { "Secret" }, INT(1), "nothing" },
            { "k:type=A", { "Open" }, INT(1), "k_A_Open{} gauge" },
            { "j:type=A", { "Open" }, INT(1), "nothing" } });
}

static void test_decide_last_position_is_preferred(void **state)
{
    (void)state;
    /* The leading .* is greedy: of two places where the pattern matches, the last one counts. */
    ASSERT_CASES("rules:\n  - pattern: '(\\w)=(\\w+)'\n    name: x_$1_$2\n",
        { { "k:a=first,b=second", { "V" }, INT(1), "x_b_second{} untyped" } });
}

static void test_decide_labels_sorted_and_sanitised(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - pattern: 'k<type=(.+), topic=(.+)><>V'\n"
                 "    name: k\n"
                 "    labels: { zebra: $1, \"client-$1\": $2, empty: '', number: 5, flag: true }\n",
        { { "k:type=A,topic=a.b-c", { "V" }, INT(1),
            "k{client_A=a.b-c,flag=true,number=5,zebra=A} untyped" } });
    ASSERT_CASES(
        "lowercaseOutputName: false\n", /* an ObjectName's keys have no order of their own */
        { { "k:type=A,z=1,b=2", { "V" }, INT(1), "k_A_V{b=2,z=1} untyped" } });
    ASSERT_CASES("rules:\n"
                 "  - pattern: 'k<type=(.+)><>V'\n"
                 "    name: k\n"
                 "    labels: { \"$1\": x, a: y }\n",
        { { "k:type=a", { "V" }, INT(1), "bad name" }, /* a duplicate label a */
            { "k:type=b", { "V" }, INT(1), "k{a=y,b=x} untyped" } });
}

static void test_decide_types_choose_suffixes(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - { pattern: '<>a', name: foo_total, type: GAUGE }\n"
                 "  - { pattern: '<>b', name: foo_info, type: UNTYPED }\n"
                 "  - { pattern: '<>c', name: foo_count, type: COUNTER }\n"
                 "  - { pattern: '<>d', name: foo_total, type: COUNTER }\n"
                 "  - { pattern: '<>e', name: foo_seconds_count, type: SUMMARY }\n"
                 "  - { pattern: '<>f', name: foo_seconds_sum, type: SUMMARY }\n"
                 "  - { pattern: '<>g', name: foo_info, type: INFO }\n",
        { { "k:t=x", { "a" }, INT(1), "foo{} gauge" },
            { "k:t=x", { "b" }, INT(1), "foo{} untyped" },
            { "k:t=x", { "c" }, INT(1), "foo_count_total{} counter" },
            { "k:t=x", { "d" }, INT(1), "foo_total{} counter" },
            { "k:t=x", { "e" }, INT(1), "foo_seconds_count{} summary" },
            { "k:t=x", { "f" }, INT(1), "foo_seconds_sum{} summary" },
            { "k:t=x", { "g" }, INT(1), "foo_info{} gauge" } });
    ASSERT_CASES("inferCounterTypeFromName: true\n"
                 "rules: [ { pattern: '<>a', name: foo_total, type: GAUGE } ]\n",
        { { "k:t=x", { "a" }, INT(1), "foo_total{} counter" } });
}

static void test_decide_value_of_the_rule(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - { pattern: '<>Version: (\\d+)\\.(.+)', name: v, value: $1 }\n"
                 "  - { pattern: '<>Name: (.+)', name: n, value: 1, labels: { name: $1 } }\n"
                 "  - { pattern: '<>Bad', name: b, value: x$0 }\n"
                 "  - { pattern: '<>None', name: n, value: '' }\n"
                 "  - { pattern: '<>Null', name: n, value: }\n",
        { { "k:t=x", { "Version" }, TEXT("3.6.0"), "v{} untyped = 3" },
            { "k:t=x", { "Name" }, TEXT("abc"), "n{name=abc} untyped = 1" },
            { "k:t=x", { "Bad" }, INT(1), "bad value" },
            { "k:t=x", { "None" }, INT(1), "n{} untyped" },
            { "k:t=x", { "Null" }, INT(1), "bad value" } });
}

static void test_decide_cached_rule_does_not_see_the_value(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - { pattern: '<>V: (\\d+)', name: never, cache: true }\n"
                 "  - { pattern: '<>V: <cache>', name: cached, cache: true }\n",
        { { "k:t=x", { "V" }, INT(5), "cached{} untyped" } });
}

static void test_decide_index_columns_are_properties(void **state)
{
    static const char *const path[] = { "Table", "n", NULL };
    static const struct sg_attribute_value value = INT(5);
    struct sg_rules *rules = fixture_rules("lowercaseOutputName: true\n");
    struct sg_matcher *matcher = NULL;
    struct sg_outcome outcome;
    struct sg_str name;
    char text[256];
    (void)state;

    assert_int_equal(sg_matcher_new(rules, &matcher), 0);
    struct sg_attribute attribute = fixture_attribute("k:type=A,id=b", path);
    attribute.n_index = 2;
    attribute.index[0] = (struct sg_attribute_index){ SG_STR("row"), SG_STR("x y") };
    attribute.index[1] = (struct sg_attribute_index){ SG_STR("id"), SG_STR("1") };
    assert_int_equal(sg_matcher_decide(matcher, &attribute, &value, &outcome), 0);
    describe(&outcome, text, sizeof text);
    assert_string_equal(text, "k_a_table_n{id=b,id_=1,row=x y} untyped");
    assert_int_equal(sg_matcher_object_name(matcher, &attribute, NULL, outcome.rule, &name), 0);
    assert_true(sg_str_equal(name, SG_STR("k<type=A, id=b, row=x y, id_=1><Table>n")));
    (void)sg_matcher_free(matcher);
    (void)sg_rules_free(rules);
}

static void test_decide_snake_case_is_for_its_rule_only(void **state)
{
    (void)state;
    ASSERT_CASES("rules:\n"
                 "  - { pattern: '<>one_minute_rate', name: snake, attrNameSnakeCase: true }\n"
                 "  - { pattern: '<>FiveMinuteRate', name: plain }\n",
        { { "k:t=x", { "OneMinuteRate" }, INT(5), "snake{} untyped" },
            { "k:t=x", { "FiveMinuteRate" }, INT(5), "plain{} untyped" } });
}

static void test_decide_key_order_puts_keys_in_place(void **state)
{
    (void)state;
    ASSERT_CASES(
        "keyOrder: [type, name]\n"
        "rules:\n"
        "  - { pattern: '^k<type=(.+), name=(.+), a=(.+), b=(.+)><>V', name: \"$1$2$3$4\" }\n",
        { { "k:b=4,name=2,a=3,type=t1", { "V" }, INT(5), "t1234{} untyped" } });
}

static void test_decide_depends_on_value_only_where_it_may(void **state)
{
    static const char *const path[] = { "Value", NULL };
    static const struct sg_attribute_value value = INT(5);
    struct sg_rules *rules =
        fixture_rules("rules:\n"
                      "  - { pattern: 'a<t=x><>Value: (\\d+)', name: a, labels: { v: $1 } }\n"
                      "  - { pattern: '(.+)<t=x><>(.+)', name: b }\n");
    struct sg_matcher *matcher = NULL;
    struct sg_outcome outcome;
    (void)state;

    assert_int_equal(sg_matcher_new(rules, &matcher), 0);
    struct sg_attribute a = fixture_attribute("a:t=x", path);
    assert_int_equal(sg_matcher_decide(matcher, &a, &value, &outcome), 0);
    assert_true(outcome.depends_on_value);
    struct sg_attribute b = fixture_attribute("b:t=x", path); /* ruled out by the guard */
    assert_int_equal(sg_matcher_decide(matcher, &b, &value, &outcome), 0);
    assert_false(outcome.depends_on_value);
    assert_string_equal(outcome.family.name, "b");
    assert_string_equal(outcome.family.help, "b:name=null,type=null,attribute=Value");
    (void)sg_matcher_free(matcher);
    (void)sg_rules_free(rules);
}

static void test_decide_oversized_names_are_bad_names(void **state)
{
    enum {
        HUGE = 70000
    };
    static const char *const path[] = { "V", NULL };
    static const struct sg_attribute_value value = INT(5);
    struct sg_rules *rules = fixture_rules("lowercaseOutputName: true\n");
    struct sg_matcher *matcher = NULL;
    struct sg_outcome outcome;
    char *name = malloc(HUGE);
    (void)state;

    memset(name, 'a', HUGE);
    memcpy(name, "k:t=", 4);
    name[HUGE - 1] = '\0';
    assert_int_equal(sg_matcher_new(rules, &matcher), 0);
    struct sg_attribute attribute = fixture_attribute(name, path);
    assert_int_equal(sg_matcher_decide(matcher, &attribute, &value, &outcome), 0);
    assert_int_equal(outcome.kind, SG_OUTCOME_BAD_NAME);
    attribute = fixture_attribute("no object name", path);
    assert_int_equal(sg_matcher_decide(matcher, &attribute, &value, &outcome), 0);
    assert_int_equal(outcome.kind, SG_OUTCOME_BAD_NAME);
    free(name);
    (void)sg_matcher_free(matcher);
    (void)sg_rules_free(rules);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide_default_name_and_labels),
        cmocka_unit_test(test_decide_match_text_has_the_documented_form),
        cmocka_unit_test(test_decide_first_match_wins),
        cmocka_unit_test(test_decide_last_position_is_preferred),
        cmocka_unit_test(test_decide_labels_sorted_and_sanitised),
        cmocka_unit_test(test_decide_types_choose_suffixes),
        cmocka_unit_test(test_decide_value_of_the_rule),
        cmocka_unit_test(test_decide_cached_rule_does_not_see_the_value),
        cmocka_unit_test(test_decide_index_columns_are_properties),
        cmocka_unit_test(test_decide_snake_case_is_for_its_rule_only),
        cmocka_unit_test(test_decide_key_order_puts_keys_in_place),
        cmocka_unit_test(test_decide_depends_on_value_only_where_it_may),
        cmocka_unit_test(test_decide_oversized_names_are_bad_names),
    };
    return cmocka_run_group_tests_name("matcher", tests, NULL, NULL);
}
