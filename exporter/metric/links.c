/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/table.h"

#include "base/grow.h"
#include "metric/series.h"

#include <math.h>
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

/* The links of a series by a name of it. */
static int add_links(struct sg_series_table *table, struct sg_str name, uint32_t from)
{
    size_t n;
    const struct sg_alias *aliases = sg_aliases_find(table->aliases, name, &n);
    int r = 0;

    for (size_t i = 0; i < n && !r; i++)
        r = add_link(table, &aliases[i], from);
    return r;
}

/* Create the aliases of new series: those of the family and, with a suffix, of the series' name. */
int sg_links_make(struct sg_series_table *table)
{
    for (; table->aliases && table->n_linked < table->series.n; table->n_linked++) {
        const struct series *series = sg_series_at(table, table->n_linked);
        struct sg_str family = sg_str_of(sg_family_at(table, series->family)->family.name);
        struct sg_str name = sg_series_name(table, series);
        bool has_suffix = name.len > family.len;
        int r = add_links(table, family, table->n_linked);
        if (!r && has_suffix)
            r = add_links(table, name, table->n_linked);
        if (r)
            return r;
    }
    return 0;
}

/* A value, as the sample set stores it. */
struct value {
    enum sg_value_kind kind;
    uint64_t bits;
};

static double number_of(struct value value)
{
    return sg_value_number(value.kind, value.bits);
}

static struct value of_int(int64_t number)
{
    return (struct value){ SG_VALUE_INT, (uint64_t)number };
}

static struct value of_double(double number)
{
    struct value value = { .kind = SG_VALUE_DOUBLE };

    memcpy(&value.bits, &number, sizeof number);
    return value;
}

static struct value value_of(const struct sg_series_table *table, uint32_t series)
{
    return (struct value){ (enum sg_value_kind)table->kinds[series], table->bits[series] };
}

/* An integer stays one if the factor is a whole number and the product fits. */
static struct value scaled(struct value value, double factor)
{
    int64_t product;

    if (factor == 0 || factor == 1)
        return value;
    if (value.kind == SG_VALUE_INT && fabs(factor) < INT32_MAX && factor == trunc(factor) &&
        !__builtin_mul_overflow((int64_t)value.bits, (int64_t)factor, &product))
        return of_int(product);
    return of_double(number_of(value) * factor);
}

/* The sum of two integers is an integer, if it fits. */
static struct value combined(enum sg_alias_combine combine, struct value a, struct value b)
{
    bool ints = a.kind == SG_VALUE_INT && b.kind == SG_VALUE_INT;
    int64_t x = (int64_t)a.bits;
    int64_t y = (int64_t)b.bits;
    int64_t sum;

    if (combine == SG_ALIAS_MAX)
        return (ints ? x >= y : number_of(a) >= number_of(b)) ? a : b;
    if (combine == SG_ALIAS_FIRST)
        return a;
    return ints && !__builtin_add_overflow(x, y, &sum) ? of_int(sum)
                                                       : of_double(number_of(a) + number_of(b));
}

/* Set the aliases' values of this collection. */
void sg_links_follow(struct sg_series_table *table)
{
    for (size_t i = 0; i < table->n_links; i++) {
        const struct link *link = &table->links[i];
        struct value from = value_of(table, link->from);
        struct value to = value_of(table, link->to);
        if (from.kind == SG_VALUE_ABSENT)
            continue;
        if (link->alias->states) {
            if (number_of(from) == 1)
                (void)sg_series_table_set_int(table, link->to, link->number);
            continue;
        }
        from = scaled(from, link->alias->factor);
        if (to.kind != SG_VALUE_ABSENT) {
            from = combined(link->alias->combine, to, from);
            sg_series_table_unset(table, link->to);
        }
        (void)sg_series_table_set(table, link->to, from.kind, from.bits);
    }
}
