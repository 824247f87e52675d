/* SPDX-License-Identifier: Apache-2.0 */
#include "base/auto.h"
#include "base/sync.h"
#include "metric/series.h"
#include "metric/table.h"
#include "metric/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sg_layout *sg_layout_ref(struct sg_layout *layout)
{
    sg_refs_add(&layout->refs);
    return layout;
}

struct sg_layout *sg_layout_unref(struct sg_layout *layout)
{
    if (!layout || !sg_refs_drop(&layout->refs))
        return NULL;
    free(layout->runs);
    free(layout->names);
    free(layout->texts);
    free(layout->series);
    for (size_t i = 0; i < sizeof layout->arenas / sizeof layout->arenas[0]; i++)
        (void)sg_arena_unref(layout->arenas[i]);
    free(layout);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_layout *, sg_layout_unref);

size_t sg_layout_n_runs(const struct sg_layout *layout)
{
    return layout->n_runs;
}

const struct sg_family_run *sg_layout_run(const struct sg_layout *layout, size_t i)
{
    return &layout->runs[i];
}

const struct sg_series_text *sg_layout_texts(const struct sg_layout *layout)
{
    return layout->texts;
}

const struct sg_str *sg_layout_names(const struct sg_layout *layout)
{
    return layout->names;
}

/* One block: the public struct, its count, the values, the kinds. */
struct set_block {
    struct sg_sample_set set;
    struct sg_refs refs;
    uint64_t bits[];
};

struct sg_sample_set *sg_sample_set_ref(struct sg_sample_set *set)
{
    sg_refs_add(&((struct set_block *)set)->refs);
    return set;
}

struct sg_sample_set *sg_sample_set_unref(struct sg_sample_set *set)
{
    struct set_block *block = (struct set_block *)set;

    if (!block || !sg_refs_drop(&block->refs))
        return NULL;
    (void)sg_layout_unref(block->set.layout);
    free(block);
    return NULL;
}

/* ---- Creating snapshots ---- */

static void share_texts(struct sg_layout *layout, const struct sg_series_table *table)
{
    struct sg_arena *const arenas[] = { table->families.arena, table->names.arena,
        table->labels.arena };

    for (size_t i = 0; i < sizeof arenas / sizeof arenas[0]; i++)
        layout->arenas[i] = arenas[i] ? sg_arena_ref(arenas[i]) : NULL;
}

static int compare_runs(const void *a, const void *b)
{
    const struct sg_family_run *const x = a;
    const struct sg_family_run *const y = b;
    return strcmp(x->family.name, y->family.name);
}

/*
 * Families by name; within a family a counting sort keeps the order of appearance, and the series
 * of one summary are then grouped.
 */
static int make_layout(const struct sg_series_table *table, struct sg_layout **ret_layout)
{
    sg_auto(sg_layout_unref) struct sg_layout *layout = calloc(1, sizeof *layout);
    sg_auto_free uint32_t *next = calloc(table->families.n + 1, sizeof *next);
    uint32_t first = 0;

    if (!layout)
        return -ENOMEM;
    sg_refs_init(&layout->refs);
    share_texts(layout, table);
    layout->n_series = table->series.n;
    layout->runs = calloc(table->families.n + 1, sizeof *layout->runs);
    layout->names = calloc(table->names.n + 1, sizeof *layout->names);
    layout->texts = calloc(table->series.n + 1, sizeof *layout->texts);
    layout->series = calloc(table->series.n + 1, sizeof *layout->series);
    if (!next || !layout->runs || !layout->names || !layout->texts || !layout->series)
        return -ENOMEM;
    for (uint32_t i = 0; i < table->names.n; i++)
        layout->names[i] = sg_keyed_key(&table->names, i);

    for (uint32_t i = 0; i < table->families.n; i++) {
        const struct family *family = sg_family_at(table, i);
        if (family->n_series == 0)
            continue;
        /* `n` holds the family's number until the runs are sorted */
        layout->runs[layout->n_runs++] = (struct sg_family_run){ .family = family->family, .n = i };
    }
    qsort(layout->runs, layout->n_runs, sizeof *layout->runs, compare_runs);
    sg_auto_free uint32_t *run_of = calloc(table->families.n + 1, sizeof *run_of);
    if (!run_of)
        return -ENOMEM;
    for (uint32_t i = 0; i < layout->n_runs; i++) {
        struct sg_family_run *run = &layout->runs[i];
        uint32_t family = run->n;
        run_of[family] = i;
        run->first = next[family] = first;
        run->n = sg_family_at(table, family)->n_series;
        first += run->n;
    }
    for (uint32_t i = 0; i < table->series.n; i++) {
        const struct series *series = sg_series_at(table, i);
        uint32_t at = next[series->family]++;
        struct sg_str labels = sg_series_labels(table, series);
        layout->texts[at] =
            (struct sg_series_text){ labels.ptr, (uint32_t)labels.len, series->key.name };
        layout->series[at] = i;
        layout->runs[run_of[series->family]].text_bytes +=
            labels.len + sg_series_name(table, series).len;
    }
    for (size_t i = 0; i < layout->n_runs; i++) {
        const struct sg_family_run *run = &layout->runs[i];
        if (run->family.type != SG_METRIC_SUMMARY)
            continue;
        int r =
            sg_text_group_summary(layout->texts + run->first, layout->series + run->first, run->n);
        if (r)
            return r;
    }
    *ret_layout = sg_take(&layout);
    return 0;
}

int sg_series_table_snapshot(struct sg_series_table *table, struct sg_sample_set **ret_set)
{
    int r = sg_links_make(table);
    if (!r && !table->layout)
        r = make_layout(table, &table->layout);
    if (r)
        return r;
    sg_links_follow(table);
    size_t n = table->layout->n_series;
    struct set_block *block = malloc(sizeof *block + n * (sizeof(uint64_t) + sizeof(uint8_t)));
    if (!block)
        return -ENOMEM;
    uint8_t *kinds = (uint8_t *)&block->bits[n];
    size_t n_present = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t series = table->layout->series[i];
        block->bits[i] = table->bits[series];
        kinds[i] = table->kinds[series];
        n_present += kinds[i] != SG_VALUE_ABSENT;
    }
    sg_refs_init(&block->refs);
    block->set = (struct sg_sample_set){
        .layout = sg_layout_ref(table->layout),
        .n_present = n_present,
        .bits = block->bits,
        .kinds = kinds,
    };
    *ret_set = &block->set;
    return 0;
}
