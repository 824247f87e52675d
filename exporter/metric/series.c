/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/series.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/utf8.h"
#include "metric/quantile.h"
#include "metric/table.h"
#include "metric/text.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Series are numbered in the order in which they appear and keep their number; callers remember
 * numbers, not names. A series without a value stays in the table and in the layout, where the
 * encoder passes over it: values that come and go (JMX sends null for NaN) cost nothing. Only when
 * more than half of a table has been absent for FORGET_AFTER collections is it made anew without
 * them, and the epoch tells callers to forget their numbers.
 *
 * Texts live in an arena that layouts share by reference, so each text is in memory once. A text is
 * kept as a name and labels, because the lag, the offset and the age of a group at a partition have
 * the same labels: with many partitions texts are most of what a table takes.
 */

enum {
    FORGET_AFTER = 4,
    FORGET_AT_LEAST = 64,
    TEXT_BYTES_MAX = 64 * 1024
};

static int add_label_text(struct sg_buf *text, struct sg_label label, bool *first)
{
    int r = *first ? 0 : sg_buf_add_char(text, ',');
    *first = false;
    if (!r)
        r = sg_buf_add_str(text, label.name);
    if (!r)
        r = sg_buf_add(text, "=\"", 2);
    for (size_t i = 0; i < label.value.len && !r;) {
        char c = label.value.ptr[i];
        size_t n = sg_utf8_length(label.value.ptr + i, label.value.len - i);
        if (n == 0) {
            r = sg_buf_add_str(text, SG_STR(SG_UTF8_REPLACEMENT));
            n = 1;
        } else if (c == '\n') {
            r = sg_buf_add(text, "\\n", 2);
        } else if (c == '"' || c == '\\') {
            r = sg_buf_add_char(text, '\\');
            if (!r)
                r = sg_buf_add_char(text, c);
        } else {
            r = sg_buf_add(text, label.value.ptr + i, n);
        }
        i += n;
    }
    return r ? r : sg_buf_add_char(text, '"');
}

static bool is_constant_name(const struct sg_series_table *table, struct sg_str name)
{
    for (size_t i = 0; i < table->n_constant_names; i++) {
        if (sg_str_equal(name, sg_str_of(table->constant_names[i])))
            return true;
    }
    return false;
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
    table->arena = sg_arena_new();
    if (!table->arena)
        return -ENOMEM;
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
        int r = add_label_text(&table->text, constant[i], &first);
        if (r)
            return r;
    }
    table->constant_len = table->text.len;
    table->constant = sg_buf_take(&table->text);
    if (!table->constant)
        return -ENOMEM;
    *ret_table = sg_take(&table);
    return 0;
}

static void texts_done(struct texts *texts)
{
    sg_index_done(&texts->index);
    free(texts->list);
    *texts = (struct texts){ .n = 0 };
}

struct sg_series_table *sg_series_table_free(struct sg_series_table *table)
{
    if (!table)
        return NULL;
    (void)sg_layout_unref(table->layout);
    (void)sg_arena_unref(table->arena);
    for (size_t i = 0; i < table->n_constant_names; i++)
        free(table->constant_names[i]);
    free(table->constant);
    free(table->families);
    sg_index_done(&table->family_index);
    free(table->series);
    free(table->bits);
    free(table->kinds);
    free(table->links);
    sg_index_done(&table->series_index);
    texts_done(&table->names);
    texts_done(&table->labels);
    sg_buf_done(&table->text);
    sg_buf_done(&table->whole);
    free(table);
    return NULL;
}

static bool family_equal(const void *owner, uint32_t id, const void *key)
{
    const struct sg_series_table *table = owner;
    return strcmp(table->families[id].family.name, key) == 0;
}

int sg_series_table_add_family(
    struct sg_series_table *table, const struct sg_family *family, uint32_t *ret_family)
{
    struct sg_str name = sg_str_of(family->name);
    uint32_t hash = sg_hash(name);
    uint32_t id = sg_index_find(&table->family_index, hash, family_equal, table, family->name);

    if (id != SG_INDEX_NONE) {
        *ret_family = id;
        return 0;
    }
    if (!sg_metric_name_valid(name))
        return SG_SERIES_E_NAME;
    if (table->n_families == SG_FAMILIES_MAX)
        return SG_SERIES_E_FULL;
    if (table->n_families == table->families_allocated) {
        uint32_t n = table->families_allocated ? table->families_allocated * 2 : 16;
        struct family *families = realloc(table->families, n * sizeof *families);
        if (!families)
            return -ENOMEM;
        table->families = families;
        table->families_allocated = n;
    }
    struct family entry = { .hash = hash };
    entry.family.type = family->type;
    entry.family.name = sg_arena_copy(table->arena, name);
    entry.family.help = sg_arena_copy(table->arena, sg_str_of(family->help));
    if (!entry.family.name || !entry.family.help ||
        sg_index_add(&table->family_index, hash, table->n_families))
        return -ENOMEM;
    table->families[table->n_families] = entry;
    *ret_family = table->n_families++;
    return 0;
}

const struct sg_family *sg_series_table_family(const struct sg_series_table *table, uint32_t family)
{
    return &table->families[family].family;
}

void sg_series_table_set_type(
    struct sg_series_table *table, uint32_t family, enum sg_metric_type type)
{
    if (table->families[family].family.type == type)
        return;
    table->families[family].family.type = type;
    table->layout = sg_layout_unref(table->layout);
}

/* Is a label of this name in the text, which has no end yet? */
static bool has_label(const struct sg_buf *text, struct sg_str name)
{
    const char *brace = memchr(text->ptr, '{', text->len);
    struct sg_str value;

    return brace && sg_text_find_label(
                        (struct sg_str){ brace + 1, text->len - (size_t)(brace + 1 - text->ptr) },
                        name, &value);
}

/* In the one spelling that every version of Prometheus stores. @param out  room for the text */
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
    int r;

    sg_buf_clear(text);
    r = sg_buf_add_str(text, sg_str_of(table->families[family].family.name));
    if (!r)
        r = sg_buf_add_str(text, suffix);
    if (!r && braces)
        r = sg_buf_add_char(text, '{');
    if (!r)
        r = sg_buf_add(text, table->constant, table->constant_len);
    for (size_t i = 0; i < n_labels && !r; i++) {
        if (labels[i].value.len == 0)
            continue;
        if (labels[i].value.len > SG_LABEL_VALUE_BYTES_MAX)
            return SG_SERIES_E_TOO_LONG;
        if (!sg_label_name_valid(labels[i].name))
            return SG_SERIES_E_NAME;
        if (!braces)
            r = sg_buf_add_char(text, '{');
        braces = true;
        struct sg_label label = labels[i];
        char renamed[SG_LABEL_VALUE_BYTES_MAX + 16];
        char quantile[SG_NUMBER_TEXT_MAX];
        if (is_constant_name(table, label.name) && label.name.len <= SG_LABEL_VALUE_BYTES_MAX) {
            memcpy(renamed, "exported_", 9);
            memcpy(renamed + 9, label.name.ptr, label.name.len);
            label.name = (struct sg_str){ renamed, label.name.len + 9 };
        }
        if (table->families[family].family.type == SG_METRIC_SUMMARY)
            write_quantile(&label, quantile);
        if (has_label(text, label.name)) /* Prometheus would refuse the whole page */
            return SG_SERIES_E_NAME;
        if (!r)
            r = add_label_text(text, label, &first);
    }
    if (!r)
        r = braces ? sg_buf_add(text, "} ", 2) : sg_buf_add_char(text, ' ');
    return r == SG_BUF_E_FULL ? SG_SERIES_E_TOO_LONG : r;
}

static bool text_equal(const void *owner, uint32_t id, const void *key)
{
    return sg_str_equal(((const struct texts *)owner)->list[id], *(const struct sg_str *)key);
}

static bool find_text(const struct texts *texts, struct sg_str text, uint32_t *ret_id)
{
    *ret_id = sg_index_find(&texts->index, sg_hash(text), text_equal, texts, &text);
    return *ret_id != SG_INDEX_NONE;
}

/* @return 0 or -ENOMEM */
static int keep_text(
    struct texts *texts, struct sg_arena *arena, struct sg_str text, uint32_t *ret_id)
{
    size_t allocated = texts->allocated;

    if (find_text(texts, text, ret_id))
        return 0;
    if (sg_grow(&texts->list, texts->n, &allocated, sizeof *texts->list))
        return -ENOMEM;
    texts->allocated = (uint32_t)allocated;
    char *kept = sg_arena_bytes(arena, text.len);
    if (!kept || sg_index_add(&texts->index, sg_hash(text), texts->n))
        return -ENOMEM;
    memcpy(kept, text.ptr, text.len);
    texts->list[texts->n] = (struct sg_str){ kept, text.len };
    *ret_id = texts->n++;
    return 0;
}

static uint32_t series_hash(uint32_t name, uint32_t labels)
{
    const uint32_t both[] = { name, labels };
    return sg_hash((struct sg_str){ (const char *)both, sizeof both });
}

static bool series_equal(const void *owner, uint32_t id, const void *key)
{
    const struct series *a = &((const struct sg_series_table *)owner)->series[id];
    const struct series *b = key;
    return a->name == b->name && a->labels == b->labels;
}

static int grow_series(struct sg_series_table *table)
{
    uint32_t n = table->series_allocated ? table->series_allocated * 2 : 64;

    struct series *series = realloc(table->series, n * sizeof *series);
    if (series)
        table->series = series;
    uint64_t *bits = realloc(table->bits, n * sizeof *bits);
    if (bits)
        table->bits = bits;
    uint8_t *kinds = realloc(table->kinds, n * sizeof *kinds);
    if (kinds)
        table->kinds = kinds;
    if (!series || !bits || !kinds)
        return -ENOMEM;
    table->series_allocated = n;
    return 0;
}

int sg_series_table_keep(
    struct sg_series_table *table, uint32_t family, size_t max_series, uint32_t *ret_series)
{
    struct sg_str text = sg_buf_get(&table->text);
    struct series series = { .family = family, .last_set = table->collection };
    size_t name_len = 0;

    /* A metric's name holds neither. */
    while (name_len < text.len && text.ptr[name_len] != '{' && text.ptr[name_len] != ' ')
        name_len++;
    struct sg_str name = { text.ptr, name_len };
    struct sg_str labels = { text.ptr + name_len, text.len - name_len };
    int r = keep_text(&table->names, table->arena, name, &series.name);
    if (!r && table->n_series >= max_series) /* what is refused leaves no labels behind */
        r = find_text(&table->labels, labels, &series.labels) ? 0 : SG_SERIES_E_FULL;
    else if (!r)
        r = keep_text(&table->labels, table->arena, labels, &series.labels);
    if (r)
        return r;
    uint32_t hash = series_hash(series.name, series.labels);
    uint32_t id = sg_index_find(&table->series_index, hash, series_equal, table, &series);
    if (id != SG_INDEX_NONE) {
        *ret_series = id;
        return 0;
    }

    if (table->n_series >= max_series)
        return SG_SERIES_E_FULL;
    if (table->n_series == table->series_allocated) {
        r = grow_series(table);
        if (r)
            return r;
    }
    if (sg_index_add(&table->series_index, hash, table->n_series))
        return -ENOMEM;
    table->series[table->n_series] = series;
    table->kinds[table->n_series] = SG_VALUE_ABSENT;
    table->families[family].n_series++;
    table->layout = sg_layout_unref(table->layout);
    *ret_series = table->n_series++;
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
    struct sg_str name = table->names.list[table->series[series].name];
    struct sg_str labels = table->labels.list[table->series[series].labels]; /* `{…} ` or ` ` */
    bool brace = labels.ptr[0] == '{';
    struct sg_buf *text = &table->text;
    bool first = !brace;

    if (extra && extra->value.len > SG_LABEL_VALUE_BYTES_MAX)
        return SG_SERIES_E_TOO_LONG;
    struct sg_str value;
    if (extra && sg_text_find_label(sg_text_labels(labels), extra->name, &value))
        return SG_SERIES_E_DUPLICATE;
    sg_buf_clear(text);
    int r = family == table->series[series].family
                ? sg_buf_add_str(text, name)
                : sg_buf_add_str(text, sg_str_of(table->families[family].family.name));
    if (!extra)
        r = r ? r : sg_buf_add_str(text, labels);
    if (!r && extra)
        r = brace ? sg_buf_add(text, labels.ptr, labels.len - 2) : sg_buf_add_char(text, '{');
    if (!r && extra)
        r = add_label_text(text, *extra, &first);
    if (!r && extra)
        r = sg_buf_add(text, "} ", 2);
    if (r)
        return r == SG_BUF_E_FULL ? SG_SERIES_E_TOO_LONG : r;
    return sg_series_table_keep(table, family, table->max_series, ret_series);
}

static bool forgotten(const struct sg_series_table *table, const struct series *series)
{
    return table->collection - series->last_set > FORGET_AFTER;
}

/* The text of one table, kept in another. @return 0 or -ENOMEM */
static int move_text(
    const struct texts *from, struct texts *to, struct sg_arena *arena, uint32_t *id)
{
    return keep_text(to, arena, from->list[*id], id);
}

/* Make the table anew with what is still in use. When memory is short, keep it as it is. */
static void forget(struct sg_series_table *table)
{
    struct sg_arena *arena = sg_arena_new();
    struct series *kept = calloc(table->n_series ? table->n_series : 1, sizeof *kept);
    struct sg_index index = { 0 };
    struct texts names = { .n = 0 }, labels = { .n = 0 };
    uint32_t n = 0;
    bool short_of_memory = !arena || !kept;

    for (uint32_t i = 0; i < table->n_series && !short_of_memory; i++) {
        struct series series = table->series[i];
        if (forgotten(table, &series))
            continue;
        short_of_memory = move_text(&table->names, &names, arena, &series.name) ||
                          move_text(&table->labels, &labels, arena, &series.labels) ||
                          sg_index_add(&index, series_hash(series.name, series.labels), n);
        kept[n++] = series;
    }
    /* Families stay, they are few and capped; only their texts move to the new arena. */
    const char **texts = calloc(table->n_families ? table->n_families * 2 : 1, sizeof *texts);
    short_of_memory = short_of_memory || !texts;
    for (uint32_t i = 0; i < table->n_families && !short_of_memory; i++) {
        texts[i * 2] = sg_arena_copy(arena, sg_str_of(table->families[i].family.name));
        texts[i * 2 + 1] = sg_arena_copy(arena, sg_str_of(table->families[i].family.help));
        short_of_memory = !texts[i * 2] || !texts[i * 2 + 1];
    }
    if (short_of_memory) {
        (void)sg_arena_unref(arena);
        free(kept);
        free(texts);
        sg_index_done(&index);
        texts_done(&names);
        texts_done(&labels);
        return;
    }

    for (uint32_t i = 0; i < table->n_families; i++) {
        table->families[i].family.name = texts[i * 2];
        table->families[i].family.help = texts[i * 2 + 1];
        table->families[i].n_series = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        table->families[kept[i].family].n_series++;
        table->series[i] = kept[i];
    }
    free(texts);
    free(kept);
    table->n_series = n;
    table->n_linked = 0;
    table->n_links = 0;
    sg_index_done(&table->series_index);
    table->series_index = index;
    texts_done(&table->names);
    texts_done(&table->labels);
    table->names = names;
    table->labels = labels;
    (void)sg_arena_unref(table->arena);
    table->arena = arena;
    table->layout = sg_layout_unref(table->layout);
    table->epoch++;
}

void sg_series_table_begin(struct sg_series_table *table)
{
    uint32_t n_forgotten = 0;

    for (uint32_t i = 0; i < table->n_series; i++)
        n_forgotten += forgotten(table, &table->series[i]);
    if (n_forgotten >= FORGET_AT_LEAST && n_forgotten > table->n_series / 2)
        forget(table);
    table->collection++;
    if (table->n_series)
        memset(table->kinds, SG_VALUE_ABSENT, table->n_series);
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
    table->series[series].last_set = table->collection;
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
    const struct series *of = &table->series[series];

    sg_buf_clear(&table->whole);
    if (sg_buf_add_str(&table->whole, table->names.list[of->name]) ||
        sg_buf_add_str(&table->whole, table->labels.list[of->labels]))
        return SG_STR("");
    return sg_buf_get(&table->whole);
}
