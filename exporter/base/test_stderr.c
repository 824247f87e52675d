/* SPDX-License-Identifier: Apache-2.0 */
#include "base/test_stderr.h"

#include "test.h"

#include <unistd.h>

static int real_stderr = -1;

void start_listening(void)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    (void)fclose(file);
}

void stop_listening(char *text, size_t size)
{
    ssize_t n = pread(STDERR_FILENO, text, size - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    (void)dup2(real_stderr, STDERR_FILENO);
    (void)close(real_stderr);
}
