/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/engine.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/index.h"
#include "jolokia/attribute_key.h"
#include "jolokia/decided_for.h"
#include "jolokia/family_group.h"
#include "jolokia/matcher.h"
#include "jolokia/sample.h"
#include "jolokia/twins.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * Keys (attribute_key.h) live in an arena. Entries that no poll has touched for FORGET_AFTER polls
 * are dropped all together by making the cache anew, once they are a quarter of it. When the series
 * table renumbers its series (its epoch), every entry is decided anew.
 *
 * A poll has two halves. While values arrive, each is kept in its entry. At the end, when all that
 * arrived is known, they are set in the series table: only then can it be told which samples of a
 * family coincide, and whether its rules have different types. Those then stand under another name
 * or with one more label, for this poll; an entry remembers its series in each of these forms.
 */

enum {
    FORGET_AFTER = 4,
    FORGET_AT_LEAST = 64,
    KEY_BYTES_MAX = 16 * 1024,
};

/* Forms that a series takes; both may be so at once. */
enum form {
    FORM_PLAIN = 0,
    FORM_MIXED = 1, /* the family has rules of different types: UNKNOWN, and named so */
    FORM_NAMED = 2, /* samples coincide: all have the label _objectname */
    FORMS = 4,
};

struct entry {
    const char *key; /* in the arena */
    uint32_t key_len;
    uint32_t hash;
    uint32_t poll; /* that saw it last */
    uint32_t group;
    uint32_t series[FORMS]; /* SG_INDEX_NONE: not rendered yet */
    uint8_t kind;           /* enum sg_outcome_kind */
    uint8_t type;           /* enum sg_metric_type */
    uint8_t reason;         /* enum sg_drop_reason, of an outcome that is a drop */
    uint8_t value_kind;     /* enum sg_value_kind, of this poll's value */
    bool is_decided;
    bool is_drop;
    bool has_literal;
    uint64_t bits; /* of this poll's value */
    double literal;
    bool has_dot;
    uint64_t twin; /* see twins.h; 0: has none */
    const struct sg_rule *rule;
    struct sg_decided_for *decided_for; /* owned; NULL when the value does not matter */
    struct sg_product *product;         /* owned; NULL without `times` */
};

struct sg_engine {
    const struct sg_rules *rules;
    struct sg_matcher *matcher;
    struct sg_series_table *table;
    struct sg_engine *beside;      /* owned: of the rules of part 1; NULL: none */
    const struct sg_engine *first; /* in the one beside: whose table it fills */
    uint8_t *taken;                /* there: families of the first, while the poll ends */
    struct sg_arena *arena;
    struct sg_index index;
    struct entry *entries;
    uint32_t n_entries;
    uint32_t n_allocated;
    size_t max_entries;
    struct sg_twins twins; /* of the poll that ends */
    struct sg_family_groups groups;
    uint32_t poll;
    uint32_t forget_after; /* polls */
    uint32_t epoch;
    bool is_settled;      /* the poll's values are in the table */
    struct sg_buf key;    /* scratch */
    struct sg_buf labels; /* scratch */
    struct sg_buf mbean;  /* that the latest value was of, where metricCustomizers are */
    struct sg_engine_stats stats;
    struct sg_engine_stats all_stats; /* with those of the one beside */
};

SG_AUTO_DEFINE(struct sg_engine *, sg_engine_free);

/* All but the table. */
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
    engine->max_entries = SG_ENGINE_ATTRIBUTES_MAX;
    engine->arena = sg_arena_new();
    if (!engine->arena || sg_family_groups_init(&engine->groups))
        return -ENOMEM;
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
    engine->epoch = sg_series_table_epoch(engine->table);
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
    engine->beside->epoch = engine->epoch;
    return 0;
}

void sg_engine_set_max(struct sg_engine *engine, size_t n)
{
    engine->max_entries = n;
    if (engine->beside)
        engine->beside->max_entries = n;
}

void sg_engine_use_aliases(struct sg_engine *engine, const struct sg_aliases *aliases)
{
    sg_series_table_use_aliases(engine->table, aliases);
}

static void forget(struct entry *entry)
{
    entry->decided_for = sg_decided_for_free(entry->decided_for);
    free(entry->product);
    entry->product = NULL;
}

struct sg_engine *sg_engine_free(struct sg_engine *engine)
{
    if (!engine)
        return NULL;
    for (uint32_t i = 0; i < engine->n_entries; i++)
        forget(&engine->entries[i]);
    free(engine->entries);
    sg_index_done(&engine->index);
    (void)sg_arena_unref(engine->arena);
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

/* ---- The cache ---- */

static bool is_gone(const struct sg_engine *engine, const struct entry *entry)
{
    return engine->poll - entry->poll > engine->forget_after;
}

/* Make the cache anew without what is gone. When memory is short, it becomes empty. */
static void rebuild(struct sg_engine *engine)
{
    struct sg_arena *arena = sg_arena_new();
    uint32_t n = 0;

    sg_index_clear(&engine->index);
    for (uint32_t i = 0; i < engine->n_entries; i++) {
        struct entry *entry = &engine->entries[i];
        bool keep = arena && !is_gone(engine, entry);
        char *key = keep ? sg_arena_bytes(arena, entry->key_len) : NULL;
        if (!key || sg_index_add(&engine->index, entry->hash, n)) {
            forget(entry);
            continue;
        }
        memcpy(key, entry->key, entry->key_len);
        entry->key = key;
        engine->entries[n++] = *entry;
    }
    engine->n_entries = n;
    if (!arena)
        return; /* the old arena goes on, with keys that nobody asks for */
    (void)sg_arena_unref(engine->arena);
    engine->arena = arena;
}

static bool entry_equal(const void *owner, uint32_t id, const void *key)
{
    const struct entry *entry = &((const struct sg_engine *)owner)->entries[id];
    return sg_str_equal((struct sg_str){ entry->key, entry->key_len }, *(const struct sg_str *)key);
}

static int add_entry(struct sg_engine *engine, struct sg_str key, uint32_t hash, uint32_t *ret_id)
{
    if (engine->n_entries >= engine->max_entries)
        return SG_SERIES_E_FULL;
    if (engine->n_entries == engine->n_allocated) {
        uint32_t n = engine->n_allocated ? engine->n_allocated * 2 : 256;
        struct entry *entries = realloc(engine->entries, n * sizeof *entries);
        if (!entries)
            return -ENOMEM;
        engine->entries = entries;
        engine->n_allocated = n;
    }
    char *copy = sg_arena_bytes(engine->arena, key.len);
    if (!copy || sg_index_add(&engine->index, hash, engine->n_entries))
        return -ENOMEM;
    memcpy(copy, key.ptr, key.len);
    engine->entries[engine->n_entries] = (struct entry){
        .key = copy,
        .key_len = (uint32_t)key.len,
        .hash = hash,
        .poll = engine->poll - 1, /* not seen in this one yet */
    };
    *ret_id = engine->n_entries++;
    return 0;
}

/* ---- Deciding and setting ---- */

static enum sg_drop_reason reason_of(int series_error)
{
    switch (series_error) {
    case SG_SERIES_E_DUPLICATE:
        return SG_DROP_DUPLICATE;
    case SG_SERIES_E_NAME:
        return SG_DROP_NAME;
    case SG_SERIES_E_TOO_LONG:
        return SG_DROP_LABEL_TOO_LONG;
    default: /* the cap, or no memory, which is a cap too */
        return SG_DROP_SERIES_LIMIT;
    }
}

static void drop(struct sg_engine *engine, enum sg_drop_reason reason)
{
    engine->stats.n_dropped[reason]++;
}

static void set_drop(struct entry *entry, enum sg_drop_reason reason)
{
    entry->is_drop = true;
    entry->reason = (uint8_t)reason;
}

/* Find or render the series of an outcome. */
static int add_series(
    struct sg_engine *engine, struct entry *entry, const struct sg_outcome *outcome)
{
    uint32_t family;

    int r = sg_series_table_add_family(engine->table, &outcome->family, &family);
    if (!r)
        r = sg_family_groups_find(
            &engine->groups, outcome, engine->poll, &engine->key, &entry->group);
    if (r)
        return r;
    struct sg_family_group *group = &engine->groups.groups[entry->group];
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
    struct entry *entry,
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
            return r; /* perhaps there is memory at the next poll */
        if (r)
            set_drop(entry, reason_of(r));
        break;
    }
    entry->is_decided = true;
    return 0;
}

/* ---- A poll ---- */

/* Keep what the sample's value is, for the end of the poll. @return 0 or -ENOMEM */
static int keep_value(struct sg_engine *engine,
    struct entry *entry,
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
        drop(engine, SG_DROP_BAD_VALUE); /* JSON has no infinity: it is a number past a double */
        return 0;
    }
    bool counts_up = entry->type == SG_METRIC_COUNTER || entry->type == SG_METRIC_SUMMARY;
    if (counts_up && sg_sample_is_negative(&sample)) {
        drop(engine, SG_DROP_BAD_VALUE);
        return 0;
    }
    entry->value_kind = (uint8_t)sample.kind;
    entry->bits = sample.bits;
    sg_family_group_join(&engine->groups.groups[entry->group], engine->poll, entry->type);
    return 0;
}

static void put_one(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    int r = sg_attribute_key_write(attribute, &engine->key);
    if (r) {
        drop(engine, r == -EMSGSIZE ? SG_DROP_NAME : SG_DROP_SERIES_LIMIT);
        return;
    }

    struct sg_str key = sg_buf_get(&engine->key);
    uint32_t hash = sg_hash(key);
    uint32_t id = sg_index_find(&engine->index, hash, entry_equal, engine, &key);
    if (id == SG_INDEX_NONE)
        r = add_entry(engine, key, hash, &id);
    if (r) {
        drop(engine, reason_of(r));
        return;
    }
    struct entry *entry = &engine->entries[id];
    if (entry->poll == engine->poll)
        return; /* two requests that overlap brought it twice */
    if (entry->poll + 1 != engine->poll && entry->rule && entry->rule->cache)
        entry->is_decided = false; /* jmx_exporter's cache forgets what one scrape has not seen */
    entry->poll = engine->poll;
    entry->value_kind = SG_VALUE_ABSENT;

    if (!entry->is_decided || (entry->decided_for && !sg_decided_for_holds(entry->decided_for,
                                                         attribute, value, &engine->labels)))
        r = decide(engine, entry, attribute, value);
    if (!r && entry->is_drop)
        drop(engine, entry->reason);
    else if (!r && entry->kind == SG_OUTCOME_SERIES)
        r = keep_value(engine, entry, attribute, value);
    if (r)
        drop(engine, reason_of(r));
}

/* With the first value of an MBean come the ones that its metricCustomizer adds. */
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
    struct sg_str key = sg_buf_get(&engine->key);
    uint32_t id = sg_index_find(&engine->index, sg_hash(key), entry_equal, engine, &key);
    if (id == SG_INDEX_NONE)
        return false; /* text, where no rule makes a number of text */
    const struct entry *entry = &engine->entries[id];
    return !entry->is_decided || entry->is_drop || entry->decided_for ||
           entry->kind == SG_OUTCOME_SERIES;
}

void sg_engine_remember_for(struct sg_engine *engine, uint32_t n_polls)
{
    engine->forget_after = n_polls > FORGET_AFTER ? n_polls : FORGET_AFTER;
}

void sg_engine_begin(struct sg_engine *engine)
{
    uint32_t n_gone = 0;

    if (!engine->first)
        sg_series_table_begin(engine->table);
    engine->poll++;
    engine->is_settled = false;
    engine->stats = (struct sg_engine_stats){ 0 };
    sg_buf_clear(&engine->mbean);
    for (uint32_t i = 0; i < engine->n_entries; i++)
        n_gone += is_gone(engine, &engine->entries[i]);
    if (n_gone >= FORGET_AT_LEAST && n_gone > engine->n_entries / 4)
        rebuild(engine);
    if (engine->beside)
        sg_engine_begin(engine->beside);
    if (sg_series_table_epoch(engine->table) == engine->epoch)
        return;
    engine->epoch = sg_series_table_epoch(engine->table);
    for (uint32_t i = 0; i < engine->n_entries; i++)
        engine->entries[i].is_decided = false;
    sg_family_groups_clear(&engine->groups);
}

/* ---- The end of a poll ---- */

/* The type that jmx_exporter gives a family depends on which of its rules have matched today. */
static void settle_types(struct sg_engine *engine)
{
    static const enum sg_metric_type types[] = { SG_METRIC_UNKNOWN, SG_METRIC_GAUGE };

    for (uint32_t i = 0; i < engine->groups.n; i++) {
        const struct sg_family_group *group = &engine->groups.groups[i];
        if (group->poll != engine->poll || !sg_family_group_is_common(group) || !group->has_types)
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
static int add_form(struct sg_engine *engine, struct entry *entry, unsigned form)
{
    const struct sg_family_group *group = &engine->groups.groups[entry->group];
    bool is_counter = entry->type == SG_METRIC_COUNTER && !(form & FORM_MIXED);
    struct sg_label name = { .name = SG_STR("_objectname") };
    struct sg_attribute attribute;
    const struct sg_attribute_value *value = NULL;
    struct sg_attribute_value text = { .kind = SG_ATTRIBUTE_TEXT };

    if (form & FORM_NAMED) {
        sg_attribute_key_read((struct sg_str){ entry->key, entry->key_len }, &attribute);
        if (sg_decided_for_text(entry->decided_for, &text.text))
            value = &text;
        int r =
            sg_matcher_object_name(engine->matcher, &attribute, value, entry->rule, &name.value);
        if (r)
            return r == -EMSGSIZE ? SG_SERIES_E_TOO_LONG : r;
    }
    return sg_series_table_derive(engine->table, entry->series[FORM_PLAIN],
        is_counter ? group->counter : group->family, form & FORM_NAMED ? &name : NULL,
        &entry->series[form]);
}

static int set_form(struct sg_engine *engine, struct entry *entry, unsigned form)
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

/* The next entry with a value in this poll, from *at on; *at is then behind it. */
static struct entry *next_present(struct sg_engine *engine, uint32_t *at)
{
    while (*at < engine->n_entries) {
        struct entry *entry = &engine->entries[(*at)++];
        if (entry->poll == engine->poll && entry->value_kind != SG_VALUE_ABSENT)
            return entry;
    }
    return NULL;
}

/* Samples of these families are told apart by the text that was matched. */
static void settle_coinciding(struct sg_engine *engine)
{
    struct entry *entry;

    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = &engine->groups.groups[entry->group];
        if (group->coincides)
            sg_series_table_unset(engine->table, entry->series[form_of(group) & FORM_MIXED]);
    }
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = &engine->groups.groups[entry->group];
        int r = group->coincides ? set_form(engine, entry, form_of(group)) : 0;
        if (r)
            drop(engine, reason_of(r));
    }
}

/* What is also there under the name with dots is the same once more. */
static void leave_out_twins(struct sg_engine *engine)
{
    struct sg_twins *twins = &engine->twins;
    struct entry *entry;

    if (!engine->rules->uses_dots)
        return;
    twins->n = 0;
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        if (entry->twin && entry->has_dot && sg_twins_add(twins, entry->twin))
            return; /* no memory: some are there twice */
    }
    sg_twins_sort(twins);
    for (uint32_t i = 0; twins->n && (entry = next_present(engine, &i));) {
        if (entry->twin && !entry->has_dot && sg_twins_have(twins, entry->twin))
            entry->value_kind = SG_VALUE_ABSENT;
    }
}

/* Whose families are the first rules' own in this poll. */
static void leave_out_taken(struct sg_engine *engine)
{
    const struct sg_family_groups *first = &engine->first->groups;
    struct entry *entry;

    free(engine->taken);
    engine->taken = calloc(SG_FAMILIES_MAX, 1);
    if (!engine->taken)
        return; /* no memory: Prometheus may see a family with two meanings */
    for (uint32_t i = 0; i < first->n; i++) {
        const struct sg_family_group *group = &first->groups[i];
        if (group->poll != engine->first->poll)
            continue;
        if (group->family != SG_INDEX_NONE)
            engine->taken[group->family] = 1;
        if (group->counter != SG_INDEX_NONE)
            engine->taken[group->counter] = 1;
    }
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct sg_family_group *group = &engine->groups.groups[entry->group];
        if (engine->taken[entry->type == SG_METRIC_COUNTER ? group->counter : group->family])
            entry->value_kind = SG_VALUE_ABSENT;
    }
}

/* Put the values of this poll into the table. */
static void settle(struct sg_engine *engine)
{
    bool any_coincides = false;
    struct entry *entry;

    if (engine->is_settled)
        return;
    engine->is_settled = true;
    leave_out_twins(engine);
    if (engine->first)
        leave_out_taken(engine);
    settle_types(engine);
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        struct sg_family_group *group = &engine->groups.groups[entry->group];
        int r = set_form(engine, entry, form_of(group) & FORM_MIXED);
        if (r == SG_SERIES_E_DUPLICATE) {
            group->coincides = any_coincides = true;
        } else if (r) {
            drop(engine, reason_of(r));
            entry->value_kind = SG_VALUE_ABSENT;
        }
    }
    if (any_coincides)
        settle_coinciding(engine);
}

int sg_engine_snapshot(struct sg_engine *engine, struct sg_sample_set **ret_set)
{
    settle(engine);
    if (engine->beside)
        settle(engine->beside);
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
