/* SPDX-License-Identifier: Apache-2.0 */
#include "config/test_load.h"

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

char problems[8192];

void note(void *context, const char *problem)
{
    size_t n = strlen(problems);
    (void)context;
    (void)snprintf(problems + n, sizeof problems - n, "%s\n", problem);
}

int load(const char *text, struct sg_config **ret_config)
{
    char path[] = "/tmp/streamgauge-test-XXXXXX";
    struct sg_config_flags flags = { .file = path };
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    problems[0] = '\0';
    int r = sg_config_load(&flags, note, NULL, ret_config);
    (void)unlink(path);
    for (char *at = strstr(problems, path); at; at = strstr(at, path)) {
        memcpy(at, "f.yml", 5);
        memmove(at + 5, at + strlen(path), strlen(at + strlen(path)) + 1);
    }
    return r;
}
