/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/yaml.h"
#include "test.h"

#include <stdlib.h>
#include <time.h>

static struct sg_yaml *load(const char *text)
{
    struct sg_yaml *yaml = NULL;
    struct sg_error err = { "" };

    if (sg_yaml_load_text("f.yml", sg_str_of(text), &yaml, &err))
        fail_msg("%s", err.text);
    return yaml;
}

static void test_load_broken_text_says_where(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        { "a: [1, 2\nb: 3\n", "f.yml:2:2: " },
        { "a: \"open\n", "f.yml:2:1: " },
        { "a: 1\n---\nb: 2\n", "f.yml:2:1: a second document" },
        { "a: 1\n---\n\tb: [\n", "f.yml:2:1: a second document" },
        { "a: *nobody\n", "f.yml:1:4: the alias refers to an unknown anchor" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_yaml *yaml = NULL;
        struct sg_error err = { "" };
        assert_int_equal(
            sg_yaml_load_text("f.yml", sg_str_of(cases[i].text), &yaml, &err), SG_YAML_E_SYNTAX);
        if (!strstr(err.text, cases[i].complaint))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].complaint);
        assert_null(yaml);
    }
}

static void test_load_deep_and_endless_documents_refused(void **state)
{
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    char deep[200] = "";
    (void)state;

    memset(deep, '[', 100);
    memset(deep + 100, ']', 99);
    assert_int_equal(
        sg_yaml_load_text("f", (struct sg_str){ deep, 199 }, &yaml, &err), SG_YAML_E_SYNTAX);
    assert_int_equal(sg_yaml_load_text("f", SG_STR("a: &x [*x]\n"), &yaml, &err), SG_YAML_E_SYNTAX);
    assert_non_null(strstr(err.text, "the alias refers to an unknown anchor"));
    /* ten levels of ten aliases each: 10^10 values if they were followed */
    static const char bomb[] =
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
        "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    assert_int_equal(sg_yaml_load_text("f", sg_str_of(bomb), &yaml, &err), SG_YAML_E_SYNTAX);
    assert_non_null(strstr(err.text, "aliases count each time"));
}

/* Input that would take a parser minutes is rejected at once. */
static void test_load_what_takes_long_is_refused(void **state)
{
    static const struct {
        const char *unit;
        const char *part;
    } cases[] = {
        { "[", "nested more than 32 levels deep" },
        { "- ", "nested more than 32 levels deep" },
        { "? ", "nested more than 32 levels deep" },
        { "{a: ", "nested more than 32 levels deep" },
        { "- &a x\n", "more than 250 anchors" },
        { "%TAG !a! b\n", "more than 10 directives" },
    };
    char *text = malloc(SG_YAML_BYTES_MAX);
    (void)state;

    assert_non_null(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_yaml *yaml = NULL;
        struct sg_error err;
        size_t n = strlen(cases[i].unit);
        size_t len = 0;
        for (; len + n <= 300000; len += n)
            memcpy(text + len, cases[i].unit, n);
        clock_t start = clock();
        assert_int_equal(
            sg_yaml_load_text("f", (struct sg_str){ text, len }, &yaml, &err), SG_YAML_E_SYNTAX);
        assert_non_null(strstr(err.text, cases[i].part));
        assert_true(clock() - start < CLOCKS_PER_SEC);
    }
    free(text);
}

static void test_load_file_of_the_largest_size_and_one_byte_more(void **state)
{
    size_t len = SG_YAML_BYTES_MAX + 1;
    char *text = malloc(len);
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    (void)state;

    assert_non_null(text);
    memset(text, '#', len);
    memcpy(text, "a: 1\n", 5);
    assert_int_equal(sg_yaml_load_text("f", (struct sg_str){ text, len - 1 }, &yaml, &err), 0);
    (void)sg_yaml_free(yaml);
    assert_int_equal(
        sg_yaml_load_text("f", (struct sg_str){ text, len }, &yaml, &err), SG_YAML_E_READ);
    assert_non_null(strstr(err.text, "larger than"));
    free(text);
}

/* What an alias stands for is as deep as it is written out. */
static void test_load_alias_that_nests_too_deep_is_refused(void **state)
{
    char text[1024] = "a: &a ";
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    (void)state;

    for (int i = 0; i < 20; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "{ x: 1, k: ");
    for (int i = 0; i < 20; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "}");
    (void)snprintf(
        text + strlen(text), sizeof text - strlen(text), "\nb: [[[[[[[[[[[[[[*a]]]]]]]]]]]]]]\n");
    assert_int_equal(sg_yaml_load_text("f", sg_str_of(text), &yaml, &err), SG_YAML_E_SYNTAX);
    assert_non_null(strstr(err.text, "nested more than 32 levels deep"));
}

static void test_load_aliases_and_merge_keys(void **state)
{
    struct sg_yaml *yaml = load("a: &a { x: 1, y: 2 }\n"
                                "b: { <<: *a, y: 3 }\n"
                                "c: { <<: [ { z: 4, x: 5 }, *a ], '<<': 6 }\n"
                                "d: *a\n"
                                "e: { <<: &b { v: 7 } }\n"
                                "f: *b\n");
    const struct sg_yaml_node *root = sg_yaml_root(yaml);
    static const struct {
        const char *map;
        const char *key;
        const char *text;
    } cases[] = {
        { "b", "x", "1" },
        { "b", "y", "3" },
        { "c", "x", "5" },
        { "c", "y", "2" },
        { "c", "z", "4" },
        { "c", "<<", "6" },
        { "d", "y", "2" },
        { "e", "v", "7" },
        { "f", "v", "7" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_yaml_node *map = sg_yaml_find(root, cases[i].map);
        assert_string_equal(sg_yaml_text(sg_yaml_find(map, cases[i].key)).ptr, cases[i].text);
    }
    assert_int_equal(sg_yaml_count(sg_yaml_find(root, "b")), 2);
    assert_null(sg_yaml_item(root, 0));
    assert_null(sg_yaml_item(NULL, 0));
    (void)sg_yaml_free(yaml);
}

static void test_load_anchors_and_text_by_tag_known(void **state)
{
    struct sg_yaml *yaml = load("a: { b: [ &x 1 ] }\nc: *x\nd: !!str 5\ne: ! ~\nf: !!int 5\n");
    const struct sg_yaml_node *root = sg_yaml_root(yaml);
    (void)state;

    assert_true(sg_yaml_has_anchor(sg_yaml_find(root, "a")));
    assert_false(sg_yaml_has_anchor(sg_yaml_find(root, "c"))); /* an alias cannot have an anchor */
    assert_false(sg_yaml_is_plain(sg_yaml_find(root, "d")));
    assert_false(sg_yaml_is_null(sg_yaml_find(root, "e")));
    assert_true(sg_yaml_is_plain(sg_yaml_find(root, "f")));
    (void)sg_yaml_free(yaml);
}

static void test_load_bad_aliases_say_where(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        { "a: *b\n", "f:1:4: the alias refers to an unknown anchor" },
        { "a: &a [ *a ]\n", "f:1:9: the alias refers to an unknown anchor" },
        { "a: { <<: 1 }\n", "f:1:4: \"<<\" needs a map, or a list of maps" },
        { "a: { <<: [ {}, 1 ] }\n", "f:1:4: \"<<\" needs a map" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_yaml *yaml = NULL;
        struct sg_error err;
        assert_int_equal(
            sg_yaml_load_text("f", sg_str_of(cases[i].text), &yaml, &err), SG_YAML_E_SYNTAX);
        if (strncmp(err.text, cases[i].problem, strlen(cases[i].problem)) != 0)
            fail_msg("%s", err.text);
    }
}

static void test_load_missing_file_says_why(void **state)
{
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(
        sg_yaml_load_file("/nowhere/x.yml", SG_FILE_NO_PIPE, &yaml, &err), SG_YAML_E_READ);
    assert_string_equal(err.text, "/nowhere/x.yml: No such file or directory");
    assert_int_equal(sg_yaml_load_file("/", SG_FILE_NO_PIPE, &yaml, &err), SG_YAML_E_READ);
    assert_string_equal(err.text, "/: Is a directory");
}

static void test_expect_map_unknown_and_double_keys_are_problems(void **state)
{
    static const char *const keys[] = { "interval", "timeout", NULL };
    struct sg_yaml *yaml = load("interval: 1\ntimeuot: 2\ninterval: 3\nzebra: 4\n");
    (void)state;

    assert_true(sg_yaml_expect_map(yaml, sg_yaml_root(yaml), "\"collect\"", keys));
    assert_int_equal(sg_yaml_n_problems(yaml), 3);
    assert_string_equal(sg_yaml_get_problem(yaml, 0),
        "f.yml:2:1: unknown key \"timeuot\" in \"collect\"; did you mean \"timeout\"?");
    assert_string_equal(sg_yaml_get_problem(yaml, 1),
        "f.yml:3:1: duplicate key \"interval\" in \"collect\", first in line 1");
    assert_string_equal(
        sg_yaml_get_problem(yaml, 2), "f.yml:4:1: unknown key \"zebra\" in \"collect\"");
    (void)sg_yaml_free(yaml);
}

static void test_read_wrong_types_are_problems_and_keep_the_value(void **state)
{
    struct sg_yaml *yaml = load("b: maybe\nd: 15\nt: [1]\nok: yes\nquoted: 'yes'\n");
    const struct sg_yaml_node *root = sg_yaml_root(yaml);
    bool b = true;
    int64_t d = 8;
    struct sg_str t = SG_STR("kept");
    (void)state;

    assert_false(sg_yaml_read_bool(yaml, root, "b", &b));
    assert_false(sg_yaml_read_duration_ms(yaml, root, "d", &d));
    assert_false(sg_yaml_read_text(yaml, root, "t", &t));
    assert_false(sg_yaml_read_bool(yaml, root, "quoted", &b));
    assert_int_equal(sg_yaml_n_problems(yaml), 4);
    assert_true(b && d == 8 && t.len == 4);
    b = false;
    assert_true(sg_yaml_read_bool(yaml, root, "ok", &b) && b);
    assert_false(sg_yaml_read_bool(yaml, root, "absent", &b));
    assert_int_equal(sg_yaml_n_problems(yaml), 4);
    (void)sg_yaml_free(yaml);
}

static void test_duration_prometheus_spelling_only(void **state)
{
    int64_t ms = 0;
    (void)state;

    assert_true(sg_duration_parse_ms(SG_STR("1h30m"), &ms));
    assert_int_equal(ms, 5400000);
    assert_true(sg_duration_parse_ms(SG_STR("500ms"), &ms));
    assert_int_equal(ms, 500);
    static const char *const bad[] = { "", "15", "s", "1.5s", "-1s", "1 s", "1x",
        "99999999999999999999s", "9223372036854775807w" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_duration_parse_ms(sg_str_of(bad[i]), &ms));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_broken_text_says_where),
        cmocka_unit_test(test_load_deep_and_endless_documents_refused),
        cmocka_unit_test(test_load_what_takes_long_is_refused),
        cmocka_unit_test(test_load_file_of_the_largest_size_and_one_byte_more),
        cmocka_unit_test(test_load_alias_that_nests_too_deep_is_refused),
        cmocka_unit_test(test_load_aliases_and_merge_keys),
        cmocka_unit_test(test_load_anchors_and_text_by_tag_known),
        cmocka_unit_test(test_load_bad_aliases_say_where),
        cmocka_unit_test(test_load_missing_file_says_why),
        cmocka_unit_test(test_expect_map_unknown_and_double_keys_are_problems),
        cmocka_unit_test(test_read_wrong_types_are_problems_and_keep_the_value),
        cmocka_unit_test(test_duration_prometheus_spelling_only),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
