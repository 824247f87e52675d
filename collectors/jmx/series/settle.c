/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/attribute_key.h"
#include "jmx/series/engine_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The end of a poll: interactions between samples of one family are known only when all are there.
 */

enum sg_drop_reason sg_engine_reason_of(int series_error)
{
    switch (series_error) {
    case SG_SERIES_E_DUPLICATE:
        return SG_DROP_DUPLICATE;
    case SG_SERIES_E_NAME:
        return SG_DROP_NAME;
    case SG_SERIES_E_TOO_LONG:
        return SG_DROP_LABEL_TOO_LONG;
    default: /* the cap; a lack of memory counts as one */
        return SG_DROP_SERIES_LIMIT;
    }
}

void sg_engine_drop(struct sg_engine *engine, enum sg_drop_reason reason)
{
    engine->stats.n_dropped[reason]++;
}

/* The type that jmx_exporter gives a family depends on which of its rules matched in this poll. */
static void settle_types(struct sg_engine *engine)
{
    static const enum sg_metric_type types[] = { SG_METRIC_UNKNOWN, SG_METRIC_GAUGE };

    for (uint32_t i = 0; i < engine->groups.all.n; i++) {
        const struct sg_family_group *group = sg_family_groups_at(&engine->groups, i);
        if (group->poll != sg_engine_poll(engine) || !sg_family_group_is_common(group) ||
            !group->has_types)
            continue;
        if (sg_family_group_is_mixed(group))
            sg_series_table_set_type(engine->table, group->family, SG_METRIC_UNKNOWN);
        for (size_t j = 0; j < 2; j++) {
            if (group->types == 1 << types[j])
                sg_series_table_set_type(engine->table, group->family, types[j]);
        }
    }
}

/* The series of an entry in another form than its own. */
static int add_form(struct sg_engine *engine, struct sg_decision *entry, unsigned form)
{
    const struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
    bool is_counter = entry->type == SG_METRIC_COUNTER && !(form & FORM_MIXED);
    struct sg_label name = { .name = SG_STR("_objectname") };
    struct sg_attribute attribute;
    const struct sg_attribute_value *value = NULL;
    struct sg_attribute_value text = { .kind = SG_ATTRIBUTE_TEXT };

    if (form & FORM_NAMED) {
        sg_attribute_key_read((struct sg_str){ entry->key.ptr, entry->key.len }, &attribute);
        if (sg_decided_for_text(entry->decided_for, &text.text))
            value = &text;
        int r =
            sg_matcher_object_name(engine->matcher, &attribute, value, entry->rule, &name.value);
        if (r)
            return r == SG_BUF_E_FULL ? SG_SERIES_E_TOO_LONG : r;
    }
    return sg_series_table_derive(engine->table, entry->series[FORM_PLAIN],
        is_counter ? group->counter : group->family, form & FORM_NAMED ? &name : NULL,
        &entry->series[form]);
}

static int set_form(struct sg_engine *engine, struct sg_decision *entry, unsigned form)
{
    double number;

    if (entry->series[form] == SG_INDEX_NONE) {
        int r = add_form(engine, entry, form);
        if (r)
            return r;
    }
    uint32_t series = entry->series[form];
    if (entry->value_kind == SG_VALUE_INT)
        return sg_series_table_set_int(engine->table, series, (int64_t)entry->bits);
    memcpy(&number, &entry->bits, sizeof number);
    return sg_series_table_set_double(engine->table, series, number);
}

static unsigned form_of(const struct sg_family_group *group)
{
    return (sg_family_group_is_mixed(group) ? FORM_MIXED : 0) | (group->coincides ? FORM_NAMED : 0);
}

/* The next entry with a value in this poll, from *at on; *at is then after it. */
static struct sg_decision *next_present(struct sg_engine *engine, uint32_t *at)
{
    while (*at < engine->cache.n) {
        struct sg_decision *entry = sg_decision_at(engine, (*at)++);
        if (entry->key.seen == sg_engine_poll(engine) && entry->value_kind != SG_VALUE_ABSENT)
            return entry;
    }
    return NULL;
}

/* Samples of these families are distinguished by the text that was matched. */
static void settle_coinciding(struct sg_engine *engine)
{
    struct sg_decision *entry;

    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
        if (group->coincides)
            sg_series_table_unset(engine->table, entry->series[form_of(group) & FORM_MIXED]);
    }
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
        int r = group->coincides ? set_form(engine, entry, form_of(group)) : 0;
        if (r)
            sg_engine_drop(engine, sg_engine_reason_of(r));
    }
}

/* A series that also exists under the name with dots is a duplicate. */
static void leave_out_twins(struct sg_engine *engine)
{
    struct sg_twins *twins = &engine->twins;
    struct sg_decision *entry;

    if (!engine->rules->uses_dots)
        return;
    twins->n = 0;
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        if (entry->twin && entry->has_dot && sg_twins_add(twins, entry->twin))
            return; /* no memory: some stay duplicate */
    }
    sg_twins_sort(twins);
    for (uint32_t i = 0; twins->n && (entry = next_present(engine, &i));) {
        if (entry->twin && !entry->has_dot && sg_twins_have(twins, entry->twin))
            entry->value_kind = SG_VALUE_ABSENT;
    }
}

/* Which families are the first rules' in this poll. */
static void leave_out_taken(struct sg_engine *engine)
{
    const struct sg_family_groups *first = &engine->first->groups;
    struct sg_decision *entry;

    free(engine->taken);
    engine->taken = calloc(SG_FAMILIES_MAX, 1);
    if (!engine->taken)
        return; /* no memory: a family may have series of both rule sets */
    for (uint32_t i = 0; i < first->all.n; i++) {
        const struct sg_family_group *group = sg_family_groups_at(first, i);
        if (group->poll != sg_engine_poll(engine->first))
            continue;
        if (group->family != SG_INDEX_NONE)
            engine->taken[group->family] = 1;
        if (group->counter != SG_INDEX_NONE)
            engine->taken[group->counter] = 1;
    }
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
        if (engine->taken[entry->type == SG_METRIC_COUNTER ? group->counter : group->family])
            entry->value_kind = SG_VALUE_ABSENT;
    }
}

void sg_engine_settle(struct sg_engine *engine)
{
    bool any_coincides = false;
    struct sg_decision *entry;

    if (engine->is_settled)
        return;
    engine->is_settled = true;
    leave_out_twins(engine);
    if (engine->first)
        leave_out_taken(engine);
    settle_types(engine);
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
        int r = set_form(engine, entry, form_of(group) & FORM_MIXED);
        if (r == SG_SERIES_E_DUPLICATE) {
            group->coincides = any_coincides = true;
        } else if (r) {
            sg_engine_drop(engine, sg_engine_reason_of(r));
            entry->value_kind = SG_VALUE_ABSENT;
        }
    }
    if (any_coincides)
        settle_coinciding(engine);
}
