/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/plan.h"

#include "base/auto.h"
#include "base/keyed.h"
#include "metric/plan_parts.h"
#include "metric/text.h"

#include <errno.h>
#include <stdlib.h>

enum {
    NUMBER_BYTES = 8 /* a usual value and its newline */
};

struct sg_plan *sg_plan_ref(struct sg_plan *plan)
{
    sg_refs_add(&plan->refs);
    return plan;
}

struct sg_plan *sg_plan_unref(struct sg_plan *plan)
{
    if (!plan || !sg_refs_drop(&plan->refs))
        return NULL;
    for (size_t i = 0; i < plan->n_layouts; i++)
        (void)sg_layout_unref(plan->layouts[i]);
    free(plan->layouts);
    free(plan->sources);
    free(plan->source_texts);
    free(plan->entries);
    free(plan->parts);
    sg_buf_done(&plan->headers);
    free(plan);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_plan *, sg_plan_unref);

bool sg_plan_fits(const struct sg_plan *plan, struct sg_layout *const *layouts, size_t n_layouts)
{
    return plan && plan->n_layouts == n_layouts &&
           (n_layouts == 0 || memcmp(plan->layouts, layouts, n_layouts * sizeof *layouts) == 0);
}

size_t sg_plan_bytes(const struct sg_plan *plan)
{
    size_t bytes = plan->headers.len / SG_FORMATS;

    for (size_t i = 0; i < plan->n_parts; i++)
        bytes += plan->parts[i].text_bytes + plan->parts[i].n * NUMBER_BYTES;
    return bytes;
}

/* ---- Headers ---- */

/* Is the label of a stateset named like the family, as OpenMetrics requires? */
static bool is_openmetrics_stateset(const struct sg_plan *plan, const struct entry *entry)
{
    struct sg_str value;

    for (size_t i = 0; i < entry->n_parts; i++) {
        const struct part *part = &plan->parts[entry->first_part + i];
        const struct sg_series_text *texts = sg_layout_texts(plan->layouts[part->layout]);
        for (uint32_t j = part->first; j < part->first + part->n; j++) {
            if (!sg_text_find_label(sg_text_labels(sg_series_text_labels(&texts[j])),
                    sg_str_of(entry->family->name), &value))
                return false;
        }
    }
    return true;
}

/* A counter foo_total is foo in OpenMetrics, and foo_created belongs to it. */
static bool short_name_clashes(const struct sg_keyed *claims, struct sg_str name, bool counter)
{
    char created[1024];

    if (sg_keyed_find(claims, name) != SG_INDEX_NONE)
        return true;
    if (!counter || name.len + 8 > sizeof created)
        return false;
    memcpy(created, name.ptr, name.len);
    memcpy(created + name.len, "_created", 8);
    return sg_keyed_find(claims, (struct sg_str){ created, name.len + 8 }) != SG_INDEX_NONE;
}

static void add_header(
    struct sg_plan *plan, struct entry *entry, int which, enum sg_metric_type type)
{
    entry->header_at[which] = plan->headers.len;
    if (which == SG_FORMAT_TEXT)
        sg_header_add_text(&plan->headers, entry->family, type);
    else
        sg_header_add_openmetrics(&plan->headers, entry->family, type);
    entry->header_len[which] = plan->headers.len - entry->header_at[which];
}

/* @param claims  names in use by families @return 0 or -ENOMEM */
static int choose_openmetrics_type(
    const struct sg_plan *plan, struct entry *entry, struct sg_keyed *claims)
{
    const char *name = entry->family->name;
    enum sg_metric_type type = sg_header_openmetrics_type(name, entry->type);
    struct sg_str short_name = sg_header_openmetrics_name(name, type);
    uint32_t number;
    int r = 0;

    if (type == SG_METRIC_STATESET && !is_openmetrics_stateset(plan, entry))
        type = sg_header_loose_type(type);
    if (type == SG_METRIC_COUNTER || type == SG_METRIC_INFO) {
        if (short_name_clashes(claims, short_name, type == SG_METRIC_COUNTER))
            type = sg_header_loose_type(type);
        else /* foo_total and foo_info: only one of them can be foo */
            r = sg_keyed_add(claims, short_name, &number, NULL);
    }
    entry->openmetrics_type = type;
    return r;
}

static int add_headers(struct sg_plan *plan)
{
    struct sg_keyed claims;
    uint32_t number;
    int r = 0;

    sg_keyed_init(&claims, &sg_keyed_texts);
    for (size_t i = 0; i < plan->n_entries && !r; i++)
        r = sg_keyed_add(&claims, sg_str_of(plan->entries[i].family->name), &number, NULL);
    for (size_t i = 0; i < plan->n_entries && !r; i++)
        r = choose_openmetrics_type(plan, &plan->entries[i], &claims);
    sg_keyed_done(&claims);
    for (size_t i = 0; i < plan->n_entries && !r; i++) {
        struct entry *entry = &plan->entries[i];
        enum sg_metric_type type = entry->openmetrics_type;
        add_header(plan, entry, SG_FORMAT_TEXT, entry->type);
        add_header(plan, entry, SG_FORMAT_OPENMETRICS, type);
        if (sg_is_strict(type))
            add_header(plan, entry, LOOSE, sg_header_loose_type(type));
    }
    return r ? r : sg_buf_error(&plan->headers);
}

/* ---- The plan ---- */

static int copy_sources(struct sg_plan *plan, const struct sg_source *sources)
{
    size_t bytes = 1;

    for (size_t i = 0; i < plan->n_layouts; i++)
        bytes += strlen(sources[i].cluster) + strlen(sources[i].collector) +
                 strlen(sources[i].target) + 3;
    plan->sources = calloc(plan->n_layouts + 1, sizeof *plan->sources);
    char *to = plan->source_texts = malloc(bytes);
    if (!plan->sources || !to)
        return -ENOMEM;
    for (size_t i = 0; i < plan->n_layouts; i++) {
        plan->sources[i].cluster = to;
        to = stpcpy(to, sources[i].cluster) + 1;
        plan->sources[i].collector = to;
        to = stpcpy(to, sources[i].collector) + 1;
        plan->sources[i].target = to;
        to = stpcpy(to, sources[i].target) + 1;
    }
    return 0;
}

/* A run with the number of its layout, to be sorted into the page's order. */
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

int sg_plan_new(struct sg_layout *const *layouts,
    const struct sg_source *sources,
    size_t n_layouts,
    struct sg_plan **ret_plan)
{
    sg_auto(sg_plan_unref) struct sg_plan *plan = calloc(1, sizeof *plan);
    size_t n_runs = 0;

    if (!plan)
        return -ENOMEM;
    sg_refs_init(&plan->refs);
    sg_buf_init(&plan->headers, SIZE_MAX / 2);
    plan->layouts = calloc(n_layouts + 1, sizeof(struct sg_layout *));
    if (!plan->layouts)
        return -ENOMEM;
    for (; plan->n_layouts < n_layouts; plan->n_layouts++) {
        struct sg_layout *layout = layouts[plan->n_layouts];
        plan->layouts[plan->n_layouts] = layout ? sg_layout_ref(layout) : NULL;
        n_runs += layout ? sg_layout_n_runs(layout) : 0;
    }
    int r = sources ? copy_sources(plan, sources) : 0;
    if (r)
        return r;

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
        struct entry *entry = &plan->entries[plan->n_entries++];

        entry->family = family;
        entry->type = family->type;
        entry->first_part = plan->n_parts;
        for (; i < n_runs && strcmp(runs[i].run->family.name, family->name) == 0; i++) {
            const struct sg_family_run *run = runs[i].run;
            if (run->family.type != entry->type)
                entry->type = SG_METRIC_UNKNOWN;
            plan->parts[plan->n_parts++] =
                (struct part){ runs[i].layout, run->first, run->n, run->text_bytes };
        }
        entry->n_parts = plan->n_parts - entry->first_part;
    }
    r = add_headers(plan);
    if (r)
        return r;
    *ret_plan = sg_take(&plan);
    return 0;
}
