/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/java_regex.h"
#include "jmx/rules/regex.h"
#include "jmx/rules/test_pattern_answer.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <stdlib.h>

/*
 * tests/fixtures/jolokia/parity/patterns.tsv: PATTERN tab SUBJECT tab Java's result, and a fourth
 * column where ours is different. test_parity.py checks the same with Java.
 */

static void test_match_as_java_does(void **state)
{
    size_t len;
    char *text = fixture_read("jolokia/parity/patterns.tsv", &len);
    struct sg_buf out;
    char *rest = text;
    size_t n_wrong = 0;
    size_t n = 0;
    (void)state;

    sg_buf_init(&out, 4096);
    for (char *line = strsep(&rest, "\n"); line && rest; line = strsep(&rest, "\n")) {
        if (line[0] == '#')
            continue;
        const char *pattern = strsep(&line, "\t");
        char *subject = strsep(&line, "\t");
        const char *expected = strsep(&line, "\t");
        if (line)
            expected = line;
        pattern_answer(pattern, subject, &out, NULL);
        n++;
        if (sg_str_equal(sg_buf_get(&out), sg_str_of(expected)))
            continue;
        n_wrong++;
        print_error("%s on \"%s\": %.*s, should be %s\n", pattern, subject, (int)out.len, out.ptr,
            expected);
    }
    sg_buf_done(&out);
    free(text);
    assert_int_equal(n_wrong, 0);
    assert_true(n > 100);
}

static void assert_refused(const char *pattern, const char *part)
{
    struct sg_regex *regex = NULL;
    struct sg_error err = { "" };

    assert_int_equal(
        sg_regex_new(sg_str_of(pattern), SG_REGEX_WHOLE, &regex, &err), SG_REGEX_E_PATTERN);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in: %s", part, err.text);
}

static void test_refused_pattern_reports_the_character(void **state)
{
    (void)state;
    assert_refused("ab(c", "character 5: a group is not closed");
    assert_refused("ab)", "character 3: no group to close");
    assert_refused("ab[c", "character 3: the class is not closed");
    assert_refused("a{b", "character 2: not a repetition");
    assert_refused("a|*b", "character 3: there is nothing to repeat");
    assert_refused("ab\\K", "character 3: Java has no such escape");
    assert_refused("ab\\p{javaLowerCase}", "character 3: this property is not supported");
    assert_refused("[a-z&&[^b]c]", "character 11: plain characters after a class");
    assert_refused("a(?<=(b)\\1)", "character 9: a look-behind cannot have a back reference");
    assert_refused("a\\k<b>(?<b>c)", "character 2: no group of this name begins before");
    assert_refused("a\\b{g}", "character 2: \\b{g} is not supported");
    assert_refused("(?P<x>a)", "character 3: Java has no such group");
    assert_refused("ab\\", "character 3: nothing follows the backslash");
    /* PCRE2's errors are reported at their place in the pattern, not in the translation */
    assert_refused("[a-z&&[^b]]x\\p{IsNope}", "character 13: ");
    assert_refused("[a-z&&[^b]](?<=a+)c", "character 12: ");
}

static int compile_possessive_groups(size_t n)
{
    struct sg_regex *regex = NULL;
    struct sg_buf pattern;

    sg_buf_init(&pattern, 4096);
    for (size_t i = 0; i < n; i++)
        sg_buf_add_str(&pattern, SG_STR("(?:a)++"));
    int r = sg_regex_new(sg_buf_get(&pattern), SG_REGEX_WHOLE, &regex, NULL);
    sg_buf_done(&pattern);
    (void)sg_regex_free(regex);
    return r;
}

static void test_possessive_groups_have_a_limit(void **state)
{
    (void)state;
    assert_int_equal(compile_possessive_groups(64), 0);
    assert_int_equal(compile_possessive_groups(65), SG_REGEX_E_PATTERN);
}

static void test_required_pairs_rule_subjects_out(void **state)
{
    static const struct {
        const char *pattern;
        const char *subject;
        bool may_match;
    } cases[] = {
        { "kafka.server<type=Log", "kafka.log<type=Log><>Size: 1", false },
        { "kafka.server<type=Log", "kafka.server<type=Log><>Size: 1", true },
        { "ab?c", "ac", true },
        { "abc|xyz", "xyz", true },
        { "(?i)ABC", "abc", true },
        { "(?x)a b", "ab", true },
        { "ab{0}c", "ac", true },
        { "\\Qab\\E*c", "ac", true },
        { "abc(def)?", "abc", true },
        { "abc(def)?", "abd", false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_regex *regex = NULL;
        struct sg_pairs pairs = sg_pairs_of(sg_str_of(cases[i].subject));
        assert_int_equal(
            sg_regex_new(sg_str_of(cases[i].pattern), SG_REGEX_WHOLE, &regex, NULL), 0);
        if (sg_regex_may_match(regex, &pairs) != cases[i].may_match)
            fail_msg("%s on %s", cases[i].pattern, cases[i].subject);
        (void)sg_regex_free(regex);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_as_java_does),
        cmocka_unit_test(test_refused_pattern_reports_the_character),
        cmocka_unit_test(test_possessive_groups_have_a_limit),
        cmocka_unit_test(test_required_pairs_rule_subjects_out),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
