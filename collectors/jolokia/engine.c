/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/engine.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/index.h"
#include "jolokia/matcher.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * A key is the ObjectName and the path with NULs between them; neither can contain one. Keys live
 * in an arena. Entries that no poll has touched for FORGET_AFTER polls are dropped all together by
 * making the cache anew, once they are a quarter of it; the same happens, for all entries, when the
 * series table renumbers its series (its epoch).
 */

enum {
    FORGET_AFTER = 4,
    FORGET_AT_LEAST = 64,
    KEY_BYTES_MAX = 16 * 1024,
};

/* The value a decision was made for. */
struct remembered {
    enum sg_attribute_kind kind;
    uint64_t bits;
    char *text; /* owned */
    size_t text_len;
};

struct entry {
    const char *key; /* in the arena */
    uint32_t key_len;
    uint32_t hash;
    uint32_t poll; /* that saw it last */
    uint32_t series;
    enum sg_outcome_kind kind;
    enum sg_drop_reason reason; /* of an outcome that is a drop */
    bool is_decided;
    bool is_drop;
    bool has_literal;
    double literal;
    const struct sg_rule *rule;
    struct remembered *decided_for; /* owned; NULL when the value does not matter */
};

struct sg_engine {
    const struct sg_rules *rules;
    struct sg_matcher *matcher;
    struct sg_series_table *table;
    struct sg_arena *arena;
    struct sg_index index;
    struct entry *entries;
    uint32_t n_entries;
    uint32_t n_allocated;
    uint32_t poll;
    uint32_t epoch;
    struct sg_buf key; /* scratch */
    struct sg_engine_stats stats;
};

SG_AUTO_DEFINE(struct sg_engine *, sg_engine_free);

int sg_engine_new(const struct sg_rules *rules,
    const struct sg_label *constant,
    size_t n_constant,
    struct sg_engine **ret_engine)
{
    sg_auto(sg_engine_free) struct sg_engine *engine = calloc(1, sizeof *engine);

    if (!engine)
        return -ENOMEM;
    engine->rules = rules;
    sg_buf_init(&engine->key, KEY_BYTES_MAX);
    engine->arena = sg_arena_new();
    if (!engine->arena)
        return -ENOMEM;
    int r = sg_matcher_new(rules, &engine->matcher);
    if (!r)
        r = sg_series_table_new(constant, n_constant, 0, &engine->table);
    if (r)
        return r;
    engine->epoch = sg_series_table_epoch(engine->table);
    *ret_engine = sg_take(&engine);
    return 0;
}

static void forget_value(struct entry *entry)
{
    if (entry->decided_for)
        free(entry->decided_for->text);
    free(entry->decided_for);
    entry->decided_for = NULL;
}

struct sg_engine *sg_engine_free(struct sg_engine *engine)
{
    if (!engine)
        return NULL;
    for (uint32_t i = 0; i < engine->n_entries; i++)
        forget_value(&engine->entries[i]);
    free(engine->entries);
    sg_index_done(&engine->index);
    (void)sg_arena_unref(engine->arena);
    sg_buf_done(&engine->key);
    (void)sg_matcher_free(engine->matcher);
    (void)sg_series_table_free(engine->table);
    free(engine);
    return NULL;
}

/* ---- The cache ---- */

static bool is_gone(const struct sg_engine *engine, const struct entry *entry)
{
    return engine->poll - entry->poll > FORGET_AFTER;
}

/* Make the cache anew without what is gone, or empty. When memory is short, it becomes empty. */
static void rebuild(struct sg_engine *engine, bool empty)
{
    struct sg_arena *arena = sg_arena_new();
    uint32_t n = 0;

    sg_index_clear(&engine->index);
    for (uint32_t i = 0; i < engine->n_entries; i++) {
        struct entry *entry = &engine->entries[i];
        bool keep = arena && !empty && !is_gone(engine, entry);
        char *key = keep ? sg_arena_bytes(arena, entry->key_len) : NULL;
        if (!key || sg_index_add(&engine->index, entry->hash, n)) {
            forget_value(entry);
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

static int build_key(struct sg_engine *engine, const struct sg_attribute *attribute)
{
    struct sg_buf *key = &engine->key;

    sg_buf_clear(key);
    int r = sg_buf_add_str(key, attribute->mbean);
    for (size_t i = 0; i < attribute->depth && !r; i++) {
        r = sg_buf_add_char(key, '\0');
        if (!r)
            r = sg_buf_add_str(key, attribute->path[i]);
    }
    return r;
}

static int add_entry(struct sg_engine *engine, struct sg_str key, uint32_t hash, uint32_t *ret_id)
{
    if (engine->n_entries == SG_ENGINE_ATTRIBUTES_MAX)
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

/* ---- Values that decisions were made for ---- */

static uint64_t bits_of(const struct sg_attribute_value *value)
{
    uint64_t bits = 0;

    switch (value->kind) {
    case SG_ATTRIBUTE_INT:
        return (uint64_t)value->integer;
    case SG_ATTRIBUTE_DOUBLE:
        memcpy(&bits, &value->number, sizeof bits);
        return bits;
    case SG_ATTRIBUTE_BOOL:
        return value->flag;
    case SG_ATTRIBUTE_TEXT:
        break;
    }
    return 0;
}

static bool is_remembered(const struct remembered *memory, const struct sg_attribute_value *value)
{
    if (memory->kind != value->kind)
        return false;
    if (value->kind != SG_ATTRIBUTE_TEXT)
        return memory->bits == bits_of(value);
    return sg_str_equal((struct sg_str){ memory->text, memory->text_len }, value->text);
}

static int remember(struct entry *entry, const struct sg_attribute_value *value)
{
    struct remembered *memory = calloc(1, sizeof *memory);

    if (!memory)
        return -ENOMEM;
    memory->kind = value->kind;
    memory->bits = bits_of(value);
    if (value->kind == SG_ATTRIBUTE_TEXT) {
        memory->text_len = value->text.len;
        memory->text = malloc(value->text.len + 1);
        if (!memory->text) {
            free(memory);
            return -ENOMEM;
        }
        memcpy(memory->text, value->text.ptr, value->text.len);
    }
    entry->decided_for = memory;
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
    entry->reason = reason;
}

/* Find or render the series of an outcome. */
static int add_series(
    struct sg_engine *engine, const struct sg_outcome *outcome, uint32_t *ret_series)
{
    uint32_t family;

    int r = sg_series_table_add_family(engine->table, &outcome->family, &family);
    if (r)
        return r;
    return sg_series_table_add(
        engine->table, family, outcome->suffix, outcome->labels, outcome->n_labels, ret_series);
}

static int decide(struct sg_engine *engine,
    struct entry *entry,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    struct sg_outcome outcome;

    engine->stats.n_decided++;
    forget_value(entry);
    entry->is_decided = entry->is_drop = false;
    int r = sg_matcher_decide(engine->matcher, attribute, value, &outcome);
    if (!r && outcome.depends_on_value)
        r = remember(entry, value);
    if (r)
        return r;

    entry->kind = outcome.kind;
    entry->rule = outcome.rule;
    entry->has_literal = outcome.has_literal;
    entry->literal = outcome.literal;
    switch (outcome.kind) {
    case SG_OUTCOME_NOTHING:
        break;
    case SG_OUTCOME_BAD_VALUE:
        set_drop(entry, SG_DROP_BAD_VALUE);
        break;
    case SG_OUTCOME_BAD_NAME:
        set_drop(entry, SG_DROP_NAME);
        break;
    case SG_OUTCOME_SERIES:
        r = add_series(engine, &outcome, &entry->series);
        if (r == -ENOMEM)
            return r; /* perhaps there is memory at the next poll */
        if (r)
            set_drop(entry, reason_of(r));
        break;
    }
    entry->is_decided = true;
    return 0;
}

/*
 * value × factor. A factor that is 1/n is applied as a division by n, which rounds once: 1e-9 of
 * 1234567890 is 1.23456789 and not 1.2345678900000001.
 */
static double scale(double value, double factor)
{
    double divisor = round(1 / factor);
    bool is_fraction = factor > 1e-15 && factor < 1 && 1 / divisor == factor;
    return is_fraction ? value / divisor : value * factor;
}

static double number_of(const struct entry *entry, const struct sg_attribute_value *value)
{
    if (entry->has_literal)
        return entry->literal;
    return value->kind == SG_ATTRIBUTE_INT ? (double)value->integer : value->number;
}

static int set_series(
    struct sg_engine *engine, const struct entry *entry, const struct sg_attribute_value *value)
{
    const struct sg_rule *rule = entry->rule;

    if (!entry->has_literal && value->kind == SG_ATTRIBUTE_BOOL)
        return sg_series_table_set_int(engine->table, entry->series, value->flag);
    if (!entry->has_literal && value->kind == SG_ATTRIBUTE_TEXT)
        return 0;
    double number = number_of(entry, value);
    if (rule->has_absent && number == rule->absent)
        return 0;
    if (!entry->has_literal && value->kind == SG_ATTRIBUTE_INT && rule->factor == 1)
        return sg_series_table_set_int(engine->table, entry->series, value->integer);
    if (rule->factor != 1)
        number = scale(number, rule->factor);
    return sg_series_table_set_double(engine->table, entry->series, number);
}

void sg_engine_put(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    engine->stats.n_values++;
    if (value->kind == SG_ATTRIBUTE_TEXT && !engine->rules->uses_text)
        return;
    int r = build_key(engine, attribute);
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
    entry->poll = engine->poll;

    if (!entry->is_decided || (entry->decided_for && !is_remembered(entry->decided_for, value)))
        r = decide(engine, entry, attribute, value);
    if (!r && entry->is_drop)
        drop(engine, entry->reason);
    else if (!r && entry->kind == SG_OUTCOME_SERIES)
        r = set_series(engine, entry, value);
    if (r)
        drop(engine, reason_of(r));
}

void sg_engine_begin(struct sg_engine *engine)
{
    uint32_t n_gone = 0;

    sg_series_table_begin(engine->table);
    engine->poll++;
    engine->stats = (struct sg_engine_stats){ 0 };
    for (uint32_t i = 0; i < engine->n_entries; i++)
        n_gone += is_gone(engine, &engine->entries[i]);
    if (sg_series_table_epoch(engine->table) != engine->epoch) {
        engine->epoch = sg_series_table_epoch(engine->table);
        rebuild(engine, true);
    } else if (n_gone >= FORGET_AT_LEAST && n_gone > engine->n_entries / 4) {
        rebuild(engine, false);
    }
}

int sg_engine_snapshot(struct sg_engine *engine, struct sg_sample_set **ret_set)
{
    return sg_series_table_snapshot(engine->table, ret_set);
}

const struct sg_engine_stats *sg_engine_stats(const struct sg_engine *engine)
{
    return &engine->stats;
}
