/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/log_dirs.h"
#include "test.h"

/* The directories of a list, each followed by ";". */
static const char *split(const char *list)
{
    static char text[200];
    struct sg_str rest = sg_str_of(list), dir;
    size_t n = 0;

    text[0] = '\0';
    while (sg_log_dirs_next(&rest, &dir))
        n += (size_t)snprintf(text + n, sizeof text - n, SG_STR_FMT ";", SG_STR_ARG(dir));
    return text;
}

static void test_log_dirs_list_is_split_at_commas(void **state)
{
    (void)state;
    assert_string_equal(split("/a"), "/a;");
    assert_string_equal(split("/a,/b/c,/d"), "/a;/b/c;/d;");
    assert_string_equal(split(" /a , /b c\t,/d "), "/a;/b c;/d;");
}

static void test_log_dirs_what_is_no_directory_is_left_out(void **state)
{
    (void)state;
    assert_string_equal(split(""), "");
    assert_string_equal(split(" "), "");
    assert_string_equal(split(",,/a,, ,"), "/a;");
}

/* As the names of Kafka's MBeans have them, and mount points. */
static void test_log_dirs_have_no_slash_at_their_end(void **state)
{
    (void)state;
    assert_string_equal(split("/a/,/b//,/"), "/a;/b;/;");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_dirs_list_is_split_at_commas),
        cmocka_unit_test(test_log_dirs_what_is_no_directory_is_left_out),
        cmocka_unit_test(test_log_dirs_have_no_slash_at_their_end),
    };
    return cmocka_run_group_tests_name("log_dirs", tests, NULL, NULL);
}
