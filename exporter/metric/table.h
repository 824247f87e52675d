/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The series table from inside, shared by series.c, links.c and snapshot.c; for nobody else. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/index.h"
#include "base/sync.h"
#include "metric/alias.h"
#include "metric/family.h"
#include "metric/sample_set.h"

/* Texts that many series have: each is in the arena once. */
struct texts {
    struct sg_index index;
    uint32_t n, allocated;
    struct sg_str *list;
};

struct series {
    uint32_t name;   /* in the table's names: with the suffix */
    uint32_t labels; /* in the table's labels: `{…} ` or ` ` */
    uint32_t family;
    uint32_t last_set; /* collection number */
};

struct family {
    struct sg_family family; /* texts in the arena */
    uint32_t hash;
    uint32_t n_series;
};

/* A series, and another that has its value under an alias. */
struct link {
    uint32_t from;
    uint32_t to;
    const struct sg_alias *alias;
    int64_t number; /* of the state, when the alias has numbers of states */
};

struct sg_layout {
    struct sg_refs refs;
    struct sg_arena *arena;
    size_t n_runs;
    struct sg_family_run *runs;
    size_t n_series;
    struct sg_str *names;
    struct sg_series_text *texts;
    uint32_t *series; /* the table's number of each */
};

struct sg_series_table {
    struct sg_arena *arena;
    char *constant; /* rendered: a="b",c="d" */
    size_t constant_len;
    size_t n_constant_names;
    char *constant_names[SG_LABELS_MAX];

    struct family *families;
    uint32_t n_families;
    uint32_t families_allocated;
    struct sg_index family_index;

    struct series *series;
    uint64_t *bits;
    uint8_t *kinds;
    uint32_t n_series;
    uint32_t series_allocated;
    size_t max_series;
    struct sg_index series_index;
    struct texts names;
    struct texts labels;

    const struct sg_aliases *aliases;
    uint32_t n_linked; /* series whose links are made */
    size_t n_links, links_allocated;
    struct link *links;

    struct sg_buf text;  /* scratch */
    struct sg_buf whole; /* of sg_series_table_text() */
    struct sg_layout *layout;
    uint32_t collection;
    uint32_t epoch;
};

/** The series whose text is in the scratch buffer. @return as sg_series_table_add */
int sg_series_table_keep(
    struct sg_series_table *table, uint32_t family, size_t max_series, uint32_t *ret_series);

/** @return as sg_series_table_set_int */
int sg_series_table_set(
    struct sg_series_table *table, uint32_t series, enum sg_value_kind kind, uint64_t bits);

/** Make the aliases of series that are new. @return 0 or a negative errno */
int sg_links_make(struct sg_series_table *table);

/** Give the aliases their values of this collection. */
void sg_links_follow(struct sg_series_table *table);
