/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_BYTES_MAX = 4096,                    /* of a variable, or a file */
    FILE_BYTES_MAX = SG_SECRET_BYTES_MAX + 8, /* with a byte order mark and the line end */
};

/* A reference from "${" to "}". @return 0 or SG_SECRET_E_MISSING; messages quote only the name */
static int look_up(struct sg_str inside, char **ret_value, struct sg_error *err)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    char name[NAME_BYTES_MAX];

    if (inside.len >= sizeof name)
        return sg_error_set(err, SG_SECRET_E_MISSING, "the name after ${ is too long");
    memcpy(name, inside.ptr, inside.len);
    name[inside.len] = '\0';
    if (strncmp(name, "file:", 5) == 0)
        return sg_secret_read_file(name + 5, ret_value, err);
    size_t len = strspn(name, letters);
    if (len == 0 || name[len])
        return sg_error_set(err, SG_SECRET_E_MISSING,
            "\"${%.*s\" is neither ${NAME}, an environment variable, nor ${file:/PATH}",
            (int)(len < 80 ? len : 80), name);
    const char *value = getenv(name);
    if (!value)
        return sg_error_set(err, SG_SECRET_E_MISSING,
            "the environment variable \"%.80s\" of ${%.80s} is not set", name, name);
    *ret_value = strdup(value);
    return *ret_value ? 0 : -ENOMEM;
}

int sg_secret_expand(struct sg_str text, char **ret_text, struct sg_error *err)
{
    struct sg_buf out;
    int r = 0;

    sg_buf_init(&out, SG_SECRET_BYTES_MAX);
    for (size_t i = 0; i < text.len && !r;) {
        if (i + 1 == text.len || text.ptr[i] != '$' || text.ptr[i + 1] != '{') {
            (void)sg_buf_add_char(&out, text.ptr[i++]);
            continue;
        }
        const char *end = memchr(text.ptr + i, '}', text.len - i);
        if (!end) { /* the rest may be a secret */
            r = sg_error_set(err, SG_SECRET_E_MISSING,
                "a \"${\" has no \"}\"; a secret with \"${\" in it can be in a file");
            continue;
        }
        struct sg_str inside = { text.ptr + i + 2, (size_t)(end - text.ptr) - i - 2 };
        char *value = NULL;
        r = look_up(inside, &value, err);
        if (!r)
            (void)sg_buf_add_str(&out, sg_str_of(value));
        free(sg_secret_wipe(value));
        i += inside.len + 3;
    }
    char *expanded = r ? NULL : sg_buf_take(&out);
    if (expanded)
        *ret_text = expanded;
    else if (!r)
        r = sg_buf_error(&out);
    if (out.len)
        explicit_bzero(out.ptr, out.len);
    sg_buf_done(&out);
    if (r == SG_BUF_E_FULL)
        r = sg_error_set(
            err, SG_SECRET_E_MISSING, "the value is longer than %d bytes", SG_SECRET_BYTES_MAX);
    return r;
}

/* Remove a line's byte order mark and its end. @return what is wrong with it, or NULL */
static const char *clean(char *line, size_t *n)
{
    if (*n >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        *n -= 3;
        memmove(line, line + 3, *n);
    }
    if (*n >= 2 && (memcmp(line, "\xFF\xFE", 2) == 0 || memcmp(line, "\xFE\xFF", 2) == 0))
        return "it is UTF-16; save it as UTF-8";
    while (*n > 0 && (line[*n - 1] == '\n' || line[*n - 1] == '\r'))
        --*n;
    if (memchr(line, '\0', *n))
        return "it contains a NUL byte";
    if (*n == 0)
        return "its first line is empty";
    return *n > SG_SECRET_BYTES_MAX ? "its first line is too long" : NULL;
}

int sg_secret_read_file(const char *path, char **ret_text, struct sg_error *err)
{
    const char *wrong = NULL;
    char *line = NULL;
    struct sg_buf text;

    /* Only the first line matters. All memory is reserved at once: growing would leave copies. */
    sg_buf_init(&text, FILE_BYTES_MAX);
    int r = sg_buf_reserve(&text, FILE_BYTES_MAX);
    if (!r)
        r = sg_file_read(path, SG_FILE_NO_PIPE, &text, err);
    if (r == SG_FILE_E_READ)
        r = SG_SECRET_E_MISSING;
    if (r == SG_FILE_E_LARGE)
        r = 0;
    if (!r) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        wrong = text.len ? clean(text.ptr, &len) : "the file is empty";
        text.len = len;
        r = wrong ? sg_error_set(err, SG_SECRET_E_MISSING, "%s: %s", path, wrong) : 0;
    }
    if (!r) {
        line = strndup(text.ptr, text.len);
        r = line ? 0 : -ENOMEM;
    }
    if (text.ptr)
        explicit_bzero(text.ptr, text.allocated);
    sg_buf_done(&text);
    if (!r)
        *ret_text = line;
    return r;
}

void sg_secret_show_url(struct sg_buf *out, const char *url)
{
    const char *host = strstr(url, "://");
    size_t end = strcspn(url, "?#");

    host = host && host < url + end ? host + 3 : url;
    const char *at = memrchr(host, '@', (size_t)(url + end - host));
    (void)sg_buf_printf(out, "%.*s%s%.*s%s", (int)(host - url), url, at ? "(hidden)" : "",
        (int)(url + end - (at ? at : host)), at ? at : host, url[end] == '?' ? "?(hidden)" : "");
}

char *sg_secret_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    return text;
}
