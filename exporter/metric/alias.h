/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Series under additional names, those of other exporters. An alias defines the source family, its
 * own name, which labels are kept, and their new names. Where several series become one without the
 * dropped labels, the value is their maximum or sum. A factor converts units.
 *
 * A set of aliases is immutable once built, and shared by any number of series tables; any thread.
 */

#include "base/buf.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_ALIASES_MAX = 2000,
    SG_ALIAS_LABELS_MAX = 16,
    SG_ALIAS_VALUES_MAX = 16,
};

enum sg_alias_combine {
    SG_ALIAS_FIRST, /* one series gives the value; of several, the first */
    SG_ALIAS_MAX,
    SG_ALIAS_SUM,
};

struct sg_alias_label {
    char *from;
    char *to;
};

/* The alias's value for the series whose label has this value. */
struct sg_alias_value {
    char *text;
    int64_t number;
};

struct sg_alias {
    char *from; /* a family's name, or that of its series with a suffix (_count) */
    char *to;
    char *help; /* NULL: that of the family */
    enum sg_metric_type type;
    enum sg_alias_combine combine;
    double factor;   /* the alias's value is the series' times this; 0 is 1 */
    size_t n_labels; /* that are kept, in this order */
    struct sg_alias_label labels[SG_ALIAS_LABELS_MAX];
    /* Only series with this label have the alias; NULL: all. */
    char *where_label;
    char *where_value;
    /* Of a stateset: its label, and the number of each state. The alias has that of the state that
       is 1; series of other states are ignored. NULL: the alias has the series' own value. */
    char *states;
    size_t n_values;
    struct sg_alias_value values[SG_ALIAS_VALUES_MAX];
};

struct sg_aliases {
    size_t n;
    struct sg_alias *list; /* by `from` after sg_aliases_sort() */
};

/** Free what they own; empty afterwards. */
void sg_aliases_done(struct sg_aliases *aliases);

/** Sort by family, as sg_aliases_find() needs. */
void sg_aliases_sort(struct sg_aliases *aliases);

/** Aliases of a name, as in `from`: *ret_n of them, borrowed; NULL when there are none. aliases may
 * be NULL. */
const struct sg_alias *sg_aliases_find(
    const struct sg_aliases *aliases, struct sg_str name, size_t *ret_n);

/**
 * Does the series contribute to the alias?
 *
 * @param text        of the series, as below
 * @param ret_number  its value while the series is 1, if the alias has numbers of states
 */
bool sg_alias_fits(const struct sg_alias *alias, struct sg_str text, int64_t *ret_number);

/**
 * A series' text under its alias. A label that the series does not have is left out.
 *
 * @param text  of the series, `name{labels} `; a suffix of the family's name (_sum, _count) is kept
 * on the alias's
 * @param out   appended
 */
void sg_alias_render(const struct sg_alias *alias, struct sg_str text, struct sg_buf *out);
