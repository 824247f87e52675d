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
 * A key is the ObjectName, the path, and the index of tabular data, with NULs between them; none
 * can contain one. Keys live in an arena. Entries that no poll has touched for FORGET_AFTER polls
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

/* What a decision was made for. */
struct remembered {
    bool sees_value;
    enum sg_attribute_kind kind;
    uint64_t bits;
    char *text; /* owned */
    size_t text_len;
    const struct sg_customizer *customizer; /* NULL: it makes no labels */
    char *labels;                           /* owned; the values that it makes labels of, joined */
    size_t labels_len;
};

/* The product that a rule with `times` gave last, and what was its factor. */
struct product {
    double product;
    double factor;
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
    const struct sg_rule *rule;
    struct remembered *decided_for; /* owned; NULL when the value does not matter */
    struct product *product;        /* owned; NULL without `times` */
};

/* The series that jmx_exporter treats as one family: they have one name before its type's suffix.
 */
struct group {
    const char *key;    /* a letter for the class, and the name; in the groups' arena */
    uint32_t family;    /* named so, without a suffix; SG_INDEX_NONE: not needed yet */
    uint32_t counter;   /* with _total */
    uint32_t poll;      /* that the rest is about */
    bool has_types;     /* attributes of different types have come into it, at any time */
    uint8_t first_type; /* of the first one */
    uint8_t types;      /* of this poll: one bit per enum sg_metric_type */
    bool coincides;
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
    struct sg_arena *group_arena;
    struct sg_index group_index;
    struct group *groups;
    uint32_t n_groups;
    uint32_t n_groups_allocated;
    uint32_t poll;
    uint32_t forget_after; /* polls */
    uint32_t epoch;
    bool is_settled;      /* the poll's values are in the table */
    struct sg_buf key;    /* scratch */
    struct sg_buf labels; /* scratch */
    struct sg_buf mbean;  /* that the latest value was of, where metricCustomizers are */
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
    sg_buf_init(&engine->labels, KEY_BYTES_MAX);
    sg_buf_init(&engine->mbean, KEY_BYTES_MAX);
    engine->is_settled = true;
    engine->forget_after = FORGET_AFTER;
    engine->arena = sg_arena_new();
    engine->group_arena = sg_arena_new();
    if (!engine->arena || !engine->group_arena)
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

void sg_engine_use_aliases(struct sg_engine *engine, const struct sg_aliases *aliases)
{
    sg_series_table_use_aliases(engine->table, aliases);
}

static void forget_value(struct entry *entry)
{
    if (entry->decided_for) {
        free(entry->decided_for->text);
        free(entry->decided_for->labels);
    }
    free(entry->decided_for);
    entry->decided_for = NULL;
}

static void forget(struct entry *entry)
{
    forget_value(entry);
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
    free(engine->groups);
    sg_index_done(&engine->group_index);
    (void)sg_arena_unref(engine->group_arena);
    sg_buf_done(&engine->key);
    sg_buf_done(&engine->labels);
    sg_buf_done(&engine->mbean);
    (void)sg_matcher_free(engine->matcher);
    (void)sg_series_table_free(engine->table);
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

static char *write_key_part(char *out, char what, struct sg_str part)
{
    *out++ = '\0';
    *out++ = what;
    memcpy(out, part.ptr, part.len);
    return out + part.len;
}

/* This runs once per value of every poll, hence one look at the buffer's room for the whole key. */
static int build_key(struct sg_engine *engine, const struct sg_attribute *attribute)
{
    struct sg_buf *key = &engine->key;
    size_t len = attribute->mbean.len;

    for (size_t i = 0; i < attribute->depth; i++)
        len += attribute->path[i].len + 2;
    for (size_t i = 0; i < attribute->n_index; i++)
        len += attribute->index[i].column.len + attribute->index[i].value.len + 4;
    sg_buf_clear(key);
    int r = sg_buf_reserve(key, len);
    if (r)
        return r;
    memcpy(key->ptr, attribute->mbean.ptr, attribute->mbean.len);
    char *out = key->ptr + attribute->mbean.len;
    for (size_t i = 0; i < attribute->depth; i++)
        out = write_key_part(out, attribute->is_extra ? 'x' : 'p', attribute->path[i]);
    for (size_t i = 0; i < attribute->n_index; i++) {
        out = write_key_part(out, 'c', attribute->index[i].column);
        out = write_key_part(out, 'v', attribute->index[i].value);
    }
    key->len = len;
    return 0;
}

/* The attribute that a key was made of; texts are borrowed from the key. */
static void read_key(struct sg_str key, struct sg_attribute *attribute)
{
    const char *end = key.ptr + key.len;
    const char *nul = memchr(key.ptr, '\0', key.len);

    *attribute = (struct sg_attribute){ .mbean = { key.ptr, (size_t)(nul - key.ptr) } };
    while (nul) {
        char what = nul[1];
        const char *start = nul + 2;
        nul = memchr(start, '\0', (size_t)(end - start));
        struct sg_str part = { start, (size_t)((nul ? nul : end) - start) };
        if (what == 'c')
            attribute->index[attribute->n_index].column = part;
        else if (what == 'v')
            attribute->index[attribute->n_index++].value = part;
        else
            attribute->path[attribute->depth++] = part;
    }
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

/* What a metricCustomizer makes labels of, joined in engine->labels. @return as sg_buf_add */
static int join_labels(struct sg_engine *engine,
    const struct sg_customizer *customizer,
    const struct sg_attribute *attribute)
{
    struct sg_attribute_value value;
    int r = 0;

    sg_buf_clear(&engine->labels);
    for (size_t i = 0; i < customizer->n_labels && !r; i++) {
        if (attribute->find &&
            attribute->find(attribute, SG_ATTRIBUTE_OF_MBEAN, customizer->labels[i], &value))
            r = sg_matcher_add_value(&engine->labels, &value);
        if (!r)
            r = sg_buf_add_char(&engine->labels, '\0');
    }
    return r;
}

static bool is_remembered(struct sg_engine *engine,
    const struct remembered *memory,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    if (memory->customizer) {
        struct sg_str labels = { memory->labels, memory->labels_len };
        if (join_labels(engine, memory->customizer, attribute) ||
            !sg_str_equal(labels, sg_buf_get(&engine->labels)))
            return false;
    }
    if (!memory->sees_value)
        return true;
    if (memory->kind != value->kind)
        return false;
    if (value->kind != SG_ATTRIBUTE_TEXT)
        return memory->bits == bits_of(value);
    return sg_str_equal((struct sg_str){ memory->text, memory->text_len }, value->text);
}

static int copy_bytes(struct sg_str bytes, char **ret_copy, size_t *ret_len)
{
    char *copy = malloc(bytes.len + 1);

    if (!copy)
        return -ENOMEM;
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    *ret_copy = copy;
    *ret_len = bytes.len;
    return 0;
}

/* Where a decision holds only for its value, or for its labels from other attributes, keep these.
 */
static int remember(struct sg_engine *engine,
    struct entry *entry,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_outcome *outcome)
{
    bool has_labels = outcome->customizer && outcome->customizer->n_labels;
    int r = 0;

    /* What a rule with `cache` has matched stays matched. */
    if (outcome->kind == SG_OUTCOME_SERIES && outcome->rule->cache)
        return 0;
    if (!outcome->depends_on_value && !has_labels)
        return 0;
    struct remembered *memory = entry->decided_for = calloc(1, sizeof *memory);
    if (!memory)
        return -ENOMEM;
    memory->sees_value = outcome->depends_on_value;
    memory->kind = value->kind;
    memory->bits = bits_of(value);
    if (value->kind == SG_ATTRIBUTE_TEXT)
        r = copy_bytes(value->text, &memory->text, &memory->text_len);
    if (!r && has_labels) {
        memory->customizer = outcome->customizer;
        r = join_labels(engine, outcome->customizer, attribute);
        if (!r)
            r = copy_bytes(sg_buf_get(&engine->labels), &memory->labels, &memory->labels_len);
    }
    return r;
}

/* ---- Groups ---- */

static bool group_equal(const void *owner, uint32_t id, const void *key)
{
    return strcmp(((const struct sg_engine *)owner)->groups[id].key, key) == 0;
}

static int add_group(struct sg_engine *engine,
    struct sg_str key,
    uint32_t hash,
    enum sg_metric_type type,
    uint32_t *ret_id)
{
    if (engine->n_groups == engine->n_groups_allocated) {
        uint32_t n = engine->n_groups_allocated ? engine->n_groups_allocated * 2 : 64;
        struct group *groups = realloc(engine->groups, n * sizeof *groups);
        if (!groups)
            return -ENOMEM;
        engine->groups = groups;
        engine->n_groups_allocated = n;
    }
    char *copy = sg_arena_copy(engine->group_arena, key);
    if (!copy || sg_index_add(&engine->group_index, hash, engine->n_groups))
        return -ENOMEM;
    engine->groups[engine->n_groups] = (struct group){
        .key = copy,
        .family = SG_INDEX_NONE,
        .counter = SG_INDEX_NONE,
        .first_type = (uint8_t)type,
        .poll = engine->poll - 1,
    };
    *ret_id = engine->n_groups++;
    return 0;
}

/* jmx_exporter knows three types; what only our own rules have keeps to itself. */
static bool is_common(enum sg_metric_type type)
{
    return type == SG_METRIC_UNKNOWN || type == SG_METRIC_GAUGE || type == SG_METRIC_COUNTER;
}

static int find_group(
    struct sg_engine *engine, const struct sg_outcome *outcome, uint32_t *ret_group)
{
    enum sg_metric_type type = outcome->family.type;

    sg_buf_clear(&engine->key); /* no longer needed for what is decided */
    int r = sg_buf_add_char(&engine->key, is_common(type) ? 'c' : (char)('A' + type));
    if (!r)
        r = sg_buf_add_str(&engine->key, outcome->base);
    if (!r)
        r = sg_buf_add_char(&engine->key, '\0');
    if (r)
        return r;
    struct sg_str key = { engine->key.ptr, engine->key.len - 1 };
    uint32_t hash = sg_hash(key);
    *ret_group = sg_index_find(&engine->group_index, hash, group_equal, engine, key.ptr);
    return *ret_group == SG_INDEX_NONE ? add_group(engine, key, hash, type, ret_group) : 0;
}

/* Family numbers are no longer what they were. When memory is short, names are kept in vain. */
static void clear_groups(struct sg_engine *engine)
{
    struct sg_arena *arena = sg_arena_new();

    engine->n_groups = 0;
    sg_index_clear(&engine->group_index);
    if (!arena)
        return;
    (void)sg_arena_unref(engine->group_arena);
    engine->group_arena = arena;
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
        r = find_group(engine, outcome, &entry->group);
    if (r)
        return r;
    struct group *group = &engine->groups[entry->group];
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
    forget_value(entry);
    entry->is_decided = entry->is_drop = false;
    int r = sg_matcher_decide(engine->matcher, attribute, value, &outcome);
    if (!r)
        r = remember(engine, entry, attribute, value, &outcome);
    if (r)
        return r;

    entry->kind = (uint8_t)outcome.kind;
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

/* ---- Values ---- */

static void keep_int(struct entry *entry, int64_t value)
{
    entry->value_kind = SG_VALUE_INT;
    entry->bits = (uint64_t)value;
}

static void keep_double(struct entry *entry, double value)
{
    entry->value_kind = SG_VALUE_DOUBLE;
    memcpy(&entry->bits, &value, sizeof entry->bits);
}

static bool number_of(const struct sg_attribute_value *value, double *ret_number)
{
    if (value->kind == SG_ATTRIBUTE_INT)
        *ret_number = (double)value->integer;
    else if (value->kind == SG_ATTRIBUTE_DOUBLE)
        *ret_number = value->number;
    else
        return false;
    return true;
}

/*
 * The product of two attributes, which the agent does not read at one moment: an average may have
 * fallen before its count has risen. A sum does not fall; only when the count has fallen, because
 * the broker has started anew, it does.
 * @return 0 and ret_is_there, or -ENOMEM
 */
static int multiply(
    struct entry *entry, const struct sg_attribute *attribute, double *number, bool *ret_is_there)
{
    struct sg_attribute_value other;
    double factor;

    *ret_is_there = attribute->find &&
                    attribute->find(attribute, SG_ATTRIBUTE_SIBLING, entry->rule->times, &other) &&
                    number_of(&other, &factor);
    if (!*ret_is_there)
        return 0;
    *number *= factor;
    if (entry->type != SG_METRIC_COUNTER && entry->type != SG_METRIC_SUMMARY)
        return 0;
    struct product *last = entry->product;
    if (!last) {
        last = entry->product = calloc(1, sizeof *last);
        if (!last)
            return -ENOMEM;
    } else if (factor >= last->factor && *number < last->product) {
        *number = last->product;
    }
    *last = (struct product){ *number, factor };
    return 0;
}

/* Keep what the sample's value is, for the end of the poll. @return 0 or -ENOMEM */
static int keep_value(struct entry *entry,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    const struct sg_rule *rule = entry->rule;
    double number = entry->literal;

    if (!entry->has_literal) {
        if (value->kind == SG_ATTRIBUTE_BOOL && !rule->times) {
            keep_int(entry, value->flag);
            return 0;
        }
        if (!number_of(value, &number))
            return 0;
    }
    if (rule->has_absent && number == rule->absent)
        return 0;
    if (rule->times) {
        bool is_there;
        int r = multiply(entry, attribute, &number, &is_there);
        if (r || !is_there)
            return r;
    } else if (!entry->has_literal && value->kind == SG_ATTRIBUTE_INT && rule->factor == 1) {
        keep_int(entry, value->integer);
        return 0;
    }
    keep_double(entry, number * rule->factor);
    return 0;
}

/* What client_java takes for a reason to give nothing at all. */
static bool is_negative_counter(const struct entry *entry)
{
    double number;

    if (entry->type != SG_METRIC_COUNTER || entry->value_kind == SG_VALUE_ABSENT)
        return false;
    if (entry->value_kind == SG_VALUE_INT)
        return (int64_t)entry->bits < 0;
    memcpy(&number, &entry->bits, sizeof number);
    return number < 0;
}

/* ---- A poll ---- */

static void join_group(struct sg_engine *engine, const struct entry *entry)
{
    struct group *group = &engine->groups[entry->group];

    if (group->poll != engine->poll) {
        group->poll = engine->poll;
        group->types = 0;
        group->coincides = false;
    }
    group->types |= (uint8_t)(1 << entry->type);
}

static void put_one(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
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
    if (entry->poll + 1 != engine->poll && entry->rule && entry->rule->cache)
        entry->is_decided = false; /* jmx_exporter's cache forgets what one scrape has not seen */
    entry->poll = engine->poll;
    entry->value_kind = SG_VALUE_ABSENT;

    if (!entry->is_decided ||
        (entry->decided_for && !is_remembered(engine, entry->decided_for, attribute, value)))
        r = decide(engine, entry, attribute, value);
    if (!r && entry->is_drop)
        drop(engine, entry->reason);
    else if (!r && entry->kind == SG_OUTCOME_SERIES)
        r = keep_value(entry, attribute, value);
    if (r) {
        drop(engine, reason_of(r));
    } else if (is_negative_counter(entry)) {
        entry->value_kind = SG_VALUE_ABSENT;
        drop(engine, SG_DROP_BAD_VALUE);
    } else if (entry->value_kind != SG_VALUE_ABSENT) {
        join_group(engine, entry);
    }
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
    if (build_key(engine, attribute))
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

    sg_series_table_begin(engine->table);
    engine->poll++;
    engine->is_settled = false;
    engine->stats = (struct sg_engine_stats){ 0 };
    sg_buf_clear(&engine->mbean);
    for (uint32_t i = 0; i < engine->n_entries; i++)
        n_gone += is_gone(engine, &engine->entries[i]);
    if (n_gone >= FORGET_AT_LEAST && n_gone > engine->n_entries / 4)
        rebuild(engine);
    if (sg_series_table_epoch(engine->table) == engine->epoch)
        return;
    engine->epoch = sg_series_table_epoch(engine->table);
    for (uint32_t i = 0; i < engine->n_entries; i++)
        engine->entries[i].is_decided = false;
    clear_groups(engine);
}

/* ---- The end of a poll ---- */

static bool is_mixed(const struct group *group)
{
    return (group->types & (group->types - 1)) != 0;
}

/* The type that jmx_exporter gives a family depends on which of its rules have matched today. */
static void settle_types(struct sg_engine *engine)
{
    static const enum sg_metric_type types[] = { SG_METRIC_UNKNOWN, SG_METRIC_GAUGE };

    for (uint32_t i = 0; i < engine->n_groups; i++) {
        const struct group *group = &engine->groups[i];
        if (group->poll != engine->poll || group->key[0] != 'c' || !group->has_types)
            continue;
        if (is_mixed(group))
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
    const struct group *group = &engine->groups[entry->group];
    bool is_counter = entry->type == SG_METRIC_COUNTER && !(form & FORM_MIXED);
    struct sg_label name = { .name = SG_STR("_objectname") };
    struct sg_attribute attribute;
    const struct sg_attribute_value *value = NULL;
    struct sg_attribute_value text = { .kind = SG_ATTRIBUTE_TEXT };

    if (form & FORM_NAMED) {
        read_key((struct sg_str){ entry->key, entry->key_len }, &attribute);
        if (entry->decided_for && entry->decided_for->kind == SG_ATTRIBUTE_TEXT) {
            text.text = (struct sg_str){ entry->decided_for->text, entry->decided_for->text_len };
            value = &text;
        }
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

static unsigned form_of(const struct group *group)
{
    return (is_mixed(group) ? FORM_MIXED : 0) | (group->coincides ? FORM_NAMED : 0);
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
        const struct group *group = &engine->groups[entry->group];
        if (group->coincides)
            sg_series_table_unset(engine->table, entry->series[form_of(group) & FORM_MIXED]);
    }
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        const struct group *group = &engine->groups[entry->group];
        int r = group->coincides ? set_form(engine, entry, form_of(group)) : 0;
        if (r)
            drop(engine, reason_of(r));
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
    settle_types(engine);
    for (uint32_t i = 0; (entry = next_present(engine, &i));) {
        struct group *group = &engine->groups[entry->group];
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
    return sg_series_table_snapshot(engine->table, ret_set);
}

const struct sg_engine_stats *sg_engine_stats(const struct sg_engine *engine)
{
    return &engine->stats;
}
