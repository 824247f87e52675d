/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int sg_secret_expand(struct sg_str text, char **ret_text, struct sg_error *err)
{
    struct sg_buf out;
    int r = 0;

    sg_buf_init(&out, SG_SECRET_BYTES_MAX);
    for (size_t i = 0; i < text.len && !r;) {
        const char *end = NULL;
        if (i + 1 < text.len && text.ptr[i] == '$' && text.ptr[i + 1] == '{')
            end = memchr(text.ptr + i, '}', text.len - i);
        if (!end) {
            r = sg_buf_add_char(&out, text.ptr[i++]);
            continue;
        }
        char name[256];
        size_t len = (size_t)(end - text.ptr) - i - 2;
        (void)snprintf(name, sizeof name, "%.*s", (int)len, text.ptr + i + 2);
        const char *value = getenv(name);
        if (!value)
            r = sg_error_set(err, SG_SECRET_E_MISSING,
                "the environment has no variable \"%.80s\", which ${%.80s} asks for", name, name);
        else
            r = sg_buf_add_str(&out, sg_str_of(value));
        i += len + 3;
    }
    if (!r) {
        *ret_text = sg_buf_take(&out);
        r = *ret_text ? 0 : -ENOMEM;
    }
    if (out.len)
        explicit_bzero(out.ptr, out.len);
    sg_buf_done(&out);
    if (r == -EMSGSIZE)
        r = sg_error_set(
            err, SG_SECRET_E_MISSING, "the value is longer than %d bytes", SG_SECRET_BYTES_MAX);
    return r;
}

int sg_secret_read_file(const char *path, char **ret_text, struct sg_error *err)
{
    char *line = NULL;
    size_t size = 0;

    FILE *file = fopen(path, "re");
    if (!file)
        return sg_error_set(err, SG_SECRET_E_MISSING, "%s: %s", path, strerror(errno));
    errno = 0;
    ssize_t n = getline(&line, &size, file);
    int reading_failed = n < 0 ? errno : 0;
    (void)fclose(file);
    if (n < 0) {
        free(line);
        return sg_error_set(err, SG_SECRET_E_MISSING, "%s: %s", path,
            reading_failed ? strerror(reading_failed) : "the file is empty");
    }
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        line[--n] = '\0';
    *ret_text = line;
    return 0;
}

char *sg_secret_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    return text;
}
