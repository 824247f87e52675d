/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/engine.h"

#include "base/auto.h"
#include "jmx/series/attribute_key.h"
#include "jmx/series/engine_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * Entries without a value for FORGET_AFTER polls are forgotten together, once they are a quarter of
 * the cache. When the series table renumbers its series (its epoch), every entry is decided again.
 *
 * A poll has two halves. While values arrive, each is kept in its entry. At the end, when all that
 * arrived is known, they are set in the series table: only then is it known which samples of a
 * family coincide, and whether its rules have different types. Those then have another name or one
 * more label, for this poll; an entry remembers its series in each of these forms.
 */

enum {
    FORGET_AFTER = 4,
    FORGET_AT_LEAST = 64,
    KEY_BYTES_MAX = 16 * 1024,
};

static void drop_entry(void *thing)
{
    struct sg_decision *entry = thing;

    (void)sg_decided_for_free(entry->decided_for);
    free(entry->product);
}

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct sg_decision),
    .key_at = offsetof(struct sg_decision, key),
    .seen_at = offsetof(struct sg_decision, key.seen),
    .drop = drop_entry,
};

SG_AUTO_DEFINE(struct sg_engine *, sg_engine_free);

/* Free all but the table. */
static int new_engine(const struct sg_rules *rules, struct sg_engine **ret_engine)
{
    sg_auto(sg_engine_free) struct sg_engine *engine = calloc(1, sizeof *engine);

    if (!engine)
        return -ENOMEM;
    engine->rules = rules;
    sg_buf_init(&engine->key, KEY_BYTES_MAX);
    sg_buf_init(&engine->labels, KEY_BYTES_MAX);
    sg_buf_init(&engine->mbean, KEY_BYTES_MAX);
    engine->is_settled = true;
    engine->forget_after = FORGET_AFTER;
    sg_keyed_init(&engine->cache, &entry_kind);
    engine->cache.max = SG_ENGINE_ATTRIBUTES_MAX;
    sg_family_groups_init(&engine->groups);
    int r = sg_matcher_new(rules, &engine->matcher);
    if (!r)
        *ret_engine = sg_take(&engine);
    return r;
}

int sg_engine_new(const struct sg_rules *rules,
    const struct sg_label *constant,
    size_t n_constant,
    struct sg_engine **ret_engine)
{
    sg_auto(sg_engine_free) struct sg_engine *engine = NULL;

    int r = new_engine(rules, &engine);
    if (!r)
        r = sg_series_table_new(constant, n_constant, 0, &engine->table);
    if (r)
        return r;
    *ret_engine = sg_take(&engine);
    return 0;
}

int sg_engine_add_beside(struct sg_engine *engine, const struct sg_rules *rules)
{
    int r = new_engine(rules, &engine->beside);

    if (r)
        return r;
    engine->beside->first = engine;
    engine->beside->table = engine->table;
    return 0;
}

void sg_engine_set_max(struct sg_engine *engine, size_t n)
{
    engine->cache.max = n;
    if (engine->beside)
        engine->beside->cache.max = n;
}

void sg_engine_use_aliases(struct sg_engine *engine, const struct sg_aliases *aliases)
{
    sg_series_table_use_aliases(engine->table, aliases);
}

struct sg_engine *sg_engine_free(struct sg_engine *engine)
{
    if (!engine)
        return NULL;
    sg_keyed_done(&engine->cache);
    sg_family_groups_done(&engine->groups);
    sg_buf_done(&engine->key);
    sg_buf_done(&engine->labels);
    sg_buf_done(&engine->mbean);
    (void)sg_matcher_free(engine->matcher);
    (void)sg_engine_free(engine->beside);
    if (!engine->first)
        (void)sg_series_table_free(engine->table);
    free(engine->taken);
    sg_twins_done(&engine->twins);
    free(engine);
    return NULL;
}

/* ---- Deciding and setting ---- */

static void set_drop(struct sg_decision *entry, enum sg_drop_reason reason)
{
    entry->is_drop = true;
    entry->reason = (uint8_t)reason;
}

/* Find or render the series of an outcome. */
static int add_series(
    struct sg_engine *engine, struct sg_decision *entry, const struct sg_outcome *outcome)
{
    uint32_t family;

    int r = sg_series_table_add_family(engine->table, &outcome->family, &family);
    if (!r)
        r = sg_family_groups_find(
            &engine->groups, outcome, sg_engine_poll(engine), &engine->key, &entry->group);
    if (r)
        return r;
    struct sg_family_group *group = sg_family_groups_at(&engine->groups, entry->group);
    if (outcome->family.type == SG_METRIC_COUNTER)
        group->counter = family;
    else
        group->family = family;
    entry->type = (uint8_t)outcome->family.type;
    group->has_types = group->has_types || group->first_type != entry->type;
    for (int form = 0; form < FORMS; form++)
        entry->series[form] = SG_INDEX_NONE;
    return sg_series_table_add(engine->table, family, outcome->suffix, outcome->labels,
        outcome->n_labels, &entry->series[FORM_PLAIN]);
}

static int decide(struct sg_engine *engine,
    struct sg_decision *entry,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    struct sg_outcome outcome;

    engine->stats.n_decided++;
    entry->decided_for = sg_decided_for_free(entry->decided_for);
    entry->is_decided = entry->is_drop = false;
    int r = sg_matcher_decide(engine->matcher, attribute, value, &outcome);
    if (!r)
        r = sg_decided_for_new(&outcome, attribute, value, &engine->labels, &entry->decided_for);
    if (r)
        return r;

    entry->kind = (uint8_t)outcome.kind;
    entry->rule = outcome.rule;
    entry->has_literal = outcome.has_literal;
    entry->literal = outcome.literal;
    entry->twin = 0;
    switch (outcome.kind) {
    case SG_OUTCOME_NOTHING:
        break;
    case SG_OUTCOME_GAVE_UP:
        engine->stats.gave_up = outcome.rule;
        set_drop(entry, SG_DROP_MATCH_LIMIT);
        break;
    case SG_OUTCOME_BAD_VALUE:
        set_drop(entry, SG_DROP_BAD_VALUE);
        break;
    case SG_OUTCOME_BAD_NAME:
        set_drop(entry, SG_DROP_NAME);
        break;
    case SG_OUTCOME_SERIES:
        if (outcome.rule->dots)
            entry->twin = sg_twin_of(&outcome, outcome.rule->dots, &entry->has_dot);
        r = add_series(engine, entry, &outcome);
        if (r == -ENOMEM)
            return r; /* retried at the next poll */
        if (r)
            set_drop(entry, sg_engine_reason_of(r));
        break;
    }
    entry->is_decided = true;
    return 0;
}

/* ---- A poll ---- */

/* Keep the sample's value for the end of the poll. @return 0 or -ENOMEM */
static int keep_value(struct sg_engine *engine,
    struct sg_decision *entry,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    const struct sg_sample_recipe recipe = { entry->rule, entry->type, entry->has_literal,
        entry->literal };
    struct sg_sample sample;

    int r = sg_sample_make(&recipe, attribute, value, &entry->product, &sample);
    if (r || sample.kind == SG_VALUE_ABSENT)
        return r;
    if (!entry->has_literal && !sg_sample_is_finite(&sample)) {
        sg_engine_drop(
            engine, SG_DROP_BAD_VALUE); /* JSON has no infinity: it is a number past a double */
        return 0;
    }
    bool counts_up = entry->type == SG_METRIC_COUNTER || entry->type == SG_METRIC_SUMMARY;
    if (counts_up && sg_sample_is_negative(&sample)) {
        sg_engine_drop(engine, SG_DROP_BAD_VALUE);
        return 0;
    }
    entry->value_kind = (uint8_t)sample.kind;
    entry->bits = sample.bits;
    sg_family_group_join(
        sg_family_groups_at(&engine->groups, entry->group), sg_engine_poll(engine), entry->type);
    return 0;
}

static void put_one(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    int r = sg_attribute_key_write(attribute, &engine->key);
    if (r) {
        sg_engine_drop(engine, r == SG_BUF_E_FULL ? SG_DROP_NAME : SG_DROP_SERIES_LIMIT);
        return;
    }

    uint32_t id;
    bool is_new;
    r = sg_keyed_add(&engine->cache, sg_buf_get(&engine->key), &id, &is_new);
    if (r) {
        sg_engine_drop(engine, SG_DROP_SERIES_LIMIT);
        return;
    }
    struct sg_decision *entry = sg_decision_at(engine, id);
    if (!is_new && entry->key.seen == sg_engine_poll(engine))
        return; /* overlapping requests returned it twice */
    if (entry->key.seen + 1 != sg_engine_poll(engine) && entry->rule && entry->rule->cache)
        entry->is_decided = false; /* jmx_exporter's cache forgets what one scrape has not seen */
    entry->key.seen = sg_engine_poll(engine);
    entry->value_kind = SG_VALUE_ABSENT;

    if (!entry->is_decided || (entry->decided_for && !sg_decided_for_holds(entry->decided_for,
                                                         attribute, value, &engine->labels)))
        r = decide(engine, entry, attribute, value);
    if (!r && entry->is_drop)
        sg_engine_drop(engine, entry->reason);
    else if (!r && entry->kind == SG_OUTCOME_SERIES)
        r = keep_value(engine, entry, attribute, value);
    if (r)
        sg_engine_drop(engine, sg_engine_reason_of(r));
}

/* At the first value of an MBean, add those of its metricCustomizer. */
static void put_extra(struct sg_engine *engine, const struct sg_attribute *attribute)
{
    struct sg_object_name mbean;

    if (sg_str_equal(attribute->mbean, sg_buf_get(&engine->mbean)))
        return;
    sg_buf_clear(&engine->mbean);
    if (sg_buf_add_str(&engine->mbean, attribute->mbean) ||
        sg_object_name_parse(attribute->mbean, &mbean, NULL))
        return; /* the value itself is dropped and counted for the same reason */
    const struct sg_customizer *customizer =
        sg_customizers_find(&engine->rules->customizers, &mbean);
    for (size_t i = 0; customizer && i < customizer->n_extra; i++) {
        const struct sg_extra_metric *metric = &customizer->extra[i];
        struct sg_attribute extra = {
            .mbean = attribute->mbean,
            .depth = 1,
            .path = { sg_str_of(metric->name) },
            .is_extra = true,
            .description = sg_str_of(metric->description ? metric->description : ""),
            .find = attribute->find,
            .near = { attribute->near[SG_ATTRIBUTE_OF_MBEAN],
                attribute->near[SG_ATTRIBUTE_OF_MBEAN] },
        };
        put_one(engine, &extra, &metric->value);
    }
}

void sg_engine_put(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    if (attribute->part && engine->beside)
        engine = engine->beside;
    engine->stats.n_values++;
    if (engine->rules->customizers.n)
        put_extra(engine, attribute);
    if (value->kind != SG_ATTRIBUTE_TEXT || engine->rules->uses_text)
        put_one(engine, attribute, value);
}

bool sg_engine_wants(struct sg_engine *engine, const struct sg_attribute *attribute, bool is_absent)
{
    const struct sg_attribute_value not_a_number = { .kind = SG_ATTRIBUTE_DOUBLE, .number = NAN };
    struct sg_outcome outcome;

    if (is_absent)
        return sg_matcher_decide(engine->matcher, attribute, &not_a_number, &outcome) ||
               outcome.kind != SG_OUTCOME_NOTHING || outcome.depends_on_value;
    if (sg_attribute_key_write(attribute, &engine->key))
        return false;
    uint32_t id = sg_keyed_find(&engine->cache, sg_buf_get(&engine->key));
    if (id == SG_INDEX_NONE)
        return false; /* text, where no rule makes a number of text */
    const struct sg_decision *entry = sg_decision_at(engine, id);
    return !entry->is_decided || entry->is_drop || entry->decided_for ||
           entry->kind == SG_OUTCOME_SERIES;
}

void sg_engine_remember_for(struct sg_engine *engine, uint32_t n_polls)
{
    engine->forget_after = n_polls > FORGET_AFTER ? n_polls : FORGET_AFTER;
}

void sg_engine_begin(struct sg_engine *engine)
{
    const struct sg_keyed_rule rule = { engine->forget_after, FORGET_AT_LEAST, 4 };

    if (!engine->first)
        sg_series_table_begin(engine->table);
    engine->cache.generation++;
    engine->is_settled = false;
    engine->stats = (struct sg_engine_stats){ 0 };
    sg_buf_clear(&engine->mbean);
    (void)sg_keyed_forget_by(&engine->cache, &rule);
    if (engine->beside)
        sg_engine_begin(engine->beside);
    if (sg_series_table_epoch(engine->table) == engine->epoch)
        return;
    engine->epoch = sg_series_table_epoch(engine->table);
    for (uint32_t i = 0; i < engine->cache.n; i++)
        sg_decision_at(engine, i)->is_decided = false;
    sg_family_groups_clear(&engine->groups);
}

int sg_engine_snapshot(struct sg_engine *engine, struct sg_sample_set **ret_set)
{
    sg_engine_settle(engine);
    if (engine->beside)
        sg_engine_settle(engine->beside);
    return sg_series_table_snapshot(engine->table, ret_set);
}

const struct sg_engine_stats *sg_engine_stats(struct sg_engine *engine)
{
    struct sg_engine_stats *all = &engine->all_stats;

    *all = engine->stats;
    if (!engine->beside)
        return all;
    const struct sg_engine_stats *other = &engine->beside->stats;
    all->n_values += other->n_values;
    all->n_decided += other->n_decided;
    for (int reason = 0; reason < SG_DROP_REASONS; reason++)
        all->n_dropped[reason] += other->n_dropped[reason];
    if (!all->gave_up)
        all->gave_up = other->gave_up;
    return all;
}
