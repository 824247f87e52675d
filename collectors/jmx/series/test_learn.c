/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/auto.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/matcher.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/series/learn.h"
#include "jmx/test_fixture.h"

#include <jansson.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);
SG_AUTO_DEFINE(struct sg_engine *, sg_engine_free);
SG_AUTO_DEFINE(struct sg_learner *, sg_learner_free);
SG_AUTO_DEFINE(struct sg_poll_plan *, sg_poll_plan_free);

static void note(struct sg_learner *learner, const char *mbean, const char *attribute, bool wanted)
{
    sg_learner_add(learner, sg_str_of(mbean), sg_str_of(attribute), wanted);
}

static void expect_body(struct sg_learner *learner, const char *const *requests)
{
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *plan = NULL;
    size_t n = 0;

    assert_int_equal(sg_learner_plan(learner, &plan), 0);
    assert_non_null(plan);
    char *request_body = NULL;
    assert_int_equal(sg_request_body(plan, NULL, &request_body), 0);
    json_t *body = json_loads(request_body, 0, NULL);
    free(request_body);
    assert_non_null(body);
    for (; requests[n]; n++) {
        json_t *request = json_array_get(body, n);
        json_t *attributes = json_object_get(request, "attribute");
        char *names = attributes ? json_dumps(attributes, JSON_COMPACT) : strdup("all");
        char text[512];
        (void)snprintf(text, sizeof text, "%s %s",
            json_string_value(json_object_get(request, "mbean")), names);
        free(names);
        assert_string_equal(text, requests[n]);
    }
    assert_int_equal(json_array_size(body), n);
    json_decref(body);
}

/* Everything is read again then: it is not a failure. */
static void expect_no_plan(struct sg_learner *learner)
{
    struct sg_poll_plan *plan = NULL;

    assert_int_equal(sg_learner_plan(learner, &plan), 0);
    assert_null(plan);
}

static void test_learn_a_type_that_is_wanted_gives_one_pattern(void **state)
{
    sg_auto(sg_learner_free) struct sg_learner *learner = NULL;
    (void)state;

    assert_int_equal(sg_learner_new(&learner), 0);
    sg_learner_begin(learner);
    note(learner, "d:type=T,name=a,topic=x", "Count", true);
    note(learner, "d:type=T,name=a,topic=x", "Rate", false);
    note(learner, "d:type=T,name=a,topic=y", "Count", true);
    note(learner, "d:type=T,name=b", "Value", true);
    note(learner, "d:type=U", "Value", false);
    expect_body(learner, (const char *[]){ "d:type=T,* [\"Count\",\"Value\"]", NULL });
}

static void test_learn_a_few_among_many_give_names(void **state)
{
    sg_auto(sg_learner_free) struct sg_learner *learner = NULL;
    char name[64];
    (void)state;

    assert_int_equal(sg_learner_new(&learner), 0);
    sg_learner_begin(learner);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "d:type=T,name=Size,partition=%d", i);
        note(learner, name, "Value", false);
    }
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "d:type=T,name=Lag,topic=%d", i);
        note(learner, name, "Value", true);
        note(learner, name, "Number", false);
    }
    note(learner, "d:type=T,name=One", "Value", true);
    note(learner, "d:type=T,name=\"quoted \\* value\"", "composite", false);
    note(learner, "d:type=T,name=\"quoted \\* value\"", "composite", true);
    expect_body(learner, (const char *[]){ "d:type=T,name=\"quoted \\* value\" all",
                             "d:type=T,name=Lag,* [\"Value\"]", "d:type=T,name=One all", NULL });
}

static void test_learn_nothing_wanted_gives_no_plan(void **state)
{
    sg_auto(sg_learner_free) struct sg_learner *learner = NULL;
    (void)state;

    assert_int_equal(sg_learner_new(&learner), 0);
    sg_learner_begin(learner);
    expect_no_plan(learner);
    note(learner, "d:type=T", "Value", false);
    expect_no_plan(learner);
}

static void test_learn_a_pattern_that_is_too_long_gives_no_plan(void **state)
{
    enum {
        LONG = 17 * 1024
    };
    sg_auto(sg_learner_free) struct sg_learner *learner = NULL;
    char *name = malloc(LONG + 64);
    (void)state;

    assert_non_null(name);
    assert_int_equal(sg_learner_new(&learner), 0);
    sg_learner_begin(learner);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(name, LONG + 64, "d:type=%0*d,name=%d", LONG, 1, i);
        note(learner, name, "Value", true);
    }
    expect_no_plan(learner);
    free(name);
}

static void test_learn_more_names_than_a_plan_may_have_gives_none(void **state)
{
    sg_auto(sg_learner_free) struct sg_learner *learner = NULL;
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *plan = NULL;
    char name[64];
    (void)state;

    assert_int_equal(sg_learner_new(&learner), 0);
    sg_learner_begin(learner);
    for (int i = 0; i < 3 * SG_LEARN_NAMES_MAX; i++) { /* every third: names are cheaper */
        (void)snprintf(name, sizeof name, "d:type=T,name=N,partition=%d", i);
        note(learner, name, "Value", i % 3 == 0);
    }
    assert_int_equal(sg_learner_plan(learner, &plan), 0);
    assert_non_null(plan);
    assert_int_equal(plan->n, SG_LEARN_NAMES_MAX);
    note(learner, "d:type=T,name=N,partition=one-more", "Value", true);
    expect_no_plan(learner);
}

/* Of an attribute without a value the rules are asked, of others what became of the value. */
static void test_attribute_is_wanted_if_a_rule_could_make_a_series_of_it(void **state)
{
    sg_auto(sg_rules_free) struct sg_rules *rules =
        fixture_rules("rules: [ { pattern: 'k<t=a><>V', name: v, help: h } ]\n");
    sg_auto(sg_engine_free) struct sg_engine *engine = NULL;
    const struct sg_attribute_value one = { .kind = SG_ATTRIBUTE_INT, .integer = 1 };
    const struct sg_attribute wanted = fixture_attribute("k:t=a", (const char *[]){ "V", NULL });
    const struct sg_attribute other = fixture_attribute("k:t=a", (const char *[]){ "W", NULL });
    (void)state;

    assert_int_equal(sg_engine_new(rules, NULL, 0, &engine), 0);
    sg_engine_begin(engine);
    assert_true(sg_engine_wants(engine, &wanted, true));
    assert_false(sg_engine_wants(engine, &other, true));
    assert_false(sg_engine_wants(engine, &wanted, false)); /* as a text: it was not put */
    sg_engine_put(engine, &wanted, &one);
    sg_engine_put(engine, &other, &one);
    assert_true(sg_engine_wants(engine, &wanted, false));
    assert_false(sg_engine_wants(engine, &other, false));
}

/* ---- A recorded broker ---- */

struct learning {
    struct sg_learner *learner;
    struct sg_matcher *matcher;
    size_t n; /* attributes */
};

static void learn_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct learning *learning = context;
    struct sg_outcome outcome;

    learning->n++;
    assert_int_equal(sg_matcher_decide(learning->matcher, attribute, value, &outcome), 0);
    sg_learner_add(learning->learner, attribute->mbean, attribute->path[0],
        outcome.kind != SG_OUTCOME_NOTHING);
}

static void no_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    (void)kind;
    fail_msg("%s", err->text);
}

/* What an agent that has the MBeans of `all` answers to the plan. */
static char *answer_to(const struct sg_poll_plan *plan, json_t *all)
{
    char *request_body = NULL;
    assert_int_equal(sg_request_body(plan, NULL, &request_body), 0);
    json_t *body = json_loads(request_body, 0, NULL);
    free(request_body);
    json_t *answer = json_array();

    assert_non_null(body);
    for (size_t i = 0; i < plan->n; i++) {
        json_t *attributes = json_object_get(json_array_get(body, i), "attribute");
        struct sg_object_name pattern;
        json_t *value = json_object();
        const char *name;
        json_t *mbean;
        assert_int_equal(
            sg_object_name_parse_pattern(sg_str_of(plan->requests[i].mbean), &pattern, NULL), 0);
        json_object_foreach(all, name, mbean)
        {
            struct sg_object_name parsed;
            assert_int_equal(sg_object_name_parse(sg_str_of(name), &parsed, NULL), 0);
            if (!sg_object_name_matches(&pattern, &parsed))
                continue;
            json_t *read = attributes ? json_object() : json_copy(mbean);
            for (size_t j = 0; j < json_array_size(attributes); j++) {
                const char *attribute = json_string_value(json_array_get(attributes, j));
                if (json_object_get(mbean, attribute))
                    (void)json_object_set(read, attribute, json_object_get(mbean, attribute));
            }
            if (plan->requests[i].is_pattern) {
                (void)json_object_set_new(value, name, read);
            } else {
                json_decref(value);
                value = read;
            }
        }
        (void)json_array_append_new(answer, json_pack("{s:i, s:o}", "status", 200, "value", value));
    }
    char *text = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    json_decref(body);
    return text;
}

static char *page_of(const struct sg_rules *rules, const struct sg_poll_plan *plan, char *body)
{
    sg_auto(sg_engine_free) struct sg_engine *engine = NULL;

    assert_int_equal(sg_engine_new(rules, NULL, 0, &engine), 0);
    fixture_feed(engine, plan, body, strlen(body));
    return fixture_page(engine);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A page's lines, sorted: the order of an answer's MBeans does not matter. @return owned */
static char *sorted(char *page)
{
    size_t n = 0;
    size_t max = 1;
    struct sg_buf out;

    for (const char *c = page; *c; c++)
        max += *c == '\n';
    char **lines = calloc(max, sizeof *lines);
    assert_non_null(lines);
    for (char *rest = page, *line; (line = strsep(&rest, "\n"));) {
        if (*line && n < max)
            lines[n++] = line;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    sg_buf_init(&out, 64 << 20);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_printf(&out, "%s\n", lines[i]), 0);
    free(lines);
    return sg_buf_take(&out);
}

static void test_learn_a_recorded_broker_keeps_every_series(void **state)
{
    static const char rules_text[] =
        "rules:\n"
        "  - pattern: kafka.server<type=(\\w+), name=(\\w+)PerSec, "
        "topic=(.+)><>Count\n"
        "    name: t_$1_$2\n"
        "    labels: { topic: $3 }\n"
        "  - pattern: kafka.network<type=RequestMetrics, "
        "name=(\\w+), request=(Produce|Fetch\\w+)><>(Count|Mean)\n"
        "    name: r_$1_$3\n"
        "    labels: { request: $2 }\n"
        "  - pattern: kafka.controller<type=(\\w+), name=(\\w+)><>Value\n"
        "    name: c_$1_$2\n"
        "  - pattern: java.lang<type=Memory><HeapMemoryUsage>(\\w+)\n"
        "    name: heap_$1\n";
    sg_auto(sg_rules_free) struct sg_rules *rules = fixture_rules(rules_text);
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *everything = NULL;
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *learned = NULL;
    struct learning learning = { 0 };
    const struct sg_answer_handler handler = { &learning, learn_value, NULL, NULL, no_failure };
    size_t len;
    size_t all_len;
    json_t *element;
    size_t i;
    (void)state;

    char *raw = fixture_read("jolokia/kafka-3.6.0-zk-broker.json.gz", &len);
    char *text = fixture_without_first(raw, len, &all_len);
    json_t *all = json_object();
    json_t *answers = json_loads(text, 0, NULL);
    json_array_foreach(answers, i, element)
    {
        if (json_is_object(json_object_get(element, "value")))
            assert_int_equal(json_object_update(all, json_object_get(element, "value")), 0);
    }

    assert_int_equal(sg_rules_plan_new(rules, &everything), 0);
    assert_int_equal(sg_learner_new(&learning.learner), 0);
    assert_int_equal(sg_matcher_new(rules, &learning.matcher), 0);
    sg_learner_begin(learning.learner);
    char *full = answer_to(everything, all);
    char *full_copy = strdup(full);
    assert_int_equal(sg_answer_read(everything, full, strlen(full), &handler), 0);
    assert_int_equal(sg_learner_plan(learning.learner, &learned), 0);
    assert_non_null(learned);
    char *narrow = answer_to(learned, all);
    size_t narrow_len = strlen(narrow);

    char *want = page_of(rules, everything, full_copy);
    char *got = page_of(rules, learned, narrow);
    char *want_sorted = sorted(want);
    char *got_sorted = sorted(got);
    assert_true(strlen(want_sorted) > 1000);
    assert_string_equal(got_sorted, want_sorted);
    /* A few per cent of the attributes are wanted, and few requests read them. */
    assert_true(narrow_len * 10 < all_len);
    assert_true(learned->n < 200);

    free(want_sorted);
    free(got_sorted);
    free(want);
    free(got);
    free(narrow);
    free(full_copy);
    free(full);
    json_decref(answers);
    json_decref(all);
    free(text);
    free(raw);
    (void)sg_matcher_free(learning.matcher);
    learned = sg_poll_plan_free(learned);
    (void)sg_learner_free(learning.learner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learn_a_few_among_many_give_names),
        cmocka_unit_test(test_learn_a_recorded_broker_keeps_every_series),
        cmocka_unit_test(test_learn_a_type_that_is_wanted_gives_one_pattern),
        cmocka_unit_test(test_learn_nothing_wanted_gives_no_plan),
        cmocka_unit_test(test_learn_a_pattern_that_is_too_long_gives_no_plan),
        cmocka_unit_test(test_learn_more_names_than_a_plan_may_have_gives_none),
        cmocka_unit_test(test_attribute_is_wanted_if_a_rule_could_make_a_series_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
