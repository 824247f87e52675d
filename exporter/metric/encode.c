/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/encode.h"

#include "base/auto.h"
#include "base/number.h"
#include "metric/plan_parts.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CHUNK_SERIES = 8192, /* at a time, so that a page is drained in pieces */
};

/* A page that is being encoded. */
struct pass {
    const struct sg_plan *plan;
    const struct sg_sample_set *const *sets;
    const struct sg_selection *selection;
    const struct sg_drain *drain;
    struct sg_buf *out;
    struct sg_buf lines; /* candidates of the selection */
};

/* The inner loop. The buffer has room for all of them. */
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

/* An upper bound of these samples' bytes. */
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

/* A counter is not negative, an info metric is 1, a state is 0 or 1 (OpenMetrics 1.0.0). */
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

    if (format == SG_FORMAT_OPENMETRICS && sg_is_strict(entry->openmetrics_type) &&
        !values_fit(pass, entry))
        which = LOOSE;
    return (struct sg_str){ pass->plan->headers.ptr + entry->header_at[which],
        entry->header_len[which] };
}

/* @param header  written before the first line */
static void add_lines(struct sg_buf *out,
    struct sg_str bytes,
    const struct sg_selection *selection,
    struct sg_str *header)
{
    while (bytes.len) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.ptr) + 1 : bytes.len;
        struct sg_str line = { bytes.ptr, len };
        if (selection->line(selection->context, line)) {
            sg_buf_add_str(out, *header);
            sg_buf_add_str(out, line);
            header->len = 0;
        }
        bytes.ptr += len;
        bytes.len -= len;
    }
}

/* Samples that are all selected. @param header  written before the first one that has a value */
static void add_all(struct pass *pass,
    const struct sg_sample_set *set,
    uint32_t first,
    uint32_t end,
    size_t bound,
    struct sg_str *header)
{
    struct sg_buf *out = pass->out;
    size_t before = out->len;

    if (sg_buf_reserve(out, header->len + bound))
        return;
    sg_buf_add_str(out, *header);
    size_t behind_header = out->len;
    add_samples(out, set, first, end);
    if (out->len == behind_header)
        sg_buf_truncate(out, before);
    else
        header->len = 0;
}

/* @return 0, or the drain's error */
static int drain(struct pass *pass)
{
    int r = pass->drain->write(pass->drain->context, sg_buf_get(pass->out));

    sg_buf_clear(pass->out);
    return r;
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
            add_all(pass, set, first, next, bound, header);
        } else {
            sg_buf_clear(&pass->lines);
            if (sg_buf_reserve(&pass->lines, bound))
                return sg_buf_error(&pass->lines);
            add_samples(&pass->lines, set, first, next);
            if (pass->lines.len == 0)
                continue;
            if (!asked && !selection->like(selection->context, sg_buf_get(&pass->lines)))
                return 0;
            asked = true;
            add_lines(pass->out, sg_buf_get(&pass->lines), selection, header);
        }
        r = sg_buf_error(pass->out);
        if (!r && pass->drain && pass->out->len >= pass->drain->full_bytes)
            r = drain(pass);
    }
    return r;
}

int sg_encode(const struct sg_plan *plan,
    const struct sg_sample_set *const *sets,
    enum sg_format format,
    const struct sg_selection *selection,
    const struct sg_drain *to,
    struct sg_buf *out)
{
    struct pass pass = {
        .plan = plan,
        .sets = sets,
        .selection = selection,
        .drain = to,
        .out = out,
    };
    /* The selection is asked once per slot, not once per family. */
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
    return !r && to && out->len ? drain(&pass) : r;
}
