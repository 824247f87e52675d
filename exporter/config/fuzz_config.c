/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The files that a user writes: configuration, web configuration, table of aliases. The same bytes
 * are parsed as each of them; the result is a configuration, or problems with positions.
 */

#include "config/compat.h"
#include "config/load.h"
#include "config/table_catalogues.h"
#include "config/web.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *context, const char *problem)
{
    (void)context;
    if (!problem[0])
        abort();
}

static void load_files(const char *path)
{
    const struct sg_config_flags flags = { .file = path };
    struct sg_config *config = NULL;
    struct sg_web_config *web = NULL;

    if (sg_config_load(&flags, hear, NULL, &config) == 0)
        (void)sg_config_unref(config);
    if (sg_web_config_load(path, hear, NULL, &web) == 0)
        (void)sg_web_config_free(web);
}

static void load_table(struct sg_str text)
{
    const struct sg_embedded table = { "t", "t.yml", text.ptr, text.len };
    struct sg_aliases aliases = { 0 };
    struct sg_table_catalogues catalogues = { 0 };
    struct sg_error err;

    (void)sg_compat_add(&table, "kafka_cluster", &aliases, &catalogues, &err);
    sg_aliases_done(&aliases);
    sg_table_catalogues_done(&catalogues);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        if (fd < 0)
            abort();
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) || (size && pwrite(fd, data, size, 0) != (ssize_t)size))
        abort();
    load_files(path);
    load_table((struct sg_str){ (const char *)data, size });
    return 0;
}
