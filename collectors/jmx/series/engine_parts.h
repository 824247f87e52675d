/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The parts of an engine: engine.c receives a poll's values, settle.c puts them into the table at
 * its end. Used by these two only.
 */

#include "base/buf.h"
#include "base/keyed.h"
#include "jmx/rules/matcher.h"
#include "jmx/series/decided_for.h"
#include "jmx/series/engine_stats.h"
#include "jmx/series/family_group.h"
#include "jmx/series/sample.h"
#include "jmx/series/twins.h"
#include "metric/series.h"

#include <stdint.h>

/* Forms of a series; both bits may be set. */
enum sg_engine_form {
    FORM_PLAIN = 0,
    FORM_MIXED = 1, /* the family has rules of different types: exported as UNKNOWN */
    FORM_NAMED = 2, /* samples coincide: all have the label _objectname */
    FORMS = 4,
};

struct sg_decision {
    struct sg_keyed_text key; /* see attribute_key.h; seen by the poll that saw it last */
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
    struct sg_keyed cache;         /* of struct sg_decision; a generation is a poll */
    struct sg_twins twins;         /* of the poll that ends */
    struct sg_family_groups groups;
    uint32_t forget_after; /* polls */
    uint32_t epoch;        /* the table's, as the latest poll began */
    bool is_settled;       /* the poll's values are in the table */
    struct sg_buf key;     /* scratch */
    struct sg_buf labels;  /* scratch */
    struct sg_buf mbean;   /* of the latest value, with metricCustomizers */
    struct sg_engine_stats stats;
    struct sg_engine_stats all_stats; /* with those of the one beside */
};

static inline struct sg_decision *sg_decision_at(const struct sg_engine *engine, uint32_t entry)
{
    return (struct sg_decision *)engine->cache.list + entry;
}

/** The number of the present poll. */
static inline uint32_t sg_engine_poll(const struct sg_engine *engine)
{
    return engine->cache.generation;
}

/** Why the series table refuses something. */
enum sg_drop_reason sg_engine_reason_of(int series_error);

/** Count a sample that is dropped. */
void sg_engine_drop(struct sg_engine *engine, enum sg_drop_reason reason);

/** Put the values of this poll into the table; once for each poll. */
void sg_engine_settle(struct sg_engine *engine);
