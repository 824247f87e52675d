/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/table.h"

#include "base/grow.h"
#include "metric/series.h"

#include <string.h>

/*
 * A link is from a series to another one of the table, which has its value under an alias. Links
 * are created when a series first appears, and applied once at the end of each collection.
 */

void sg_series_table_use_aliases(struct sg_series_table *table, const struct sg_aliases *aliases)
{
    table->aliases = aliases && aliases->n ? aliases : NULL;
}

static int add_link(struct sg_series_table *table, const struct sg_alias *alias, uint32_t from)
{
    const struct sg_family *source =
        &sg_family_at(table, sg_series_at(table, from)->family)->family;
    const struct sg_family family = {
        .name = alias->to,
        .type = alias->type,
        .help = alias->help ? alias->help : source->help,
    };
    struct sg_str text = sg_series_table_text(table, from);
    uint32_t id, to;
    int64_t number = 0;

    if (!sg_alias_fits(alias, text, &number))
        return 0;
    sg_buf_clear(&table->text);
    sg_alias_render(alias, text, &table->text);
    int r = sg_buf_error(&table->text);
    if (!r)
        r = sg_series_table_add_family(table, &family, &id);
    if (!r)
        r = sg_series_table_keep(table, id, SG_INDEX_NONE, &to);
    if (!r && table->n_links == table->links_allocated)
        r = sg_grow(&table->links, table->n_links, &table->links_allocated, sizeof *table->links);
    if (!r)
        table->links[table->n_links++] = (struct link){ from, to, alias, number };
    return r > 0 ? -EMSGSIZE : r; /* the table of aliases has been checked */
}

/* Create the aliases of new series. */
int sg_links_make(struct sg_series_table *table)
{
    for (; table->aliases && table->n_linked < table->series.n; table->n_linked++) {
        uint32_t family = sg_series_at(table, table->n_linked)->family;
        size_t n;
        const struct sg_alias *aliases =
            sg_aliases_find(table->aliases, sg_family_at(table, family)->family.name, &n);
        for (size_t i = 0; i < n; i++) {
            int r = add_link(table, &aliases[i], table->n_linked);
            if (r)
                return r;
        }
    }
    return 0;
}

static double value_of(const struct sg_series_table *table, uint32_t series)
{
    return sg_value_number((enum sg_value_kind)table->kinds[series], table->bits[series]);
}

/* The sum of two integers is an integer, if it fits. */
static void combine(struct sg_series_table *table, const struct link *link)
{
    bool ints = table->kinds[link->from] == SG_VALUE_INT && table->kinds[link->to] == SG_VALUE_INT;
    int64_t a = (int64_t)table->bits[link->from];
    int64_t b = (int64_t)table->bits[link->to];
    int64_t sum;

    if (link->alias->combine == SG_ALIAS_MAX) {
        if (ints ? a > b : value_of(table, link->from) > value_of(table, link->to)) {
            table->bits[link->to] = table->bits[link->from];
            table->kinds[link->to] = table->kinds[link->from];
        }
    } else if (link->alias->combine == SG_ALIAS_SUM) {
        double value = value_of(table, link->from) + value_of(table, link->to);
        if (ints && !__builtin_add_overflow(a, b, &sum)) {
            table->bits[link->to] = (uint64_t)sum;
        } else {
            memcpy(&table->bits[link->to], &value, sizeof value);
            table->kinds[link->to] = SG_VALUE_DOUBLE;
        }
    }
}

/* Set the aliases' values of this collection. */
void sg_links_follow(struct sg_series_table *table)
{
    for (size_t i = 0; i < table->n_links; i++) {
        const struct link *link = &table->links[i];
        if (table->kinds[link->from] == SG_VALUE_ABSENT)
            continue;
        if (link->alias->states) {
            if (value_of(table, link->from) == 1)
                (void)sg_series_table_set_int(table, link->to, link->number);
            continue;
        }
        if (table->kinds[link->to] == SG_VALUE_ABSENT)
            (void)sg_series_table_set(table, link->to, (enum sg_value_kind)table->kinds[link->from],
                table->bits[link->from]);
        else
            combine(table, link);
    }
}
