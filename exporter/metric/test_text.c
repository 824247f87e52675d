/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/series.h"
#include "metric/text.h"
#include "test.h"

static void test_labels_are_what_stands_between_the_braces(void **state)
{
    static const struct {
        const char *text, *labels;
    } cases[] = {
        { "up{a=\"1\",b=\"2\"} ", "a=\"1\",b=\"2\"" },
        { "up{a=\"1\"} 5", "a=\"1\"" },
        { "up{a=\"}{ \\\"}\"} -1e9", "a=\"}{ \\\"}\"" },
        { "{a=\"1\"} ", "a=\"1\"" },
        { "up ", "" },
        { "up 5", "" },
        { " ", "" },
        { "", "" },
        { "up{} 1", "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(
            sg_str_equal(sg_text_labels(sg_str_of(cases[i].text)), sg_str_of(cases[i].labels)));
}

static void test_labels_are_found_in_one_pass_whatever_their_values_hold(void **state)
{
    static const struct sg_str names[] = { { "b", 1 }, { "none", 4 }, { "a", 1 }, { "b", 1 } };
    struct sg_str values[4];
    (void)state;

    sg_text_find_labels(SG_STR("a=\"x,b=\\\"}\",bb=\"0\",b=\"\\\\\",c=\"2"), names, 4, values);
    assert_true(sg_str_equal(values[0], SG_STR("\\\\")));
    assert_null(values[1].ptr);
    assert_true(sg_str_equal(values[2], SG_STR("x,b=\\\"}")));
    assert_true(sg_str_equal(values[3], values[0]));
}

static void test_value_means_what_it_was_rendered_from(void **state)
{
    static const char *const plain[] = { "", "a", "a\"b", "\\", "\\n", "\n", "a\n\\\"", "\\\\n" };
    const struct sg_family family = { "m", SG_METRIC_GAUGE, "" };
    struct sg_series_table *table = NULL;
    (void)state;

    for (size_t i = 1; i < sizeof plain / sizeof plain[0]; i++) {
        const struct sg_label label = { SG_STR("l"), sg_str_of(plain[i]) };
        uint32_t id, series;
        struct sg_str value;
        char back[16];
        assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
        assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
        assert_int_equal(sg_series_table_add(table, id, SG_STR(""), &label, 1, &series), 0);
        assert_true(sg_text_find_label(
            sg_text_labels(sg_series_table_text(table, series)), SG_STR("l"), &value));
        assert_true(
            sg_str_equal((struct sg_str){ back, sg_text_unescape(value, back) }, label.value));
        for (size_t j = 0; j < sizeof plain / sizeof plain[0]; j++)
            assert_int_equal(sg_text_means(value, sg_str_of(plain[j])), i == j);
        (void)sg_series_table_free(table);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_what_stands_between_the_braces),
        cmocka_unit_test(test_labels_are_found_in_one_pass_whatever_their_values_hold),
        cmocka_unit_test(test_value_means_what_it_was_rendered_from),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
