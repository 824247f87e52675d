/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "jolokia/answer.h"
#include "jolokia/catalogue.h"
#include "jolokia/test_fixture.h"
#include "test.h"

#include <jansson.h>
#include <stdlib.h>

/*
 * Recorded answers hold every MBean of a process with all attributes. Each is read twice: whole,
 * and cut down to what the catalogue's requests would have brought; both must give the same
 * series, so that no rule waits for what nobody asks for.
 */

static const char *const recorded[] = { "kafka.*:*", "java.lang:*", "java.nio:*",
    "org.apache.kafka.*:*", NULL };

static struct sg_rules *load_kafka(void)
{
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    if (sg_catalogue_load("kafka", &rules, &err))
        fail_msg("%s", err.text);
    return rules;
}

static struct sg_engine *new_engine(const struct sg_rules *rules)
{
    static const struct sg_label constant[] = {
        { { "kafka_cluster", 13 }, { "streaming", 9 } },
        { { "broker", 6 }, { "1", 1 } },
    };
    struct sg_engine *engine = NULL;

    assert_int_equal(sg_engine_new(rules, constant, 2, &engine), 0);
    return engine;
}

/* The elements of a recorded answer that are reads. @return owned */
static char *read_recorded(const char *name, bool has_version, size_t *ret_len)
{
    char path[256];

    (void)snprintf(path, sizeof path, "jolokia/%s.json.gz", name);
    char *text = fixture_read(path, ret_len);
    if (!has_version)
        return text;
    char *reads = fixture_without_first(text, *ret_len, ret_len);
    free(text);
    return reads;
}

/* Pages are long: a failure shows the first line that differs. */
static void assert_same_lines(const char *page, const char *expected)
{
    size_t line = 1;

    while (*page && *expected) {
        size_t n = strcspn(page, "\n") + 1;
        size_t n_expected = strcspn(expected, "\n") + 1;
        if (n != n_expected || strncmp(page, expected, n) != 0)
            fail_msg("line %zu is\n%.*sand should be\n%.*s", line, (int)n, page, (int)n_expected,
                expected);
        page += n;
        expected += n;
        line++;
    }
    assert_string_equal(page, expected);
}

/* ---- Golden pages ---- */

static void assert_golden(const char *name, const char *page)
{
    char path[4096];
    size_t len;

    (void)snprintf(path, sizeof path, "%s/jolokia/golden/%s.txt", getenv("SG_FIXTURES"), name);
    if (getenv("SG_GOLDEN_UPDATE")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(page, 1, strlen(page), file), strlen(page));
        assert_int_equal(fclose(file), 0);
    }
    (void)snprintf(path, sizeof path, "jolokia/golden/%s.txt", name);
    char *expected = fixture_read(path, &len);
    assert_same_lines(page, expected);
    free(expected);
}

static void check_golden(const char *name, const char *const *mbeans, bool has_version)
{
    struct sg_rules *rules = load_kafka();
    struct sg_rules *plan_rules = NULL;
    struct sg_request_plan *plan = fixture_plan(&plan_rules, mbeans);
    struct sg_engine *engine = new_engine(rules);
    char *pages[2];

    for (int poll = 0; poll < 2; poll++) {
        size_t len;
        char *body = read_recorded(name, has_version, &len);
        fixture_feed(engine, plan, body, len);
        free(body);
        pages[poll] = fixture_page(engine);
        const struct sg_engine_stats *stats = sg_engine_stats(engine);
        for (int i = 0; i < SG_DROP_REASONS; i++)
            assert_int_equal(stats->n_dropped[i], 0);
        if (poll == 1) /* the second runs no rule */
            assert_int_equal(stats->n_decided, 0);
    }
    assert_string_equal(pages[0], pages[1]);
    assert_golden(name, pages[0]);
    free(pages[0]);
    free(pages[1]);
    (void)sg_engine_free(engine);
    (void)sg_request_plan_free(plan);
    (void)sg_rules_free(plan_rules);
    (void)sg_rules_free(rules);
}

static void test_golden_zookeeper_broker(void **state)
{
    (void)state;
    check_golden("kafka-3.6.0-zk-broker", recorded, true);
}

static void test_golden_zookeeper_active_controller(void **state)
{
    static const char *const mbeans[] = { "kafka.controller:*", NULL };
    (void)state;
    check_golden("kafka-3.6.0-zk-active-controller", mbeans, false);
}

static void test_golden_kraft_broker(void **state)
{
    (void)state;
    check_golden("kafka-3.9.1-kraft-broker", recorded, true);
}

static void test_golden_kraft_controller(void **state)
{
    (void)state;
    check_golden("kafka-3.9.1-kraft-controller", recorded, true);
}

static void test_golden_kraft_combined(void **state)
{
    (void)state;
    check_golden("kafka-4.1.0-kraft-combined", recorded, true);
}

/* ---- The requests bring what the rules want ---- */

/* What an agent would answer to one request, out of everything that was recorded. */
static json_t *answer_request(
    const struct sg_rules_attributes *request, const struct sg_request *sent, json_t *all)
{
    json_t *matching = json_object();
    const char *key;
    json_t *attributes;

    json_object_foreach(all, key, attributes)
    {
        struct sg_object_name name;
        assert_int_equal(sg_object_name_parse(sg_str_of(key), &name, NULL), 0);
        if (!sg_object_name_matches(&request->mbean.name, &name))
            continue;
        json_t *some = json_object();
        for (size_t i = 0; i < request->n; i++) {
            json_t *value = json_object_get(attributes, request->names[i]);
            if (value)
                assert_int_equal(json_object_set(some, request->names[i], value), 0);
        }
        assert_int_equal(json_object_set_new(matching, key, some), 0);
    }
    if (json_object_size(matching) == 0) {
        json_decref(matching);
        return json_pack("{s:i}", "status", 404);
    }
    if (!sent->is_pattern) {
        json_t *only = json_incref(json_object_iter_value(json_object_iter(matching)));
        json_decref(matching);
        matching = only;
    }
    return json_pack("{s:i, s:o}", "status", 200, "value", matching);
}

static char *answer_requests(
    const struct sg_rules *rules, const struct sg_request_plan *plan, const char *name)
{
    size_t len;
    size_t i;
    json_t *element;
    char *recorded_body = read_recorded(name, true, &len);
    json_t *elements = json_loadb(recorded_body, len, 0, NULL);
    json_t *all = json_object();
    json_t *answer = json_array();

    json_array_foreach(elements, i, element)
    {
        if (json_object_get(element, "value"))
            assert_int_equal(json_object_update(all, json_object_get(element, "value")), 0);
    }
    for (i = 0; i < rules->requests.n; i++)
        assert_int_equal(json_array_append_new(answer,
                             answer_request(&rules->requests.lists[i], &plan->requests[i], all)),
            0);
    char *body = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    json_decref(all);
    json_decref(elements);
    free(recorded_body);
    return body;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in order of bytes: series come in the order of the answer, which is the agent's. */
static char *sort_lines(char *page)
{
    size_t n = 0;
    size_t len = strlen(page);
    char **lines = calloc(len + 1, sizeof *lines);
    struct sg_buf out;

    for (char *line = page; *line;) {
        char *end = strchr(line, '\n');
        lines[n++] = line;
        *end = '\0';
        line = end + 1;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    sg_buf_init(&out, len + 1);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_printf(&out, "%s\n", lines[i]), 0);
    free(lines);
    free(page);
    return sg_buf_take(&out);
}

static void test_requests_bring_all_that_rules_want(void **state)
{
    static const char *const names[] = { "kafka-3.6.0-zk-broker", "kafka-3.9.1-kraft-broker",
        "kafka-3.9.1-kraft-controller", "kafka-4.1.0-kraft-combined" };
    (void)state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sg_rules *rules = load_kafka();
        struct sg_rules *whole_rules = NULL;
        struct sg_request_plan *whole = fixture_plan(&whole_rules, recorded);
        struct sg_request_plan *plan = NULL;
        struct sg_engine *engine = new_engine(rules);
        size_t len;

        char *body = read_recorded(names[i], true, &len);
        fixture_feed(engine, whole, body, len);
        free(body);
        char *expected = sort_lines(fixture_page(engine));
        (void)sg_engine_free(engine);

        engine = new_engine(rules);
        assert_int_equal(sg_request_plan_new(rules, &plan), 0);
        body = answer_requests(rules, plan, names[i]);
        fixture_feed(engine, plan, body, strlen(body));
        free(body);
        char *page = sort_lines(fixture_page(engine));
        assert_same_lines(page, expected);
        free(page);
        free(expected);
        (void)sg_engine_free(engine);
        (void)sg_request_plan_free(plan);
        (void)sg_request_plan_free(whole);
        (void)sg_rules_free(whole_rules);
        (void)sg_rules_free(rules);
    }
}

/* ---- The catalogue as documentation ---- */

static void check_metric(void *context, const struct sg_catalogue_metric *metric)
{
    size_t *n = context;

    (*n)++;
    assert_true(sg_metric_name_valid(sg_str_of(metric->family.name)));
    assert_int_not_equal(metric->family.type, SG_METRIC_UNKNOWN);
    /* The HELP names the MBean and the attribute. */
    if (!strstr(metric->family.help, ":type=") || !strstr(metric->family.help, ": "))
        fail_msg("%s: %s", metric->family.name, metric->family.help);
    bool counts = metric->family.type == SG_METRIC_COUNTER;
    assert_int_equal(counts, sg_str_ends_with(sg_str_of(metric->family.name), SG_STR("_total")));
    for (size_t i = 0; i < metric->n_labels; i++)
        assert_true(sg_label_name_valid(metric->labels[i]));
}

static void test_each_metric_is_documented(void **state)
{
    size_t n = 0;
    struct sg_error err;
    struct sg_rules *rules = load_kafka();
    (void)state;

    assert_int_equal(sg_catalogue_each_metric("kafka", check_metric, &n, &err), 0);
    assert_true(n > 100);
    for (size_t i = 0; i < rules->n_rules; i++) {
        struct sg_str literal;
        if (!sg_template_literal(&rules->rules[i].name, &literal))
            fail_msg("line %zu: the name is not literal", rules->rules[i].line);
    }
    (void)sg_rules_free(rules);
    assert_false(sg_catalogue_has("nope"));
    assert_int_not_equal(sg_catalogue_each_metric("nope", check_metric, &n, &err), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_zookeeper_broker),
        cmocka_unit_test(test_golden_zookeeper_active_controller),
        cmocka_unit_test(test_golden_kraft_broker),
        cmocka_unit_test(test_golden_kraft_controller),
        cmocka_unit_test(test_golden_kraft_combined),
        cmocka_unit_test(test_requests_bring_all_that_rules_want),
        cmocka_unit_test(test_each_metric_is_documented),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
