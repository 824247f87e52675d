/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/test_fixture.h"
#include "test.h"

static void assert_problem(const char *yaml, const char *problem)
{
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    assert_int_equal(sg_rules_new(&rules), 0);
    assert_int_equal(
        sg_rules_add_text(rules, "rules.yml", sg_str_of(yaml), &err), SG_RULES_E_INVALID);
    if (!strstr(err.text, problem))
        fail_msg("\"%s\" is not in:\n%s", problem, err.text);
    (void)sg_rules_free(rules);
}

static void test_load_unknown_key_says_where_and_what_was_meant(void **state)
{
    (void)state;
    assert_problem("lowercaseOutputNames: true\n", "rules.yml:1:1: unknown key");
    assert_problem("lowercaseOutputNames: true\n", "did you mean \"lowercaseOutputName\"?");
    assert_problem("rules:\n  - patern: a\n", "rules.yml:2:5: unknown key");
    assert_problem("blackListObjectNames: ['a:*']\n", "did you mean \"blacklistObjectNames\"?");
    assert_problem("rulez: &r []\n", "did you mean \"rules\"?"); /* also with an anchor */
    assert_problem("common: { type: GAUGE }\n", "rules.yml:1:1: unknown key \"common\"");
}

static void test_load_what_jmx_exporter_refuses_refused(void **state)
{
    (void)state;
    assert_problem(
        "rules:\n  - pattern: a\n    labels: {}\n", "rules.yml:3:13: \"labels\" needs a \"name\"");
    assert_problem(
        "rules:\n  - pattern: a\n    help: x\n", "rules.yml:3:11: \"help\" needs a \"name\"");
    assert_problem("rules:\n  - name: a\n", "rules.yml:2:11: \"name\" needs a \"pattern\"");
    assert_problem("rules:\n  - pattern: a\n    valueFactor: x\n",
        "rules.yml:3:18: \"valueFactor\" must be a number");
    assert_problem("rules: 5\n", "rules.yml:1:8: \"rules\" must be a list");
    assert_problem("rules:\n  - { pattern: a, name: , labels: {} }\n",
        "rules.yml:2:35: \"labels\" needs a \"name\"");
    assert_problem("rules:\n  - { pattern: a, name: b, labels: }\n", "must be a map");
    assert_problem("includeObjectNames:\n", "rules.yml:1:20: includeObjectNames must be a list");
    assert_problem("lowercaseOutputName: 'true'\n", "rules.yml:1:22: ");
}

static void test_load_what_fails_only_while_scraping_refused(void **state)
{
    (void)state;
    assert_problem(
        "rules:\n  - pattern: (a)\n    name: x_$2\n", "rules.yml:3:11: \"x_$2\", character 4");
    assert_problem(
        "rules:\n  - pattern: a\n    name: x\n    labels: { y: $1 }\n", "rules.yml:4:18: ");
    assert_problem("rules:\n  - value: 5\n", "rules.yml:2:12: \"value\" needs a \"pattern\"");
    assert_problem("rules:\n  - pattern: '(a'\n", "rules.yml:2:14: pattern \"(a\"");
    assert_problem(
        "rules:\n  - pattern: a\n    type: METER\n", "rules.yml:3:11: \"METER\" is not a type");
    assert_problem("includeObjectNames: ['kafka.server:type']\n", "rules.yml:1:22: ObjectName");
    assert_problem("requests:\n  - mbean: 'a:b=c,b=d'\n", "duplicate key");
    assert_problem("includeObjectNames: []\n", "rules.yml:1:21: an empty list reads nothing");
    assert_problem("rules:\n  - pattern: a\n    name: x\n    labels: { 'a:b': y }\n",
        "rules.yml:4:15: a label's name cannot have a colon");
    assert_problem("rules:\n  - pattern: 'a[b-a]'\n", "character 3: the range ends before");
    assert_problem("rules:\n  - { pattern: a, name: x, times: Count, value: 5 }\n",
        "rules.yml:2:35: \"times\" and \"value\" exclude each other");
    assert_problem("rules:\n  - { pattern: a, labelsFrom: { x: Y } }\n",
        "rules.yml:2:31: \"labelsFrom\" must be a map of at most 24 labels to attributes");
    assert_problem("rules:\n  - { pattern: a, name: x, labelsFrom: { 'x-y': Y } }\n",
        "rules.yml:2:42: \"labelsFrom\" maps a label to an attribute");
    assert_problem("rules:\n  - { pattern: a, name: x, labelsFrom: { x: [Y] } }\n",
        "rules.yml:2:42: \"labelsFrom\" maps a label to an attribute");
}

static void test_load_customizers_as_strictly_as_jmx_exporter(void **state)
{
    static const struct {
        const char *yaml;
        const char *problem;
    } cases[] = {
        { "metricCustomizers:\n", "must be a list" },
        { "metricCustomizers:\n  - attributesAsLabels: [A]\n",
            "rules.yml:2:5: a metric customizer needs an \"mbeanFilter\"" },
        { "metricCustomizers:\n  - mbeanFilter: { properties: {} }\n    attributesAsLabels: [A]\n",
            "rules.yml:2:18: \"mbeanFilter\" needs a \"domain\"" },
        { "metricCustomizers:\n  - mbeanFilter: { domain: a }\n",
            "needs \"attributesAsLabels\" or \"extraMetrics\"" },
        { "metricCustomizers:\n  - mbeanFilter: { domain: a }\n    extraMetrics: [ { name: x } ]\n",
            "rules.yml:3:21: an extra metric needs a \"name\" and a \"value\"" },
        { "metricCustomizers:\n  - mbeanFilter: { domain: a }\n    extraMetrics: [ { value: 1 } "
          "]\n",
            "an extra metric needs a \"name\" and a \"value\"" },
        { "metricCustomizers:\n  - mbeanFilter: { domain: a }\n    attributesAsLabel: [A]\n",
            "rules.yml:3:5: unknown key" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_problem(cases[i].yaml, cases[i].problem);
}

static void test_load_own_keys(void **state)
{
    struct sg_rules *rules = fixture_rules("requests:\n"
                                           "  - { mbean: 'k:*', attributes: [A], slow: true }\n"
                                           "  - { mbean: 'j:*' }\n"
                                           "rules:\n"
                                           "  - { pattern: a, name: x, times: Count }\n"
                                           "  - { pattern: b, name: y, type: gauge }\n");
    (void)state;

    assert_true(rules->requests.lists[0].slow);
    assert_false(rules->requests.lists[1].slow);
    assert_string_equal(rules->rules[0].times, "Count");
    assert_null(rules->rules[1].times);
    assert_int_equal(rules->rules[1].type, SG_METRIC_UNKNOWN);
    assert_int_equal(rules->n_warnings, 1);
    (void)sg_rules_free(rules);
}

/* What YAML reads as a flag or a number has the text that Java gives it. */
static void test_load_values_of_labels_as_java_spells_them(void **state)
{
    static const struct {
        const char *yaml;
        const char *text;
    } cases[] = {
        { "yes", "true" },
        { "Off", "false" },
        { "'yes'", "yes" },
        { "!!str yes", "yes" },
        { "! 0.50", "0.50" },
        { "y", "y" },
        { "0.50", "0.5" },
        { "'0.50'", "0.50" },
        { "1.0", "1.0" },
        { "100000000.0", "1.0E8" },
        { "1.5e+3", "1500.0" },
        { "1.5e3", "1.5e3" },
        { "1e3", "1e3" },
        { "010", "8" },
        { "08", "08" },
        { "0x1F", "31" },
        { "0b11", "3" },
        { "1_000", "1000" },
        { "+5", "5" },
        { "-7", "-7" },
        { "3.6.0", "3.6.0" },
        { "null", "null" },
    };
    char yaml[256];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(yaml, sizeof yaml,
            "rules:\n  - { pattern: a, name: x, labels: { l: %s } }\n", cases[i].yaml);
        struct sg_rules *rules = fixture_rules(yaml);
        assert_string_equal(rules->rules[0].labels[0].value.text, cases[i].text);
        (void)sg_rules_free(rules);
    }
}

static void test_load_several_problems_all_reported(void **state)
{
    (void)state;
    assert_problem("a: 1\nb: 2\n", "rules.yml:2:1: unknown key");
}

static void test_load_foreign_keys_warned_about(void **state)
{
    struct sg_rules *rules =
        fixture_rules("hostPort: localhost:9999\nssl: false\nstartDelaySeconds: 5\nrules: []\n");
    (void)state;

    assert_int_equal(rules->n_warnings, 3);
    assert_string_equal(rules->warnings[0],
        "rules.yml:1:1: \"hostPort\" has no meaning over Jolokia and is not used");
    (void)sg_rules_free(rules);
}

static void test_load_missing_rules_become_one_that_matches_all(void **state)
{
    struct sg_rules *rules = fixture_rules("lowercaseOutputName: yes\n");
    (void)state;

    assert_int_equal(rules->n_rules, 1);
    assert_null(rules->rules[0].pattern);
    assert_false(rules->rules[0].has_name);
    (void)sg_rules_free(rules);

    rules = fixture_rules("rules: []\n");
    assert_int_equal(rules->n_rules, 0);
    (void)sg_rules_free(rules);

    rules = fixture_rules("");
    assert_int_equal(rules->n_rules, 1);
    (void)sg_rules_free(rules);
}

static bool wants(const struct sg_rules *rules, const char *mbean, const char *attribute)
{
    struct sg_object_name name;
    assert_int_equal(sg_object_name_parse(sg_str_of(mbean), &name, NULL), 0);
    return sg_rules_want(rules, &name, sg_str_of(attribute));
}

static void test_want_includes_and_excludes_as_jmx_exporter(void **state)
{
    struct sg_rules *rules =
        fixture_rules("excludeJvmMetrics: true\n"
                      "whitelistObjectNames: ['java.lang:type=Memory', 'k:*']\n"
                      "excludeObjectNames: ['k:type=Loud,*']\n"
                      "excludeObjectNameAttributes:\n"
                      "  'k:name=N,type=Quiet': [Rate]\n");
    (void)state;

    assert_true(wants(rules, "java.lang:type=Memory", "HeapMemoryUsage")); /* named: wins */
    assert_false(wants(rules, "java.lang:type=Threading", "ThreadCount"));
    assert_false(wants(rules, "k:type=Loud,name=N", "Value"));
    assert_true(wants(rules, "k:type=Quiet,name=N", "Value"));
    assert_false(wants(rules, "k:type=Quiet,name=N", "Rate")); /* key order does not matter */
    (void)sg_rules_free(rules);

    rules = fixture_rules("excludeObjectNameAttributes:\n  'k:*': [One]\n");
    assert_true(wants(rules, "k:type=A", "One")); /* a pattern is not the name of an MBean */
    (void)sg_rules_free(rules);

    rules = fixture_rules("includeObjectNameAttributes:\n  'k:type=A': [One]\n");
    assert_true(wants(rules, "k:type=A", "One"));
    assert_false(wants(rules, "k:type=A", "Two"));
    assert_false(wants(rules, "k:type=B", "One")); /* not in the map: not wanted */
    assert_false(wants(rules, "java.lang:type=Runtime", "SystemProperties"));
    (void)sg_rules_free(rules);
}

static void test_plan_of_requests_is_one_bulk_request(void **state)
{
    struct sg_rules *rules = fixture_rules("requests:\n"
                                           "  - mbean: k:type=A,*\n"
                                           "    attributes: [Count, 'a,b']\n"
                                           "  - mbean: k:type=\"B,*\"\n");
    struct sg_poll_plan *plan = NULL;
    (void)state;

    assert_int_equal(sg_rules_plan_new(rules, &plan), 0);
    assert_int_equal(plan->n, 2);
    assert_true(plan->requests[0].is_pattern && plan->requests[0].n_attributes);
    assert_true(plan->requests[1].is_pattern && !plan->requests[1].n_attributes);
    char *body = NULL;
    assert_int_equal(sg_request_body(plan, NULL, &body), 0);
    assert_non_null(strstr(body, "\"attribute\":[\"Count\",\"a,b\"]"));
    assert_non_null(strstr(body, "\"mbean\":\"k:type=\\\"B,*\\\"\""));
    assert_non_null(strstr(body, "\"ignoreErrors\":true"));
    assert_non_null(strstr(body, "\"canonicalNaming\":false"));
    free(body);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
}

static void test_plan_without_includes_reads_everything(void **state)
{
    struct sg_rules *rules = fixture_rules("rules: []\n");
    struct sg_poll_plan *plan = NULL;
    (void)state;

    assert_int_equal(sg_rules_plan_new(rules, &plan), 0);
    assert_int_equal(plan->n, 1);
    assert_string_equal(plan->requests[0].mbean, "*:*");
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
}

/* What public files for jmx_exporter have. */
static void test_files_that_jmx_exporter_takes_are_taken(void **state)
{
    static const struct {
        const char *text;
        size_t n_warnings;
        const char *part; /* of the first warning */
    } cases[] = {
        { "attrNameSnakeCase: true\nrules: [{}]\n", 1, "is a key of a rule" },
        { "rules: [ { pattern: a, name: b, type: HISTOGRAM } ]\n", 1,
            "it is UNTYPED, as in jmx_exporter" },
        { "rules:\n  - &a { pattern: a, name: b, labels: &l { x: y } }\n"
          "  - { <<: *a, name: c, labels: { <<: *l, z: $0 } }\n",
            0, "" },
        { "hostPort: h:1\nssl: false\nrules: []\n", 2, "has no meaning over Jolokia" },
        { "hostPort: ${HOST}:1\nusername:\npassword:\nstartDelaySeconds: 0\nssl:\n"
          "  enabled: true\nhttpServer: { threads: { minimum: 1 } }\nopenTelemetry: { interval: 1 "
          "}\n",
            7, "rules.yml:1:1: " },
        /* in examples and tests of jmx_exporter, and in no release */
        { "collector: { hostPort: 'h:1' }\njmxBeanFilter: { include: ['a:*'] }\n"
          "metricFilter: { nameMustStartWith: [a] }\nrules: []\n",
            3, "\"collector\" has no meaning" },
        { "rules: []\ndefaultExports: false\n", 1,
            "rules.yml:2:1: \"defaultExports\" does nothing" },
        { "jvmMetrics: false\n", 1, "\"excludeJvmMetrics\" turns off" },
        { "cacheRules: true\n", 1, "\"cache\" is a key of a rule" },
        { "jmxEnvironment: { a: b }\nsslConfig: { a: b }\n", 2, "" },
        { "resetMetrics: true\nMBeansToReset: ['a:*']\n", 2, "does nothing here" },
        { "excludeObjectNameAttributesDynamic: true\n", 1, "" },
        { "excludeObjectNameAttributes:\n  '*:*': [A]\n  'a:b=c': [A]\n", 1,
            "rules.yml:2:3: a pattern" },
        { "rules:\n  - { pattern: a, name: b, type: STATE_SET }\n"
          "  - { pattern: a, name: b, type: GAUGE_HISTOGRAM }\n",
            2, "rules.yml:2:34: a type of jmx_exporter before 1.0" },
        /* a key without a value is ignored */
        { "rules:\n  - { pattern: a, name: b, valueFactor: , help: }\n"
          "  - { pattern: a, name: , help: }\n  - { name: }\n",
            0, "" },
        { "metricCustomizers:\n  - mbeanFilter: { domain: a }\n"
          "    extraMetrics: [ { name: x, value: 1, description: } ]\n",
            0, "" },
        /* keys that only hold anchors */
        { "common: &c { type: GAUGE }\nlabels:\n  one: &l { x: y }\n"
          "rules:\n  - { <<: *c, pattern: a, name: b, labels: *l }\n",
            0, "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_rules *rules = fixture_rules(cases[i].text);
        assert_int_equal(rules->n_warnings, cases[i].n_warnings);
        if (rules->n_warnings && !strstr(rules->warnings[0], cases[i].part))
            fail_msg("%s", rules->warnings[0]);
        for (size_t j = 0; j < rules->n_rules; j++)
            assert_true(!rules->rules[j].snake_case && rules->rules[j].factor == 1);
        if (i == 2)
            assert_int_equal(rules->rules[1].n_labels, 2);
        (void)sg_rules_free(rules);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_that_jmx_exporter_takes_are_taken),
        cmocka_unit_test(test_load_unknown_key_says_where_and_what_was_meant),
        cmocka_unit_test(test_load_what_jmx_exporter_refuses_refused),
        cmocka_unit_test(test_load_what_fails_only_while_scraping_refused),
        cmocka_unit_test(test_load_customizers_as_strictly_as_jmx_exporter),
        cmocka_unit_test(test_load_own_keys),
        cmocka_unit_test(test_load_values_of_labels_as_java_spells_them),
        cmocka_unit_test(test_load_several_problems_all_reported),
        cmocka_unit_test(test_load_foreign_keys_warned_about),
        cmocka_unit_test(test_load_missing_rules_become_one_that_matches_all),
        cmocka_unit_test(test_want_includes_and_excludes_as_jmx_exporter),
        cmocka_unit_test(test_plan_of_requests_is_one_bulk_request),
        cmocka_unit_test(test_plan_without_includes_reads_everything),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
