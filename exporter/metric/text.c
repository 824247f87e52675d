/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/text.h"

#include "base/auto.h"
#include "base/index.h"
#include "metric/quantile.h"

#include <errno.h>
#include <stdlib.h>

/* Neither a metric name nor the value after the labels contains a brace: a brace in a label value
   is always between the first and the last one. */
struct sg_str sg_text_labels(struct sg_str text)
{
    size_t from = 0;
    size_t end = text.len;

    while (from < text.len && text.ptr[from] != '{' && text.ptr[from] != ' ')
        from++;
    if (from == text.len || text.ptr[from] == ' ')
        return SG_STR("");
    from++;
    while (end > from && text.ptr[end - 1] != '}')
        end--;
    return (struct sg_str){ text.ptr + from, end > from ? end - 1 - from : text.len - from };
}

bool sg_text_next_label(struct sg_str *rest, struct sg_label *ret_label)
{
    size_t equals = 0;

    while (equals < rest->len && rest->ptr[equals] != '=')
        equals++;
    size_t from = equals + 2; /* after the quote */
    size_t end = from;
    while (end < rest->len && rest->ptr[end] != '"')
        end += rest->ptr[end] == '\\' ? 2 : 1;
    if (end >= rest->len)
        return false;
    ret_label->name = (struct sg_str){ rest->ptr, equals };
    ret_label->value = (struct sg_str){ rest->ptr + from, end - from };
    size_t next = end + 1 < rest->len ? end + 2 : rest->len; /* after the comma */
    rest->ptr += next;
    rest->len -= next;
    return true;
}

void sg_text_find_labels(
    struct sg_str labels, const struct sg_str *names, size_t n_names, struct sg_str *ret_values)
{
    struct sg_label label;
    size_t n_left = n_names;

    for (size_t i = 0; i < n_names; i++)
        ret_values[i] = (struct sg_str){ NULL, 0 };
    while (n_left && sg_text_next_label(&labels, &label)) {
        for (size_t i = 0; i < n_names; i++) {
            if (!ret_values[i].ptr && sg_str_equal(label.name, names[i])) {
                ret_values[i] = label.value;
                n_left--;
            }
        }
    }
}

bool sg_text_find_label(struct sg_str labels, struct sg_str name, struct sg_str *ret_value)
{
    struct sg_str value;

    sg_text_find_labels(labels, &name, 1, &value);
    if (value.ptr)
        *ret_value = value;
    return value.ptr != NULL;
}

/* ---- Values ---- */

/* The unescaped byte at *at, which is advanced. */
static char next_byte(struct sg_str value, size_t *at)
{
    char c = value.ptr[(*at)++];

    if (c != '\\' || *at == value.len)
        return c;
    c = value.ptr[(*at)++];
    return c == 'n' ? '\n' : c;
}

size_t sg_text_unescape(struct sg_str value, char *plain)
{
    size_t n = 0;

    for (size_t at = 0; at < value.len;)
        plain[n++] = next_byte(value, &at);
    return n;
}

bool sg_text_means(struct sg_str value, struct sg_str plain)
{
    size_t n = 0;

    for (size_t at = 0; at < value.len; n++) {
        if (n == plain.len || next_byte(value, &at) != plain.ptr[n])
            return false;
    }
    return n == plain.len;
}

/* ---- Summaries ---- */

struct grouped {
    struct sg_str before; /* the labels without the quantile, in two pieces */
    struct sg_str after;
    bool has_quantile;
    double quantile;
    uint32_t group; /* number of the first series with these labels */
    uint32_t place;
    struct sg_series_text text;
    uint32_t series;
};

static void find_group_labels(struct grouped *one)
{
    struct sg_str labels = sg_text_labels(sg_series_text_labels(&one->text));
    struct sg_str rest = labels;
    struct sg_label label;

    one->before = labels;
    one->after = (struct sg_str){ "", 0 };
    while (sg_text_next_label(&rest, &label)) {
        if (!sg_str_equal(label.name, SG_STR("quantile")))
            continue;
        size_t before = (size_t)(label.name.ptr - labels.ptr);
        one->before.len =
            rest.len || before == 0 ? before : before - 1; /* without a comma at the end */
        one->after = rest;
        one->has_quantile = sg_quantile_read(label.value, &one->quantile);
        return;
    }
}

/* Compare the labels without the quantile, of both pieces, as one text. */
static bool same_group(const void *owner, uint32_t id, const void *key)
{
    const struct grouped *a = &((const struct grouped *)owner)[id];
    const struct grouped *b = key;

    if (a->before.len + a->after.len != b->before.len + b->after.len)
        return false;
    for (size_t i = 0; i < a->before.len + a->after.len; i++) {
        char x = i < a->before.len ? a->before.ptr[i] : a->after.ptr[i - a->before.len];
        char y = i < b->before.len ? b->before.ptr[i] : b->after.ptr[i - b->before.len];
        if (x != y)
            return false;
    }
    return true;
}

static uint32_t hash_group(const struct grouped *one)
{
    uint32_t hash = 2166136261U; /* FNV-1a; two pieces must hash as one text */

    for (size_t i = 0; i < one->before.len; i++)
        hash = (hash ^ (unsigned char)one->before.ptr[i]) * 16777619U;
    for (size_t i = 0; i < one->after.len; i++)
        hash = (hash ^ (unsigned char)one->after.ptr[i]) * 16777619U;
    return hash;
}

static int compare_grouped(const void *a, const void *b)
{
    const struct grouped *x = a;
    const struct grouped *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->has_quantile != y->has_quantile)
        return x->has_quantile ? -1 : 1;
    if (x->quantile != y->quantile) /* without one it is 0 */
        return x->quantile < y->quantile ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

int sg_text_group_summary(struct sg_series_text *texts, uint32_t *series, size_t n)
{
    sg_auto_free struct grouped *all = calloc(n + 1, sizeof *all);
    struct sg_index index;
    int r = all ? 0 : -ENOMEM;

    sg_index_init(&index);
    for (uint32_t i = 0; i < n && !r; i++) {
        struct grouped *one = &all[i];
        one->text = texts[i];
        one->series = series[i];
        one->place = one->group = i;
        find_group_labels(one);
        uint32_t hash = hash_group(one);
        uint32_t first = sg_index_find(&index, hash, same_group, all, one);
        if (first != SG_INDEX_NONE)
            one->group = first;
        else
            r = sg_index_add(&index, hash, i);
    }
    sg_index_done(&index);
    if (r)
        return r;
    qsort(all, n, sizeof *all, compare_grouped);
    for (size_t i = 0; i < n; i++) {
        texts[i] = all[i].text;
        series[i] = all[i].series;
    }
    return 0;
}
