/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_number.h"
#include "jmx/rules/naming.h"
#include "test.h"

#include <math.h>

typedef void (*add_fn)(struct sg_buf *buf, struct sg_str text);

static void assert_added(add_fn add, const char *from, const char *to)
{
    struct sg_buf buf;

    sg_buf_init(&buf, 1024);
    add(&buf, sg_str_of(from));
    assert_int_equal(sg_buf_error(&buf), 0);
    assert_int_equal(buf.len, strlen(to));
    assert_memory_equal(sg_buf_get(&buf).ptr, to, buf.len);
    sg_buf_done(&buf);
}

static void test_safe_name_illegal_runs_become_one_underscore(void **state)
{
    (void)state;
    assert_added(sg_naming_add_safe, "kafka.server_a--b", "kafka_server_a_b");
    assert_added(sg_naming_add_safe, "__a__b__", "_a_b_");
    assert_added(sg_naming_add_safe, "a:b", "a:b");
    assert_added(sg_naming_add_safe, "50thPercentile", "_50thPercentile");
    assert_added(sg_naming_add_safe, "h\xC3\xA9llo", "h_llo");
    assert_added(sg_naming_add_safe, "", "");
}

static void test_snake_case_words_are_parted(void **state)
{
    (void)state;
    assert_added(sg_naming_add_snake_case, "OneMinuteRate", "one_minute_rate");
    assert_added(sg_naming_add_snake_case, "JVMName", "jvmname");
    assert_added(sg_naming_add_snake_case, "a_B", "a_b");
    assert_added(sg_naming_add_snake_case, "heapUsed", "heap_used");
    assert_added(sg_naming_add_snake_case, "", "");
}

static void test_base_name_reserved_suffixes_go(void **state)
{
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        { "foo", "foo" },
        { "foo_total", "foo" },
        { "foo_info_total", "foo" },
        { "foo_total_created_bucket", "foo" },
        { "foo_count", "foo_count" },
        { "_total", "total" },
        { "_info", "info" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(sg_str_equal(sg_naming_base(sg_str_of(cases[i].from)), sg_str_of(cases[i].to)));
}

/* As `String.valueOf(double)` of OpenJDK 17 prints them. */
static void test_java_number_write_as_java(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0, "0.0" },
        { -0.0, "-0.0" },
        { 1, "1.0" },
        { 100, "100.0" },
        { -12.5, "-12.5" },
        { 1000000, "1000000.0" },
        { 1e7, "1.0E7" },
        { 1e21, "1.0E21" },
        { 123456789.125, "1.23456789125E8" },
        { 1.5e-3, "0.0015" },
        { 0.25, "0.25" },
        { 1e-4, "1.0E-4" },
        { 0.002, "0.002" },
        { 4.9e-324, "4.9E-324" },
        { 2e-3, "0.002" },
        { 5e-5, "5.0E-5" },
        { NAN, "NaN" },
        { INFINITY, "Infinity" },
        { -INFINITY, "-Infinity" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[SG_NUMBER_TEXT_MAX];
        size_t n = sg_java_number_write(out, cases[i].value);
        assert_true(sg_str_equal((struct sg_str){ out, n }, sg_str_of(cases[i].text)));
    }
}

static void test_java_number_read_takes_what_java_takes(void **state)
{
    static const char *const good[] = { "1", " 1.5 ", "-3e2", "1d", "2.5F", "0x1p3", ".5", "NaN",
        "-Infinity", "+7" };
    static const char *const bad[] = { "", " ", "null", "inf", "nan", "0x10", "1.5.2", "1 2", "5x",
        "infinity", "--1" };
    double value;
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(sg_java_number_read(sg_str_of(good[i]), &value));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_java_number_read(sg_str_of(bad[i]), &value));
    assert_true(sg_java_number_read(SG_STR("0x1p3"), &value));
    assert_true(value == 8);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe_name_illegal_runs_become_one_underscore),
        cmocka_unit_test(test_snake_case_words_are_parted),
        cmocka_unit_test(test_base_name_reserved_suffixes_go),
        cmocka_unit_test(test_java_number_write_as_java),
        cmocka_unit_test(test_java_number_read_takes_what_java_takes),
    };
    return cmocka_run_group_tests_name("naming", tests, NULL, NULL);
}
