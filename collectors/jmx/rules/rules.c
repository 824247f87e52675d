/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/rules.h"

#include <errno.h>
#include <stdlib.h>

int sg_rules_new(struct sg_rules **ret_rules)
{
    struct sg_rules *rules = calloc(1, sizeof *rules);

    if (!rules)
        return -ENOMEM;
    *ret_rules = rules;
    return 0;
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

static void free_mbeans(struct sg_rules_mbeans *mbeans)
{
    for (size_t i = 0; i < mbeans->n; i++)
        free(mbeans->mbeans[i].text);
    free(mbeans->mbeans);
}

static void free_lists(struct sg_rules_attribute_lists *lists)
{
    for (size_t i = 0; i < lists->n; i++) {
        free(lists->lists[i].mbean.text);
        free_texts(lists->lists[i].names, lists->lists[i].n);
    }
    free(lists->lists);
}

static void free_rule(struct sg_rule *rule)
{
    (void)sg_regex_free(rule->pattern);
    (void)sg_regex_free(rule->guard);
    sg_template_done(&rule->name);
    sg_template_done(&rule->help);
    sg_template_done(&rule->value);
    for (size_t i = 0; i < rule->n_labels; i++) {
        sg_template_done(&rule->labels[i].name);
        sg_template_done(&rule->labels[i].value);
    }
    free(rule->labels);
    for (size_t i = 0; i < rule->n_labels_from; i++) {
        free(rule->labels_from[i].label);
        free(rule->labels_from[i].attribute);
    }
    free(rule->labels_from);
    free(rule->times);
    free(rule->dots);
}

struct sg_rules *sg_rules_free(struct sg_rules *rules)
{
    if (!rules)
        return NULL;
    for (size_t i = 0; i < rules->n_rules; i++)
        free_rule(&rules->rules[i]);
    free(rules->rules);
    free_texts(rules->key_order, rules->n_key_order);
    free_texts(rules->files, rules->n_files);
    free_texts(rules->warnings, rules->n_warnings);
    free_lists(&rules->requests);
    free_mbeans(&rules->includes);
    free_mbeans(&rules->excludes);
    free_lists(&rules->include_attributes);
    free_lists(&rules->exclude_attributes);
    sg_customizers_done(&rules->customizers);
    free(rules);
    return NULL;
}

static bool any_matches(const struct sg_rules_mbeans *patterns, const struct sg_object_name *mbean)
{
    for (size_t i = 0; i < patterns->n; i++) {
        if (sg_object_name_matches(&patterns->mbeans[i].name, mbean))
            return true;
    }
    return false;
}

/* Of one MBean each, as in jmx_exporter: a pattern matches none. */
static bool any_lists(const struct sg_rules_attribute_lists *lists,
    const struct sg_object_name *mbean,
    struct sg_str attribute)
{
    for (size_t i = 0; i < lists->n; i++) {
        const struct sg_object_name *name = &lists->lists[i].mbean.name;
        if (name->is_pattern || !sg_object_name_matches(name, mbean))
            continue;
        for (size_t j = 0; j < lists->lists[i].n; j++) {
            if (sg_str_equal(sg_str_of(lists->lists[i].names[j]), attribute))
                return true;
        }
    }
    return false;
}

/* What excludeJvmMetrics leaves out. */
static bool is_jvm_domain(struct sg_str domain)
{
    static const char *const domains[] = {
        "com.sun.management",
        "java.lang",
        "java.nio",
        "java.util.logging",
        "javax.management",
        "jdk.internal",
        "jdk.management",
        "jdk.management.jfr",
        "sun.management",
    };

    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        if (sg_str_equal(domain, sg_str_of(domains[i])))
            return true;
    }
    return false;
}

/* jmx_exporter never reads these: they are the command line and the environment, not numbers. */
static bool is_skipped_by_jmx_exporter(const struct sg_object_name *mbean, struct sg_str attribute)
{
    static const char *const skipped[] = {
        "SystemProperties",
        "ClassPath",
        "BootClassPath",
        "LibraryPath",
    };
    const struct sg_property *type = sg_object_name_find(mbean, SG_STR("type"));

    if (!type || mbean->n_properties != 1)
        return false;
    if (sg_str_equal(mbean->domain, SG_STR("jdk.management.jfr")))
        return sg_str_equal(type->value, SG_STR("FlightRecorder"));
    if (!sg_str_equal(mbean->domain, SG_STR("java.lang")) ||
        !sg_str_equal(type->value, SG_STR("Runtime")))
        return false;
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        if (sg_str_equal(attribute, sg_str_of(skipped[i])))
            return true;
    }
    return false;
}

bool sg_rules_want_mbean(const struct sg_rules *rules, const struct sg_object_name *mbean)
{
    if (any_matches(&rules->excludes, mbean))
        return false;
    return !rules->exclude_jvm || !is_jvm_domain(mbean->domain) ||
           any_matches(&rules->includes, mbean);
}

bool sg_rules_want(
    const struct sg_rules *rules, const struct sg_object_name *mbean, struct sg_str attribute)
{
    if (is_skipped_by_jmx_exporter(mbean, attribute) || !sg_rules_want_mbean(rules, mbean))
        return false;
    if (any_lists(&rules->exclude_attributes, mbean, attribute))
        return false;
    return rules->include_attributes.n == 0 ||
           any_lists(&rules->include_attributes, mbean, attribute);
}

bool sg_rules_can_learn(const struct sg_rules *rules)
{
    if (rules->requests.n || rules->customizers.n)
        return false;
    for (size_t i = 0; i < rules->n_rules; i++) {
        if (rules->rules[i].times || rules->rules[i].n_labels_from)
            return false;
    }
    return true;
}
