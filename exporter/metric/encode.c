/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/encode.h"

#include "base/auto.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>

/* Samples of one family in one layout. */
struct part {
    uint32_t layout;
    uint32_t first;
    uint32_t n;
    size_t text_bytes;
};

/* A family of the page: its ready # HELP and # TYPE lines, and where its samples are. */
struct entry {
    size_t header_at;
    size_t header_len;
    size_t first_part;
    size_t n_parts;
};

struct sg_plan {
    size_t n_layouts;
    struct sg_layout **layouts;
    size_t n_entries;
    struct entry *entries;
    size_t n_parts;
    struct part *parts;
    struct sg_buf headers;
};

struct sg_plan *sg_plan_free(struct sg_plan *plan)
{
    if (!plan)
        return NULL;
    for (size_t i = 0; i < plan->n_layouts; i++)
        (void)sg_layout_unref(plan->layouts[i]);
    free(plan->layouts);
    free(plan->entries);
    free(plan->parts);
    sg_buf_done(&plan->headers);
    free(plan);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_plan *, sg_plan_free);

bool sg_plan_fits(const struct sg_plan *plan, struct sg_layout *const *layouts, size_t n_layouts)
{
    return plan && plan->n_layouts == n_layouts &&
           (n_layouts == 0 || memcmp(plan->layouts, layouts, n_layouts * sizeof *layouts) == 0);
}

/* A run with the number of its layout, to be brought into the page's order. */
struct tagged_run {
    const struct sg_family_run *run;
    uint32_t layout;
};

static int compare_tagged(const void *a, const void *b)
{
    const struct tagged_run *x = a;
    const struct tagged_run *y = b;
    int r = strcmp(x->run->family.name, y->run->family.name);
    return r ? r : (x->layout > y->layout) - (x->layout < y->layout);
}

/* In HELP, 0.0.4 escapes the backslash and the line feed, and leaves quotes alone. */
static int add_help_text(struct sg_buf *out, const char *help)
{
    int r = 0;
    for (; *help && !r; help++) {
        if (*help == '\\')
            r = sg_buf_add(out, "\\\\", 2);
        else if (*help == '\n')
            r = sg_buf_add(out, "\\n", 2);
        else
            r = sg_buf_add_char(out, *help);
    }
    return r;
}

static int add_header(struct sg_buf *out, const struct sg_family *family, enum sg_metric_type type)
{
    int r = sg_buf_printf(out, "# HELP %s ", family->name);
    if (!r)
        r = add_help_text(out, family->help);
    if (!r)
        r = sg_buf_printf(out, "\n# TYPE %s %s\n", family->name, sg_metric_type_text(type));
    return r;
}

int sg_plan_new(struct sg_layout *const *layouts, size_t n_layouts, struct sg_plan **ret_plan)
{
    sg_auto(sg_plan_free) struct sg_plan *plan = calloc(1, sizeof *plan);
    size_t n_runs = 0;

    if (!plan)
        return -ENOMEM;
    sg_buf_init(&plan->headers, SIZE_MAX / 2);
    plan->layouts = calloc(n_layouts + 1, sizeof(struct sg_layout *));
    if (!plan->layouts)
        return -ENOMEM;
    for (; plan->n_layouts < n_layouts; plan->n_layouts++) {
        struct sg_layout *layout = layouts[plan->n_layouts];
        plan->layouts[plan->n_layouts] = layout ? sg_layout_ref(layout) : NULL;
        n_runs += layout ? sg_layout_n_runs(layout) : 0;
    }

    sg_auto_free struct tagged_run *runs = calloc(n_runs + 1, sizeof *runs);
    plan->entries = calloc(n_runs + 1, sizeof *plan->entries);
    plan->parts = calloc(n_runs + 1, sizeof *plan->parts);
    if (!runs || !plan->entries || !plan->parts)
        return -ENOMEM;
    n_runs = 0;
    for (uint32_t i = 0; i < n_layouts; i++) {
        for (size_t j = 0; layouts[i] && j < sg_layout_n_runs(layouts[i]); j++)
            runs[n_runs++] = (struct tagged_run){ sg_layout_run(layouts[i], j), i };
    }
    qsort(runs, n_runs, sizeof *runs, compare_tagged);

    for (size_t i = 0; i < n_runs;) {
        const struct sg_family *family = &runs[i].run->family;
        struct entry entry = { .header_at = plan->headers.len, .first_part = plan->n_parts };
        enum sg_metric_type type = family->type;

        for (; i < n_runs && strcmp(runs[i].run->family.name, family->name) == 0; i++) {
            const struct sg_family_run *run = runs[i].run;
            if (run->family.type != type)
                type = SG_METRIC_UNKNOWN;
            plan->parts[plan->n_parts++] =
                (struct part){ runs[i].layout, run->first, run->n, run->text_bytes };
        }
        entry.n_parts = plan->n_parts - entry.first_part;
        int r = add_header(&plan->headers, family, type);
        if (r)
            return r;
        entry.header_len = plan->headers.len - entry.header_at;
        plan->entries[plan->n_entries++] = entry;
    }
    *ret_plan = sg_take(&plan);
    return 0;
}

/* The inner loop of the page. @param header  written before the first sample that has a value */
static int add_samples(struct sg_buf *out,
    const struct sg_sample_set *set,
    const struct part *part,
    struct sg_str *header)
{
    const struct sg_str *texts = sg_layout_texts(set->layout);
    uint32_t end = part->first + part->n;

    int r = sg_buf_reserve(
        out, header->len + part->text_bytes + (size_t)part->n * (SG_NUMBER_TEXT_MAX + 1));
    if (r)
        return r;
    char *to = out->ptr + out->len;
    for (uint32_t i = part->first; i < end; i++) {
        if (set->kinds[i] == SG_VALUE_ABSENT)
            continue;
        if (header->len) {
            memcpy(to, header->ptr, header->len);
            to += header->len;
            header->len = 0;
        }
        memcpy(to, texts[i].ptr, texts[i].len);
        to += texts[i].len;
        if (set->kinds[i] == SG_VALUE_INT) {
            to += sg_number_write_int(to, (int64_t)set->bits[i]);
        } else {
            double value;
            memcpy(&value, &set->bits[i], sizeof value);
            to += sg_number_write_double(to, value);
        }
        *to++ = '\n';
    }
    out->len = (size_t)(to - out->ptr);
    return 0;
}

int sg_encode_text(
    const struct sg_plan *plan, const struct sg_sample_set *const *sets, struct sg_buf *out)
{
    for (size_t i = 0; i < plan->n_entries; i++) {
        const struct entry *entry = &plan->entries[i];
        struct sg_str header = { plan->headers.ptr + entry->header_at, entry->header_len };

        for (size_t j = 0; j < entry->n_parts; j++) {
            const struct part *part = &plan->parts[entry->first_part + j];
            if (!sets[part->layout])
                continue;
            int r = add_samples(out, sets[part->layout], part, &header);
            if (r)
                return r;
        }
    }
    return 0;
}
