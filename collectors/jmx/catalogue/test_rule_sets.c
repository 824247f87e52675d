/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/catalogue.h"
#include "jmx/catalogue/rule_sets.h"
#include "temporary.h"
#include "test.h"

#include <unistd.h>

static char kafka_name[] = "kafka";
static char wrong_name[] = "kafak";
static char missing_name[] = "/no/x.yml";
static char place[] = "f.yml:3:4";

static void test_rule_sets_each_is_loaded_once(void **state)
{
    char *names[] = { kafka_name };
    char *same_names[] = { kafka_name };
    const struct sg_rules_config config = { 1, names, NULL, 0 };
    const struct sg_rules_config same = { 1, same_names, place, 0 };
    const struct sg_rule_set *a = NULL;
    const struct sg_rule_set *b = NULL;
    struct sg_rule_sets *sets = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(sg_rule_sets_new(&sets), 0);
    assert_int_equal(sg_rule_sets_get(sets, &config, NULL, &a, &err), 0);
    assert_int_equal(sg_rule_sets_get(sets, &same, NULL, &b, &err), 0);
    assert_ptr_equal(a, b);
    assert_true(a->plans[SG_LANE_FAST].plan->n > 10);
    (void)sg_rule_sets_free(sets);
}

static void test_rule_sets_mistakes_have_their_place(void **state)
{
    char *wrong[] = { wrong_name };
    char *mixed[] = { kafka_name, wrong_name };
    char *missing[] = { missing_name };
    char *files[] = { missing_name, wrong_name };
    const struct {
        struct sg_rules_config config;
        const char *part;
    } cases[] = {
        { { 1, wrong, place, 0 }, "f.yml:3:4: rules: \"kafak\" is neither a file nor a built-in "
                                  "catalogue: there are jvm, kafka," },
        { { 1, missing, place, 0 }, "f.yml:3:4: rules: \"/no/x.yml\": No such file" },
        { { 2, mixed, place, 0 }, "f.yml:3:4: rules: \"kafak\" is neither a file nor a built-in" },
        { { 2, files, place, 0 }, "there can be one rule file, with catalogues beside it" },
        { { 1, wrong, NULL, 0 }, "rules: \"kafak\" is ne" },
    };
    const struct sg_rule_set *set = NULL;
    struct sg_rule_sets *sets = NULL;
    (void)state;

    assert_int_equal(sg_rule_sets_new(&sets), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_error err = { "" };
        assert_int_equal(
            sg_rule_sets_get(sets, &cases[i].config, NULL, &set, &err), SG_RULE_SETS_E_CONFIG);
        if (!strstr(err.text, cases[i].part))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].part);
    }
    (void)sg_rule_sets_free(sets);
}

/* jmx_exporter's agent adds the JVM's metrics to any file, unless it has excludeJvmMetrics. */
static void test_rule_file_has_the_jvm_catalogue_beside_it(void **state)
{
    static const struct {
        const char *text;
        const char *second; /* in the list, or NULL */
        bool jvm;
        bool kafka;
    } cases[] = {
        { "rules: [{}]\n", NULL, true, false },
        { "excludeJvmMetrics: false\n", NULL, true, false },
        { "excludeJvmMetrics: true\n", NULL, false, false },
        { "excludeJvmMetrics: true\n", "jvm", true, false },
        { "requests: [ { mbean: 'a:b=c' } ]\n", "jvm", true, false },
        { "rules: [{}]\n", "kafka", true, true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[TEMPORARY_BYTES];
        char second[16] = "";
        char *names[] = { path, second };
        const struct sg_rules_config config = { cases[i].second ? 2 : 1, names, NULL, 0 };
        const struct sg_rule_set *set = NULL;
        struct sg_rule_sets *sets = NULL;
        struct sg_error err;

        temporary_file(cases[i].text, path);
        (void)snprintf(second, sizeof second, "%s", cases[i].second ? cases[i].second : "");
        assert_int_equal(sg_rule_sets_new(&sets), 0);
        if (sg_rule_sets_get(sets, &config, NULL, &set, &err))
            fail_msg("%s", err.text);
        const struct sg_poll_plan *plan = set->plans[SG_LANE_FAST].plan;
        assert_int_equal(set->beside != NULL, cases[i].jvm || cases[i].kafka);
        assert_int_equal(strstr(set->plans[SG_LANE_FAST].body, "java.lang:type=Threading") != NULL,
            cases[i].jvm);
        assert_int_equal(
            strstr(set->plans[SG_LANE_FAST].body, "kafka.server:") != NULL, cases[i].kafka);
        assert_int_equal(plan->requests[0].part, 0);
        assert_int_equal(plan->requests[plan->n - 1].part, set->beside != NULL);
        assert_int_equal(set->broker_plan.plan->n, plan->n + set->broker_plan.plan->n_identity);
        (void)sg_rule_sets_free(sets);
        (void)unlink(path);
    }
}

static void test_catalogues_shared_file_is_loaded_once(void **state)
{
    const char *const names[] = { "kafka", "kafka" };
    struct sg_rules *one = NULL;
    struct sg_rules *both = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(sg_catalogue_load("kafka", &one, &err), 0);
    assert_int_equal(sg_catalogue_load_all(names, 2, &both, &err), 0);
    assert_int_equal(one->n_rules, both->n_rules);
    assert_int_equal(one->requests.n, both->requests.n);
    (void)sg_rules_free(one);
    (void)sg_rules_free(both);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_sets_each_is_loaded_once),
        cmocka_unit_test(test_rule_sets_mistakes_have_their_place),
        cmocka_unit_test(test_rule_file_has_the_jvm_catalogue_beside_it),
        cmocka_unit_test(test_catalogues_shared_file_is_loaded_once),
    };
    return cmocka_run_group_tests_name("rule_sets", tests, NULL, NULL);
}
