/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/family.h"
#include "test.h"

/* At the ends of each range of characters, as the text format has them. */
static void test_names_are_valid_with_letters_digits_and_underscores(void **state)
{
    static const struct {
        const char *name;
        bool of_metric, of_label;
    } cases[] = {
        { "a", true, true },
        { "z", true, true },
        { "A", true, true },
        { "Z", true, true },
        { "_", true, true },
        { "a0", true, true },
        { "a9", true, true },
        { "a:b", true, false },
        { ":", true, false },
        { "__name__", true, false },
        { "0", false, false },
        { "9a", false, false },
        { "a/", false, false },
        { "a;", false, false },
        { "a@", false, false },
        { "a[", false, false },
        { "a`", false, false },
        { "a{", false, false },
        { "a-b", false, false },
        { "\xc3\xa4", false, false },
        { "", false, false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_str name = sg_str_of(cases[i].name);
        assert_int_equal(sg_metric_name_valid(name), cases[i].of_metric);
        assert_int_equal(sg_label_name_valid(name), cases[i].of_label);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_valid_with_letters_digits_and_underscores),
    };
    return cmocka_run_group_tests_name("family", tests, NULL, NULL);
}
