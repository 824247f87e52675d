/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/twins.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. A collision of 64 bits is not expected. */
static uint64_t add_text(uint64_t hash, struct sg_str text, bool dots)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = dots && text.ptr[i] == '.' ? '_' : text.ptr[i];
        hash = (hash ^ (unsigned char)c) * UINT64_C(1099511628211);
    }
    return (hash ^ 0xFF) * UINT64_C(1099511628211); /* no byte of UTF-8 */
}

uint64_t sg_twin_of(const struct sg_outcome *outcome, const char *label, bool *ret_has_dot)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    bool found = false;

    hash = add_text(hash, sg_str_of(outcome->family.name), false);
    hash = add_text(hash, outcome->suffix, false);
    for (size_t i = 0; i < outcome->n_labels; i++) {
        const struct sg_label *one = &outcome->labels[i];
        bool is_it = sg_str_equal(one->name, sg_str_of(label));
        hash = add_text(hash, one->name, false);
        hash = add_text(hash, one->value, is_it);
        if (!is_it)
            continue;
        *ret_has_dot = memchr(one->value.ptr, '.', one->value.len);
        found = *ret_has_dot || memchr(one->value.ptr, '_', one->value.len);
    }
    return found ? hash : 0;
}

int sg_twins_add(struct sg_twins *twins, uint64_t twin)
{
    int r = sg_grow(&twins->all, twins->n, &twins->allocated, sizeof *twins->all);

    if (!r)
        twins->all[twins->n++] = twin;
    return r;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

void sg_twins_sort(struct sg_twins *twins)
{
    if (twins->n)
        qsort(twins->all, twins->n, sizeof *twins->all, compare);
}

bool sg_twins_have(const struct sg_twins *twins, uint64_t twin)
{
    return twins->n && bsearch(&twin, twins->all, twins->n, sizeof *twins->all, compare);
}

void sg_twins_done(struct sg_twins *twins)
{
    free(twins->all);
    *twins = (struct sg_twins){ .n = 0 };
}
