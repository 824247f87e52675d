/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which series an MBean's attribute becomes: jmx_exporter's matching, then client_java's naming.
 * Decides again at each call; the engine remembers decisions, and handles interactions between
 * samples of one family (_objectname, mixed types). One thread.
 *
 * Different from jmx_exporter, on purpose: a sample that has a duplicate label name is dropped; it
 * does not fail the whole scrape. docs/rules.md has what else differs over Jolokia.
 *
 * Source: jmx_exporter's JmxCollector.Receiver.recordBean() and
 * MatchedRuleToMetricSnapshotsConverter; client_java's PrometheusNaming.
 */

#include "jmx/poll/attribute.h"
#include "jmx/rules/rules.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stdint.h>

enum sg_outcome_kind {
    SG_OUTCOME_NOTHING, /* no rule, or one with an empty name */
    SG_OUTCOME_SERIES,
    SG_OUTCOME_BAD_VALUE, /* the rule's value is not a number */
    SG_OUTCOME_BAD_NAME,  /* not an ObjectName, or a duplicate label */
    SG_OUTCOME_GAVE_UP,   /* the rule's pattern reached its match limit */
};

struct sg_outcome {
    enum sg_outcome_kind kind;
    bool depends_on_value;                  /* another value may have another outcome */
    const struct sg_rule *rule;             /* borrowed from the rules; NULL when none matched */
    const struct sg_customizer *customizer; /* of the MBean; borrowed from the rules, or NULL */
    /* For SG_OUTCOME_SERIES; texts are borrowed until the next decision. */
    struct sg_family family;
    struct sg_str base;   /* the family's name without a type's suffix */
    struct sg_str suffix; /* after the family's name: "", _sum, _count */
    size_t n_labels;      /* by name */
    struct sg_label labels[SG_OBJECT_NAME_PROPERTIES_MAX];
    bool has_literal; /* the rule gives the value */
    double literal;   /* before the rule's factor */
};

struct sg_matcher;

/** @param rules  borrowed @return 0 or -ENOMEM */
int sg_matcher_new(const struct sg_rules *rules, struct sg_matcher **ret_matcher);

/** @return NULL; matcher may be NULL */
struct sg_matcher *sg_matcher_free(struct sg_matcher *matcher);

/** @return 0 or -ENOMEM */
int sg_matcher_decide(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_outcome *ret_outcome);

/**
 * What distinguishes samples of one family that have the same labels: the text that the rule
 * matched, up to its last colon.
 *
 * @param value     that the decision was made for; NULL when it is not a text
 * @param ret_text  borrowed until the next call
 * @return 0, -ENOMEM, or SG_BUF_E_FULL when it is too long
 */
int sg_matcher_object_name(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_rule *rule,
    struct sg_str *ret_text);

/**
 * The family's name and the series' suffix for a rule's name, by the rules of client_java: reserved
 * suffixes are removed, a counter gets _total, an info metric _info, a summary's series have the
 * suffixes _sum and _count.
 *
 * @param type  of the rule @param out  the family's name is appended
 */
void sg_matcher_family_name(
    struct sg_str name, enum sg_metric_type type, struct sg_buf *out, struct sg_str *ret_suffix);

/** The text that patterns were matched against last, borrowed until the next decision. */
struct sg_str sg_matcher_subject(const struct sg_matcher *matcher);
