/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/attribute_key.h"

#include <string.h>

static char *write_key_part(char *out, char what, struct sg_str part)
{
    *out++ = '\0';
    *out++ = what;
    memcpy(out, part.ptr, part.len);
    return out + part.len;
}

/* This runs once per value of every poll, hence one look at the buffer's room for the whole key. */
int sg_attribute_key_write(const struct sg_attribute *attribute, struct sg_buf *key)
{
    size_t len = attribute->mbean.len;

    for (size_t i = 0; i < attribute->depth; i++)
        len += attribute->path[i].len + 2;
    for (size_t i = 0; i < attribute->n_index; i++)
        len += attribute->index[i].column.len + attribute->index[i].value.len + 4;
    sg_buf_clear(key);
    int r = sg_buf_reserve(key, len);
    if (r)
        return r;
    memcpy(key->ptr, attribute->mbean.ptr, attribute->mbean.len);
    char *out = key->ptr + attribute->mbean.len;
    for (size_t i = 0; i < attribute->depth; i++)
        out = write_key_part(out, attribute->is_extra ? 'x' : 'p', attribute->path[i]);
    for (size_t i = 0; i < attribute->n_index; i++) {
        out = write_key_part(out, 'c', attribute->index[i].column);
        out = write_key_part(out, 'v', attribute->index[i].value);
    }
    key->len = len;
    return 0;
}

void sg_attribute_key_read(struct sg_str key, struct sg_attribute *ret_attribute)
{
    const char *end = key.ptr + key.len;
    const char *nul = memchr(key.ptr, '\0', key.len);

    *ret_attribute = (struct sg_attribute){ .mbean = { key.ptr, (size_t)(nul - key.ptr) } };
    while (nul) {
        char what = nul[1];
        const char *start = nul + 2;
        nul = memchr(start, '\0', (size_t)(end - start));
        struct sg_str part = { start, (size_t)((nul ? nul : end) - start) };
        if (what == 'c')
            ret_attribute->index[ret_attribute->n_index].column = part;
        else if (what == 'v')
            ret_attribute->index[ret_attribute->n_index++].value = part;
        else
            ret_attribute->path[ret_attribute->depth++] = part;
    }
}
