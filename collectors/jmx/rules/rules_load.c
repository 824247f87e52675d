/* SPDX-License-Identifier: Apache-2.0 */
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/yaml.h"
#include "jmx/rules/java_number.h"
#include "jmx/rules/rules.h"
#include "jmx/rules/rules_keys.h"
#include "jmx/rules/rules_loader.h"
#include "jmx/rules/rules_scope.h"
#include "jmx/rules/value_scope.h"

#include <errno.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

/* ---- One rule ---- */

/* The value of a key; NULL for one that is null, which jmx_exporter treats as missing. */
static const struct sg_yaml_node *find_given(const struct sg_yaml_node *node, const char *key)
{
    const struct sg_yaml_node *value = sg_yaml_find(node, key);

    return sg_yaml_is_null(value) ? NULL : value;
}

/*
 * A scalar as Java's String.valueOf() gives it: a key without a value is the text "null", a flag or
 * a number has its canonical form. @param room  for SG_NUMBER_TEXT_MAX characters
 */
static struct sg_str java_text(const struct sg_yaml_node *node, char *room)
{
    struct sg_str text = sg_yaml_text(node);

    if (sg_yaml_is_null(node))
        return SG_STR("null");
    size_t n = sg_yaml_is_plain(node) ? sg_java_number_of_yaml(room, text) : 0;
    return n ? (struct sg_str){ room, n } : text;
}

static bool read_template(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    struct sg_str text,
    const struct sg_rule *rule,
    struct sg_template *ret_template)
{
    struct sg_error err;

    int r = sg_template_parse(text, rule->pattern, ret_template, &err);
    if (r == -ENOMEM)
        sg_rules_loader_no_memory(loader, node);
    else if (r)
        sg_yaml_problem(loader->yaml, node, "%s", err.text);
    return r == 0;
}

/* A template under a key of the rule. @return is it there, and valid? */
static bool read_rule_template(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    const char *key,
    const struct sg_rule *rule,
    struct sg_template *ret_template)
{
    const struct sg_yaml_node *value = sg_yaml_find(node, key);
    char room[SG_NUMBER_TEXT_MAX];

    if (!value || (sg_yaml_is_null(value) && strcmp(key, "value") != 0))
        return false;
    if (!sg_yaml_is_scalar(value)) {
        sg_yaml_problem(loader->yaml, value, "\"%s\" must be text", key);
        return false;
    }
    return read_template(loader, value, java_text(value, room), rule, ret_template);
}

static int compare_labels(const void *a, const void *b)
{
    const struct sg_rule_label *const x = a;
    const struct sg_rule_label *const y = b;
    return strcmp(x->name.text, y->name.text);
}

static void read_labels(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, struct sg_rule *rule)
{
    const struct sg_yaml_node *labels = sg_yaml_find(node, "labels");
    size_t n = sg_yaml_count(labels);

    if (!labels)
        return;
    if (!sg_yaml_is_map(labels) || n > SG_RULE_LABELS_MAX) {
        sg_yaml_problem(loader->yaml, labels, "\"labels\" must be a map of at most %d labels",
            SG_RULE_LABELS_MAX);
        return;
    }
    if (!sg_rules_loader_grow(loader, labels, &rule->labels, 0, n, sizeof *rule->labels))
        return;
    for (size_t i = 0; i < n; i++) {
        struct sg_rule_label *label = &rule->labels[rule->n_labels];
        const struct sg_yaml_node *name;
        const struct sg_yaml_node *value;
        char room[SG_NUMBER_TEXT_MAX];
        struct sg_str literal;
        sg_yaml_pair(labels, i, &name, &value);
        if (!sg_yaml_is_scalar(name) || !sg_yaml_is_scalar(value)) {
            sg_yaml_problem(loader->yaml, name, "a label is one name and one value");
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            const struct sg_yaml_node *other;
            const struct sg_yaml_node *other_value;
            sg_yaml_pair(labels, j, &other, &other_value);
            if (sg_str_equal(sg_yaml_text(other), sg_yaml_text(name)))
                sg_yaml_problem(loader->yaml, name, "duplicate label in the rule");
        }
        if (!read_template(loader, name, sg_yaml_text(name), rule, &label->name))
            continue;
        if (sg_template_literal(&label->name, &literal) && memchr(literal.ptr, ':', literal.len))
            sg_yaml_problem(loader->yaml, name, "a label's name cannot have a colon");
        if (read_template(loader, value, java_text(value, room), rule, &label->value))
            rule->n_labels++;
        else
            sg_template_done(&label->name);
    }
    qsort(rule->labels, rule->n_labels, sizeof *rule->labels, compare_labels);
}

static void read_type(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, struct sg_rule *rule)
{
    static const struct {
        const char *name;
        enum sg_metric_type type;
    } types[] = {
        { "COUNTER", SG_METRIC_COUNTER },
        { "GAUGE", SG_METRIC_GAUGE },
        { "INFO", SG_METRIC_INFO },
        { "SUMMARY", SG_METRIC_SUMMARY },
        { "UNTYPED", SG_METRIC_UNKNOWN },
        { "UNKNOWN", SG_METRIC_UNKNOWN },
    };
    /* The value cannot be a number, or not that kind of number. */
    static const char *const before_1_0[] = { "GAUGE_HISTOGRAM", "HISTOGRAM", "STATE_SET" };
    struct sg_str text;

    if (!sg_yaml_read_text(loader->yaml, node, "type", &text))
        return;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcasecmp(text.ptr, types[i].name) != 0)
            continue;
        if (strcmp(text.ptr, types[i].name) == 0)
            rule->type = types[i].type;
        else
            sg_rules_loader_warn(loader, sg_yaml_find(node, "type"),
                "a type that is not in capitals is UNTYPED, as in jmx_exporter");
        return;
    }
    for (size_t i = 0; i < sizeof before_1_0 / sizeof before_1_0[0]; i++) {
        if (strcasecmp(text.ptr, before_1_0[i]) != 0)
            continue;
        sg_rules_loader_warn(loader, sg_yaml_find(node, "type"),
            "a type of jmx_exporter before 1.0; it is UNTYPED, as in jmx_exporter since 1.0");
        return;
    }
    sg_yaml_problem(loader->yaml, sg_yaml_find(node, "type"),
        "\"%.40s\" is not a type; use GAUGE, COUNTER, UNTYPED, INFO or SUMMARY", text.ptr);
}

/* labelsFrom: { vendor: VmVendor } */
static void read_labels_from(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, struct sg_rule *rule)
{
    const struct sg_yaml_node *labels = sg_yaml_find(node, "labelsFrom");
    size_t n = sg_yaml_count(labels);

    if (!labels)
        return;
    if (!rule->has_name || !sg_yaml_is_map(labels) || n > SG_RULE_LABELS_MAX) {
        sg_yaml_problem(loader->yaml, labels,
            "\"labelsFrom\" must be a map of at most %d labels to attributes, in a rule with a "
            "name",
            SG_RULE_LABELS_MAX);
        return;
    }
    if (!sg_rules_loader_grow(loader, labels, &rule->labels_from, 0, n, sizeof *rule->labels_from))
        return;
    for (size_t i = 0; i < n; i++) {
        struct sg_rule_label_from *from = &rule->labels_from[rule->n_labels_from++];
        const struct sg_yaml_node *label;
        const struct sg_yaml_node *attribute;
        sg_yaml_pair(labels, i, &label, &attribute);
        if (!sg_label_name_valid(sg_yaml_text(label)) || !sg_yaml_text(attribute).len)
            sg_yaml_problem(loader->yaml, label, "\"labelsFrom\" maps a label to an attribute");
        from->label = strdup(sg_yaml_text(label).ptr);
        from->attribute = strdup(sg_yaml_is_scalar(attribute) ? sg_yaml_text(attribute).ptr : "");
        if (!from->label || !from->attribute)
            sg_rules_loader_no_memory(loader, label);
    }
}

static bool read_java_number(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const char *key, double *value)
{
    const struct sg_yaml_node *number = sg_yaml_find(node, key);

    if (!number)
        return false;
    if (sg_java_number_read(sg_yaml_text(number), value))
        return true;
    sg_yaml_problem(loader->yaml, number, "\"%s\" must be a number", key);
    return false;
}

static bool uses_group(const struct sg_rule *rule, unsigned group)
{
    bool uses = sg_template_uses(&rule->name, group) || sg_template_uses(&rule->help, group) ||
                sg_template_uses(&rule->value, group);

    for (size_t i = 0; i < rule->n_labels && !uses; i++)
        uses = sg_template_uses(&rule->labels[i].name, group) ||
               sg_template_uses(&rule->labels[i].value, group);
    return uses;
}

static void find_value_scope(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    struct sg_str text,
    struct sg_rule *rule)
{
    unsigned last = sg_regex_n_groups(rule->pattern);
    struct sg_value_scope scope = sg_value_scope_of(text, last > 0 && uses_group(rule, last));

    /* Group 0 is the whole text that is matched, value and all. */
    rule->sees_value = !rule->cache && (scope.sees_value || uses_group(rule, 0));
    if (rule->sees_value && scope.guard_len && !uses_group(rule, 0)) {
        struct sg_str guard = { text.ptr, scope.guard_len };
        if (sg_regex_new(guard, SG_REGEX_HEAD, &rule->guard, NULL) == -ENOMEM)
            sg_rules_loader_no_memory(loader, node);
    }
}

/* What jmx_exporter requires, and what it detects only while scraping. */
static void check_rule(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const struct sg_rule *rule)
{
    static const char *const need_name[] = { "labels", "help" };
    const struct sg_yaml_node *name = find_given(node, "name");

    for (size_t i = 0; i < 2; i++) {
        if (find_given(node, need_name[i]) && !name)
            sg_yaml_problem(loader->yaml, find_given(node, need_name[i]),
                "\"%s\" needs a \"name\" in the rule", need_name[i]);
    }
    if (name && !sg_yaml_find(node, "pattern"))
        sg_yaml_problem(loader->yaml, name, "\"name\" needs a \"pattern\" in the rule");
    if (sg_yaml_find(node, "value") && !sg_yaml_find(node, "pattern"))
        sg_yaml_problem(
            loader->yaml, sg_yaml_find(node, "value"), "\"value\" needs a \"pattern\" in the rule");
    if (rule->times && rule->has_value)
        sg_yaml_problem(loader->yaml, sg_yaml_find(node, "times"),
            "\"times\" and \"value\" exclude each other");
    if (rule->cache && rule->has_value && !sg_template_literal(&rule->value, &(struct sg_str){ 0 }))
        sg_rules_loader_warn(loader, sg_yaml_find(node, "value"),
            "with \"cache\" patterns do not see the value; the rule gives nothing");
}

static void read_rule(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, struct sg_rule *rule)
{
    static const char *const keys[] = { "absent", "attrNameSnakeCase", "cache", "dots", "help",
        "labels", "labelsFrom", "name", "pattern", "times", "type", "value", "valueFactor", NULL };
    const struct sg_yaml_node *pattern = sg_yaml_find(node, "pattern");
    struct sg_str text = SG_STR("");
    struct sg_error err;

    rule->factor = 1;
    if (!sg_yaml_expect_map(loader->yaml, node, "a rule", keys))
        return;
    rule->file = loader->file;
    rule->line = sg_yaml_line(node);
    if (pattern && sg_yaml_read_text(loader->yaml, node, "pattern", &text)) {
        int r = sg_regex_new(text, SG_REGEX_WHOLE, &rule->pattern, &err);
        if (r == -ENOMEM)
            sg_rules_loader_no_memory(loader, pattern);
        else if (r)
            sg_yaml_problem(loader->yaml, pattern, "%s", err.text);
    }
    (void)sg_yaml_read_bool(loader->yaml, node, "cache", &rule->cache);
    (void)sg_yaml_read_bool(loader->yaml, node, "attrNameSnakeCase", &rule->snake_case);
    read_type(loader, node, rule);
    if (find_given(node, "valueFactor"))
        (void)read_java_number(loader, node, "valueFactor", &rule->factor);
    rule->has_absent = read_java_number(loader, node, "absent", &rule->absent);
    (void)sg_yaml_read_string(loader->yaml, node, "times", &rule->times);
    if (sg_yaml_read_string(loader->yaml, node, "dots", &rule->dots))
        loader->rules->uses_dots = true;
    rule->unquote = loader->unquote;
    if (pattern && !rule->pattern)
        return; /* without the pattern every group would be reported as missing */
    rule->has_name = read_rule_template(loader, node, "name", rule, &rule->name);
    rule->has_help = read_rule_template(loader, node, "help", rule, &rule->help);
    if (read_rule_template(loader, node, "value", rule, &rule->value))
        rule->has_value = rule->value.n_pieces > 0; /* "value: ''" is the same as no value */
    read_labels(loader, node, rule);
    read_labels_from(loader, node, rule);
    check_rule(loader, node, rule);
    if (rule->pattern)
        find_value_scope(loader, pattern, text, rule);
    loader->rules->uses_text = loader->rules->uses_text || rule->has_value;
}

/* ---- The file ---- */

static void read_rules(struct sg_rules_loader *loader, const struct sg_yaml_node *root)
{
    const struct sg_yaml_node *node = sg_yaml_find(root, "rules");
    struct sg_rules *rules = loader->rules;
    size_t n = node ? sg_yaml_count(node) : 1;

    if (node && !sg_rules_loader_is_list(loader, node, "\"rules\"", SG_RULES_MAX))
        return;
    if (!sg_rules_loader_grow(loader, root, &rules->rules, rules->n_rules, n, sizeof *rules->rules))
        return;
    if (!node) /* no "rules" at all: one that matches everything, with the default name */
        rules->rules[rules->n_rules++].factor = 1;
    for (size_t i = 0; i < sg_yaml_count(node); i++)
        read_rule(loader, sg_yaml_item(node, i), &rules->rules[rules->n_rules++]);
}

static void warn_of_idle_keys(struct sg_rules_loader *loader, const struct sg_yaml_node *root)
{
    for (size_t i = 0; i < sg_yaml_count(root); i++) {
        const struct sg_yaml_node *key;
        const struct sg_yaml_node *value;
        sg_yaml_pair(root, i, &key, &value);
        const char *why = sg_rules_idle_key(sg_yaml_text(key));
        if (why)
            sg_rules_loader_warn(loader, key, why);
    }
}

static void note_file(struct sg_rules_loader *loader)
{
    struct sg_rules *rules = loader->rules;
    char *name = strdup(sg_yaml_name(loader->yaml));

    if (!name || !sg_rules_loader_grow(
                     loader, NULL, &rules->files, rules->n_files, 1, sizeof *rules->files)) {
        free(name);
        sg_rules_loader_no_memory(loader, NULL);
        return;
    }
    loader->file = rules->files[rules->n_files++] = name;
}

static void read_root(struct sg_rules_loader *loader)
{
    const struct sg_yaml_node *root = sg_yaml_root(loader->yaml);
    struct sg_yaml *yaml = loader->yaml;
    struct sg_rules *rules = loader->rules;

    note_file(loader);
    if (root && !sg_yaml_is_null(root) && !sg_rules_expect_keys(yaml, root))
        return;
    (void)sg_yaml_read_bool(yaml, root, "lowercaseOutputName", &rules->lowercase_names);
    (void)sg_yaml_read_bool(yaml, root, "lowercaseOutputLabelNames", &rules->lowercase_labels);
    (void)sg_yaml_read_bool(yaml, root, "inferCounterTypeFromName", &rules->infer_counters);
    (void)sg_yaml_read_bool(yaml, root, "excludeJvmMetrics", &rules->exclude_jvm);
    (void)sg_yaml_read_bool(yaml, root, "unquote", &loader->unquote);
    if (sg_yaml_find(root, "keyOrder") && rules->n_key_order == 0)
        (void)sg_rules_loader_read_texts(loader, sg_yaml_find(root, "keyOrder"), "\"keyOrder\"",
            &rules->key_order, &rules->n_key_order);
    sg_rules_scope_read(loader, root);
    if (sg_yaml_find(root, "metricCustomizers"))
        sg_customizers_read(&rules->customizers, yaml, sg_yaml_find(root, "metricCustomizers"));
    warn_of_idle_keys(loader, root);
    read_rules(loader, root);
}

static int read_document(struct sg_rules *rules, struct sg_yaml *yaml, struct sg_error *err)
{
    struct sg_rules_loader loader = { .yaml = yaml, .rules = rules };

    read_root(&loader);
    size_t n = sg_yaml_n_problems(yaml);
    if (n == 0)
        return 0;
    if (n == 1)
        return sg_error_set(err, SG_RULES_E_INVALID, "%s", sg_yaml_get_problem(yaml, 0));
    /* As many as fit, one a line. */
    struct sg_buf text;
    sg_buf_init(&text, sizeof err->text - 1);
    for (size_t i = 0; i < n; i++) {
        if (sg_buf_printf(&text, "%s%s", i ? "\n" : "", sg_yaml_get_problem(yaml, i)))
            break;
    }
    (void)sg_error_set(err, 0, "%.*s", (int)text.len, text.ptr ? text.ptr : "");
    sg_buf_done(&text);
    return SG_RULES_E_INVALID;
}

int sg_rules_add_text(
    struct sg_rules *rules, const char *name, struct sg_str text, struct sg_error *err)
{
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;

    int r = sg_yaml_load_text(name, text, &yaml, err);
    return r ? r : read_document(rules, yaml, err);
}

int sg_rules_load_file(const char *path, struct sg_rules **ret_rules, struct sg_error *err)
{
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;

    int r = sg_yaml_load_file(path, SG_FILE_PIPE_WAIT_MS, &yaml, err);
    if (!r)
        r = sg_rules_new(&rules);
    if (!r)
        r = read_document(rules, yaml, err);
    if (r)
        return r;
    *ret_rules = sg_take(&rules);
    return 0;
}
