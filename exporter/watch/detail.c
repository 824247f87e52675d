/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/detail.h"

#include "metric/text.h"

struct reading {
    const struct sg_detail_query *query;
    void (*read)(void *context, const struct sg_detail_series *series);
    void *context;
};

static bool is_wanted(const struct sg_detail_query *query, const char *family)
{
    if (!query->families)
        return true;
    for (const char *const *name = query->families; *name; name++) {
        if (strcmp(*name, family) == 0)
            return true;
    }
    return false;
}

static bool has_labels(const struct sg_detail_query *query, struct sg_str labels)
{
    const struct sg_str names[] = { query->cluster_label, query->label };
    struct sg_str values[2];

    sg_text_find_labels(labels, names, 2, values);
    return values[1].ptr && values[0].ptr && sg_text_means(values[1], query->value) &&
           sg_text_means(values[0], query->cluster);
}

static void read_run(const struct reading *reading,
    const struct sg_sample_set *set,
    const struct sg_family_run *run,
    int64_t collected_ms)
{
    const struct sg_series_text *texts = sg_layout_texts(set->layout);

    for (uint32_t i = run->first; i < run->first + run->n; i++) {
        struct sg_detail_series series = {
            .family = &run->family,
            .name = sg_layout_names(set->layout)[texts[i].name],
            .labels = sg_text_labels(sg_series_text_labels(&texts[i])),
            .kind = (enum sg_value_kind)set->kinds[i],
            .bits = set->bits[i],
            .collected_ms = collected_ms,
        };
        if (series.kind != SG_VALUE_ABSENT && has_labels(reading->query, series.labels))
            reading->read(reading->context, &series);
    }
}

void sg_detail_read(const struct sg_store *store,
    const struct sg_detail_query *query,
    void (*read)(void *context, const struct sg_detail_series *series),
    void *context)
{
    const struct reading reading = { query, read, context };
    size_t n = sg_store_n_slots(store);

    for (size_t i = 0; i < n; i++) {
        struct sg_slot_status status;
        struct sg_sample_set *set = NULL;
        if (!sg_store_take_slot(store, i, &status, &set))
            continue;
        for (size_t j = 0; set && j < sg_layout_n_runs(set->layout); j++) {
            const struct sg_family_run *run = sg_layout_run(set->layout, j);
            if (is_wanted(query, run->family.name))
                read_run(&reading, set, run, status.last_set_ms);
        }
        (void)sg_sample_set_unref(set);
    }
}
