/* SPDX-License-Identifier: Apache-2.0 */
#include "config/table_catalogues.h"

#include "config/kinds.h"

#include <stdlib.h>
#include <string.h>

enum {
    CATALOGUES_MAX = 50, /* of a key of a table */
};

/* ---- Reading a table ---- */

static void add(struct sg_yaml *table,
    const struct sg_yaml_node *item,
    const char *name,
    bool is_replaced,
    struct sg_table_catalogues *catalogues)
{
    const char *catalogue = sg_yaml_text(item).ptr;

    if (!catalogue[0] || strpbrk(catalogue, "/.")) {
        sg_yaml_problem(table, item, "\"%.80s\" is not the name of a catalogue", catalogue);
        return;
    }
    struct sg_table_catalogue *more =
        realloc(catalogues->list, (catalogues->n + 1) * sizeof *catalogues->list);
    if (more) {
        catalogues->list = more;
        more += catalogues->n++;
        *more = (struct sg_table_catalogue){ strdup(catalogue), strdup(name), is_replaced };
    }
    if (!more || !more->name || !more->table)
        sg_yaml_problem(table, item, "out of memory");
}

static void read_list(struct sg_yaml *table,
    const char *key,
    const char *name,
    bool is_replaced,
    struct sg_table_catalogues *catalogues)
{
    const struct sg_yaml_node *list = sg_yaml_find(sg_yaml_root(table), key);

    if (!list)
        return;
    if (!sg_yaml_is_list(list) || sg_yaml_count(list) > CATALOGUES_MAX) {
        sg_yaml_problem(
            table, list, "\"%s\" must be a list of at most %d catalogues", key, CATALOGUES_MAX);
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(list); i++)
        add(table, sg_yaml_item(list, i), name, is_replaced, catalogues);
}

void sg_table_catalogues_read(
    struct sg_yaml *table, const char *name, struct sg_table_catalogues *catalogues)
{
    read_list(table, "needs", name, false, catalogues);
    read_list(table, "replaces", name, true, catalogues);
}

void sg_table_catalogues_done(struct sg_table_catalogues *catalogues)
{
    for (size_t i = 0; i < catalogues->n; i++) {
        free(catalogues->list[i].name);
        free(catalogues->list[i].table);
    }
    free(catalogues->list);
    *catalogues = (struct sg_table_catalogues){ 0 };
}

/* ---- Brokers' rules ---- */

static bool has(const struct sg_rules_config *rules, const char *name)
{
    for (size_t i = 0; i < rules->n; i++) {
        if (strcmp(rules->names[i], name) == 0)
            return true;
    }
    return false;
}

static void add_needed(struct sg_reading *reading,
    const struct sg_yaml_node *jolokia,
    const struct sg_table_catalogues *catalogues,
    struct sg_rules_config *rules)
{
    char **names = realloc(rules->names, (rules->n + catalogues->n + 1) * sizeof *names);

    if (!names) {
        sg_no_memory(reading, sg_at(jolokia));
        return;
    }
    rules->names = names;
    for (size_t i = 0; i < catalogues->n; i++) {
        const struct sg_table_catalogue *one = &catalogues->list[i];
        if (one->is_replaced || has(rules, one->name))
            continue;
        names[rules->n] = strdup(one->name);
        if (!names[rules->n]) {
            sg_no_memory(reading, sg_at(jolokia));
            return;
        }
        rules->n++;
        rules->n_added++;
    }
    /* A catalogue that does not exist is found later, with this position. */
    if (rules->n_added && !rules->place)
        rules->place =
            sg_text_of_place(reading->yaml, sg_yaml_find(sg_yaml_root(reading->yaml), "compat"));
}

void sg_table_catalogues_apply(
    struct sg_reading *reading, const struct sg_yaml_node *jolokia, struct sg_rules_config *rules)
{
    const struct sg_table_catalogues *catalogues = &reading->config->table_catalogues;
    const struct sg_yaml_node *own = sg_yaml_find(jolokia, "rules");

    if (catalogues->n && !own)
        add_needed(reading, jolokia, catalogues, rules);
    for (size_t i = 0; i < catalogues->n; i++) {
        const struct sg_table_catalogue *one = &catalogues->list[i];
        if (one->is_replaced && has(rules, one->name))
            sg_problem(reading, sg_at(own ? own : jolokia),
                "the catalogue \"%.80s\" and the table \"%.80s\" have the same names: remove one",
                one->name, one->table);
    }
}
