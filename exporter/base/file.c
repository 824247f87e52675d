/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    PIECE_BYTES = 16 * 1024
};

static int fail(struct sg_error *err, const char *what)
{
    return sg_error_set(err, SG_FILE_E_READ, "%s", what);
}

/* It is commonly used as an empty file, and reads as one. */
static bool is_dev_null(const struct stat *status)
{
    return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/* @return what is wrong with it, or NULL */
static const char *wrong_kind(const struct stat *status, bool pipes, bool folders)
{
    mode_t mode = status->st_mode;

    if (S_ISREG(mode) || is_dev_null(status) || (pipes && S_ISFIFO(mode)) ||
        (folders && S_ISDIR(mode)))
        return NULL;
    if (S_ISDIR(mode))
        return "Is a directory";
    if (S_ISFIFO(mode))
        return "it is a pipe; a regular file is needed here";
    return "it is a device, not a file";
}

/* @param ret_mode  what it is @return 0 or SG_FILE_E_READ */
static int open_file(
    const char *path, bool pipes, bool folders, int *ret_fd, mode_t *ret_mode, struct sg_error *err)
{
    struct stat status;

    if (!path[0])
        return fail(err, "the path of the file is empty");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return fail(err, errno == ENXIO ? "it is a socket, not a file" : strerror(errno));
    const char *wrong = fstat(fd, &status) ? strerror(errno) : wrong_kind(&status, pipes, folders);
    if (wrong) {
        (void)close(fd);
        return fail(err, wrong);
    }
    *ret_fd = fd;
    *ret_mode = status.st_mode;
    return 0;
}

/*
 * A FIFO that no writer has opened since we did is at its end for read(), but not for poll(): that
 * waits for one. So a pipe is read only after poll() has seen something.
 */
static int wait_for_pipe(int fd, int64_t deadline_ms, bool is_first, struct sg_error *err)
{
    struct pollfd pipe = { .fd = fd, .events = POLLIN };
    int n;

    do
        n = poll(&pipe, 1, sg_clock_left_ms(&sg_clock_system, deadline_ms));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail(err, strerror(errno));
    if (n == 0)
        return fail(err, is_first ? "it is a pipe, and nothing was written to it in time"
                                  : "it is a pipe, and its writer has not closed it in time");
    return 0;
}

/* @return 0 also when the buffer's cap is reached, or as sg_file_read */
static int read_piece(int fd, struct sg_buf *buf, ssize_t *ret_n, struct sg_error *err)
{
    size_t room = buf->cap - buf->len;
    char behind;

    if (room > PIECE_BYTES)
        room = PIECE_BYTES;
    int r = room ? sg_buf_reserve(buf, room) : 0;
    if (r)
        return r;
    do
        *ret_n = room ? read(fd, buf->ptr + buf->len, room) : read(fd, &behind, 1);
    while (*ret_n < 0 && errno == EINTR);
    if (*ret_n > 0 && !room)
        return sg_error_set(err, SG_FILE_E_LARGE, "larger than %zu bytes", buf->cap);
    buf->len += *ret_n > 0 ? (size_t)*ret_n : 0;
    return 0;
}

static int read_open(
    int fd, bool is_pipe, int64_t deadline_ms, struct sg_buf *buf, struct sg_error *err)
{
    size_t before = buf->len;
    bool must_wait = is_pipe;
    int r = 0;
    ssize_t n;

    do {
        n = 0;
        if (must_wait)
            r = wait_for_pipe(fd, deadline_ms, buf->len == before, err);
        if (!r)
            r = read_piece(fd, buf, &n, err);
        must_wait = !r && n < 0 && errno == EAGAIN && is_pipe;
        if (!r && n < 0 && !must_wait)
            r = fail(err, strerror(errno));
    } while (!r && (n > 0 || must_wait));
    if (!r && is_pipe && buf->len == before)
        r = fail(err, "it is a pipe that was closed without any data");
    return r;
}

int sg_file_read(const char *path, int pipe_wait_ms, struct sg_buf *buf, struct sg_error *err)
{
    int64_t deadline_ms = sg_clock_monotonic_ms(&sg_clock_system) + pipe_wait_ms;
    mode_t mode;
    int fd = -1;

    int r = open_file(path, pipe_wait_ms > 0, false, &fd, &mode, err);
    if (!r) {
        r = read_open(fd, S_ISFIFO(mode), deadline_ms, buf, err);
        (void)close(fd);
    }
    return r > 0 ? sg_error_prefix(err, r, "%.300s%s", path, path[0] ? ": " : "") : r;
}

int sg_file_check(const char *path, bool or_folder, struct sg_error *err)
{
    mode_t mode;
    int fd = -1;

    int r = open_file(path, false, or_folder, &fd, &mode, err);
    if (!r)
        (void)close(fd);
    return r;
}
