/* SPDX-License-Identifier: Apache-2.0 */
#include "temporary.h"
#include "test.h"

#include "base/auto.h"
#include "jmx/lint/lint.h"
#include "jmx/lint/pattern_examples.h"
#include "jmx/rules/regex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file with this text in it, removed by the caller. */
static char *write_temporary(const char *text)
{
    char path[TEMPORARY_BYTES];

    temporary_file(text, path);
    return strdup(path);
}

/* The whole report, with RULES for the file's name. @return owned */
static char *lint(const char *rules, const char *dump, int want)
{
    sg_auto_free char *report = NULL;
    size_t len = 0;
    struct sg_error err = { "" };
    char *rule_file = write_temporary(rules);
    char *dump_file = dump ? write_temporary(dump) : NULL;
    FILE *out = open_memstream(&report, &len);

    assert_non_null(out);
    int r = sg_lint(rule_file, dump_file, out, &err);
    if (r > 0)
        (void)fputs(err.text, out);
    (void)fclose(out);
    if (r != want)
        fail_msg("%d instead of %d:\n%s", r, want, report);

    name_path(report, rule_file, "RULES");
    (void)unlink(rule_file);
    free(rule_file);
    if (dump_file)
        (void)unlink(dump_file);
    free(dump_file);
    return sg_take(&report);
}

static void expect(const char *rules, const char *dump, const char *const *parts)
{
    sg_auto_free char *report = lint(rules, dump, 0);

    for (; *parts; parts++) {
        if (!strstr(report, *parts))
            fail_msg("no \"%s\" in:\n%s", *parts, report);
    }
}

static void expect_without(const char *rules, const char *dump, const char *part)
{
    sg_auto_free char *report = lint(rules, dump, 0);

    if (strstr(report, part))
        fail_msg("\"%s\" in:\n%s", part, report);
}

#define PARTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* ---- Files without rules ---- */

/* All of them are valid for jmx_exporter and here; everything has its default name then. */
static void test_lint_files_without_rules(void **state)
{
    static const char *const files[] = {
        "",
        "# nothing\n",
        "---\n",
        "{}\n",
        "~\n",
        "lowercaseOutputName: true\n",
        "startDelaySeconds: 0\n",
        "includeObjectNames: ['app:type=b']\n",
        "includeObjectNames: ['app:type=b']\nmetricCustomizers:\n"
        "  - { mbeanFilter: { domain: app }, attributesAsLabels: [S],\n"
        "      extraMetrics: [ { name: x, value: 1 } ] }\n",
        "rules: []\n",
    };
    static const char dump[] =
        "{\"status\":200,\"value\":{\"app:type=b\":{\"V\":1,\"S\":\"text\"}}}";
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        free(lint(files[i], NULL, 0));
        sg_auto_free char *report = lint(files[i], dump, 0);
        bool has_rules = i < sizeof files / sizeof files[0] - 1;
        if (!!strstr(report, "app_b_") != has_rules)
            fail_msg("%s:\n%s", files[i], report);
    }
}

/* The answer is freed by then; the MBean's attributes are kept. */
static void test_lint_labels_by_customizer_are_the_dump_s(void **state)
{
    static const char rules[] =
        "metricCustomizers:\n"
        "  - { mbeanFilter: { domain: app }, attributesAsLabels: [S, T] }\n";
    static const char dump[] = "{\"status\":200,\"value\":{\"app:type=a\":{\"T\":\"other\"},"
                               "\"app:type=b\":{\"V\":1,\"C\":{\"T\":2},\"S\":\"text\"}}}";
    (void)state;

    sg_auto_free char *report = lint(rules, dump, 0);
    assert_non_null(strstr(report, "app_b_V{S=\"text\"} 1"));
}

/* ---- Examples of patterns ---- */

static void test_example_of_a_pattern_matches_it(void **state)
{
    static const char *const patterns[] = {
        "kafka.server<type=(.+), name=(.+)PerSec\\w*, topic=(.+)><>Count",
        "a|bc|(?:d|e(?<n>f)?)+",
        "[a-c_\\w.-]{2,4}[^,>]+x{3}?y*+",
        "java\\.lang<type=Memory><(Non)?HeapMemoryUsage>(used|max): \\d+",
        "\\[x\\]\\s\\S\\D\\W",
        "(?i)^Foo$",
    };
    struct sg_buf example;
    (void)state;

    sg_buf_init(&example, SG_EXAMPLE_BYTES_MAX);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct sg_regex *regex = NULL;
        assert_int_equal(sg_regex_new(sg_str_of(patterns[i]), SG_REGEX_WHOLE, &regex, NULL), 0);
        for (unsigned variant = 0; variant < 200; variant++) {
            assert_true(sg_pattern_example(sg_str_of(patterns[i]), variant, &example));
            if (!sg_regex_match(regex, sg_buf_get(&example)))
                fail_msg("%s makes %.*s", patterns[i], (int)example.len, example.ptr);
        }
        (void)sg_regex_free(regex);
    }
    sg_buf_done(&example);
}

static void test_example_of_what_is_not_followed_is_not_made(void **state)
{
    static const char *const patterns[] = { "(?=a)b", "(a)\\1", "[a-z&&[^b]]", "a{99}", "(", "[a",
        "a\\" };
    struct sg_buf example;
    (void)state;

    sg_buf_init(&example, SG_EXAMPLE_BYTES_MAX);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (sg_pattern_example(sg_str_of(patterns[i]), 0, &example))
            fail_msg("%s was made", patterns[i]);
    }
    sg_buf_done(&example);
}

/* ---- The file alone ---- */

static void test_rule_behind_a_general_one_is_never_reached(void **state)
{
    (void)state;
    /* The percent rule of public rule files, which comes after the general one. */
    expect("includeObjectNames: ['kafka.*:*']\n"
           "rules:\n"
           "  - pattern: kafka.(\\w+)<type=(.+), name=(.+)><>Value\n"
           "    name: kafka_$1_$2_$3\n"
           "  - pattern: kafka.(\\w+)<type=(.+), name=(.+)Percent\\w*><>Value\n"
           "    name: kafka_$1_$2_$3_percent\n",
        NULL,
        PARTS("RULES:5:14: warning: never reached: the rule at line 3 comes first",
            "RULES: 2 rules, 1 warning\n"));
}

static void test_rule_before_a_general_one_is_reached(void **state)
{
    (void)state;
    expect_without("includeObjectNames: ['kafka.*:*']\n"
                   "rules:\n"
                   "  - pattern: kafka.(\\w+)<type=(.+), name=(.+)Percent\\w*><>Value\n"
                   "    name: kafka_$1_$2_$3_percent\n"
                   "  - pattern: kafka.(\\w+)<type=([^,]+), name=([^,]+)><>Value\n"
                   "    name: kafka_$1_$2_$3\n"
                   "  - pattern: kafka.(\\w+)<type=(.+), name=(.+)><>Value\n"
                   "    name: kafka_$1_$2_$3\n",
        NULL, "warning:");
}

static void test_rule_behind_one_without_pattern_is_never_reached(void **state)
{
    (void)state;
    expect("rules:\n  - {}\n  - pattern: a\n    name: b\n", NULL,
        PARTS("RULES:3:5: warning: never reached: the rule at line 2 has no pattern"));
}

static void test_names_that_are_exported_otherwise_are_reported(void **state)
{
    (void)state;
    expect("includeObjectNames: ['a:*']\n"
           "rules:\n"
           "  - { pattern: 'a<>b', name: foo_total, type: GAUGE }\n"
           "  - { pattern: 'a<>c', name: foo_info }\n"
           "  - { pattern: 'a<>d', name: foo_count, type: COUNTER }\n"
           "  - { pattern: 'a<>e', name: 'foo{x=\"1\"}', type: COUNTER }\n"
           "  - { pattern: 'a<>f', name: bar, type: GAUGE }\n"
           "  - { pattern: 'a<>g', name: bar, type: COUNTER }\n",
        NULL,
        PARTS("RULES:3:30: warning: a GAUGE is exported without \"_total\"; is it a COUNTER?",
            "RULES:4:30: warning: a UNTYPED is exported without \"_info\"",
            "RULES:5:30: warning: a COUNTER is exported with _total: this one as …_count_total",
            "RULES:6:30: warning: a name cannot hold labels",
            "RULES:8:41: warning: the rule at line 7 gives the same name another type (GAUGE and "
            "COUNTER)",
            "RULES: 6 rules, 5 warnings"));
}

static void test_labels_without_bound_are_reported(void **state)
{
    (void)state;
    expect("includeObjectNames: ['a:*']\n"
           "rules:\n"
           "  - pattern: kafka.server<type=Produce, user=(.+), client-id=(.+)><>byte-rate\n"
           "    name: quota_$1\n"
           "    labels: { client: $2, broker: x }\n"
           "  - pattern: a<type=(.+)><>(\\w+)\n"
           "    name: a_$2\n",
        NULL,
        PARTS("RULES:4:11: warning: the value of user becomes part of the metric's name",
            "RULES:5:13: warning: an unbounded label: one series for every client-id",
            "RULES:5:13: warning: the label broker is set by Streamgauge",
            "RULES:6:14: warning: group 1 is used in no name and no label"));
}

static void test_patterns_that_cannot_match_are_reported(void **state)
{
    (void)state;
    expect("includeObjectNames: ['a:*']\n"
           "rules:\n"
           "  - { pattern: 'a<>x-max', name: x_max, type: COUNTER }\n"
           "  - { pattern: 'a<name=y><>MeanRate', name: y, type: GAUGE }\n",
        NULL,
        PARTS("RULES:3:47: warning: a maximum is not a COUNTER",
            "RULES:4:16: warning: MeanRate is the mean since the start"));
    expect("includeObjectNames: ['a:*']\n"
           "rules:\n"
           "  - { pattern: 'kafka.server:type=A,name=(.+)', name: a_$1 }\n"
           "  - { pattern: 'a<b=c><>d: (\\d+)', name: a, value: 1, cache: true }\n"
           "  - pattern: x<\n"
           "    name: x\n"
           "    value:\n",
        NULL,
        PARTS("RULES:3:16: warning: never matches: patterns see domain<type=…",
            "RULES:4:16: warning: never matches: with \"cache\"",
            "RULES:7:", "\"null\", which is not a number"));
}

static void test_errors_end_the_check(void **state)
{
    (void)state;
    sg_auto_free char *report =
        lint("rules:\n  - { pattern: 'a(b)', name: '$2', typ: GAUGE }\n", NULL, 1);

    assert_non_null(strstr(report, "RULES:2:"));
    assert_non_null(strstr(report, "did you mean \"type\""));
}

/* ---- Against MBeans ---- */

static const char dump[] = "[{\"value\":{\"agent\":\"2.2.9\",\"protocol\":\"8.0\"},\"status\":200},"
                           "{\"value\":{"
                           "\"k.s:type=T,name=A,topic=x\":{\"Count\":5,\"EventType\":\"bytes\"},"
                           "\"k.s:type=T,name=A,topic=y\":{\"Count\":7},"
                           "\"k.s:type=T,name=A\":{\"Count\":12},"
                           "\"k.s:type=U,name=B\":{\"Value\":\"text\"},"
                           "\"k.s:type=V,name=C\":{\"Value\":0.5,\"Other\":1},"
                           "\"z:type=W\":{\"Value\":1}},\"status\":200}]";

static void test_against_reports_what_each_rule_made(void **state)
{
    (void)state;
    expect("includeObjectNames: ['k.*:*']\n"
           "rules:\n"
           "  - pattern: k.(\\w+)<type=(\\w+), name=(\\w+), topic=(.+)><>Count\n"
           "    name: k_$1_$2_$3_total\n"
           "    type: COUNTER\n"
           "    labels: { topic: $4 }\n"
           "  - pattern: k.s<type=V, name=(\\w+)><>Value\n"
           "    name: k_v_$1\n"
           "    valueFactor: 10\n",
        dump,
        PARTS("RULES:3: 2 attributes, 2 series\n"
              "    k.s:type=T,name=A,topic=x: Count\n"
              "        k_s_T_A_total{topic=\"x\"} 5\n",
            "RULES:7: 1 attribute, 1 series\n    k.s:type=V,name=C: Value\n        k_v_C 5\n",
            "no rule matches 4 attributes:\n", "  k.s:type=U,*\n",
            "8 attributes of 6 MBeans, 7 of them requested: 3 series\n"));
}

static void test_against_reports_what_goes_wrong(void **state)
{
    (void)state;
    expect("includeObjectNames: ['k.*:*']\n"
           "rules:\n"
           "  - { pattern: 'k.s<type=T, name=(.+)><>(\\w+)', name: 'k_$1_total', type: COUNTER }\n"
           "  - { pattern: 'k.s<type=T, name=A><>Count', name: k_a }\n"
           "  - { pattern: 'k.s<type=U, name=(\\w+)><>Value', name: k_text_$1 }\n"
           "  - { pattern: 'k.s<type=V, name=(\\w+)><>', name: k_same }\n"
           "  - { pattern: 'k.s<type=X', name: k_x }\n",
        dump,
        PARTS("RULES:3:5: warning: group 1 matches several key properties at once, \"A, topic=x\"",
            "RULES:4:5: warning: matched nothing: the rule at line 3 comes first, e.g. at "
            "k.s:type=T,name=A",
            "RULES:5:5: warning: gives no series: what it matches is text",
            "RULES:6:5: warning: k_same is made from two attributes: k.s:type=V,name=C (rule at "
            "line 6) and k.s:type=V,name=C",
            "RULES:7:5: warning: matched no attribute of this JVM"));
}

static void test_against_reports_totals_beside_parts(void **state)
{
    (void)state;
    expect("includeObjectNames: ['k.*:*']\n"
           "rules:\n"
           "  - pattern: k.s<type=T, name=A, topic=(\\w+)><>Count\n"
           "    name: k_a_total\n"
           "    type: COUNTER\n"
           "    labels: { topic: $1 }\n"
           "  - pattern: k.s<type=T, name=A><>Count\n"
           "    name: k_a_total\n"
           "    type: COUNTER\n",
        dump,
        PARTS("RULES:7:5: warning: k_a_total has other labels here than from the rule at line 3"));
}

static void test_against_what_is_no_dump_is_an_error(void **state)
{
    static const char rules[] = "rules:\n  - {}\n";
    static const char *const bad[] = { "", "x", "[]", "{\"a\":1}", "[{\"value\":1}]",
        "{\"status\":404,\"error\":\"no\"}" };
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sg_auto_free char *report = lint(rules, bad[i], 2);
        assert_true(strlen(report) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lint_files_without_rules),
        cmocka_unit_test(test_lint_labels_by_customizer_are_the_dump_s),
        cmocka_unit_test(test_against_reports_what_each_rule_made),
        cmocka_unit_test(test_against_reports_what_goes_wrong),
        cmocka_unit_test(test_against_reports_totals_beside_parts),
        cmocka_unit_test(test_against_what_is_no_dump_is_an_error),
        cmocka_unit_test(test_example_of_a_pattern_matches_it),
        cmocka_unit_test(test_example_of_what_is_not_followed_is_not_made),
        cmocka_unit_test(test_labels_without_bound_are_reported),
        cmocka_unit_test(test_errors_end_the_check),
        cmocka_unit_test(test_names_that_are_exported_otherwise_are_reported),
        cmocka_unit_test(test_patterns_that_cannot_match_are_reported),
        cmocka_unit_test(test_rule_before_a_general_one_is_reached),
        cmocka_unit_test(test_rule_behind_a_general_one_is_never_reached),
        cmocka_unit_test(test_rule_behind_one_without_pattern_is_never_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
