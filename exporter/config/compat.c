/* SPDX-License-Identifier: Apache-2.0 */
#include "config/compat.h"

#include "base/auto.h"
#include "base/file.h"
#include "config/config.h"
#include "config/key_names.h"
#include "config/kinds.h"
#include "config/table_catalogues.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLUSTER_LABEL "kafka_cluster"

enum {
    COMPAT_E_TABLE = 1
};

SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

static const char *const table_keys[] = { "aliases", "needs", "replaces", NULL };
static const char *const alias_keys[] = { "combine", "factor", "from", "help", "labels", "to",
    "type", "values", "where", NULL };

const struct sg_key_names sg_compat_keys[] = {
    { "", table_keys },
    { "aliases[].", alias_keys },
    { NULL, NULL },
};

/* ---- One alias ---- */

static bool read_name(
    struct sg_yaml *table, const struct sg_yaml_node *node, const char *key, char **value)
{
    if (!sg_yaml_read_string(table, node, key, value)) {
        if (!sg_yaml_find(node, key))
            sg_yaml_problem(table, node, "an alias needs \"%s\", a metric name", key);
        return false;
    }
    if (!sg_metric_name_valid(sg_str_of(*value)))
        sg_yaml_problem(table, sg_yaml_find(node, key), "\"%.80s\" is not a metric name", *value);
    return true;
}

/* One of a few words. @return its index in the list, or -1: absent, or a problem was reported */
static int read_word(struct sg_yaml *table,
    const struct sg_yaml_node *node,
    const char *key,
    const char *const *words,
    const char *said)
{
    struct sg_str text;

    if (!sg_yaml_read_text(table, node, key, &text))
        return -1;
    int place = sg_find_word(words, text);
    if (place < 0)
        sg_yaml_problem(table, sg_yaml_find(node, key), "\"%s\" must be %s", key, said);
    return place;
}

static void read_label(struct sg_yaml *table,
    const struct sg_yaml_node *from,
    const struct sg_yaml_node *to,
    const char *cluster_label,
    struct sg_alias *alias)
{
    struct sg_str name = sg_yaml_text(from);
    struct sg_str own = sg_yaml_text(to);
    struct sg_alias_label *label = &alias->labels[alias->n_labels];
    bool is_cluster = sg_str_equal(name, SG_STR(CLUSTER_LABEL));

    if (!sg_label_name_valid(name) || !sg_label_name_valid(own)) {
        sg_yaml_problem(table, from, "\"labels\" must map label names to label names");
        return;
    }
    /* A label that keeps its name has the name that the user has configured. */
    label->from = strdup(is_cluster ? cluster_label : name.ptr);
    label->to = strdup(is_cluster && sg_str_equal(own, name) ? cluster_label : own.ptr);
    alias->n_labels++;
    if (!label->from || !label->to) {
        sg_yaml_problem(table, from, "out of memory");
        return;
    }
    if (sg_str_equal(own, SG_STR("le")) || sg_str_equal(own, SG_STR("quantile")))
        sg_yaml_problem(
            table, to, "the label \"%.80s\" is reserved by Prometheus; choose another", own.ptr);
    for (size_t i = 0; i + 1 < alias->n_labels; i++) {
        if (alias->labels[i].to && strcmp(alias->labels[i].to, label->to) == 0)
            sg_yaml_problem(
                table, to, "two labels of the alias would be called \"%.80s\"", label->to);
    }
}

static void read_labels(struct sg_yaml *table,
    const struct sg_yaml_node *node,
    const char *cluster_label,
    struct sg_alias *alias)
{
    const struct sg_yaml_node *labels = sg_yaml_find(node, "labels");

    if (!sg_yaml_is_map(labels) || sg_yaml_count(labels) > SG_ALIAS_LABELS_MAX) {
        sg_yaml_problem(table, labels ? labels : node,
            "an alias needs \"labels\", a map of at most %d labels to keep, with their new names",
            SG_ALIAS_LABELS_MAX);
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(labels); i++) {
        const struct sg_yaml_node *from;
        const struct sg_yaml_node *to;
        sg_yaml_pair(labels, i, &from, &to);
        read_label(table, from, to, cluster_label, alias);
    }
}

/* values: { state: { Stable: 1, … } } */
static void read_values(
    struct sg_yaml *table, const struct sg_yaml_node *node, struct sg_alias *alias)
{
    const struct sg_yaml_node *values = sg_yaml_find(node, "values");
    const struct sg_yaml_node *label = NULL;
    const struct sg_yaml_node *numbers = NULL;

    if (!values)
        return;
    if (sg_yaml_is_map(values) && sg_yaml_count(values) == 1)
        sg_yaml_pair(values, 0, &label, &numbers);
    if (!label || !sg_label_name_valid(sg_yaml_text(label)) || !sg_yaml_is_map(numbers) ||
        sg_yaml_count(numbers) > SG_ALIAS_VALUES_MAX) {
        sg_yaml_problem(table, values,
            "\"values\" must be a stateset's label with a map of at most %d of its states to "
            "numbers",
            SG_ALIAS_VALUES_MAX);
        return;
    }
    alias->states = strdup(sg_yaml_text(label).ptr);
    for (size_t i = 0; i < sg_yaml_count(numbers); i++) {
        const struct sg_yaml_node *state;
        const struct sg_yaml_node *number;
        char *end = NULL;
        sg_yaml_pair(numbers, i, &state, &number);
        struct sg_str digits = sg_yaml_text(number);
        long long value = digits.len && digits.len < 10 ? strtoll(digits.ptr, &end, 10) : 0;
        if (!end || end != digits.ptr + digits.len) {
            sg_yaml_problem(table, number, "a state's value must be a whole number");
            return;
        }
        struct sg_alias_value *place = &alias->values[alias->n_values++];
        *place = (struct sg_alias_value){ strdup(sg_yaml_text(state).ptr), value };
        if (!alias->states || !place->text)
            sg_yaml_problem(table, state, "out of memory");
    }
}

/* where: { resource: Fetch } */
static void read_where(
    struct sg_yaml *table, const struct sg_yaml_node *node, struct sg_alias *alias)
{
    const struct sg_yaml_node *where = sg_yaml_find(node, "where");
    const struct sg_yaml_node *label = NULL;
    const struct sg_yaml_node *value = NULL;

    if (!where)
        return;
    if (sg_yaml_is_map(where) && sg_yaml_count(where) == 1)
        sg_yaml_pair(where, 0, &label, &value);
    if (!label || !sg_label_name_valid(sg_yaml_text(label)) || !sg_yaml_text(value).len) {
        sg_yaml_problem(table, where, "\"where\" must be one label with its value");
        return;
    }
    alias->where_label = strdup(sg_yaml_text(label).ptr);
    alias->where_value = strdup(sg_yaml_text(value).ptr);
    if (!alias->where_label || !alias->where_value)
        sg_yaml_problem(table, where, "out of memory");
}

/* factor: 1000, or 0.001; 0 would lose the value. */
static void read_factor(
    struct sg_yaml *table, const struct sg_yaml_node *node, struct sg_alias *alias)
{
    const struct sg_yaml_node *factor = sg_yaml_find(node, "factor");
    struct sg_str digits = sg_yaml_text(factor);
    char *end = NULL;

    if (!factor)
        return;
    alias->factor = digits.len ? strtod(digits.ptr, &end) : 0;
    if (!end || end != digits.ptr + digits.len || !isnormal(alias->factor))
        sg_yaml_problem(table, factor, "\"factor\" must be a number, and not 0");
    else if (sg_yaml_find(node, "values"))
        sg_yaml_problem(table, factor, "\"factor\" and \"values\" exclude each other");
}

static void read_alias(struct sg_yaml *table,
    const struct sg_yaml_node *node,
    const char *cluster_label,
    struct sg_alias *alias)
{
    static const char *const combines[] = { "max", "sum", NULL };
    static const char *const types[] = { "counter", "gauge", "info", "untyped", NULL };
    static const enum sg_metric_type type_of[] = { SG_METRIC_COUNTER, SG_METRIC_GAUGE,
        SG_METRIC_INFO, SG_METRIC_UNKNOWN };

    if (!sg_yaml_expect_map(table, node, "an alias", alias_keys))
        return;
    (void)read_name(table, node, "from", &alias->from);
    (void)read_name(table, node, "to", &alias->to);
    (void)sg_yaml_read_string(table, node, "help", &alias->help);
    int combine = read_word(table, node, "combine", combines, "max or sum");
    int type = read_word(table, node, "type", types, "counter, gauge, info or untyped");
    alias->combine = combine < 0 ? SG_ALIAS_FIRST : combine == 0 ? SG_ALIAS_MAX : SG_ALIAS_SUM;
    alias->type = type < 0 ? SG_METRIC_GAUGE : type_of[type];
    read_factor(table, node, alias);
    read_where(table, node, alias);
    read_labels(table, node, cluster_label, alias);
    read_values(table, node, alias);
}

/* ---- A table ---- */

static void read_aliases(
    struct sg_yaml *table, const char *cluster_label, struct sg_aliases *aliases)
{
    const struct sg_yaml_node *root = sg_yaml_root(table);
    const struct sg_yaml_node *list = sg_yaml_find(root, "aliases");

    size_t n = sg_yaml_count(list);
    if (!sg_yaml_is_list(list) || n == 0 || n + aliases->n > SG_ALIASES_MAX) {
        sg_yaml_problem(table, list ? list : root,
            "\"aliases\" must be a list; all tables together have at most %d", SG_ALIASES_MAX);
        return;
    }
    struct sg_alias *more = realloc(aliases->list, (aliases->n + n) * sizeof *more);
    if (!more) {
        sg_yaml_problem(table, list, "out of memory");
        return;
    }
    aliases->list = more;
    for (size_t i = 0; i < n; i++) {
        struct sg_alias *alias = &aliases->list[aliases->n++];
        *alias = (struct sg_alias){ 0 };
        read_alias(table, sg_yaml_item(list, i), cluster_label, alias);
    }
}

/* @return 0, or COMPAT_E_TABLE with the first problem */
static int read_table(struct sg_yaml *table,
    const char *name,
    const char *cluster_label,
    struct sg_aliases *aliases,
    struct sg_table_catalogues *catalogues,
    struct sg_error *err)
{
    if (sg_yaml_expect_map(table, sg_yaml_root(table), "a table of aliases", table_keys)) {
        sg_table_catalogues_read(table, name, catalogues);
        read_aliases(table, cluster_label, aliases);
    }
    if (sg_yaml_n_problems(table) == 0)
        return 0;
    return sg_error_set(err, COMPAT_E_TABLE, "%s", sg_yaml_get_problem(table, 0));
}

int sg_compat_add(const struct sg_embedded *file,
    const char *cluster_label,
    struct sg_aliases *aliases,
    struct sg_table_catalogues *catalogues,
    struct sg_error *err)
{
    sg_auto(sg_yaml_free) struct sg_yaml *table = NULL;

    int r = sg_yaml_load_text(file->file, (struct sg_str){ file->text, file->len }, &table, err);
    return r ? r : read_table(table, file->set, cluster_label, aliases, catalogues, err);
}

bool sg_compat_is_used(const struct sg_config *config, const char *name)
{
    for (size_t i = 0; i < config->n_compat; i++) {
        if (strcmp(config->compat[i], name) == 0)
            return true;
    }
    return false;
}

static int add_file(const char *path, struct sg_config *config, struct sg_error *err)
{
    sg_auto(sg_yaml_free) struct sg_yaml *table = NULL;

    int r = sg_yaml_load_file(path, SG_FILE_NO_PIPE, &table, err);
    return r ? r
             : read_table(table, path, config->cluster_label, &config->aliases,
                   &config->table_catalogues, err);
}

static const struct sg_embedded *find_table(struct sg_str name)
{
    for (const struct sg_embedded *file = sg_compat_files; file->set; file++) {
        if (sg_str_equal(name, sg_str_of(file->set)))
            return file;
    }
    return NULL;
}

static void complain(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *name)
{
    struct sg_buf names;

    sg_buf_init(&names, 300);
    for (const struct sg_embedded *file = sg_compat_files; file->set; file++)
        (void)sg_buf_printf(&names, "%s%s", names.len ? ", " : "", file->set);
    sg_yaml_problem(yaml, node,
        "\"%.80s\" is not a built-in table of aliases (" SG_STR_FMT ") or the path of a file", name,
        SG_STR_ARG(sg_buf_get(&names)));
    sg_buf_done(&names);
}

/* The names of tables, for messages, and the aliases of all of them. */
static void read_compat(const struct sg_value *v)
{
    const struct sg_yaml_node *list = sg_yaml_find(v->map, v->key->name);
    struct sg_config *config = v->base;
    struct sg_aliases *aliases = &config->aliases;

    if (!list)
        return;
    if (!sg_yaml_is_list(list)) {
        sg_key_problem(v, sg_at(list), "%s", v->key->must);
        return;
    }
    config->compat = sg_read_array(v->reading, list, sg_yaml_count(list), sizeof *config->compat);
    for (size_t i = 0; config->compat && i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        struct sg_str name = sg_yaml_text(item);
        const struct sg_embedded *file = find_table(name);
        struct sg_error err = { "" };
        int r = 0;
        if (file)
            r = sg_compat_add(
                file, config->cluster_label, aliases, &config->table_catalogues, &err);
        else if (memchr(name.ptr, '/', name.len))
            r = add_file(name.ptr, config, &err);
        else
            complain(v->reading->yaml, item, name.ptr);
        if (r)
            sg_problem(v->reading, sg_at(item), "%s", r < 0 ? strerror(-r) : err.text);
        if ((config->compat[config->n_compat] = strdup(name.ptr)))
            config->n_compat++;
        else
            sg_no_memory(v->reading, sg_at(item));
    }
    for (size_t i = 0; i < aliases->n; i++) {
        if (!aliases->list[i].from || !aliases->list[i].to)
            return; /* reported above; not sorted */
    }
    sg_aliases_sort(aliases);
}

static bool same_alias(const struct sg_alias *a, const struct sg_alias *b)
{
    if (strcmp(a->from, b->from) != 0 || strcmp(a->to, b->to) != 0 || a->type != b->type ||
        a->combine != b->combine || a->factor != b->factor || !sg_same_text(a->help, b->help) ||
        a->n_labels != b->n_labels)
        return false;
    for (size_t i = 0; i < a->n_labels; i++) {
        if (strcmp(a->labels[i].from, b->labels[i].from) != 0 ||
            strcmp(a->labels[i].to, b->labels[i].to) != 0)
            return false;
    }
    if (!sg_same_text(a->where_label, b->where_label) ||
        !sg_same_text(a->where_value, b->where_value))
        return false;
    if (!sg_same_text(a->states, b->states) || a->n_values != b->n_values)
        return false;
    for (size_t i = 0; i < a->n_values; i++) {
        if (strcmp(a->values[i].text, b->values[i].text) != 0 ||
            a->values[i].number != b->values[i].number)
            return false;
    }
    return true;
}

/* A file may have changed, so only the content of the tables is compared. */
static bool same_compat(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    const struct sg_aliases *aliases_a = &((const struct sg_config *)a)->aliases;
    const struct sg_aliases *aliases_b = &((const struct sg_config *)b)->aliases;

    (void)key, (void)restarts;
    if (aliases_a->n != aliases_b->n)
        return false;
    for (size_t i = 0; i < aliases_a->n; i++) {
        if (!same_alias(&aliases_a->list[i], &aliases_b->list[i]))
            return false;
    }
    return true;
}

static void free_compat(const struct sg_value *v)
{
    struct sg_config *config = v->base;

    sg_list_free(v);
    sg_aliases_done(&config->aliases);
    sg_table_catalogues_done(&config->table_catalogues);
}

const struct sg_kind sg_kind_compat = { .name = "list of tables",
    .read = read_compat,
    .same = same_compat,
    .show = sg_list_show,
    .free = free_compat,
    .element_size = sizeof(char *),
    .show_element = sg_name_show,
    .free_element = sg_name_free };
