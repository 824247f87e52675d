/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: temporary files and folders, which their tests remove. Failures fail the test. */

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#define TEMPORARY "/tmp/streamgauge-test-XXXXXX"

enum {
    TEMPORARY_BYTES = sizeof TEMPORARY
};

/** The file's content becomes these bytes; it is created if missing. */
static inline void put_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

/** A new file with this text. @param ret_path  of TEMPORARY_BYTES */
static inline void temporary_file(const char *text, char *ret_path)
{
    memcpy(ret_path, TEMPORARY, TEMPORARY_BYTES);
    int fd = mkstemp(ret_path);
    assert_true(fd >= 0);
    (void)close(fd);
    put_text(ret_path, text);
}

/** A new, empty folder. @param ret_path  of TEMPORARY_BYTES */
static inline void temporary_folder(char *ret_path)
{
    memcpy(ret_path, TEMPORARY, TEMPORARY_BYTES);
    assert_non_null(mkdtemp(ret_path));
}

/** In a text, the path of a temporary file gets a name that is always the same, and shorter. */
static inline void name_path(char *text, const char *path, const char *name)
{
    size_t path_len = strlen(path);
    size_t name_len = strlen(name);

    assert_true(name_len < path_len);
    while ((text = strstr(text, path))) {
        memcpy(text, name, name_len);
        memmove(text + name_len, text + path_len, strlen(text + path_len) + 1);
    }
}
