/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

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
    if (n >= 3 && memcmp(line, BYTE_ORDER_MARK, 3) == 0) {
        n -= 3;
        memmove(line, line + 3, (size_t)n + 1);
    }
    if (memchr(line, '\0', (size_t)n)) {
        explicit_bzero(line, (size_t)n);
        free(line);
        return sg_error_set(err, SG_SECRET_E_MISSING,
            "%s: a NUL character in its first line; save it as UTF-8 or ASCII", path);
    }
    *ret_text = line;
    return 0;
}

char *sg_secret_shown_url(const char *url)
{
    const char *host = strstr(url, "://");
    size_t end = strcspn(url, "?#");
    struct sg_buf out;

    host = host && host < url + end ? host + 3 : url;
    const char *at = memrchr(host, '@', (size_t)(url + end - host));
    sg_buf_init(&out, SG_SECRET_BYTES_MAX);
    int r = sg_buf_printf(&out, "%.*s%s%.*s%s", (int)(host - url), url, at ? "(hidden)" : "",
        (int)(url + end - (at ? at : host)), at ? at : host, url[end] == '?' ? "?(hidden)" : "");
    char *text = r ? NULL : sg_buf_take(&out);
    sg_buf_done(&out);
    return text;
}

char *sg_secret_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    return text;
}
