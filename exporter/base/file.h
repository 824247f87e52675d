/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Small files named by the user: configuration, rules, secrets. A path may also be a pipe without a
 * writer or an endless device: only regular files are read, and pipes where they are allowed, until
 * a deadline. Nothing here blocks for longer. Any thread.
 */

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SG_FILE_E_READ = 1, /* it does not exist, cannot be read, or is of a type that is not read */
    SG_FILE_E_LARGE,    /* larger than the buffer's cap; the buffer is full */
};

enum {
    SG_FILE_NO_PIPE = 0,
    SG_FILE_PIPE_WAIT_MS = 10000, /* for everything that comes through a pipe */
};

/**
 * Append the content of a file. Never more than the buffer's cap is read.
 * @param pipe_wait_ms  how long a pipe may take until its writer has closed it, or SG_FILE_NO_PIPE.
 * A pipe that is closed without any data is an error
 * @return 0, SG_FILE_E_READ, SG_FILE_E_LARGE or -ENOMEM; err begins with the path
 */
int sg_file_read(const char *path, int pipe_wait_ms, struct sg_buf *buf, struct sg_error *err);

/**
 * Can a file safely be read by a library that opens it itself, and would wait for a pipe for ever?
 * @param or_folder  a directory is accepted as well
 * @return 0 or SG_FILE_E_READ; err says what is wrong, without the path
 */
int sg_file_check(const char *path, bool or_folder, struct sg_error *err);
