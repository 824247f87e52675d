/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/object_name.h"
#include "test.h"

static int parse(const char *text, struct sg_object_name *ret_name)
{
    return sg_object_name_parse((struct sg_str){ text, strlen(text) }, ret_name, NULL);
}

static void assert_property(
    const struct sg_object_name *name, size_t i, const char *key, const char *value)
{
    assert_true(i < name->n_properties);
    assert_int_equal(name->properties[i].key.len, strlen(key));
    assert_memory_equal(name->properties[i].key.ptr, key, strlen(key));
    assert_int_equal(name->properties[i].value.len, strlen(value));
    assert_memory_equal(name->properties[i].value.ptr, value, strlen(value));
}

static void test_parse_topic_meter_keeps_order(void **state)
{
    struct sg_object_name name;
    (void)state;

    assert_int_equal(
        parse("kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=a.b", &name), 0);
    assert_int_equal(name.n_properties, 3);
    assert_property(&name, 0, "type", "BrokerTopicMetrics");
    assert_property(&name, 1, "name", "BytesInPerSec");
    assert_property(&name, 2, "topic", "a.b");
}

static void test_parse_quoted_value_may_hold_separators(void **state)
{
    struct sg_object_name name;
    (void)state;

    assert_int_equal(parse("b:client-id=\"a,b=c:\\\"d\\\\\",type=N", &name), 0);
    assert_property(&name, 0, "client-id", "\"a,b=c:\\\"d\\\\\"");
    assert_property(&name, 1, "type", "N");
}

static void test_parse_bad_name_says_where(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        { "", "byte 0: expected a domain and a colon" },
        { "kafka.server", "byte 12: expected a domain and a colon" },
        { "d:", "byte 2: expected key=value" },
        { "d:type", "byte 6: expected key=value" },
        { "d:k=a*b", "byte 5: expected a comma or the end" },
        { "d:k=a\nb", "byte 5: expected a comma or the end" },
        { "d:type=A,", "byte 9: expected key=value" },
        { "d:type=A,*", "byte 9: expected key=value" },
        { "d:k=\"open", "byte 9: a quoted value is not closed" },
        { "d:k=\"open\\", "byte 10: a quoted value is not closed" },
        { "d:k=\"a\"b", "byte 7: expected a comma or the end" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_object_name name = { .n_properties = 77 };
        struct sg_error err;
        struct sg_str text = { cases[i].text, strlen(cases[i].text) };

        assert_int_equal(sg_object_name_parse(text, &name, &err), SG_OBJECT_NAME_E_SYNTAX);
        assert_non_null(strstr(err.text, cases[i].complaint));
        assert_int_equal(name.n_properties, 77); /* outputs are written only on success */
    }
}

static void test_parse_too_many_properties_refused(void **state)
{
    struct sg_object_name name;
    char text[4 + 5 * (SG_OBJECT_NAME_PROPERTIES_MAX + 1)] = "d:";
    size_t n = 2;
    (void)state;

    for (int i = 0; i <= SG_OBJECT_NAME_PROPERTIES_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%sk=v", i ? "," : "");
    assert_int_equal(parse(text, &name), SG_OBJECT_NAME_E_TOO_LONG);
}

static void test_parse_empty_value_is_a_value(void **state)
{
    struct sg_object_name name;
    (void)state;

    assert_int_equal(parse("d:k=,b=c", &name), 0);
    assert_property(&name, 0, "k", "");
    assert_property(&name, 1, "b", "c");
}

/* As OpenJDK 17's ObjectName accepts or rejects them. */
static void test_parse_pattern_as_strict_as_java(void **state)
{
    static const char *const patterns[] = { "*:*", "d:*", "d:*,k=v", "d:k=v,*", "d*?:a=b*,*",
        "d:a=\"x*\",*", "d:a=*,*", "d:a=\"b?\\*\"", "d:a=\\*" };
    static const char *const names[] = { "d:k=", ":a=b", "d:k = v", "d:a=\"\\*\"" };
    static const char *const bad[] = { "d:", "d:a=b,a=c", "d:*,*", "d:*,a=b,*", "d:a*=b",
        "d:a=b\nc", "d:k=v,", "d\n:a=b", "a:b:c=d", "d:a=b:c", "d:a=\"x\"y", "d:a=\"x\\q\"", "d",
        "" };
    struct sg_object_name name;
    (void)state;

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        assert_int_equal(sg_object_name_parse_pattern(sg_str_of(patterns[i]), &name, NULL), 0);
        assert_true(name.is_pattern);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(sg_object_name_parse_pattern(sg_str_of(names[i]), &name, NULL), 0);
        assert_false(name.is_pattern);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(
            sg_object_name_parse_pattern(sg_str_of(bad[i]), &name, NULL), SG_OBJECT_NAME_E_SYNTAX);
}

static void test_matches_as_jmx_queries(void **state)
{
    static const struct {
        const char *pattern;
        const char *name;
        bool matches;
    } cases[] = {
        { "*:*", "d:k=v", true },
        { "kafka.*:*", "kafka.server:k=v", true },
        { "kafka.*:*", "java.lang:k=v", false },
        { "d:k=v", "d:k=v", true },
        { "d:a=1,b=2", "d:b=2,a=1", true },
        { "d:k=v", "d:k=v,l=w", false },
        { "d:k=v,*", "d:l=w,k=v", true },
        { "d:k=*", "d:k=v", true },
        { "d:k=*", "d:l=v", false },
        { "d:k=a*c?", "d:k=abbcd", true },
        { "d:k=a*c?", "d:k=abbc", false },
        { "d:k=\"a\\*\"", "d:k=\"a\\*\"", true },
        { "d:k=\"a\\*\"", "d:k=\"ab\"", false },
        { "d:k=\"a*\"", "d:k=\"ab\"", true },
    };
    struct sg_object_name pattern;
    struct sg_object_name name;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            sg_object_name_parse_pattern(sg_str_of(cases[i].pattern), &pattern, NULL), 0);
        assert_int_equal(parse(cases[i].name, &name), 0);
        assert_int_equal(sg_object_name_matches(&pattern, &name), cases[i].matches);
    }
}

static void test_find_missing_key_gives_null(void **state)
{
    struct sg_object_name name;
    (void)state;

    assert_int_equal(parse("java.lang:type=Memory", &name), 0);
    assert_non_null(sg_object_name_find(&name, SG_STR("type")));
    assert_null(sg_object_name_find(&name, SG_STR("typ")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_topic_meter_keeps_order),
        cmocka_unit_test(test_parse_quoted_value_may_hold_separators),
        cmocka_unit_test(test_parse_bad_name_says_where),
        cmocka_unit_test(test_parse_too_many_properties_refused),
        cmocka_unit_test(test_parse_empty_value_is_a_value),
        cmocka_unit_test(test_parse_pattern_as_strict_as_java),
        cmocka_unit_test(test_matches_as_jmx_queries),
        cmocka_unit_test(test_find_missing_key_gives_null),
    };
    return cmocka_run_group_tests_name("object_name", tests, NULL, NULL);
}
