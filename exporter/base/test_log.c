/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/test_stderr.h"
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    PIPE_BYTES = 4096,
    LINES = 20000,
    LINE_TEXT_BYTES = 1000,
};

/* A pipe as stderr, until the test ends. */
static int saved_stderr = -1;
static int reader = -1;

static int set_up(void **state)
{
    int ends[2];
    (void)state;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    saved_stderr = dup(STDERR_FILENO);
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    reader = ends[0];
    if (dup2(ends[1], STDERR_FILENO) < 0)
        return -1;
    return close(ends[1]);
}

static int tear_down(void **state)
{
    (void)state;
    (void)dup2(saved_stderr, STDERR_FILENO);
    (void)close(saved_stderr);
    return close(reader);
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Everything that is written until there is a pause. @return owned */
static char *read_all(void)
{
    size_t size = (size_t)LINES * LINE_TEXT_BYTES;
    char *text = malloc(size);
    size_t len = 0;
    struct pollfd more = { reader, POLLIN, 0 };

    assert_non_null(text);
    while (len + 1 < size && poll(&more, 1, 500) == 1) {
        ssize_t n = read(reader, text + len, size - len - 1);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    text[len] = '\0';
    return text;
}

static void test_stderr_that_nobody_reads_stops_nobody_and_is_counted(void **state)
{
    char filler[LINE_TEXT_BYTES];
    size_t n_read = 0;
    (void)state;

    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    assert_int_equal(sg_log_start(), 0);
    uint64_t n_before = sg_log_n_dropped();
    int64_t begun_ms = now_ms();
    for (int i = 0; i < LINES; i++)
        sg_log(SG_LOG_INFO, NULL, "%s %d", filler, i);
    sg_log_flush(100); /* comes back although nothing is written */
    assert_true(now_ms() - begun_ms < 20000);
    uint64_t n_dropped = sg_log_n_dropped() - n_before;
    assert_true(n_dropped > 0 && n_dropped < LINES);

    char *text = read_all();
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        assert_memory_equal(line, "ts=", 3); /* whole lines, one after the other */
        n_read++;
    }
    free(text);
    assert_int_equal(n_read + n_dropped, LINES);
    sg_log(SG_LOG_INFO, NULL, "again");
    text = read_all();
    assert_non_null(strstr(text, "msg=again\n"));
    assert_int_equal(sg_log_n_dropped() - n_before, n_dropped);
    free(text);
}

/* Nothing leaves the queue while the pipe is full. @return how many of n lines are dropped */
static uint64_t log_with_a_full_pipe(const char *filler, int n)
{
    char full[PIPE_BYTES];
    uint64_t n_before = sg_log_n_dropped();
    int next = 0;

    memset(full, ' ', sizeof full);
    full[sizeof full - 1] = '\n';
    assert_int_equal(write(STDERR_FILENO, full, sizeof full), sizeof full);
    for (int i = 0; i < n; i++)
        sg_log(SG_LOG_INFO, NULL, "%s%04d", filler, i);
    uint64_t n_dropped = sg_log_n_dropped() - n_before;
    char *text = read_all();
    for (char *line = text + sizeof full, *end; (end = strchr(line, '\n')); line = end + 1)
        assert_int_equal(strtol(end - 4, NULL, 10), next++);
    free(text);
    assert_int_equal(next + n_dropped, n);
    return n_dropped;
}

static void test_queue_holds_exactly_as_many_lines_and_bytes_as_it_may(void **state)
{
    char filler[977]; /* for lines of 1 KiB */
    (void)state;

    assert_int_equal(log_with_a_full_pipe("", 8192), 0);
    assert_int_equal(log_with_a_full_pipe("", 8193), 1);
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    assert_int_equal(log_with_a_full_pipe(filler, 1024), 0);
    assert_int_equal(log_with_a_full_pipe(filler, 1025), 1);
}

static void test_message_of_control_characters_is_one_whole_line(void **state)
{
    char message[4000];
    (void)state;

    memset(message, '\x01', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    sg_log(SG_LOG_INFO, NULL, "%s", message);
    char *text = read_all();
    size_t len = strlen(text);
    assert_true(len > 2 && strcmp(text + len - 2, "\"\n") == 0);
    free(text);
}

/* What one line says after its time. */
static void assert_logged(enum sg_log_format format,
    const struct sg_log_about *about,
    const char *message,
    const char *expected)
{
    char text[1024];

    sg_log_setup(SG_LOG_INFO, format);
    start_listening();
    sg_log(SG_LOG_WARN, about, "%s", message);
    stop_listening(text, sizeof text);
    sg_log_setup(SG_LOG_INFO, SG_LOG_LOGFMT);
    const char *rest = strstr(text, format == SG_LOG_JSON ? ",\"level\"" : " level=");
    assert_non_null(rest);
    assert_int_equal(count(text, "\n"), 1);
    assert_string_equal(rest, expected);
}

static void test_line_in_logfmt_quotes_what_needs_it(void **state)
{
    static const struct sg_log_about about = { "a b", "jolokia", "" };
    static const struct {
        const char *message, *expected;
    } cases[] = {
        { "plain", " level=warn msg=plain\n" },
        { "a b", " level=warn msg=\"a b\"\n" },
        { "", " level=warn msg=\"\"\n" },
        { "a=b", " level=warn msg=\"a=b\"\n" },
        { "\"", " level=warn msg=\"\\\"\"\n" },
        { "\\", " level=warn msg=\"\\\\\"\n" },
        { "\xc3\xa4", " level=warn msg=\"\xc3\xa4\"\n" },
        { "a\nlevel=error", " level=warn msg=\"a\\nlevel=error\"\n" },
        { "\033[2J\x7f", " level=warn msg=\"\\u001b[2J\\u007f\"\n" },
        { "a\xe2\x80\xae"
          "b\xc2\x9b",
            " level=warn msg=\"a\\u202eb\\u009b\"\n" },
        { "\xff", " level=warn msg=\"\xef\xbf\xbd\"\n" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_logged(SG_LOG_LOGFMT, NULL, cases[i].message, cases[i].expected);
    assert_logged(SG_LOG_LOGFMT, &about, "x",
        " level=warn cluster=\"a b\" collector=jolokia target=\"\" msg=x\n");
}

static void test_line_in_json_is_an_object(void **state)
{
    static const struct sg_log_about about = { "c", NULL, "1" };
    (void)state;

    assert_logged(SG_LOG_JSON, &about, "a \"b\"\n",
        ",\"level\":\"warn\",\"cluster\":\"c\",\"target\":\"1\",\"msg\":\"a \\\"b\\\"\\n\"}\n");
}

static void test_level_below_the_lowest_is_not_logged(void **state)
{
    static const enum sg_log_level levels[] = { SG_LOG_DEBUG, SG_LOG_INFO, SG_LOG_WARN,
        SG_LOG_ERROR };
    char text[1024];
    (void)state;

    for (size_t lowest = 0; lowest < 4; lowest++) {
        sg_log_setup(levels[lowest], SG_LOG_LOGFMT);
        start_listening();
        for (size_t i = 0; i < 4; i++)
            sg_log(levels[i], NULL, "x");
        stop_listening(text, sizeof text);
        assert_int_equal(count(text, "\n"), 4 - lowest);
    }
    sg_log_setup(SG_LOG_INFO, SG_LOG_LOGFMT);
}

/* The disk is full for a while: a limit on the file's size has the same effect. */
static void test_line_after_a_truncated_one_begins_on_its_own(void **state)
{
    struct rlimit before;
    char text[1024];
    (void)state;

    uint64_t n_dropped = sg_log_n_dropped();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = { 10, before.rlim_max };
    (void)signal(SIGXFSZ, SIG_IGN);
    start_listening();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    sg_log(SG_LOG_INFO, NULL, "truncated");
    sg_log(SG_LOG_INFO, NULL, "lost");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    sg_log(SG_LOG_INFO, NULL, "whole");
    sg_log(SG_LOG_INFO, NULL, "next");
    stop_listening(text, sizeof text);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(sg_log_n_dropped() - n_dropped, 2);
    assert_int_equal(strcspn(text, "\n"), 10);
    assert_memory_equal(text + 10, "\nts=", 4);
    assert_int_equal(count(text, "\n"), 3);
    assert_non_null(strstr(text, "msg=whole\nts="));
}

/* Another process that has the same terminal may have made it so. */
static void test_stderr_that_does_not_block_loses_lines_only_while_it_is_full(void **state)
{
    char filler[LINE_TEXT_BYTES];
    int n = 0;
    (void)state;

    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
    uint64_t n_before = sg_log_n_dropped();
    while (sg_log_n_dropped() == n_before && n <= PIPE_BYTES / LINE_TEXT_BYTES) {
        sg_log(SG_LOG_INFO, NULL, "%s", filler);
        n++;
    }
    assert_int_equal(sg_log_n_dropped() - n_before, 1);
    char *text = read_all();
    assert_int_equal(count(text, "\n"), n - 1);
    free(text);
    sg_log(SG_LOG_INFO, NULL, "again");
    text = read_all();
    assert_non_null(strstr(text, "msg=again\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_in_logfmt_quotes_what_needs_it),
        cmocka_unit_test(test_line_in_json_is_an_object),
        cmocka_unit_test(test_level_below_the_lowest_is_not_logged),
        cmocka_unit_test(test_line_after_a_truncated_one_begins_on_its_own),
        cmocka_unit_test_setup_teardown(
            test_stderr_that_does_not_block_loses_lines_only_while_it_is_full, set_up, tear_down),
        /* From here on a thread writes. */
        cmocka_unit_test_setup_teardown(
            test_stderr_that_nobody_reads_stops_nobody_and_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_queue_holds_exactly_as_many_lines_and_bytes_as_it_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_message_of_control_characters_is_one_whole_line, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
