/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: whole texts that are compared with files of tests/fixtures. */

#include "base/file.h"
#include "temporary.h"

#include <stdio.h>

/* Pages are long: a failure shows the first line that differs. */
static inline void assert_same_lines(const char *name, const char *text, const char *expected)
{
    for (size_t line = 1; *text || *expected; line++) {
        size_t n = strcspn(text, "\n"), n_expected = strcspn(expected, "\n");
        if (n != n_expected || strncmp(text, expected, n) != 0)
            fail_msg("line %zu of %s is\n%.*s\nand should be\n%.*s", line, name, (int)n, text,
                (int)n_expected, expected);
        assert_int_equal(text[n], expected[n]); /* the last line ends in the same way */
        text += n + (text[n] == '\n');
        expected += n_expected + (expected[n_expected] == '\n');
    }
}

/** The text is that of the file, a path below the fixtures. SG_GOLDEN_UPDATE=1 writes the file
 * first. */
static inline void assert_golden(const char *name, const char *text)
{
    char path[4096];
    struct sg_buf expected;
    struct sg_error err;

    (void)snprintf(path, sizeof path, "%s/%s", getenv("SG_FIXTURES"), name);
    if (getenv("SG_GOLDEN_UPDATE"))
        put_text(path, text);
    sg_buf_init(&expected, 64 << 20);
    if (sg_file_read(path, SG_FILE_NO_PIPE, &expected, &err))
        fail_msg("%s", err.text);
    assert_int_equal(sg_buf_add_char(&expected, '\0'), 0);
    assert_same_lines(name, text, expected.ptr);
    sg_buf_done(&expected);
}
