/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/file.h"
#include "temporary.h"
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char folder[TEMPORARY_BYTES];
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    temporary_folder(folder);
    (void)snprintf(path, sizeof path, "%s/f", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void expect_refused(const char *name, int pipe_wait_ms, const char *why)
{
    struct sg_error err = { "" };
    char text[128];
    struct sg_buf buf;

    sg_buf_init(&buf, 100);
    assert_int_equal(sg_file_read(name, pipe_wait_ms, &buf, &err), SG_FILE_E_READ);
    (void)snprintf(text, sizeof text, "%s: %s", name, why);
    assert_string_equal(err.text, text);
    assert_int_equal(buf.len, 0);
    sg_buf_done(&buf);
}

static void test_what_has_no_end_or_is_no_file_is_refused_at_once(void **state)
{
    struct sg_error err = { "" };
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    (void)state;

    int64_t begun_ms = sg_clock_monotonic_ms(&sg_clock_system);
    expect_refused("/dev/zero", 1000, "it is a device, not a file");
    expect_refused("/dev/full", 0, "it is a device, not a file");
    expect_refused("/", 1000, "Is a directory");
    expect_refused("/nowhere/x", 1000, "No such file or directory");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, SG_FILE_NO_PIPE, "it is a pipe; a regular file is needed here");
    assert_int_equal(sg_file_check(path, true, &err), SG_FILE_E_READ);
    assert_string_equal(err.text, "it is a pipe; a regular file is needed here");
    (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memcpy(name.sun_path, path, sizeof path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    expect_refused(path, 1000, "it is a socket, not a file");
    (void)close(fd);
    (void)unlink(path);
    assert_int_equal(sg_file_check("", false, &err), SG_FILE_E_READ);
    assert_string_equal(err.text, "the path of the file is empty");
    assert_int_equal(sg_file_check("/", false, &err), SG_FILE_E_READ);
    assert_int_equal(sg_file_check("/", true, &err), 0);
    assert_int_equal(sg_file_check("/dev/null", false, &err), 0);
    assert_true(sg_clock_monotonic_ms(&sg_clock_system) - begun_ms < 900);
}

static void test_file_is_read_up_to_the_cap(void **state)
{
    struct sg_error err = { "" };
    struct sg_buf buf;
    (void)state;

    put_text(path, "0123456789");
    assert_int_equal(sg_file_check(path, false, &err), 0);
    sg_buf_init(&buf, 10);
    assert_int_equal(sg_file_read(path, 0, &buf, &err), 0);
    assert_memory_equal(buf.ptr, "0123456789", 10);
    sg_buf_done(&buf);
    sg_buf_init(&buf, 9);
    assert_int_equal(sg_file_read(path, 0, &buf, &err), SG_FILE_E_LARGE);
    assert_non_null(strstr(err.text, ": larger than 9 bytes"));
    assert_int_equal(buf.len, 9);
    sg_buf_done(&buf);
    (void)unlink(path);
}

/* What a writer does, and how long it waits before each of it. */
struct writer {
    const char *words[3]; /* up to NULL */
    int64_t wait_ms;
    int64_t stay_ms; /* open, at the end */
};

static void sleep_ms(int64_t ms)
{
    const struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
    (void)nanosleep(&pause, NULL);
}

static void *write_words(void *context)
{
    const struct writer *writer = context;

    sleep_ms(writer->wait_ms);
    int fd = open(path, O_RDWR | O_CLOEXEC); /* does not wait for a reader */
    for (size_t i = 0; fd >= 0 && i < 3 && writer->words[i]; i++) {
        sleep_ms(i ? writer->wait_ms : 0);
        if (write(fd, writer->words[i], strlen(writer->words[i])) < 0)
            break;
    }
    sleep_ms(writer->stay_ms);
    if (fd >= 0)
        (void)close(fd);
    return NULL;
}

static void test_pipe_is_waited_for_until_the_deadline(void **state)
{
    static const struct {
        struct writer writer;
        int wait_ms;
        const char *text; /* or NULL */
        const char *why;
    } cases[] = {
        { { { "a: ", "1\n" }, 50, 0 }, 5000, "a: 1\n", NULL },
        { { { NULL }, 50, 0 }, 5000, NULL, "it is a pipe that was closed without any data" },
        { { { "a" }, 0, 400 }, 100, NULL,
            "it is a pipe, and its writer has not closed it in time" },
        { { { NULL }, 300, 0 }, 100, NULL, "it is a pipe, and nothing was written to it in time" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_error err = { "" };
        struct writer writer = cases[i].writer;
        struct sg_buf buf;
        pthread_t thread;

        assert_int_equal(mkfifo(path, 0600), 0);
        sg_buf_init(&buf, 100);
        assert_int_equal(pthread_create(&thread, NULL, write_words, &writer), 0);
        int r = sg_file_read(path, cases[i].wait_ms, &buf, &err);
        assert_int_equal(pthread_join(thread, NULL), 0);
        if (cases[i].text) {
            assert_string_equal(err.text, "");
            assert_int_equal(r, 0);
            assert_int_equal(buf.len, strlen(cases[i].text));
            assert_memory_equal(buf.ptr, cases[i].text, buf.len);
        } else {
            assert_int_equal(r, SG_FILE_E_READ);
            if (!strstr(err.text, cases[i].why))
                fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].why);
        }
        sg_buf_done(&buf);
        (void)unlink(path);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_is_read_up_to_the_cap),
        cmocka_unit_test(test_pipe_is_waited_for_until_the_deadline),
        cmocka_unit_test(test_what_has_no_end_or_is_no_file_is_refused_at_once),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
