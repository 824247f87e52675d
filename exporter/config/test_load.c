/* SPDX-License-Identifier: Apache-2.0 */
#include "config/test_load.h"

#include "temporary.h"
#include "test.h"

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
    char path[TEMPORARY_BYTES];
    struct sg_config_flags flags = { .file = path };

    temporary_file(text, path);
    problems[0] = '\0';
    int r = sg_config_load(&flags, note, NULL, ret_config);
    (void)unlink(path);
    name_path(problems, path, "f.yml");
    return r;
}
