/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/matcher.h"

#include "jmx/rules/java_number.h"
#include "jmx/rules/naming.h"
#include "jmx/rules/subject.h"

#include <errno.h>
#include <stdlib.h>

enum {
    TEXT_BYTES_MAX = 64 * 1024,
};

struct sg_matcher {
    const struct sg_rules *rules;
    struct sg_subject subject;
    struct sg_pairs pairs; /* of the whole subject */
    struct sg_buf name;    /* terminated */
    struct sg_buf help;    /* terminated */
    struct sg_buf labels;
    struct sg_buf scratch;
};

int sg_matcher_new(const struct sg_rules *rules, struct sg_matcher **ret_matcher)
{
    struct sg_matcher *matcher = calloc(1, sizeof *matcher);

    if (!matcher)
        return -ENOMEM;
    matcher->rules = rules;
    sg_subject_init(&matcher->subject);
    sg_buf_init(&matcher->name, TEXT_BYTES_MAX);
    sg_buf_init(&matcher->help, TEXT_BYTES_MAX);
    sg_buf_init(&matcher->labels, TEXT_BYTES_MAX);
    sg_buf_init(&matcher->scratch, TEXT_BYTES_MAX);
    *ret_matcher = matcher;
    return 0;
}

struct sg_matcher *sg_matcher_free(struct sg_matcher *matcher)
{
    if (!matcher)
        return NULL;
    sg_subject_done(&matcher->subject);
    sg_buf_done(&matcher->name);
    sg_buf_done(&matcher->help);
    sg_buf_done(&matcher->labels);
    sg_buf_done(&matcher->scratch);
    free(matcher);
    return NULL;
}

int sg_matcher_object_name(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_rule *rule,
    struct sg_str *ret_text)
{
    static const struct sg_attribute_value none = { .kind = SG_ATTRIBUTE_TEXT };
    struct sg_object_name mbean;

    if (sg_object_name_parse(attribute->mbean, &mbean, NULL))
        return SG_BUF_E_FULL; /* there was a decision, hence a name */
    int r = sg_subject_begin(&matcher->subject, matcher->rules, attribute, &mbean);
    if (!r)
        r = sg_subject_write(&matcher->subject, attribute, value ? value : &none, rule);
    if (r)
        return r;
    const struct sg_buf *text = &matcher->subject.text;
    const char *colon = memrchr(text->ptr, ':', text->len);
    *ret_text = (struct sg_str){ text->ptr, (size_t)(colon - text->ptr) };
    return 0;
}

/* ---- Names and labels ---- */

/* @param ret_base_len  length of the appended text before the type's suffix */
static void add_family_name(struct sg_str name,
    enum sg_metric_type type,
    struct sg_buf *out,
    struct sg_str *ret_suffix,
    size_t *ret_base_len)
{
    static const struct sg_str summary[] = { { "_count", 6 }, { "_sum", 4 } };
    struct sg_str suffix = SG_STR("");

    for (size_t i = 0; type == SG_METRIC_SUMMARY && i < 2; i++) {
        if (sg_str_ends_with(name, summary[i]) && name.len > summary[i].len) {
            name.len -= summary[i].len;
            suffix = summary[i];
            break;
        }
    }
    name = sg_naming_base(name);
    *ret_base_len = name.len;
    sg_buf_add_str(out, name);
    if (type == SG_METRIC_COUNTER)
        sg_buf_add_str(out, SG_STR("_total"));
    if (type == SG_METRIC_INFO)
        sg_buf_add_str(out, SG_STR("_info"));
    *ret_suffix = suffix;
}

void sg_matcher_family_name(
    struct sg_str name, enum sg_metric_type type, struct sg_buf *out, struct sg_str *ret_suffix)
{
    size_t base_len;
    add_family_name(name, type, out, ret_suffix, &base_len);
}

/* The family of the name in matcher->scratch. @param ret_empty  nothing is left of the name */
static int name_family(struct sg_matcher *matcher,
    enum sg_metric_type type,
    struct sg_outcome *outcome,
    bool *ret_empty)
{
    struct sg_str name = sg_buf_get(&matcher->scratch);
    size_t base_len;

    if (sg_buf_error(&matcher->scratch))
        return sg_buf_error(&matcher->scratch);
    *ret_empty = name.len == 0;
    if (matcher->rules->lowercase_names && name.len)
        sg_naming_lower(matcher->scratch.ptr, name.len);
    if (matcher->rules->infer_counters && sg_str_ends_with(name, SG_STR("_total")))
        type = SG_METRIC_COUNTER;
    sg_buf_clear(&matcher->name);
    add_family_name(name, type, &matcher->name, &outcome->suffix, &base_len);
    sg_buf_add_char(&matcher->name, '\0');
    if (sg_buf_error(&matcher->name))
        return sg_buf_error(&matcher->name);
    outcome->family.name = matcher->name.ptr;
    outcome->base = (struct sg_str){ matcher->name.ptr, base_len };
    outcome->family.type = type;
    return 0;
}

/*
 * Labels are collected as offsets, because the buffer may move while it grows; resolve_labels()
 * turns them into pointers when all are there.
 */
static int add_label(
    struct sg_matcher *matcher, size_t start, size_t name_len, struct sg_outcome *outcome)
{
    size_t value_len = matcher->labels.len - start - name_len;

    if (sg_buf_error(&matcher->labels))
        return sg_buf_error(&matcher->labels);
    if (name_len == 0 || value_len == 0) {
        sg_buf_truncate(&matcher->labels, start);
        return 0;
    }
    if (outcome->n_labels == sizeof outcome->labels / sizeof outcome->labels[0])
        return SG_BUF_E_FULL;
    struct sg_label *label = &outcome->labels[outcome->n_labels++];
    label->name = (struct sg_str){ NULL, name_len };
    label->value = (struct sg_str){ NULL, value_len };
    return 0;
}

/* A label's name, which is at `start` of the buffer. */
static void finish_label_name(struct sg_matcher *matcher, size_t start)
{
    if (matcher->rules->lowercase_labels && matcher->labels.len > start)
        sg_naming_lower(matcher->labels.ptr + start, matcher->labels.len - start);
}

static void resolve_labels(const struct sg_matcher *matcher, struct sg_outcome *outcome)
{
    const char *at = matcher->labels.ptr;

    for (size_t i = 0; i < outcome->n_labels; i++) {
        struct sg_label *label = &outcome->labels[i];
        label->name.ptr = at;
        label->value.ptr = at + label->name.len;
        at += label->name.len + label->value.len;
    }
    /* By name, so that the same labels in another order are the same series. */
    for (size_t i = 1; i < outcome->n_labels; i++) {
        struct sg_label label = outcome->labels[i];
        size_t j = i;
        for (; j > 0 && sg_str_compare(label.name, outcome->labels[j - 1].name) < 0; j--)
            outcome->labels[j] = outcome->labels[j - 1];
        outcome->labels[j] = label;
        if (j > 0 && sg_str_equal(label.name, outcome->labels[j - 1].name))
            outcome->kind = SG_OUTCOME_BAD_NAME;
    }
}

/* A label that has the value of an attribute of the MBean, if there is one. */
static int label_from(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const char *label,
    const char *name,
    struct sg_outcome *outcome)
{
    struct sg_buf *labels = &matcher->labels;
    struct sg_attribute_value value;
    size_t start = labels->len;

    if (!attribute->find || !attribute->find(attribute, SG_ATTRIBUTE_OF_MBEAN, name, &value))
        return 0;
    sg_naming_add_safe(labels, sg_str_of(label));
    finish_label_name(matcher, start);
    size_t name_len = labels->len - start;
    sg_subject_add_value(labels, &value);
    return add_label(matcher, start, name_len, outcome);
}

/* Labels from other attributes of the MBean, by its metricCustomizer and by the rule. */
static int labels_from(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const struct sg_rule *rule,
    struct sg_outcome *outcome)
{
    const struct sg_customizer *customizer = outcome->customizer;
    int r = 0;

    for (size_t i = 0; customizer && i < customizer->n_labels && !r; i++) {
        const char *name = customizer->labels[i];
        r = label_from(matcher, attribute, name, name, outcome);
    }
    for (size_t i = 0; i < rule->n_labels_from && !r; i++) {
        const struct sg_rule_label_from *from = &rule->labels_from[i];
        r = label_from(matcher, attribute, from->label, from->attribute, outcome);
    }
    return r;
}

static int rule_labels(
    struct sg_matcher *matcher, const struct sg_rule *rule, struct sg_outcome *outcome)
{
    struct sg_str subject = sg_buf_get(&matcher->subject.text);
    struct sg_buf *labels = &matcher->labels;
    int r = 0;

    for (size_t i = 0; i < rule->n_labels && !r; i++) {
        size_t start = labels->len;
        sg_buf_clear(&matcher->scratch);
        sg_template_render(&rule->labels[i].name, rule->pattern, subject, &matcher->scratch);
        if (sg_buf_error(&matcher->scratch))
            return sg_buf_error(&matcher->scratch);
        sg_naming_add_safe(labels, sg_buf_get(&matcher->scratch));
        finish_label_name(matcher, start);
        size_t name_len = labels->len - start;
        (rule->unquote ? sg_template_render_unquoted : sg_template_render)(
            &rule->labels[i].value, rule->pattern, subject, labels);
        r = add_label(matcher, start, name_len, outcome);
    }
    return r;
}

/* domain_firstvalue_keys_attribute, and the other properties as labels */
static int default_name(struct sg_matcher *matcher,
    const struct sg_object_name *mbean,
    const struct sg_attribute *attribute,
    const struct sg_rule *rule)
{
    struct sg_buf *raw = &matcher->help; /* not in use yet */
    size_t last = attribute->depth - 1;

    sg_buf_clear(raw);
    sg_buf_add_str(raw, mbean->domain);
    if (mbean->n_properties) {
        sg_buf_add_char(raw, '_');
        sg_buf_add_str(raw, mbean->properties[0].value);
    }
    for (size_t i = 0; i < attribute->depth; i++) {
        sg_buf_add_char(raw, '_');
        if (i == last && rule->snake_case)
            sg_naming_add_snake_case(raw, attribute->path[i]);
        else
            sg_buf_add_str(raw, attribute->path[i]);
    }
    sg_buf_clear(&matcher->scratch);
    sg_naming_add_safe(&matcher->scratch, sg_buf_get(raw));
    return sg_buf_error(raw);
}

static int default_labels(
    struct sg_matcher *matcher, const struct sg_object_name *mbean, struct sg_outcome *outcome)
{
    struct sg_buf *labels = &matcher->labels;
    int r = 0;

    for (size_t i = 1; i < mbean->n_properties && !r; i++) {
        size_t start = labels->len;
        sg_naming_add_safe(labels, mbean->properties[i].key);
        finish_label_name(matcher, start);
        size_t name_len = labels->len - start;
        sg_buf_add_str(labels, mbean->properties[i].value);
        r = add_label(matcher, start, name_len, outcome);
    }
    return r;
}

static struct sg_str value_or_null(const struct sg_object_name *mbean, struct sg_str key)
{
    const struct sg_property *property = sg_object_name_find(mbean, key);
    return property ? property->value : SG_STR("null");
}

static int write_help(struct sg_matcher *matcher,
    const struct sg_object_name *mbean,
    const struct sg_attribute *attribute,
    const struct sg_rule *rule)
{
    struct sg_buf *help = &matcher->help;

    sg_buf_clear(help);
    if (!rule->has_help && attribute->description.len)
        sg_buf_printf(help, SG_STR_FMT " ", SG_STR_ARG(attribute->description));
    if (rule->has_help) {
        sg_template_render(&rule->help, rule->pattern, sg_buf_get(&matcher->subject.text), help);
    } else {
        struct sg_str name = value_or_null(mbean, SG_STR("name"));
        struct sg_str type = value_or_null(mbean, SG_STR("type"));
        struct sg_str last = attribute->path[attribute->depth - 1];
        sg_buf_printf(help,
            SG_STR_FMT ":name=" SG_STR_FMT ",type=" SG_STR_FMT ",attribute=" SG_STR_FMT,
            SG_STR_ARG(mbean->domain), SG_STR_ARG(name), SG_STR_ARG(type), SG_STR_ARG(last));
    }
    sg_buf_add_char(help, '\0');
    return sg_buf_error(help);
}

/* ---- Deciding ---- */

/* The outcome of a rule that matches. */
static int apply(struct sg_matcher *matcher,
    const struct sg_object_name *mbean,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_rule *rule,
    struct sg_outcome *outcome)
{
    struct sg_str subject = sg_buf_get(&matcher->subject.text);
    bool empty;
    int r = 0;

    outcome->rule = rule;
    if (rule->has_value) {
        sg_buf_clear(&matcher->scratch);
        sg_template_render(&rule->value, rule->pattern, subject, &matcher->scratch);
        if (sg_buf_error(&matcher->scratch))
            return sg_buf_error(&matcher->scratch);
        if (!sg_java_number_read(sg_buf_get(&matcher->scratch), &outcome->literal)) {
            outcome->kind = SG_OUTCOME_BAD_VALUE;
            return 0;
        }
        outcome->has_literal = true;
    }

    if (rule->has_name) {
        sg_buf_clear(&matcher->labels);
        sg_template_render(&rule->name, rule->pattern, subject, &matcher->labels);
        sg_buf_clear(&matcher->scratch);
        sg_naming_add_safe(&matcher->scratch, sg_buf_get(&matcher->labels));
        r = sg_buf_error(&matcher->labels);
    } else {
        r = default_name(matcher, mbean, attribute, rule);
    }
    if (!r)
        r = name_family(matcher, rule->type, outcome, &empty);
    if (r)
        return r;
    /* A rule with an empty name drops the attribute; a text without `value` is not a sample. */
    if (empty || (value->kind == SG_ATTRIBUTE_TEXT && !outcome->has_literal))
        return 0;

    sg_buf_clear(&matcher->labels);
    r = rule->has_name ? rule_labels(matcher, rule, outcome)
                       : default_labels(matcher, mbean, outcome);
    if (!r)
        r = labels_from(matcher, attribute, rule, outcome);
    if (!r)
        r = write_help(matcher, mbean, attribute, rule);
    if (r)
        return r;
    outcome->family.help = matcher->help.ptr;
    outcome->kind = SG_OUTCOME_SERIES;
    resolve_labels(matcher, outcome);
    return 0;
}

/* Could another number have another outcome at this rule? */
static bool is_open(const struct sg_matcher *matcher, const struct sg_rule *rule)
{
    struct sg_str names = { matcher->subject.text.ptr, matcher->subject.names_len };
    if (!rule->sees_value || !rule->guard)
        return rule->sees_value;
    return sg_regex_may_match(rule->guard, &matcher->pairs) &&
           (sg_regex_match(rule->guard, names) || sg_regex_gave_up(rule->guard));
}

static bool matches(const struct sg_matcher *matcher, const struct sg_rule *rule, bool *ret_gave_up)
{
    if (!rule->pattern)
        return true;
    if (!sg_regex_may_match(rule->pattern, &matcher->pairs))
        return false;
    bool yes = sg_regex_match(rule->pattern, sg_buf_get(&matcher->subject.text));
    *ret_gave_up = sg_regex_gave_up(rule->pattern);
    return yes;
}

int sg_matcher_decide(struct sg_matcher *matcher,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_outcome *ret_outcome)
{
    const struct sg_rules *rules = matcher->rules;
    const struct sg_rule *built_for = NULL;
    struct sg_object_name mbean;
    struct sg_outcome *outcome = ret_outcome;

    *outcome = (struct sg_outcome){ .depends_on_value = value->kind == SG_ATTRIBUTE_TEXT };
    if (sg_object_name_parse(attribute->mbean, &mbean, NULL)) {
        outcome->kind = SG_OUTCOME_BAD_NAME;
        return 0;
    }
    if (attribute->is_extra ? !sg_rules_want_mbean(rules, &mbean)
                            : !sg_rules_want(rules, &mbean, attribute->path[0]))
        return 0;
    if (rules->customizers.n)
        outcome->customizer = sg_customizers_find(&rules->customizers, &mbean);
    int r = sg_subject_begin(&matcher->subject, rules, attribute, &mbean);
    for (size_t i = 0; i < rules->n_rules && !r; i++) {
        const struct sg_rule *rule = &rules->rules[i];
        if (!built_for || built_for->snake_case != rule->snake_case ||
            built_for->cache != rule->cache) {
            r = sg_subject_write(&matcher->subject, attribute, value, rule);
            if (r)
                break;
            built_for = rule;
            matcher->pairs = sg_pairs_of(sg_buf_get(&matcher->subject.text));
        }
        outcome->depends_on_value = outcome->depends_on_value || is_open(matcher, rule);
        bool gave_up = false;
        if (matches(matcher, rule, &gave_up)) {
            r = apply(matcher, &mbean, attribute, value, rule, outcome);
            break;
        }
        if (gave_up) { /* this rule may match, so no later one is tried */
            outcome->kind = SG_OUTCOME_GAVE_UP;
            outcome->rule = rule;
            break;
        }
    }
    if (r == SG_BUF_E_FULL) { /* longer than any name or label may be */
        *outcome = (struct sg_outcome){
            .kind = SG_OUTCOME_BAD_NAME,
            .depends_on_value = outcome->depends_on_value,
        };
        return 0;
    }
    return r;
}

struct sg_str sg_matcher_subject(const struct sg_matcher *matcher)
{
    return sg_buf_get(&matcher->subject.text);
}
