/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    int64_t begun_ms = now_ms();
    for (int i = 0; i < LINES; i++)
        sg_log(SG_LOG_INFO, NULL, "%s %d", filler, i);
    sg_log_flush(100); /* comes back although nothing is written */
    assert_true(now_ms() - begun_ms < 20000);
    uint64_t n_dropped = sg_log_n_dropped();
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
    assert_int_equal(sg_log_n_dropped(), n_dropped);
    free(text);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_stderr_that_nobody_reads_stops_nobody_and_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_message_of_control_characters_is_one_whole_line, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
