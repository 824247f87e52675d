/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"
#include "temporary.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[TEMPORARY_BYTES];

static int make_file(void **state)
{
    (void)state;
    temporary_file("", path);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void expect_expanded(const char *text, const char *want)
{
    struct sg_error err = { "" };
    char *value = NULL;

    if (sg_secret_expand(sg_str_of(text), &value, &err))
        fail_msg("%s", err.text);
    assert_string_equal(value, want);
    free(value);
}

static void expect_problem(const char *text, const char *part)
{
    struct sg_error err = { "" };
    char *value = NULL;

    assert_int_equal(sg_secret_expand(sg_str_of(text), &value, &err), SG_SECRET_E_MISSING);
    assert_null(value);
    if (!strstr(err.text, part) || strstr(err.text, "hunter2"))
        fail_msg("%s: \"%s\" lacks \"%s\"", text, err.text, part);
}

static void test_secret_of_a_file_is_its_first_line(void **state)
{
    char text[128];
    (void)state;

    (void)snprintf(text, sizeof text, "a-${file:%s}-b", path);
    put_bytes(path, "word\nmore\n", 10);
    expect_expanded(text, "a-word-b");
    put_bytes(path, "\xEF\xBB\xBFword\r\n", 9); /* as saved by an editor on another system */
    expect_expanded(text, "a-word-b");
    put_bytes(path, "\xFF\xFEw\0o\0", 6);
    expect_problem(text, "it is UTF-16");
    put_bytes(path, "wo\0rd\n", 6);
    expect_problem(text, "it contains a NUL byte");
    put_bytes(path, "\xEF\xBB\xBF\n", 4);
    expect_problem(text, "its first line is empty");
    put_bytes(path, "", 0);
    expect_problem(text, "the file is empty");
    expect_problem("${file:/nowhere/x}", "/nowhere/x: No such file or directory");
    expect_problem("${file:}", "the path of the file is empty");
    expect_problem("${file:/dev/zero}", "/dev/zero: it is a device, not a file");
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* it never has a writer */
    expect_problem(text, ": it is a pipe; a regular file is needed here");
    (void)unlink(path);
    put_bytes(path, "w", 1);
    expect_expanded(text, "a-w-b");
}

static void test_secret_of_a_file_as_long_as_may_be(void **state)
{
    char *line = malloc(SG_SECRET_BYTES_MAX + 16), *value = NULL;
    struct sg_error err = { "" };
    (void)state;

    assert_non_null(line);
    memset(line, 'w', SG_SECRET_BYTES_MAX + 16);
    memcpy(line + SG_SECRET_BYTES_MAX, "\r\nmore", 6);
    put_bytes(path, line, SG_SECRET_BYTES_MAX + 16);
    assert_int_equal(sg_secret_read_file(path, &value, &err), 0);
    assert_int_equal(strlen(value), SG_SECRET_BYTES_MAX);
    memset(line, 'w', SG_SECRET_BYTES_MAX + 16);
    put_bytes(path, line, SG_SECRET_BYTES_MAX + 1);
    free(value);
    assert_int_equal(sg_secret_read_file(path, &value, &err), SG_SECRET_E_MISSING);
    assert_non_null(strstr(err.text, "its first line is too long"));
    put_bytes(path, line, SG_SECRET_BYTES_MAX + 16);
    assert_int_equal(sg_secret_read_file(path, &value, &err), SG_SECRET_E_MISSING);
    assert_non_null(strstr(err.text, "its first line is too long"));
    free(line);
}

static void test_secret_of_the_environment_is_named_and_nothing_else_is_quoted(void **state)
{
    (void)state;

    assert_int_equal(setenv("SG_TEST_SECRET", "word", 1), 0);
    expect_expanded("${SG_TEST_SECRET}$ {x} $y {} $", "word$ {x} $y {} $");
    expect_problem("${SG_TEST_SECRET", "a \"${\" has no \"}\"");
    expect_problem("a${SG_TEST_SECRET}${hunter2", "a \"${\" has no \"}\"");
    expect_problem("hunter2${", "a \"${\" has no \"}\"");
    expect_problem("${SG_TEST_NONE}", "variable \"SG_TEST_NONE\" of ${SG_TEST_NONE} is not set");
    expect_problem("${SG_TEST_NONE:-hunter2}", "\"${SG_TEST_NONE\" is neither ${NAME}");
    expect_problem("${hunter 2hunter2}", "\"${hunter\" is neither ${NAME}");
    expect_problem("${}", "is neither ${NAME}");
    (void)unsetenv("SG_TEST_SECRET");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_of_a_file_as_long_as_may_be),
        cmocka_unit_test(test_secret_of_a_file_is_its_first_line),
        cmocka_unit_test(test_secret_of_the_environment_is_named_and_nothing_else_is_quoted),
    };
    return cmocka_run_group_tests_name("secret", tests, make_file, remove_file);
}
