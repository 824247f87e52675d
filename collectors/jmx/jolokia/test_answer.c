/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/repair.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <stdlib.h>

/*
 * What was reported, one line each: "MBean path/path = value", "! kind: text". Recorded answers of
 * single reads are wrapped into an array, as a bulk request's would be.
 */
struct report {
    struct sg_buf lines;
    size_t n_values;
    size_t n_failures;
    enum sg_failure_kind kind; /* of the latest failure */
};

static void add_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct report *report = context;
    struct sg_buf *lines = &report->lines;

    report->n_values++;
    assert_int_equal(sg_buf_printf(lines, SG_STR_FMT " ", SG_STR_ARG(attribute->mbean)), 0);
    for (size_t i = 0; i < attribute->depth; i++)
        assert_int_equal(
            sg_buf_printf(lines, "%s" SG_STR_FMT, i ? "/" : "", SG_STR_ARG(attribute->path[i])), 0);
    for (size_t i = 0; i < attribute->n_index; i++)
        assert_int_equal(
            sg_buf_printf(lines, "[" SG_STR_FMT "=" SG_STR_FMT "]",
                SG_STR_ARG(attribute->index[i].column), SG_STR_ARG(attribute->index[i].value)),
            0);
    switch (value->kind) {
    case SG_ATTRIBUTE_INT:
        assert_int_equal(sg_buf_printf(lines, " = %lld\n", (long long)value->integer), 0);
        break;
    case SG_ATTRIBUTE_DOUBLE:
        assert_int_equal(sg_buf_printf(lines, " = %.17g\n", value->number), 0);
        break;
    case SG_ATTRIBUTE_BOOL:
        assert_int_equal(sg_buf_printf(lines, " = %s\n", value->flag ? "true" : "false"), 0);
        break;
    case SG_ATTRIBUTE_TEXT:
        assert_int_equal(
            sg_buf_printf(lines, " = \"" SG_STR_FMT "\"\n", SG_STR_ARG(value->text)), 0);
        break;
    }
}

static void add_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct report *report = context;

    report->n_failures++;
    report->kind = kind;
    assert_int_equal(
        sg_buf_printf(&report->lines, "! %s: %s\n", sg_failure_kind_text(kind), err->text), 0);
}

static struct report read_text(
    const char *const *mbeans, const char *text, size_t len, int expected)
{
    struct report report = { .n_values = 0 };
    struct sg_rules *rules = NULL;
    struct sg_poll_plan *plan = fixture_plan(&rules, mbeans);
    const struct sg_answer_handler handler = { &report, add_value, NULL, NULL, add_failure };
    char *body = malloc(len + 1);

    assert_non_null(body);
    memcpy(body, text, len);
    sg_buf_init(&report.lines, 1 << 20);
    assert_int_equal(sg_answer_read(plan, body, len, &handler), expected);
    assert_int_equal(sg_buf_add_char(&report.lines, '\0'), 0);
    free(body);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
    return report;
}

/* A recorded answer to a single read, as the one element of a bulk answer. */
static struct report read_single_as(const char *name, const char *mbean, int expected)
{
    const char *const mbeans[] = { mbean, NULL };
    char path[256];
    size_t len;
    struct sg_buf wrapped;

    (void)snprintf(path, sizeof path, "jolokia/%s", name);
    char *text = fixture_read(path, &len);
    sg_buf_init(&wrapped, 1 << 20);
    assert_int_equal(sg_buf_printf(&wrapped, "[%.*s]", (int)len, text), 0);
    struct report report = read_text(mbeans, wrapped.ptr, wrapped.len, expected);
    sg_buf_done(&wrapped);
    free(text);
    return report;
}

static struct report read_single(const char *name, const char *mbean)
{
    return read_single_as(name, mbean, 0);
}

static struct report read_bulk(const char *name, const char *const *mbeans, int expected)
{
    char path[256];
    size_t len;

    (void)snprintf(path, sizeof path, "jolokia/%s", name);
    char *text = fixture_read(path, &len);
    struct report report = read_text(mbeans, text, len, expected);
    free(text);
    return report;
}

static void assert_report(struct report *report, const char *expected)
{
    assert_string_equal(report->lines.ptr, expected);
    sg_buf_done(&report->lines);
}

static void assert_reports(struct report *report, const char *part)
{
    if (!strstr(report->lines.ptr, part))
        fail_msg("\"%s\" is not in:\n%s", part, report->lines.ptr);
    sg_buf_done(&report->lines);
}

static void test_read_types_of_every_agent(void **state)
{
    /* "Dec" is text up to 2.0, "BigInt" an object up to 2.3; dates get milliseconds in 2.4. */
    static const char expected_1_7[] = "b:type=Foo Ch = \"c\"\n"
                                       "b:type=Foo F = 0.10000000000000001\n"
                                       "b:type=Foo One = 1\n"
                                       "b:type=Foo Unit = \"SECONDS\"\n"
                                       "b:type=Foo MinLong = -9223372036854775808\n"
                                       "b:type=Foo Mapy/k = 1\n"
                                       "b:type=Foo Big = 1.0000000000000001e+300\n"
                                       "b:type=Foo Dec = \"1.5\"\n"
                                       "b:type=Foo MaxLong = 9223372036854775807\n"
                                       "b:type=Foo Color = \"RED\"\n"
                                       "b:type=Foo Text = \"a\"b\\c\x01\xC3\xA9\n/x\"\n"
                                       "b:type=Foo Flag = true\n"
                                       "b:type=Foo When = 1700000000\n"
                                       "b:type=Foo Tab/x = 1\n"
                                       "b:type=Foo BigInt = 1.2345678901234568e+29\n"
                                       "b:type=Foo Tab2/n[a=x][b=y] = 7\n";
    (void)state;

    struct report report = read_single("types-1.7.2.json", "b:type=Foo");
    assert_report(&report, expected_1_7);
    report = read_single("types-2.2.9.json", "b:type=Foo");
    assert_reports(&report, "b:type=Foo Dec = 1.5\n");
    report = read_single("types-2.6.0.json", "b:type=Foo");
    assert_int_equal(report.n_failures, 0);
    assert_non_null(strstr(report.lines.ptr, "b:type=Foo MaxLong = 9223372036854775807\n"));
    assert_null(strstr(report.lines.ptr, "Boom"));
    assert_non_null(strstr(report.lines.ptr, "b:type=Foo When = 1700000000.1229999\n"));
    assert_reports(&report, "b:type=Foo BigInt = 1.2345678901234568e+29\n");
}

static void test_read_dates(void **state)
{
    static const char *const mbeans[] = { "k:t=a", NULL };
    static const char body[] =
        "[{\"status\":200,\"value\":{\"a\":\"1970-01-01T00:00:00Z\","
        "\"b\":\"2024-02-29T23:59:59.500+05:30\",\"c\":\"1969-12-31T23:59:59-0000\","
        "\"d\":\"2024-02-30\",\"e\":\"2024-13-01T00:00:00Z\",\"f\":\"2024-01-01T00:00:00\","
        "\"g\":\"2024-01-01T00:00:00Z and more\"}}]";
    (void)state;

    struct report report = read_text(mbeans, body, sizeof body - 1, 0);
    assert_report(&report, "k:t=a a = 0\n"
                           "k:t=a b = 1709231399.5\n"
                           "k:t=a c = -1\n"
                           "k:t=a d = \"2024-02-30\"\n"
                           "k:t=a e = \"2024-13-01T00:00:00Z\"\n"
                           "k:t=a f = \"2024-01-01T00:00:00\"\n"
                           "k:t=a g = \"2024-01-01T00:00:00Z and more\"\n");
}

static void test_read_tabular_data_where_rows_repeat_their_keys(void **state)
{
    static const char *const mbeans[] = { "k:t=a", NULL };
    static const char body[] =
        "[{\"status\":200,\"value\":{"
        "\"one\":{\"x\":{\"id\":\"x\",\"n\":1,\"value\":2},\"y\":{\"id\":\"y\",\"n\":3,\"Value\":4}"
        "},"
        "\"numbers\":{\"1\":{\"id\":1,\"n\":5},\"2\":{\"id\":2,\"n\":6}},"
        "\"nested\":{\"o\":{\"id\":\"o\",\"in\":{\"p\":{\"id\":\"p\",\"n\":7}}}},"
        "\"composite\":{\"x\":{\"n\":8},\"y\":{\"n\":9}},"
        "\"not all\":{\"x\":{\"id\":\"x\",\"n\":1},\"y\":{\"id\":\"z\",\"n\":2}},"
        "\"empty\":{}}}]";
    (void)state;

    struct report report = read_text(mbeans, body, sizeof body - 1, 0);
    assert_report(&report, "k:t=a one/n[id=x] = 1\n"
                           "k:t=a one[id=x] = 2\n"
                           "k:t=a one/n[id=y] = 3\n"
                           "k:t=a one[id=y] = 4\n"
                           "k:t=a numbers/n[id=1] = 5\n"
                           "k:t=a numbers/n[id=2] = 6\n"
                           "k:t=a nested/in/n[id=o][id=p] = 7\n"
                           "k:t=a composite/x/n = 8\n"
                           "k:t=a composite/y/n = 9\n"
                           "k:t=a not all/x/id = \"x\"\n"
                           "k:t=a not all/x/n = 1\n"
                           "k:t=a not all/y/id = \"z\"\n"
                           "k:t=a not all/y/n = 2\n");
}

static void test_read_memory_after_collection_is_tabular(void **state)
{
    static const char *const mbeans[] = { "java.lang:type=GarbageCollector,name=G1", NULL };
    static const char body[] = "[{\"status\":200,\"value\":{\"LastGcInfo\":{\"id\":3,"
                               "\"memoryUsageAfterGc\":{\"G1 Old Gen\":{\"used\":5}}}}}]";
    (void)state;

    struct report report = read_text(mbeans, body, sizeof body - 1, 0);
    assert_report(&report, "java.lang:type=GarbageCollector,name=G1 LastGcInfo/id = 3\n"
                           "java.lang:type=GarbageCollector,name=G1 "
                           "LastGcInfo/memoryUsageAfterGc/used[key=G1 Old Gen] "
                           "= 5\n");
}

static void test_read_quoted_names_of_every_agent(void **state)
{
    static const char *const files[] = { "names-1.7.2.json", "names-2.2.9.json",
        "names-2.6.0.json" };
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct report report = read_single(files[i], "b:type=N,*");
        assert_report(&report, "b:type=N,name=p!q/r Value = 1\n"
                               "b:type=N,name=\"x/y,z\",alpha=1 Value = 1\n"
                               "b:type=N,name=\"st\\*ar\\?q\\\"uo\\\\te\" Value = 1\n");
    }
}

static void test_read_what_is_not_there_is_no_failure(void **state)
{
    static const struct {
        const char *file;
        const char *mbean;
    } cases[] = {
        { "pattern-no-match-1.7.2.json", "kafka.nope:*" },
        { "pattern-no-match-2.2.9.json", "kafka.nope:*" },
        { "pattern-no-match-2.6.0.json", "kafka.nope:*" },
        { "missing-attribute-1.7.2.json", "java.lang:type=Memory" },
        { "missing-attribute-2.2.9.json", "java.lang:type=Memory" },
        { "missing-attribute-2.6.0.json", "java.lang:type=Memory" },
        { "pattern-no-such-attribute-2.6.0.json", "java.lang:type=Me*" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report = read_single(cases[i].file, cases[i].mbean);
        assert_report(&report, "");
    }
}

/* Up to 2.4.3 such a pattern is an IllegalArgumentException, with attributes in the request. */
static void test_read_pattern_without_such_attribute_is_no_failure(void **state)
{
    static const char *const files[] = { "pattern-no-such-attribute-1.7.2.json",
        "pattern-no-such-attribute-2.2.9.json" };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct sg_rules *rules =
            fixture_rules("requests: [ { mbean: 'java.lang:type=Me*', attributes: [Nope] } ]\n");
        struct sg_poll_plan *plan = NULL;
        struct report report = { .n_values = 0 };
        const struct sg_answer_handler handler = { &report, add_value, NULL, NULL, add_failure };
        char path[256];
        size_t len;
        struct sg_buf wrapped;

        assert_int_equal(sg_rules_plan_new(rules, &plan), 0);
        (void)snprintf(path, sizeof path, "jolokia/%s", files[i]);
        char *text = fixture_read(path, &len);
        sg_buf_init(&wrapped, 1 << 20);
        assert_int_equal(sg_buf_printf(&wrapped, "[%.*s]", (int)len, text), 0);
        sg_buf_init(&report.lines, 1 << 20);
        assert_int_equal(sg_answer_read(plan, wrapped.ptr, wrapped.len, &handler), 0);
        assert_int_equal(report.n_failures + report.n_values, 0);
        sg_buf_done(&wrapped);
        free(text);
        (void)sg_poll_plan_free(plan);
        (void)sg_rules_free(rules);
    }
}

static void test_read_ignored_errors_are_absent(void **state)
{
    static const char *const files[] = { "missing-attribute-ignore-errors-1.7.2.json",
        "missing-attribute-ignore-errors-2.2.9.json",
        "missing-attribute-ignore-errors-2.6.0.json" };
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct report report = read_single(files[i], "java.lang:type=Memory");
        assert_report(&report, "java.lang:type=Memory Verbose = false\n");
    }
}

/* These bulk requests have one attribute as a string: the value of that one is the answer. */
static void test_read_one_failing_element_leaves_the_others(void **state)
{
    static const char *const mbeans[] = { "java.lang:type=Memory", "java.lang:type=Runtime", NULL };
    static const char good[] =
        "[{\"value\":{\"Verbose\":true},\"status\":200},"
        "{\"error_type\":\"java.lang.Exception\",\"error\":\"forbidden\",\"status\":403}]";
    static const char *const recorded[] = { "bulk-missing-mbean-1.7.2.json",
        "bulk-missing-mbean-2.2.9.json", "bulk-missing-mbean-2.6.0.json" };
    (void)state;

    struct report report = read_text(mbeans, good, sizeof good - 1, 0);
    assert_report(&report, "java.lang:type=Memory Verbose = true\n"
                           "! denied: java.lang:type=Runtime: status 403, java.lang.Exception: "
                           "forbidden; allow it in the agent's policy (jolokia-access.xml)\n");
    report = read_bulk("policy-denied-2.6.0.json", mbeans, SG_ANSWER_E_UNUSABLE);
    assert_int_equal(report.kind, SG_FAILURE_DENIED);
    assert_reports(&report, "Reading attribute Uptime is forbidden");
    for (size_t i = 0; i < 3; i++) {
        report = read_bulk(recorded[i], mbeans, 0);
        assert_int_equal(report.n_failures, 1); /* the scalar where an object belongs */
        assert_reports(
            &report, "! protocol: java.lang:type=Runtime: expected an object of attributes");
    }
}

static void test_read_nan_of_2_4_has_advice(void **state)
{
    (void)state;
    struct report report = read_single_as("nan-2.4.3.json", "b:type=Foo", SG_ANSWER_E_UNUSABLE);
    assert_int_equal(report.kind, SG_FAILURE_PROTOCOL);
    assert_reports(&report, "Jolokia 2.4.0 to 2.4.3 cannot send NaN");
}

static void test_read_refusal_of_the_whole_bulk_is_reported(void **state)
{
    static const char *const mbeans[] = { "java.lang:type=Memory", "k:*", NULL };
    static const struct {
        const char *file;
        enum sg_failure_kind kind;
        const char *part;
    } cases[] = {
        { "bulk-invalid-name-1.7.2.json", SG_FAILURE_PROTOCOL, "refuses the request: status 400" },
        { "bulk-invalid-name-2.2.9.json", SG_FAILURE_PROTOCOL, "refuses the request: status 400" },
        { "malformed-json-1.7.2.json", SG_FAILURE_PROTOCOL, "refuses the request: status 400" },
        { "malformed-json-2.6.0.txt", SG_FAILURE_PARSE, "not JSON: line 1" },
        { "malformed-json-between-tokens-1.7.2.json", SG_FAILURE_PROTOCOL, "status 400" },
        { "malformed-json-between-tokens-2.2.9.json", SG_FAILURE_PROTOCOL, "status 500" },
        { "malformed-json-between-tokens-2.6.0.json", SG_FAILURE_PROTOCOL, "status 500" },
        { "no-trailing-slash-2.2.9.txt", SG_FAILURE_HTTP, "a web page" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report = read_bulk(cases[i].file, mbeans, SG_ANSWER_E_UNUSABLE);
        assert_int_equal(report.n_failures, 1);
        assert_int_equal(report.kind, cases[i].kind);
        assert_reports(&report, cases[i].part);
    }
}

static void test_read_wrong_shapes_are_failures(void **state)
{
    static const char *const mbeans[] = { "k:*", NULL };
    static const struct {
        const char *text;
        int expected;
        const char *part;
    } cases[] = {
        { "", SG_ANSWER_E_UNUSABLE, "! parse: " },
        { "[", SG_ANSWER_E_UNUSABLE, "! parse: " },
        { "null", SG_ANSWER_E_UNUSABLE, "! parse: " },
        { " \t\r\n <!DOCTYPE html>", SG_ANSWER_E_UNUSABLE, "! http: " },
        { " \n x <html>", SG_ANSWER_E_UNUSABLE, "! parse: " },
        { " ", SG_ANSWER_E_UNUSABLE, "! parse: " },
        { "[]", SG_ANSWER_E_UNUSABLE, "0 elements for 1 requests" },
        { "[{}] more", SG_ANSWER_E_UNUSABLE, "line 1, column 6: there is text after" },
        { "[{}\n{}]", SG_ANSWER_E_UNUSABLE, "line 2, column 1: expected \",\" or \"]\"" },
        { "[{\"status\":200,\"value\":{\"k:t=a\":{\"A\":nope}}}]", 0, "! parse: k:*: a part" },
        { "[{\"status\":200,\"value\":{\"k:t=a\" {}}}]", SG_ANSWER_E_UNUSABLE, "! parse: k:*: " },
        { "[{},{}]", SG_ANSWER_E_UNUSABLE, "2 elements for 1 requests" },
        { "{\"status\":403}", SG_ANSWER_E_UNUSABLE, "! denied: " },
        { "[5]", SG_ANSWER_E_UNUSABLE, "has no status" },
        { "[{}]", SG_ANSWER_E_UNUSABLE, "has no status" },
        { "[{\"status\":200}]", SG_ANSWER_E_UNUSABLE, "expected an object" },
        { "[{\"status\":200,\"value\":[1]}]", SG_ANSWER_E_UNUSABLE, "expected an object" },
        { "[{\"status\":200,\"value\":{\"k:t=a\":5}}]", SG_ANSWER_E_UNUSABLE, "for each MBean" },
        { "[{\"status\":500,\"error\":7}]", SG_ANSWER_E_UNUSABLE, "! protocol: k:*: status 500" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report =
            read_text(mbeans, cases[i].text, strlen(cases[i].text), cases[i].expected);
        assert_int_equal(report.n_failures, 1);
        assert_reports(&report, cases[i].part);
    }
}

static void test_read_every_truncation_is_a_failure(void **state)
{
    static const char *const mbeans[] = { "b:type=N,*", NULL };
    static const char text[] =
        "[{\"value\":{\"b:type=N,name=\\\"x\\\"\":{\"V\":1.5,\"W\":[1,null]}},"
        "\"status\":200}]";
    (void)state;

    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct report report = read_text(mbeans, text, len, SG_ANSWER_E_UNUSABLE);
        assert_int_equal(report.n_values, 0);
        assert_reports(&report, "! parse: ");
    }
}

static void test_read_deep_nesting_is_bounded(void **state)
{
    enum {
        DEEP = 16 << 20
    };
    static const char *const mbeans[] = { "k:*", NULL };
    char *text = malloc(DEEP);
    struct sg_buf shallow;
    (void)state;

    assert_non_null(text);
    memset(text, '[', DEEP);
    struct report report = read_text(mbeans, text, DEEP, SG_ANSWER_E_UNUSABLE);
    assert_reports(&report, "! parse: ");
    static const char head[] = "[{\"status\":200,\"value\":{\"k:t=b\":{\"a\":1},\"k:t=a\":{\"a\":";
    memcpy(text, head, sizeof head - 1);
    memset(text + DEEP / 2, ']', DEEP / 2);
    memcpy(text + DEEP - 4, "}}}]", 4);
    text[DEEP / 2] = '1'; /* as many brackets close as open */
    size_t n_open = DEEP / 2 - (sizeof head - 1);
    memset(text + DEEP / 2 + 1 + n_open, ' ', DEEP / 2 - 1 - n_open - 4);
    report = read_text(mbeans, text, DEEP, 0);
    assert_int_equal(report.n_values, 1); /* one MBean has so many values that it is not parsed */
    assert_reports(&report, "! limit: k:*: an MBean has more than 200000 values");
    free(text);

    /* Deeper than a path may be, and still JSON: what is below is left out. */
    sg_buf_init(&shallow, 1 << 20);
    assert_int_equal(sg_buf_add_str(&shallow, SG_STR("[{\"status\":200,\"value\":{\"k:t=a\":")), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(sg_buf_add_str(&shallow, SG_STR("{\"a\":")), 0);
    assert_int_equal(sg_buf_add_char(&shallow, '1'), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(sg_buf_add_char(&shallow, '}'), 0);
    assert_int_equal(sg_buf_add_str(&shallow, SG_STR("}}]")), 0);
    report = read_text(mbeans, shallow.ptr, shallow.len, 0);
    assert_report(&report, "");
    sg_buf_done(&shallow);
}

static void test_read_odd_values_cost_only_themselves(void **state)
{
    static const char *const mbeans[] = { "k:*", NULL };
    static const char text[] =
        "[{\"status\":200,\"value\":{\"k:t=\\u0000\":{"
        "\"Good\":1,\"Nul\":\"a\\u0000b\",\"Bytes\":\"\xFF\xFE\","
        "\"Nineteen\":9999999999999999999,\"Negative\":-98765432109876543210,"
        "\"Huge\":1e999,\"Last\":2}}}]";
    (void)state;

    struct report report = read_text(mbeans, text, sizeof text - 1, 0);
    assert_report(&report, "k:t=\xEF\xBF\xBD Good = 1\n"
                           "k:t=\xEF\xBF\xBD Nul = \"a\xEF\xBF\xBD"
                           "b\"\n"
                           "k:t=\xEF\xBF\xBD Bytes = \"\?\?\"\n"
                           "k:t=\xEF\xBF\xBD Nineteen = 1e+19\n"
                           "k:t=\xEF\xBF\xBD Negative = -9.8765432109876543e+19\n"
                           "k:t=\xEF\xBF\xBD Huge = inf\n"
                           "k:t=\xEF\xBF\xBD Last = 2\n");
}

/* A pair of surrogates is a character; half of one, or the halves in the wrong order, is not. */
static void test_read_half_a_surrogate_pair_costs_only_itself(void **state)
{
    static const char *const mbeans[] = { "k:*", NULL };
    static const char text[] =
        "[{\"status\":200,\"value\":{\"k:t=a\":{\"C\\ud800\":1,\"\\uDFFF\\uD83D\":2,"
        "\"\\uD83D\\uDE00\":3,\"\\\\ud800\":4,\"T\":\"x\\ud83d\"},"
        "\"k:t=b\\udc00\":{\"V\":5},\"k:t=c\":{\"V\":6}}}]";
    (void)state;

    struct report report = read_text(mbeans, text, sizeof text - 1, 0);
    assert_report(&report, "k:t=a C\xEF\xBF\xBD = 1\n"
                           "k:t=a \xEF\xBF\xBD\xEF\xBF\xBD = 2\n"
                           "k:t=a \xF0\x9F\x98\x80 = 3\n"
                           "k:t=a \\ud800 = 4\n"
                           "k:t=a T = \"x\xEF\xBF\xBD\"\n"
                           "k:t=b\xEF\xBF\xBD V = 5\n"
                           "k:t=c V = 6\n");
}

/* An invalid MBean fails alone, and is reported once for all of its kind. */
static void test_read_bad_mbeans_leave_the_others(void **state)
{
    static const char *const mbeans[] = { "k:*", NULL };
    static const char text[] =
        "[{\"status\":200,\"value\":{\"k:t=a\":{\"V\":1},\"k:t=b\":{\"V\":01},"
        "\"k:t=c\":{\"V\" 1},\"k:t=d\":{\"V\":2}}}]";
    (void)state;

    struct report report = read_text(mbeans, text, sizeof text - 1, 0);
    assert_int_equal(report.n_values, 2);
    assert_int_equal(report.n_failures, 1);
    assert_reports(&report, "k:t=d V = 2\n");
}

/* As agents 1.7.2 and 2.2.9 answer with these options, without our asking for no limits. */
static void test_read_what_the_agent_cuts_is_a_failure(void **state)
{
    static const char *const mbeans[] = { "k:*", NULL };
    static const struct {
        const char *value;
        int expected;
        size_t n_values;
        const char *part;
    } cases[] = {
        { "{\"k:t=a\":{\"U\":\"javax.management.openmbean.CompositeDataSupport(compositeType=\","
          "\"V\":1},\"k:t=b\":{\"U\":\"javax.management.openmbean.TabularDataSupport(x)\"}}",
            0, 1, "! limit: k:*: the agent truncates its answer; remove \"maxDepth\"" },
        { "{\"k:t=a\":{\"V\":1,\"W\":\"[Object limit exceeded]\"},"
          "\"k:t=b\":\"[Object limit exceeded]\"}",
            0, 1, "remove \"maxObjects\"" },
        { "{\"k:t=a\":\"{U=javax.management.openmbean.Composi\"}", SG_ANSWER_E_UNUSABLE, 0,
            "remove \"maxDepth\"" },
        { "\"[Object limit exceeded]\"", SG_ANSWER_E_UNUSABLE, 0, "remove \"maxObjects\"" },
        { "{\"k:t=a\":{\"V\":\"javax.management.openmbean.SimpleType(name=x)\"}}", 0, 1,
            "SimpleType" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        int n = snprintf(text, sizeof text, "[{\"status\":200,\"value\":%s}]", cases[i].value);
        struct report report = read_text(mbeans, text, (size_t)n, cases[i].expected);
        assert_int_equal(report.n_values, cases[i].n_values);
        assert_int_equal(report.n_failures, i < 4);
        if (i < 4)
            assert_int_equal(report.kind, SG_FAILURE_LIMIT);
        assert_reports(&report, cases[i].part);
    }
}

static void test_repair_leaves_good_json_alone(void **state)
{
    static const char text[] = "{\"a\\\"9999999999999999999999\":[1,-2.5e-3,"
                               "9223372036854775807,-9223372036854775808,true,\"\xC3\xA9\\\\\"]}";
    char copy[sizeof text];
    (void)state;

    memcpy(copy, text, sizeof text);
    sg_repair_json(copy, sizeof text - 1);
    assert_string_equal(copy, text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_types_of_every_agent),
        cmocka_unit_test(test_read_dates),
        cmocka_unit_test(test_read_tabular_data_where_rows_repeat_their_keys),
        cmocka_unit_test(test_read_memory_after_collection_is_tabular),
        cmocka_unit_test(test_read_quoted_names_of_every_agent),
        cmocka_unit_test(test_read_what_is_not_there_is_no_failure),
        cmocka_unit_test(test_read_pattern_without_such_attribute_is_no_failure),
        cmocka_unit_test(test_read_ignored_errors_are_absent),
        cmocka_unit_test(test_read_one_failing_element_leaves_the_others),
        cmocka_unit_test(test_read_nan_of_2_4_has_advice),
        cmocka_unit_test(test_read_refusal_of_the_whole_bulk_is_reported),
        cmocka_unit_test(test_read_wrong_shapes_are_failures),
        cmocka_unit_test(test_read_every_truncation_is_a_failure),
        cmocka_unit_test(test_read_deep_nesting_is_bounded),
        cmocka_unit_test(test_read_odd_values_cost_only_themselves),
        cmocka_unit_test(test_read_half_a_surrogate_pair_costs_only_itself),
        cmocka_unit_test(test_read_bad_mbeans_leave_the_others),
        cmocka_unit_test(test_read_what_the_agent_cuts_is_a_failure),
        cmocka_unit_test(test_repair_leaves_good_json_alone),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
