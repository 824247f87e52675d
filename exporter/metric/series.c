/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/series.h"

#include "base/auto.h"
#include "base/utf8.h"
#include "metric/quantile.h"
#include "metric/table.h"
#include "metric/text.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Series are numbered in the order in which they appear and keep their number; callers remember
 * numbers, not names. A series without a value stays in the table and in the layout, where the
 * encoder skips it: intermittent values (JMX sends null for NaN) cost nothing. Only when more than
 * half of a table has been absent for FORGET_AFTER collections are they removed, and a new epoch
 * makes callers discard their numbers.
 *
 * Texts are in arenas that layouts share by reference, so each text is in memory once. A text is
 * kept as a name and labels, because the lag, the offset and the age of a group at a partition have
 * the same labels: with many partitions texts are most of a table's memory.
 */

enum {
    FORGET_AFTER = 4,
    FORGET_AT_LEAST = 64,
    TEXT_BYTES_MAX = 64 * 1024
};

static const struct sg_keyed_kind family_kind = {
    .size = sizeof(struct family),
    .key_at = offsetof(struct family, key),
    .seen_at = offsetof(struct family, key.seen),
    .terminated = true,
};

static const struct sg_keyed_kind series_kind = {
    .size = sizeof(struct series),
    .key_at = offsetof(struct series, key),
    .key_bytes = sizeof(struct series_key),
    .seen_at = offsetof(struct series, last_set),
};

static void add_label_text(struct sg_buf *text, struct sg_label label, bool *first)
{
    if (!*first)
        sg_buf_add_char(text, ',');
    *first = false;
    sg_buf_add_str(text, label.name);
    sg_buf_add(text, "=\"", 2);
    for (size_t i = 0; i < label.value.len;) {
        char c = label.value.ptr[i];
        size_t n = sg_utf8_length(label.value.ptr + i, label.value.len - i);
        if (n == 0) {
            sg_buf_add_str(text, SG_STR(SG_UTF8_REPLACEMENT));
            n = 1;
        } else if (c == '\n') {
            sg_buf_add(text, "\\n", 2);
        } else {
            if (c == '"' || c == '\\')
                sg_buf_add_char(text, '\\');
            sg_buf_add(text, label.value.ptr + i, n);
        }
        i += n;
    }
    sg_buf_add_char(text, '"');
}

static bool is_constant_name(const struct sg_series_table *table, struct sg_str name)
{
    for (size_t i = 0; i < table->n_constant_names; i++) {
        if (sg_str_equal(name, sg_str_of(table->constant_names[i])))
            return true;
    }
    return false;
}

/* The result of rendering the text. @return 0, SG_SERIES_E_TOO_LONG or -ENOMEM */
static int text_error(const struct sg_series_table *table)
{
    int r = sg_buf_error(&table->text);
    return r == SG_BUF_E_FULL ? SG_SERIES_E_TOO_LONG : r;
}

SG_AUTO_DEFINE(struct sg_series_table *, sg_series_table_free);

int sg_series_table_new(const struct sg_label *constant,
    size_t n_constant,
    size_t max_series,
    struct sg_series_table **ret_table)
{
    sg_auto(sg_series_table_free) struct sg_series_table *table = calloc(1, sizeof *table);
    bool first = true;

    if (!table)
        return -ENOMEM;
    sg_buf_init(&table->text, TEXT_BYTES_MAX);
    sg_buf_init(&table->whole, 2 * TEXT_BYTES_MAX);
    table->max_series = max_series ? max_series : SG_SERIES_MAX_DEFAULT;
    sg_keyed_init(&table->families, &family_kind);
    sg_keyed_init(&table->series, &series_kind);
    sg_keyed_init(&table->names, &sg_keyed_texts);
    sg_keyed_init(&table->labels, &sg_keyed_texts);
    table->families.max = SG_FAMILIES_MAX;
    if (n_constant > SG_LABELS_MAX)
        return SG_SERIES_E_FULL;
    for (size_t i = 0; i < n_constant; i++) {
        if (!sg_label_name_valid(constant[i].name))
            return SG_SERIES_E_NAME;
        char *name = strndup(constant[i].name.ptr, constant[i].name.len);
        if (!name)
            return -ENOMEM;
        if (is_constant_name(table, constant[i].name)) {
            free(name);
            return SG_SERIES_E_NAME;
        }
        table->constant_names[table->n_constant_names++] = name;
        add_label_text(&table->text, constant[i], &first);
    }
    table->constant_len = table->text.len;
    table->constant = sg_buf_take(&table->text);
    if (!table->constant)
        return text_error(table);
    *ret_table = sg_take(&table);
    return 0;
}

struct sg_series_table *sg_series_table_free(struct sg_series_table *table)
{
    if (!table)
        return NULL;
    (void)sg_layout_unref(table->layout);
    for (size_t i = 0; i < table->n_constant_names; i++)
        free(table->constant_names[i]);
    free(table->constant);
    sg_keyed_done(&table->families);
    sg_keyed_done(&table->series);
    sg_keyed_done(&table->names);
    sg_keyed_done(&table->labels);
    free(table->bits);
    free(table->kinds);
    free(table->links);
    sg_buf_done(&table->text);
    sg_buf_done(&table->whole);
    free(table);
    return NULL;
}

int sg_series_table_add_family(
    struct sg_series_table *table, const struct sg_family *family, uint32_t *ret_family)
{
    struct sg_str name = sg_str_of(family->name);
    uint32_t id = sg_keyed_find(&table->families, name);

    if (id == SG_INDEX_NONE) {
        if (!sg_metric_name_valid(name))
            return SG_SERIES_E_NAME;
        int r = sg_keyed_add(&table->families, name, &id, NULL);
        if (r)
            return r == SG_KEYED_E_FULL ? SG_SERIES_E_FULL : r;
    }
    struct family *entry = sg_family_at(table, id);
    if (!entry->family.help) { /* it is new, or memory was short when it was */
        const char *help = sg_arena_copy(table->families.arena, sg_str_of(family->help));
        if (!help)
            return -ENOMEM;
        entry->family =
            (struct sg_family){ .name = entry->key.ptr, .help = help, .type = family->type };
    }
    *ret_family = id;
    return 0;
}

void sg_series_table_set_type(
    struct sg_series_table *table, uint32_t family, enum sg_metric_type type)
{
    struct sg_family *changed = &sg_family_at(table, family)->family;

    if (changed->type == type)
        return;
    changed->type = type;
    table->layout = sg_layout_unref(table->layout);
}

/* Is a label of this name in the text, which is still incomplete? */
static bool has_label(const struct sg_buf *text, struct sg_str name)
{
    const char *brace = memchr(text->ptr, '{', text->len);
    struct sg_str value;

    return brace && sg_text_find_label(
                        (struct sg_str){ brace + 1, text->len - (size_t)(brace + 1 - text->ptr) },
                        name, &value);
}

/* In the spelling that every version of Prometheus stores. @param out  room for the text */
static void write_quantile(struct sg_label *label, char out[SG_NUMBER_TEXT_MAX])
{
    double value;

    if (sg_str_equal(label->name, SG_STR("quantile")) && sg_quantile_read(label->value, &value))
        label->value = (struct sg_str){ out, sg_quantile_write(out, value) };
}

/* `name_suffix{constant,labels} ` into the scratch buffer */
static int render(struct sg_series_table *table,
    uint32_t family,
    struct sg_str suffix,
    const struct sg_label *labels,
    size_t n_labels)
{
    struct sg_buf *text = &table->text;
    bool first = table->constant_len == 0;
    bool braces = !first;

    sg_buf_clear(text);
    sg_buf_add_str(text, sg_str_of(sg_family_at(table, family)->family.name));
    sg_buf_add_str(text, suffix);
    if (braces)
        sg_buf_add_char(text, '{');
    sg_buf_add(text, table->constant, table->constant_len);
    for (size_t i = 0; i < n_labels; i++) {
        if (labels[i].value.len == 0)
            continue;
        if (labels[i].value.len > SG_LABEL_VALUE_BYTES_MAX)
            return SG_SERIES_E_TOO_LONG;
        if (!sg_label_name_valid(labels[i].name))
            return SG_SERIES_E_NAME;
        if (!braces)
            sg_buf_add_char(text, '{');
        braces = true;
        struct sg_label label = labels[i];
        char renamed[SG_LABEL_VALUE_BYTES_MAX + 16];
        char quantile[SG_NUMBER_TEXT_MAX];
        if (is_constant_name(table, label.name) && label.name.len <= SG_LABEL_VALUE_BYTES_MAX) {
            memcpy(renamed, "exported_", 9);
            memcpy(renamed + 9, label.name.ptr, label.name.len);
            label.name = (struct sg_str){ renamed, label.name.len + 9 };
        }
        if (sg_family_at(table, family)->family.type == SG_METRIC_SUMMARY)
            write_quantile(&label, quantile);
        if (!sg_buf_error(text) && has_label(text, label.name))
            return SG_SERIES_E_NAME; /* Prometheus would reject the whole page */
        add_label_text(text, label, &first);
    }
    sg_buf_add_str(text, braces ? SG_STR("} ") : SG_STR(" "));
    return text_error(table);
}

/* Make room for the values of one more series. */
static int grow_values(struct sg_series_table *table)
{
    size_t n = table->values_allocated ? table->values_allocated * 2 : 16;

    if (table->series.n < table->values_allocated)
        return 0;
    uint64_t *bits = realloc(table->bits, n * sizeof *bits);
    if (bits)
        table->bits = bits;
    uint8_t *kinds = realloc(table->kinds, n * sizeof *kinds);
    if (kinds)
        table->kinds = kinds;
    if (!bits || !kinds)
        return -ENOMEM;
    table->values_allocated = n;
    return 0;
}

int sg_series_table_keep(
    struct sg_series_table *table, uint32_t family, size_t max_series, uint32_t *ret_series)
{
    struct sg_str text = sg_buf_get(&table->text);
    struct series_key key;
    size_t name_len = 0;
    bool is_new = false;

    /* A metric name contains neither. */
    while (name_len < text.len && text.ptr[name_len] != '{' && text.ptr[name_len] != ' ')
        name_len++;
    struct sg_str name = { text.ptr, name_len };
    struct sg_str labels = { text.ptr + name_len, text.len - name_len };
    /* A rejected series leaves no labels in the table. */
    table->labels.max = table->series.n >= max_series ? 0 : SG_INDEX_NONE;
    table->series.max = max_series;
    int r = grow_values(table);
    if (!r)
        r = sg_keyed_add(&table->names, name, &key.name, NULL);
    if (!r)
        r = sg_keyed_add(&table->labels, labels, &key.labels, NULL);
    if (!r)
        r = sg_keyed_add(&table->series, SG_KEYED_BYTES(key), ret_series, &is_new);
    if (r)
        return r == SG_KEYED_E_FULL ? SG_SERIES_E_FULL : r;
    if (is_new) {
        sg_series_at(table, *ret_series)->family = family;
        sg_family_at(table, family)->n_series++;
        table->kinds[*ret_series] = SG_VALUE_ABSENT;
        table->layout = sg_layout_unref(table->layout);
    }
    return 0;
}

int sg_series_table_add(struct sg_series_table *table,
    uint32_t family,
    struct sg_str suffix,
    const struct sg_label *labels,
    size_t n_labels,
    uint32_t *ret_series)
{
    int r = render(table, family, suffix, labels, n_labels);
    return r ? r : sg_series_table_keep(table, family, table->max_series, ret_series);
}

int sg_series_table_derive(struct sg_series_table *table,
    uint32_t series,
    uint32_t family,
    const struct sg_label *extra,
    uint32_t *ret_series)
{
    const struct series *of = sg_series_at(table, series);
    struct sg_str name = sg_series_name(table, of);
    struct sg_str labels = sg_series_labels(table, of);
    bool brace = labels.ptr[0] == '{';
    struct sg_buf *text = &table->text;
    bool first = !brace;

    if (extra && extra->value.len > SG_LABEL_VALUE_BYTES_MAX)
        return SG_SERIES_E_TOO_LONG;
    struct sg_str value;
    if (extra && sg_text_find_label(sg_text_labels(labels), extra->name, &value))
        return SG_SERIES_E_DUPLICATE;
    sg_buf_clear(text);
    sg_buf_add_str(
        text, family == of->family ? name : sg_str_of(sg_family_at(table, family)->family.name));
    if (extra) {
        sg_buf_add_str(text, brace ? (struct sg_str){ labels.ptr, labels.len - 2 } : SG_STR("{"));
        add_label_text(text, *extra, &first);
        sg_buf_add_str(text, SG_STR("} "));
    } else {
        sg_buf_add_str(text, labels);
    }
    int r = text_error(table);
    if (r)
        return r;
    return sg_series_table_keep(table, family, table->max_series, ret_series);
}

/* Remove texts that no series uses any more. When memory is short they stay. */
static void forget_texts(struct sg_series_table *table, struct sg_keyed *texts, size_t at)
{
    sg_auto_free uint32_t *numbers = NULL;

    texts->generation++;
    for (uint32_t i = 0; i < table->series.n; i++) {
        const uint32_t *number = (const void *)((char *)sg_series_at(table, i) + at);
        *sg_keyed_seen(texts, *number) = texts->generation;
    }
    if (sg_keyed_forget(texts, 0, &numbers))
        return;
    for (uint32_t i = 0; i < table->series.n; i++) {
        uint32_t *number = (void *)((char *)sg_series_at(table, i) + at);
        *number = numbers[*number];
    }
}

/* Families are kept: they are few and capped. */
static void forget(struct sg_series_table *table)
{
    if (sg_keyed_forget(&table->series, FORGET_AFTER, NULL))
        return;
    for (uint32_t i = 0; i < table->families.n; i++)
        sg_family_at(table, i)->n_series = 0;
    for (uint32_t i = 0; i < table->series.n; i++)
        sg_family_at(table, sg_series_at(table, i)->family)->n_series++;
    forget_texts(table, &table->names, offsetof(struct series, key.name));
    forget_texts(table, &table->labels, offsetof(struct series, key.labels));
    sg_keyed_rekey(&table->series);
    table->n_linked = 0;
    table->n_links = 0;
    table->layout = sg_layout_unref(table->layout);
    table->epoch++;
}

void sg_series_table_begin(struct sg_series_table *table)
{
    static const struct sg_keyed_rule rule = { FORGET_AFTER, FORGET_AT_LEAST, 2 };

    if (sg_keyed_is_due(&table->series, &rule))
        forget(table);
    table->series.generation++;
    if (table->series.n)
        memset(table->kinds, SG_VALUE_ABSENT, table->series.n);
}

uint32_t sg_series_table_epoch(const struct sg_series_table *table)
{
    return table->epoch;
}

int sg_series_table_set(
    struct sg_series_table *table, uint32_t series, enum sg_value_kind kind, uint64_t bits)
{
    if (table->kinds[series] != SG_VALUE_ABSENT)
        return SG_SERIES_E_DUPLICATE;
    table->kinds[series] = (uint8_t)kind;
    table->bits[series] = bits;
    sg_series_at(table, series)->last_set = table->series.generation;
    return 0;
}

int sg_series_table_set_int(struct sg_series_table *table, uint32_t series, int64_t value)
{
    return sg_series_table_set(table, series, SG_VALUE_INT, (uint64_t)value);
}

int sg_series_table_set_double(struct sg_series_table *table, uint32_t series, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return sg_series_table_set(table, series, SG_VALUE_DOUBLE, bits);
}

void sg_series_table_unset(struct sg_series_table *table, uint32_t series)
{
    table->kinds[series] = SG_VALUE_ABSENT;
}

int sg_series_table_put_int(struct sg_series_table *table,
    uint32_t family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value)
{
    uint32_t series;
    int r = sg_series_table_add(table, family, SG_STR(""), labels, n_labels, &series);
    return r ? r : sg_series_table_set_int(table, series, value);
}

int sg_series_table_put_double(struct sg_series_table *table,
    uint32_t family,
    const struct sg_label *labels,
    size_t n_labels,
    double value)
{
    uint32_t series;
    int r = sg_series_table_add(table, family, SG_STR(""), labels, n_labels, &series);
    return r ? r : sg_series_table_set_double(table, series, value);
}

struct sg_str sg_series_table_text(struct sg_series_table *table, uint32_t series)
{
    const struct series *of = sg_series_at(table, series);

    sg_buf_clear(&table->whole);
    sg_buf_add_str(&table->whole, sg_series_name(table, of));
    sg_buf_add_str(&table->whole, sg_series_labels(table, of));
    return sg_buf_error(&table->whole) ? SG_STR("") : sg_buf_get(&table->whole);
}
