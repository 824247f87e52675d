/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/regex.h"
#include "jmx/rules/template.h"
#include "jmx/rules/value_scope.h"
#include "test.h"

static struct sg_regex *compile(const char *pattern)
{
    struct sg_regex *regex = NULL;
    struct sg_error err = { "" };

    if (sg_regex_new(sg_str_of(pattern), SG_REGEX_WHOLE, &regex, &err))
        fail_msg("%s", err.text);
    return regex;
}

static void assert_rendered(
    const char *pattern, const char *subject, const char *text, const char *expected)
{
    struct sg_regex *regex = compile(pattern);
    struct sg_template template;
    struct sg_buf out;

    sg_buf_init(&out, 1024);
    assert_true(sg_regex_match(regex, sg_str_of(subject)));
    assert_int_equal(sg_template_parse(sg_str_of(text), regex, &template, NULL), 0);
    sg_template_render(&template, regex, sg_str_of(subject), &out);
    assert_int_equal(sg_buf_add_char(&out, '\0'), 0);
    assert_string_equal(out.ptr, expected);
    sg_buf_done(&out);
    sg_template_done(&template);
    (void)sg_regex_free(regex);
}

static void test_render_groups_as_java_reads_them(void **state)
{
    (void)state;
    assert_rendered("(a)(b)", "ab", "x_$1_$2", "x_a_b");
    assert_rendered("(a)", "a", "$12", "a2"); /* no group 12 */
    assert_rendered("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)", "abcdefghijkl", "$12", "l");
    assert_rendered("(?<who>b+)", "bbb", "${who}!", "b!"); /* the greedy .* leaves one */
    assert_rendered("(a)", "a", "\\$1\\\\", "$1\\");
    assert_rendered("(a)|(b)", "b", "<$1>", "<>"); /* did not participate */
    assert_rendered("b", "abc", "$0", "abc");
    assert_rendered("b", "abc", "", "");
}

static void test_parse_bad_replacement_says_where(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        { "a_$9", "character 4: the pattern has no such group" },
        { "a_$", "character 4: \"$\" must be followed" },
        { "a_$x", "character 4: \"$\" must be followed" },
        { "${nope}", "character 2: the pattern has no group of this name" },
        { "${name", "character 2: the \"}\" of a group's name is missing" },
        { "a\\", "nothing follows the backslash" },
    };
    struct sg_regex *regex = compile("(a)");
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_template template;
        struct sg_error err;
        assert_int_equal(sg_template_parse(sg_str_of(cases[i].text), regex, &template, &err),
            SG_TEMPLATE_E_SYNTAX);
        if (!strstr(err.text, cases[i].complaint))
            fail_msg("%s", err.text);
    }
    (void)sg_regex_free(regex);
}

static void test_regex_matches_the_whole_subject_on_one_line(void **state)
{
    struct sg_regex *regex = compile("b");
    (void)state;

    assert_true(sg_regex_match(regex, SG_STR("abc")));
    assert_false(sg_regex_match(regex, SG_STR("ac")));
    assert_false(sg_regex_match(regex, SG_STR("ab\nc"))); /* "." does not match a line break */
    assert_false(sg_regex_match(regex, SG_STR("ab\n")));
    (void)sg_regex_free(regex);
}

static void test_value_scope_of_pattern(void **state)
{
    static const struct {
        const char *pattern;
        bool uses_last_group;
        bool sees_value;
        const char *guard;
    } cases[] = {
        { "kafka.server<type=(.+), name=(.+)><>Value", true, false, "" },
        { "kafka.server<type=(.+)><>(\\d+)thPercentile", true, false, "" },
        { "kafka.server<type=(.+)><>(Count|Value)", true, false, "" },
        { "kafka.server<type=(.+)><>(\\w+)", true, false, "" },
        { "kafka.server<type=(.+)><>([a-z-]+)", true, false, "" },
        { "(?:a|b)<type=X><>Count", false, false, "" },
        { "kafka.server<type=(.+)><>(.+)", false, false, "" }, /* equal to jmx_exporter's .* */
        { ".*", false, false, "" },
        { "", false, false, "" },
        /* these see it, or may */
        { "kafka.server<type=(.+)><>(.+)", true, true, "kafka.server<type=(.+)><>" },
        { "a<type=X><>Value: (\\d+)", true, true, "a<type=X><>V" },
        { "a<type=X><>Value(?!: 0)", false, true, "" },
        { "a<type=X><>[^<>]*", false, true, "a<type=X><>" },
        { "a<type=X><>[!-~]*", false, true, "a<type=X><>" },
        { "a<type=X><>\\S+", false, true, "a<type=X><>" },
        { "(\\d+)", true, true, "" }, /* no fence: a match may begin in the value */
        { "Count|Value", false, true, "" },
        { "(.*)", true, true, "" },
        { "a.b|c.d", false, true, "" },
        { "a<>x?.", false, true, "a<>" },
        { "\\Qa.b\\E", false, true, "" },
        { "a<>\\p{Lower}", false, true, "" },
        { "\\x2d\\d", false, true, "" },
        { "(.)\\1", false, true, "" },
        { "a<>[a-z&&[^:]]", false, true, "" },
        { "a<>[]:]", false, true, "a<>" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_value_scope scope =
            sg_value_scope_of(sg_str_of(cases[i].pattern), cases[i].uses_last_group);
        if (scope.sees_value != cases[i].sees_value || scope.guard_len != strlen(cases[i].guard) ||
            strncmp(cases[i].pattern, cases[i].guard, scope.guard_len) != 0)
            fail_msg("%s: sees the value: %d, guard \"%.*s\"", cases[i].pattern, scope.sees_value,
                (int)scope.guard_len, cases[i].pattern);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render_groups_as_java_reads_them),
        cmocka_unit_test(test_parse_bad_replacement_says_where),
        cmocka_unit_test(test_regex_matches_the_whole_subject_on_one_line),
        cmocka_unit_test(test_value_scope_of_pattern),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
