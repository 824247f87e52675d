/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/encode.h"

#include "base/auto.h"
#include "base/index.h"
#include "base/number.h"
#include "base/sync.h"
#include "metric/header.h"
#include "metric/text.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CHUNK_SERIES = 8192, /* at a time, so that a page in pieces stays in pieces */
    NUMBER_BYTES = 8     /* of a usual value and its newline */
};

/* Samples of one family in one layout. */
struct part {
    uint32_t layout;
    uint32_t first;
    uint32_t n;
    size_t text_bytes;
};

/* Headers of a family: one per format, and OpenMetrics' for values that its type does not allow. */
enum {
    LOOSE = SG_FORMATS,
    HEADERS
};

/* A family of the page: its ready headers, and where its samples are. */
struct entry {
    size_t header_at[HEADERS];
    size_t header_len[HEADERS];
    enum sg_metric_type openmetrics_type;
    size_t first_part;
    size_t n_parts;
    const struct sg_family *family; /* borrowed from a layout */
    enum sg_metric_type type;
};

struct sg_plan {
    struct sg_refs refs;
    size_t n_layouts;
    struct sg_layout **layouts;
    struct sg_source *sources; /* NULL, or one per layout; texts in source_texts */
    char *source_texts;
    size_t n_entries;
    struct entry *entries;
    size_t n_parts;
    struct part *parts;
    struct sg_buf headers;
};

struct sg_plan *sg_plan_ref(struct sg_plan *plan)
{
    sg_refs_take(&plan->refs);
    return plan;
}

struct sg_plan *sg_plan_free(struct sg_plan *plan)
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
SG_AUTO_DEFINE(struct sg_plan *, sg_plan_free);

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

/* Is the label of a stateset named like the family, as OpenMetrics wants it? */
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

/* Names that families have, to find those that clash. */
struct claims {
    struct sg_index index; /* of names */
    uint32_t n;
    struct sg_str *names;
};

static bool claim_equal(const void *owner, uint32_t id, const void *key)
{
    return sg_str_equal(((const struct claims *)owner)->names[id], *(const struct sg_str *)key);
}

static bool is_claimed(const struct claims *claims, struct sg_str name)
{
    return sg_index_find(&claims->index, sg_index_hash(&claims->index, name), claim_equal, claims,
               &name) != SG_INDEX_NONE;
}

static int claim(struct claims *claims, struct sg_str name)
{
    claims->names[claims->n] = name;
    return sg_index_add(&claims->index, sg_index_hash(&claims->index, name), claims->n++);
}

/* A counter foo_total is foo in OpenMetrics, and foo_created goes with it. */
static bool short_name_clashes(const struct claims *claims, struct sg_str name, bool counter)
{
    char created[1024];

    if (is_claimed(claims, name))
        return true;
    if (!counter || name.len + 8 > sizeof created)
        return false;
    memcpy(created, name.ptr, name.len);
    memcpy(created + name.len, "_created", 8);
    return is_claimed(claims, (struct sg_str){ created, name.len + 8 });
}

/* Does OpenMetrics say which values a sample of this type can have? */
static bool is_strict(enum sg_metric_type type)
{
    return type == SG_METRIC_COUNTER || type == SG_METRIC_INFO || type == SG_METRIC_STATESET;
}

static int add_openmetrics_header(
    struct sg_plan *plan, struct entry *entry, int which, enum sg_metric_type type)
{
    entry->header_at[which] = plan->headers.len;
    int r = sg_header_add_openmetrics(&plan->headers, entry->family, type);
    entry->header_len[which] = plan->headers.len - entry->header_at[which];
    return r;
}

static int add_openmetrics_headers(struct sg_plan *plan, struct claims *claims)
{
    for (size_t i = 0; i < plan->n_entries; i++) {
        int r = claim(claims, sg_str_of(plan->entries[i].family->name));
        if (r)
            return r;
    }
    for (size_t i = 0; i < plan->n_entries; i++) {
        struct entry *entry = &plan->entries[i];
        const char *name = entry->family->name;
        enum sg_metric_type type = sg_header_openmetrics_type(name, entry->type);
        struct sg_str short_name = sg_header_openmetrics_name(name, type);

        if (type == SG_METRIC_STATESET && !is_openmetrics_stateset(plan, entry))
            type = sg_header_loose_type(type);
        if (type == SG_METRIC_COUNTER || type == SG_METRIC_INFO) {
            if (short_name_clashes(claims, short_name, type == SG_METRIC_COUNTER)) {
                type = sg_header_loose_type(type);
            } else { /* foo_total and foo_info: only one of them can be foo */
                int r = claim(claims, short_name);
                if (r)
                    return r;
            }
        }
        entry->openmetrics_type = type;
        int r = add_openmetrics_header(plan, entry, SG_FORMAT_OPENMETRICS, type);
        if (!r && is_strict(type))
            r = add_openmetrics_header(plan, entry, LOOSE, sg_header_loose_type(type));
        if (r)
            return r;
    }
    return 0;
}

static int add_headers(struct sg_plan *plan)
{
    struct claims claims = { .names = calloc(plan->n_entries * 2 + 1, sizeof(struct sg_str)) };
    int r = claims.names ? 0 : -ENOMEM;

    sg_index_init(&claims.index);
    for (size_t i = 0; i < plan->n_entries && !r; i++) {
        struct entry *entry = &plan->entries[i];
        entry->header_at[SG_FORMAT_TEXT] = plan->headers.len;
        r = sg_header_add_text(&plan->headers, entry->family, entry->type);
        entry->header_len[SG_FORMAT_TEXT] = plan->headers.len - entry->header_at[SG_FORMAT_TEXT];
    }
    if (!r)
        r = add_openmetrics_headers(plan, &claims);
    sg_index_done(&claims.index);
    free(claims.names);
    return r;
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

int sg_plan_new(struct sg_layout *const *layouts,
    const struct sg_source *sources,
    size_t n_layouts,
    struct sg_plan **ret_plan)
{
    sg_auto(sg_plan_free) struct sg_plan *plan = calloc(1, sizeof *plan);
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

/* ---- Samples ---- */

/* One page on its way. */
struct pass {
    const struct sg_plan *plan;
    const struct sg_sample_set *const *sets;
    const struct sg_selection *selection;
    const struct sg_drain *drain;
    struct sg_buf *out;
    struct sg_buf lines; /* to be chosen from */
};

/* The inner loop of the page. There is room for all of them. */
static void add_samples(
    struct sg_buf *out, const struct sg_sample_set *set, uint32_t first, uint32_t end)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);
    const struct sg_str *names = sg_layout_names(set->layout);
    char *to = out->ptr + out->len;

    for (uint32_t i = first; i < end; i++) {
        if (set->kinds[i] == SG_VALUE_ABSENT)
            continue;
        struct sg_str name = names[texts[i].name];
        memcpy(to, name.ptr, name.len);
        to += name.len;
        memcpy(to, texts[i].labels, texts[i].labels_len);
        to += texts[i].labels_len;
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
}

/* At most how many bytes these samples are. */
static size_t bound_of(
    const struct sg_sample_set *set, const struct part *part, uint32_t first, uint32_t end)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);
    const struct sg_str *names = sg_layout_names(set->layout);
    size_t bytes = (size_t)(end - first) * (SG_NUMBER_TEXT_MAX + 1);

    if (end - first == part->n)
        return bytes + part->text_bytes;
    for (uint32_t i = first; i < end; i++)
        bytes += names[texts[i].name].len + texts[i].labels_len;
    return bytes;
}

/* A counter counts up from zero, an info metric is 1, a state is or is not (OpenMetrics 1.0.0). */
static bool value_fits(enum sg_metric_type type, uint8_t kind, uint64_t bits)
{
    if (kind == SG_VALUE_ABSENT)
        return true;
    double value = sg_value_number((enum sg_value_kind)kind, bits);
    if (type == SG_METRIC_COUNTER)
        return value >= 0; /* not NaN */
    return value == 1 || (type == SG_METRIC_STATESET && value == 0);
}

static bool values_fit(const struct pass *pass, const struct entry *entry)
{
    for (size_t i = entry->first_part; i < entry->first_part + entry->n_parts; i++) {
        const struct part *part = &pass->plan->parts[i];
        const struct sg_sample_set *set = pass->sets[part->layout];
        for (uint32_t j = part->first; set && j < part->first + part->n; j++) {
            if (!value_fits(entry->openmetrics_type, set->kinds[j], set->bits[j]))
                return false;
        }
    }
    return true;
}

static struct sg_str header_of(
    const struct pass *pass, const struct entry *entry, enum sg_format format)
{
    int which = (int)format;

    if (format == SG_FORMAT_OPENMETRICS && is_strict(entry->openmetrics_type) &&
        !values_fit(pass, entry))
        which = LOOSE;
    return (struct sg_str){ pass->plan->headers.ptr + entry->header_at[which],
        entry->header_len[which] };
}

/* @param header  written before the first bytes */
static int add_bytes(struct sg_buf *out, struct sg_str bytes, struct sg_str *header)
{
    int r = bytes.len && header->len ? sg_buf_add_str(out, *header) : 0;

    if (bytes.len)
        header->len = 0;
    return r ? r : sg_buf_add_str(out, bytes);
}

static int add_lines(struct sg_buf *out,
    struct sg_str bytes,
    const struct sg_selection *selection,
    struct sg_str *header)
{
    while (bytes.len) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.ptr) + 1 : bytes.len;
        struct sg_str line = { bytes.ptr, len };
        if (selection->line(selection->context, line)) {
            int r = add_bytes(out, line, header);
            if (r)
                return r;
        }
        bytes.ptr += len;
        bytes.len -= len;
    }
    return 0;
}

/* Samples that are all wanted. @param header  written before the first one that has a value */
static int add_all(struct pass *pass,
    const struct sg_sample_set *set,
    uint32_t first,
    uint32_t end,
    size_t bound,
    struct sg_str *header)
{
    struct sg_buf *out = pass->out;
    size_t before = out->len;
    int r = sg_buf_reserve(out, header->len + bound);

    if (!r)
        r = sg_buf_add_str(out, *header);
    if (r)
        return r;
    size_t behind_header = out->len;
    add_samples(out, set, first, end);
    if (out->len == behind_header)
        out->len = before;
    else
        header->len = 0;
    return 0;
}

/* A slot's samples of one family, a chunk at a time. */
static int add_part(
    struct pass *pass, const struct part *part, enum sg_choice choice, struct sg_str *header)
{
    const struct sg_sample_set *set = pass->sets[part->layout];
    const struct sg_selection *selection = pass->selection;
    uint32_t end = part->first + part->n;
    bool asked = false;
    int r = 0;

    if (!set || choice == SG_CHOICE_NOTHING)
        return 0;
    for (uint32_t first = part->first, next; first < end && !r; first = next) {
        next = end - first > CHUNK_SERIES ? first + CHUNK_SERIES : end;
        size_t bound = bound_of(set, part, first, next);
        if (choice == SG_CHOICE_ALL) {
            r = add_all(pass, set, first, next, bound, header);
        } else {
            sg_buf_clear(&pass->lines);
            r = sg_buf_reserve(&pass->lines, bound);
            if (r)
                return r;
            add_samples(&pass->lines, set, first, next);
            if (pass->lines.len == 0)
                continue;
            if (!asked && !selection->like(selection->context, sg_buf_get(&pass->lines)))
                return 0;
            asked = true;
            r = add_lines(pass->out, sg_buf_get(&pass->lines), selection, header);
        }
        if (!r && pass->drain && pass->out->len >= pass->drain->full_bytes) {
            r = pass->drain->take(pass->drain->context, sg_buf_get(pass->out));
            sg_buf_clear(pass->out);
        }
    }
    return r;
}

int sg_encode(const struct sg_plan *plan,
    const struct sg_sample_set *const *sets,
    enum sg_format format,
    const struct sg_selection *selection,
    const struct sg_drain *drain,
    struct sg_buf *out)
{
    struct pass pass = {
        .plan = plan,
        .sets = sets,
        .selection = selection,
        .drain = drain,
        .out = out,
    };
    /* A slot is asked for once, not once per family. */
    sg_auto_free enum sg_choice *choices = calloc(plan->n_layouts + 1, sizeof *choices);
    int r = choices ? 0 : -ENOMEM;

    sg_buf_init(&pass.lines, SIZE_MAX / 2);
    for (size_t i = 0; i < plan->n_layouts && !r; i++) {
        choices[i] = SG_CHOICE_ALL;
        if (selection)
            choices[i] = plan->sources ? selection->source(selection->context, &plan->sources[i])
                                       : SG_CHOICE_NOTHING;
    }
    for (size_t i = 0; i < plan->n_entries && !r; i++) {
        const struct entry *entry = &plan->entries[i];
        struct sg_str header = header_of(&pass, entry, format);
        for (size_t j = entry->first_part; j < entry->first_part + entry->n_parts && !r; j++)
            r = add_part(&pass, &plan->parts[j], choices[plan->parts[j].layout], &header);
    }
    sg_buf_done(&pass.lines);
    if (!r && format == SG_FORMAT_OPENMETRICS)
        r = sg_buf_add_str(out, SG_STR("# EOF\n"));
    if (!r && drain && out->len) {
        r = drain->take(drain->context, sg_buf_get(out));
        sg_buf_clear(out);
    }
    return r;
}
