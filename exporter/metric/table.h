/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Internals of the series table, shared by series.c, links.c and snapshot.c only. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/keyed.h"
#include "base/sync.h"
#include "metric/alias.h"
#include "metric/family.h"
#include "metric/sample_set.h"

/* Both texts are shared by many series, hence numbers. */
struct series_key {
    uint32_t name;   /* in the table's names: with the suffix */
    uint32_t labels; /* in the table's labels: `{…} ` or ` ` */
};

struct series {
    struct series_key key;
    uint32_t family;
    uint32_t last_set; /* collection number */
};

struct family {
    struct sg_keyed_text key;
    struct sg_family family; /* its texts are in the arena of the table's families */
    uint32_t n_series;
};

/* A series, and the one that has its value under an alias. */
struct link {
    uint32_t from;
    uint32_t to;
    const struct sg_alias *alias;
    int64_t number; /* of the state, if the alias has numbers of states */
};

struct sg_layout {
    struct sg_refs refs;
    struct sg_arena *arenas[3]; /* of all texts below; NULL: none */
    size_t n_runs;
    struct sg_family_run *runs;
    size_t n_series;
    struct sg_str *names;
    struct sg_series_text *texts;
    uint32_t *series; /* the table's number of each */
};

struct sg_series_table {
    char *constant; /* rendered: a="b",c="d" */
    size_t constant_len;
    size_t n_constant_names;
    char *constant_names[SG_LABELS_MAX];

    struct sg_keyed families; /* of struct family; never forgotten */
    struct sg_keyed series;   /* of struct series; a generation is a collection */
    struct sg_keyed names;    /* texts */
    struct sg_keyed labels;   /* texts */
    size_t max_series;
    size_t values_allocated; /* by series number: */
    uint64_t *bits;
    uint8_t *kinds;

    const struct sg_aliases *aliases;
    uint32_t n_linked; /* series whose links exist */
    size_t n_links, links_allocated;
    struct link *links;

    struct sg_buf text;  /* scratch */
    struct sg_buf whole; /* of sg_series_table_text() */
    struct sg_layout *layout;
    uint32_t epoch;
};

static inline struct family *sg_family_at(const struct sg_series_table *table, uint32_t family)
{
    return (struct family *)table->families.list + family;
}

static inline struct series *sg_series_at(const struct sg_series_table *table, uint32_t series)
{
    return (struct series *)table->series.list + series;
}

/** The two texts of a series. */
static inline struct sg_str sg_series_name(
    const struct sg_series_table *table, const struct series *series)
{
    return sg_keyed_key(&table->names, series->key.name);
}

static inline struct sg_str sg_series_labels(
    const struct sg_series_table *table, const struct series *series)
{
    return sg_keyed_key(&table->labels, series->key.labels);
}

/** The series whose text is in the scratch buffer. @return as sg_series_table_add */
int sg_series_table_keep(
    struct sg_series_table *table, uint32_t family, size_t max_series, uint32_t *ret_series);

/** @return as sg_series_table_set_int */
int sg_series_table_set(
    struct sg_series_table *table, uint32_t series, enum sg_value_kind kind, uint64_t bits);

/** Create the aliases of new series. @return 0 or a negative errno */
int sg_links_make(struct sg_series_table *table);

/** Set the aliases' values of this collection. */
void sg_links_follow(struct sg_series_table *table);
