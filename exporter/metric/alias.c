/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/alias.h"

#include "metric/text.h"

#include <stdlib.h>
#include <string.h>

static void alias_done(struct sg_alias *alias)
{
    free(alias->from);
    free(alias->to);
    free(alias->help);
    for (size_t i = 0; i < alias->n_labels; i++) {
        free(alias->labels[i].from);
        free(alias->labels[i].to);
    }
    free(alias->where_label);
    free(alias->where_value);
    free(alias->states);
    for (size_t i = 0; i < alias->n_values; i++)
        free(alias->values[i].text);
}

void sg_aliases_done(struct sg_aliases *aliases)
{
    for (size_t i = 0; i < aliases->n; i++)
        alias_done(&aliases->list[i]);
    free(aliases->list);
    *aliases = (struct sg_aliases){ 0 };
}

static int by_family(const void *a, const void *b)
{
    return strcmp(((const struct sg_alias *)a)->from, ((const struct sg_alias *)b)->from);
}

void sg_aliases_sort(struct sg_aliases *aliases)
{
    if (aliases->n)
        qsort(aliases->list, aliases->n, sizeof *aliases->list, by_family);
}

const struct sg_alias *sg_aliases_find(
    const struct sg_aliases *aliases, struct sg_str name, size_t *ret_n)
{
    size_t first = 0;

    *ret_n = 0;
    if (!aliases)
        return NULL;
    for (size_t n = aliases->n; n > 0;) { /* the first that does not sort before it */
        size_t half = n / 2;
        if (sg_str_compare(sg_str_of(aliases->list[first + half].from), name) < 0) {
            first += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    while (first + *ret_n < aliases->n &&
           sg_str_equal(sg_str_of(aliases->list[first + *ret_n].from), name))
        (*ret_n)++;
    return *ret_n ? &aliases->list[first] : NULL;
}

bool sg_alias_fits(const struct sg_alias *alias, struct sg_str text, int64_t *ret_number)
{
    struct sg_str labels = sg_text_labels(text);
    struct sg_str state, value;

    if (alias->where_label && (!sg_text_find_label(labels, sg_str_of(alias->where_label), &value) ||
                                  !sg_str_equal(value, sg_str_of(alias->where_value))))
        return false;
    if (!alias->states)
        return true;
    if (!sg_text_find_label(labels, sg_str_of(alias->states), &state))
        return false;
    for (size_t i = 0; i < alias->n_values; i++) {
        if (sg_str_equal(state, sg_str_of(alias->values[i].text))) {
            *ret_number = alias->values[i].number;
            return true;
        }
    }
    return false;
}

void sg_alias_render(const struct sg_alias *alias, struct sg_str text, struct sg_buf *out)
{
    struct sg_str names[SG_ALIAS_LABELS_MAX], values[SG_ALIAS_LABELS_MAX];
    const char *end = memchr(text.ptr, '{', text.len);
    size_t name_len = end ? (size_t)(end - text.ptr) : text.len - 1;
    size_t family_len = strlen(alias->from);
    bool first = true;

    for (size_t i = 0; i < alias->n_labels; i++)
        names[i] = sg_str_of(alias->labels[i].from);
    sg_text_find_labels(sg_text_labels(text), names, alias->n_labels, values);
    sg_buf_add_str(out, sg_str_of(alias->to));
    sg_buf_add(out, text.ptr + family_len, name_len - family_len);
    for (size_t i = 0; i < alias->n_labels; i++) {
        if (!values[i].ptr)
            continue;
        sg_buf_printf(out, "%c%s=\"" SG_STR_FMT "\"", first ? '{' : ',', alias->labels[i].to,
            SG_STR_ARG(values[i]));
        first = false;
    }
    sg_buf_add_str(out, first ? SG_STR(" ") : SG_STR("} "));
}
