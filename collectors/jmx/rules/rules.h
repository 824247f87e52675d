/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A rule file in jmx_exporter's format, in memory: what to request from an agent, and how its
 * MBeans' attributes become series.
 *
 * Files are read strictly: an unknown key, a group that the pattern does not have, an ObjectName
 * that Java would refuse are problems with FILE:LINE:COL. Keys that configure jmx_exporter's own
 * process (hostPort, httpServer, …) are accepted with a warning. Additional keys, allowed in any
 * file:
 *
 *   requests:  list of {mbean: PATTERN, attributes: [NAME, …]}; what to request, instead of
 *              includeObjectNames. Fewer attributes cost the broker less. With `slow: true` it is
 *              read at the slow interval, apart from the others.
 *   keyOrder:  list of key properties that come first in the text that patterns match, the others
 *              follow by name. Kafka does not guarantee the order in which it registers them.
 *   absent:    (in a rule) a number that means "unknown", such as -1: then there is no sample.
 *   times:     (in a rule) the name of another attribute of the MBean; the sample is the product
 *              of both. A meter's sum is its Mean times its Count.
 *   labelsFrom: (in a rule) a map of labels to other attributes of the MBean, whose values they
 * have. dots:      (in a rule) a label; a series with "_" in its value is left out while the one
 * with
 *              "." there is present. Kafka's clients from 4.1 on register both.
 *   unquote:   key properties in quotes give label values as they were before ObjectName.quote().
 *   type:      also INFO and SUMMARY. A SUMMARY is named with _count or _sum, or has a label
 *              quantile.
 *
 * Without includeObjectNames and requests everything is read, "*:*", as jmx_exporter does.
 * A loaded set is used by one thread at a time, because patterns remember their latest match.
 */

#include "base/error.h"
#include "base/str.h"
#include "jmx/rules/customizer.h"
#include "jmx/rules/object_name.h"
#include "jmx/rules/regex.h"
#include "jmx/rules/template.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_RULES_E_INVALID = 1, /* problems in the file; err holds the first and their number */
};

enum {
    SG_RULES_MAX = 10000,
    SG_RULE_LABELS_MAX = 24,
};

struct sg_rule_label {
    struct sg_template name;
    struct sg_template value;
};

/* A label with the value of another attribute of the MBean. */
struct sg_rule_label_from {
    char *label;
    char *attribute;
};

struct sg_rule {
    const char *file; /* borrowed from the rules; file and line are its place */
    size_t line;
    struct sg_regex *pattern; /* NULL: matches everything */
    struct sg_regex *guard;   /* see value_scope.h; NULL: has none */
    bool sees_value;
    bool cache;      /* matches "<cache>" in the value's place */
    bool snake_case; /* of the attribute's name, before matching */
    bool has_name;   /* otherwise the default name and labels */
    bool has_help;
    bool has_value;
    bool has_absent;
    bool unquote; /* label values from quoted key properties are unquoted */
    char *times;  /* NULL: the attribute's own value */
    char *dots;   /* a label whose value may also come with "_" for "." (twins.h), or NULL */
    enum sg_metric_type type;
    double factor;
    double absent;
    struct sg_template name;
    struct sg_template help;
    struct sg_template value;
    size_t n_labels;
    struct sg_rule_label *labels; /* by name, as jmx_exporter has them */
    size_t n_labels_from;
    struct sg_rule_label_from *labels_from;
};

/* An ObjectName or pattern with its parts, which borrow the text. */
struct sg_rules_mbean {
    char *text;
    struct sg_object_name name;
};

/* An MBean with a list of attributes: a request, or a filter of attributes. */
struct sg_rules_attributes {
    struct sg_rules_mbean mbean;
    size_t n;
    char **names;
    bool slow; /* polled at the slow interval */
};

struct sg_rules_mbeans {
    size_t n;
    struct sg_rules_mbean *mbeans;
};

struct sg_rules_attribute_lists {
    size_t n;
    struct sg_rules_attributes *lists;
};

struct sg_rules {
    size_t n_rules;
    struct sg_rule *rules;
    bool lowercase_names;
    bool lowercase_labels;
    bool infer_counters;
    bool exclude_jvm;
    bool uses_dots; /* has a rule with `dots` */
    bool uses_text; /* has a rule with `value`: only such rules make a number of text */
    size_t n_key_order;
    char **key_order;
    struct sg_rules_attribute_lists requests;
    struct sg_rules_mbeans includes;
    struct sg_rules_mbeans excludes;
    struct sg_rules_attribute_lists include_attributes;
    struct sg_rules_attribute_lists exclude_attributes;
    struct sg_customizers customizers;
    size_t n_files;
    char **files; /* whose names rules have */
    size_t n_warnings;
    char **warnings; /* "FILE:LINE:COL: text" */
};

/** No rules yet. @return 0 or -ENOMEM */
int sg_rules_new(struct sg_rules **ret_rules);

/** @return NULL; rules may be NULL */
struct sg_rules *sg_rules_free(struct sg_rules *rules);

/**
 * Append the rules of a text. @param name  of the file, for problems
 * @return 0, SG_RULES_E_INVALID, a positive SG_YAML_E_* or -ENOMEM; err has the text
 */
int sg_rules_add_text(
    struct sg_rules *rules, const char *name, struct sg_str text, struct sg_error *err);

/** Load a user's file. @return as sg_rules_add_text */
int sg_rules_load_file(const char *path, struct sg_rules **ret_rules, struct sg_error *err);

/** Do the file's includes and excludes allow series of this MBean? */
bool sg_rules_want_mbean(const struct sg_rules *rules, const struct sg_object_name *mbean);

/** The same for an attribute of it. */
bool sg_rules_want(
    const struct sg_rules *rules, const struct sg_object_name *mbean, struct sg_str attribute);

/**
 * May requests be narrowed to what became series? Not where the file has requests, and not where a
 * sample needs other attributes than its own.
 */
bool sg_rules_can_learn(const struct sg_rules *rules);
