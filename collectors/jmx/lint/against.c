/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/against.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/keyed.h"
#include "base/number.h"
#include "base/words.h"
#include "jmx/lint/checks.h"
#include "jmx/rules/matcher.h"

#include <errno.h>
#include <stdlib.h>

enum {
    EXAMPLES_SHOWN = 2, /* series per rule */
    LABEL_VALUES_MANY = 100,
    UNMATCHED_SHOWN = 10,
    KEY_BYTES_MAX = 64 * 1024,
};

/* A named thing that is counted: a series, a family, a label's value, a kind of MBean. */
struct counted {
    struct sg_keyed_text key;
    size_t n;
    size_t rule;  /* that had it first */
    size_t width; /* its labels then */
    size_t entry; /* of the dump */
};

static const struct sg_keyed_kind counted_kind = {
    .size = sizeof(struct counted),
    .key_at = offsetof(struct counted, key),
    .seen_at = offsetof(struct counted, key.seen),
    .terminated = true,
};

/* What is counted, in tables of struct counted. */
enum counter {
    OF_SERIES,
    OF_FAMILIES,
    OF_SHAPES, /* families, with how many sets of label names */
    OF_LABEL_VALUES,
    OF_LABELS, /* names, with how many values */
    OF_UNMATCHED,
    COUNTERS,
};

struct tally {
    size_t n_matched;
    size_t n_series;
    size_t n_families;
    size_t n_text;      /* matched, but text, and the rule has no value */
    size_t n_bad_value; /* the rule's value is not a number */
    size_t n_gave_up;   /* its pattern reached the match limit */
    size_t n_bad_name;
    size_t n_unnamed; /* the name is empty: the rule leaves it out */
    size_t n_collisions;
    bool told_properties;
    bool told_shapes;
    struct sg_buf examples;
};

struct report {
    struct sg_findings *findings;
    struct sg_rules *rules;
    const struct sg_dump *dump;
    struct sg_matcher *matcher;
    struct tally *tallies; /* one per rule */
    size_t *taken_by;      /* per entry: the rule's number + 1 */
    struct sg_keyed counted[COUNTERS];
    size_t n_asked; /* entries that the file requests */
    struct sg_buf key;
};

/* ---- Counting ---- */

/* One more of the key. @param ret_thing  borrowed until the next @return 0 or -ENOMEM */
static int count(
    struct report *report, enum counter counter, struct sg_str key, struct counted **ret_thing)
{
    uint32_t number;

    int r = sg_keyed_add(&report->counted[counter], key, &number, NULL);
    if (r)
        return r;
    *ret_thing = sg_keyed_at(&report->counted[counter], number);
    (*ret_thing)->n++;
    return 0;
}

/* ---- Showing ---- */

static const struct sg_yaml_node *node_of(const struct report *report, size_t rule)
{
    return sg_findings_rule(report->findings, rule);
}

/* name{label="value",…} */
static void write_series(const struct sg_outcome *outcome, struct sg_buf *out)
{
    sg_buf_printf(out, "%s" SG_STR_FMT, outcome->family.name, SG_STR_ARG(outcome->suffix));
    for (size_t i = 0; i < outcome->n_labels; i++)
        sg_buf_printf(out, "%s" SG_STR_FMT "=\"" SG_STR_FMT "\"", i ? "," : "{",
            SG_STR_ARG(outcome->labels[i].name), SG_STR_ARG(outcome->labels[i].value));
    if (outcome->n_labels)
        sg_buf_add_char(out, '}');
}

static double number_of(const struct sg_outcome *outcome, const struct sg_attribute_value *value)
{
    double number = outcome->literal;

    if (!outcome->has_literal) {
        if (value->kind == SG_ATTRIBUTE_BOOL)
            return value->flag;
        number = value->kind == SG_ATTRIBUTE_INT ? (double)value->integer : value->number;
    }
    return number * outcome->rule->factor;
}

/* The attribute, and below it the series that it becomes. @return 0 or -ENOMEM */
static int add_example(
    struct tally *tally, const struct sg_outcome *outcome, const struct sg_dump_response *entry)
{
    char number[SG_NUMBER_TEXT_MAX];
    struct sg_buf *out = &tally->examples;
    size_t before = out->len;

    sg_buf_printf(out, "    " SG_STR_FMT, SG_STR_ARG(entry->attribute.mbean));
    for (size_t i = 0; i < entry->attribute.depth; i++)
        sg_buf_printf(out, "%s" SG_STR_FMT, i ? "." : ": ", SG_STR_ARG(entry->attribute.path[i]));
    sg_buf_add_str(out, SG_STR("\n        "));
    write_series(outcome, out);
    sg_buf_printf(out, " %.*s\n",
        (int)sg_number_write_double(number, number_of(outcome, &entry->value)), number);
    int r = sg_buf_error(out);
    if (r != SG_BUF_E_FULL)
        return r;
    sg_buf_truncate(out, before); /* there is room for fewer */
    return 0;
}

/* ---- One attribute ---- */

static size_t number_of_rule(const struct report *report, const struct sg_rule *rule)
{
    return (size_t)(rule - report->rules->rules);
}

/* A capture that is greedy takes the following key properties too. */
static void check_captures(
    struct report *report, const struct sg_rule *rule, const struct sg_dump_response *entry)
{
    size_t number = number_of_rule(report, rule);
    struct tally *tally = &report->tallies[number];
    struct sg_str subject = sg_matcher_subject(report->matcher);

    if (tally->told_properties || !rule->pattern || !rule->has_name)
        return;
    for (unsigned group = 1; group <= sg_regex_n_groups(rule->pattern); group++) {
        struct sg_str text = sg_regex_group(rule->pattern, subject, group);
        bool used = sg_template_uses(&rule->name, group);
        for (size_t i = 0; i < rule->n_labels && !used; i++)
            used = sg_template_uses(&rule->labels[i].value, group);
        if (!used || !sg_lint_holds_properties(text))
            continue;
        tally->told_properties = true;
        sg_findings_warn(report->findings, node_of(report, number),
            "group %u matches several key properties at once, \"%.*s\", at " SG_STR_FMT
            "; [^,>]+ matches one",
            group, (int)(text.len < 120 ? text.len : 120), text.ptr,
            SG_STR_ARG(entry->attribute.mbean));
    }
}

static int count_labels(struct report *report, const struct sg_outcome *outcome, size_t rule)
{
    struct sg_buf *key = &report->key;
    struct counted *thing;
    int r = 0;

    for (size_t i = 0; i < outcome->n_labels && !r; i++) {
        sg_buf_clear(key);
        sg_buf_printf(key, "%zu " SG_STR_FMT, rule, SG_STR_ARG(outcome->labels[i].name));
        size_t name_len = key->len;
        sg_buf_printf(key, "=" SG_STR_FMT, SG_STR_ARG(outcome->labels[i].value));
        r = sg_buf_errno(key);
        if (!r)
            r = count(report, OF_LABEL_VALUES, sg_buf_get(key), &thing);
        if (r || thing->n > 1)
            continue;
        r = count(report, OF_LABELS, (struct sg_str){ key->ptr, name_len }, &thing);
        if (!r)
            thing->rule = rule;
    }
    return r;
}

/* Samples of one name with different labels are counted twice by sum(), a total among them. */
static int check_shape(struct report *report, const struct sg_outcome *outcome, size_t entry)
{
    struct sg_buf *key = &report->key;
    size_t rule = number_of_rule(report, outcome->rule);
    struct counted *thing;

    sg_buf_clear(key);
    sg_buf_printf(key, "%s" SG_STR_FMT, outcome->family.name, SG_STR_ARG(outcome->suffix));
    size_t name_len = key->len;
    for (size_t i = 0; i < outcome->n_labels; i++)
        sg_buf_printf(key, " " SG_STR_FMT, SG_STR_ARG(outcome->labels[i].name));
    sg_buf_add_char(key, '{');
    int r = sg_buf_errno(key);
    if (!r)
        r = count(report, OF_SHAPES, sg_buf_get(key), &thing);
    if (r || thing->n > 1)
        return r;
    r = count(report, OF_SHAPES, (struct sg_str){ key->ptr, name_len }, &thing);
    if (r)
        return r;
    if (thing->n == 1) {
        thing->rule = rule;
        thing->entry = entry;
        thing->width = outcome->n_labels;
    } else if (thing->width != outcome->n_labels && !report->tallies[rule].told_shapes &&
               outcome->family.type != SG_METRIC_SUMMARY) {
        report->tallies[rule].told_shapes = true;
        sg_findings_warn(report->findings, node_of(report, rule),
            "%s has other labels here than from the rule at line %zu, so that sum() counts "
            "twice: " SG_STR_FMT " and " SG_STR_FMT,
            thing->key.ptr, report->rules->rules[thing->rule].line,
            SG_STR_ARG(report->dump->entries[thing->entry].attribute.mbean),
            SG_STR_ARG(report->dump->entries[entry].attribute.mbean));
    }
    return 0;
}

static int take_series(struct report *report, const struct sg_outcome *outcome, size_t entry)
{
    size_t number = number_of_rule(report, outcome->rule);
    struct tally *tally = &report->tallies[number];
    struct counted *thing;

    sg_buf_clear(&report->key);
    write_series(outcome, &report->key);
    int r = sg_buf_errno(&report->key);
    if (!r)
        r = count(report, OF_SERIES, sg_buf_get(&report->key), &thing);
    if (r)
        return r;
    if (thing->n == 1) {
        thing->rule = number;
        thing->entry = entry;
        if (++tally->n_series <= EXAMPLES_SHOWN)
            r = add_example(tally, outcome, &report->dump->entries[entry]);
    } else if (tally->n_collisions++ == 0) {
        sg_findings_warn(report->findings, node_of(report, number),
            "%s is made from two attributes: " SG_STR_FMT " (rule at line %zu) and " SG_STR_FMT,
            thing->key.ptr, SG_STR_ARG(report->dump->entries[thing->entry].attribute.mbean),
            report->rules->rules[thing->rule].line,
            SG_STR_ARG(report->dump->entries[entry].attribute.mbean));
    }
    sg_buf_clear(&report->key);
    sg_buf_printf(&report->key, "%zu %s", number, outcome->family.name);
    if (!r)
        r = sg_buf_errno(&report->key);
    if (!r)
        r = count(report, OF_FAMILIES, sg_buf_get(&report->key), &thing);
    if (!r)
        tally->n_families += thing->n == 1;
    if (!r)
        r = check_shape(report, outcome, entry);
    return r ? r : count_labels(report, outcome, number);
}

/* domain<type=…>, for the attributes that no rule matches. */
static int count_unmatched(struct report *report, const struct sg_dump_response *entry)
{
    struct sg_object_name mbean;
    struct counted *thing;

    if (sg_object_name_parse(entry->attribute.mbean, &mbean, NULL))
        return 0;
    const struct sg_property *type = sg_object_name_find(&mbean, SG_STR("type"));
    sg_buf_clear(&report->key);
    sg_buf_printf(&report->key, SG_STR_FMT, SG_STR_ARG(mbean.domain));
    if (type)
        sg_buf_printf(&report->key, ":type=" SG_STR_FMT ",*", SG_STR_ARG(type->value));
    else
        sg_buf_add_str(&report->key, SG_STR(":*"));
    int r = sg_buf_errno(&report->key);
    return r ? r : count(report, OF_UNMATCHED, sg_buf_get(&report->key), &thing);
}

/* Does the file request this MBean? */
static bool is_asked_for(const struct report *report, struct sg_str name)
{
    const struct sg_rules *rules = report->rules;
    struct sg_object_name mbean;

    if (sg_object_name_parse(name, &mbean, NULL))
        return false;
    if (rules->requests.n == 0 && rules->includes.n == 0)
        return true;
    for (size_t i = 0; i < rules->requests.n; i++) {
        if (sg_object_name_matches(&rules->requests.lists[i].mbean.name, &mbean))
            return true;
    }
    for (size_t i = 0; rules->requests.n == 0 && i < rules->includes.n; i++) {
        if (sg_object_name_matches(&rules->includes.mbeans[i].name, &mbean))
            return true;
    }
    return false;
}

static int take_entry(struct report *report, size_t i)
{
    const struct sg_dump_response *entry = &report->dump->entries[i];
    struct sg_outcome outcome;

    if (!is_asked_for(report, entry->attribute.mbean))
        return 0;
    report->n_asked++;
    int r = sg_matcher_decide(report->matcher, &entry->attribute, &entry->value, &outcome);
    if (r)
        return r;
    if (!outcome.rule)
        return outcome.kind == SG_OUTCOME_NOTHING ? count_unmatched(report, entry) : 0;
    struct tally *tally = &report->tallies[number_of_rule(report, outcome.rule)];
    report->taken_by[i] = number_of_rule(report, outcome.rule) + 1;
    tally->n_matched++;
    if (outcome.kind == SG_OUTCOME_GAVE_UP) {
        tally->n_gave_up++;
        return 0;
    }
    check_captures(report, outcome.rule, entry);
    switch (outcome.kind) {
    case SG_OUTCOME_SERIES:
        return take_series(report, &outcome, i);
    case SG_OUTCOME_GAVE_UP:
        break;
    case SG_OUTCOME_BAD_VALUE:
        tally->n_bad_value++;
        break;
    case SG_OUTCOME_BAD_NAME:
        tally->n_bad_name++;
        break;
    case SG_OUTCOME_NOTHING:
        if (entry->value.kind == SG_ATTRIBUTE_TEXT)
            tally->n_text++;
        else
            tally->n_unnamed++;
        break;
    }
    return 0;
}

/* ---- Rules that matched nothing ---- */

/* Does the rule by itself match something that an earlier one has matched? */
static int warn_of_earlier(struct report *report, size_t rule, bool *ret_warned)
{
    struct sg_rules alone = *report->rules;
    struct sg_matcher *matcher = NULL;
    struct sg_outcome outcome;

    alone.rules = &report->rules->rules[rule];
    alone.n_rules = 1;
    *ret_warned = false;
    int r = sg_matcher_new(&alone, &matcher);
    for (size_t i = 0; i < report->dump->n && !r && !*ret_warned; i++) {
        const struct sg_dump_response *entry = &report->dump->entries[i];
        if (report->taken_by[i] == 0)
            continue;
        r = sg_matcher_decide(matcher, &entry->attribute, &entry->value, &outcome);
        if (r || !outcome.rule)
            continue;
        *ret_warned = true;
        sg_findings_warn(report->findings, node_of(report, rule),
            "matched nothing: the rule at line %zu comes first, e.g. at " SG_STR_FMT,
            report->rules->rules[report->taken_by[i] - 1].line, SG_STR_ARG(entry->attribute.mbean));
    }
    (void)sg_matcher_free(matcher);
    return r;
}

static int warn_of_rule(struct report *report, size_t rule)
{
    const struct tally *tally = &report->tallies[rule];
    const struct sg_yaml_node *node = node_of(report, rule);
    bool warned = false;

    if (tally->n_gave_up)
        sg_findings_warn(report->findings, node,
            "the pattern reached its match limit at %zu attributes, which are dropped; simplify it "
            "(nested repetition)",
            tally->n_gave_up);
    if (tally->n_bad_value)
        sg_findings_warn(report->findings, node,
            "%zu of its %zu attributes are dropped: \"value\" gives no number there",
            tally->n_bad_value, tally->n_matched);
    if (tally->n_bad_name)
        sg_findings_warn(report->findings, node,
            "%zu of its %zu attributes are dropped: a duplicate label, or a name is too long",
            tally->n_bad_name, tally->n_matched);
    if (tally->n_text && tally->n_series == 0)
        sg_findings_warn(report->findings, node,
            "gives no series: what it matches is text; a rule with \"value: 1\" and the text in a "
            "label can show it");
    if (tally->n_collisions > 1)
        sg_findings_warn(
            report->findings, node, "%zu of its samples collide with others", tally->n_collisions);
    if (tally->n_matched)
        return 0;
    int r = warn_of_earlier(report, rule, &warned);
    if (!r && !warned)
        sg_findings_warn(report->findings, node, "matched no attribute of this JVM");
    return r;
}

/* ---- The report ---- */

static void print_rule(const struct report *report, size_t rule)
{
    FILE *out = report->findings->out;
    const struct tally *tally = &report->tallies[rule];

    (void)fprintf(out, "%s:%zu: %s, %zu series", sg_yaml_name(report->findings->yaml),
        report->rules->rules[rule].line, sg_words_count(tally->n_matched, "attribute").text,
        tally->n_series);
    if (tally->n_families > 1)
        (void)fprintf(out, " in %zu families", tally->n_families);
    if (tally->n_text)
        (void)fprintf(out, ", %zu are text", tally->n_text);
    if (tally->n_unnamed)
        (void)fprintf(out, ", %zu left out by an empty name", tally->n_unnamed);
    (void)fputc('\n', out);
    (void)fwrite(tally->examples.ptr ? tally->examples.ptr : "", 1, tally->examples.len, out);
}

static int by_count(const void *a, const void *b)
{
    const struct counted *const x = a;
    const struct counted *const y = b;
    return (x->n < y->n) - (x->n > y->n);
}

static void print_end(struct report *report)
{
    FILE *out = report->findings->out;
    const struct sg_keyed *unmatched = &report->counted[OF_UNMATCHED];
    struct counted *kinds = unmatched->list;
    size_t n_unmatched = 0;

    if (unmatched->n)
        qsort(kinds, unmatched->n, sizeof *kinds, by_count);
    for (size_t i = 0; i < unmatched->n; i++)
        n_unmatched += kinds[i].n;
    if (n_unmatched)
        (void)fprintf(out, "no rule matches %s:\n", sg_words_count(n_unmatched, "attribute").text);
    for (size_t i = 0; i < unmatched->n && i < UNMATCHED_SHOWN; i++)
        (void)fprintf(out, "%8zu  %s\n", kinds[i].n, kinds[i].key.ptr);
    if (unmatched->n > UNMATCHED_SHOWN)
        (void)fprintf(out, "          and %s\n",
            sg_words_count(unmatched->n - UNMATCHED_SHOWN, "more kind").text);
    (void)fprintf(out, "%s of %s", sg_words_count(report->dump->n, "attribute").text,
        sg_words_count(report->dump->n_mbeans, "MBean").text);
    if (report->n_asked < report->dump->n)
        (void)fprintf(out, ", %zu of them requested", report->n_asked);
    (void)fprintf(out, ": %zu series\n", report->counted[OF_SERIES].n);
}

static int run(struct report *report)
{
    int r = 0;

    for (size_t i = 0; i < report->dump->n && !r; i++)
        r = take_entry(report, i);
    for (size_t i = 0; i < report->rules->n_rules && !r; i++)
        r = warn_of_rule(report, i);
    if (r)
        return r;
    for (uint32_t i = 0; i < report->counted[OF_LABELS].n; i++) {
        const struct counted *label = sg_keyed_at(&report->counted[OF_LABELS], i);
        const char *name = strchr(label->key.ptr, ' ') + 1;
        if (label->n >= LABEL_VALUES_MANY)
            sg_findings_warn(report->findings, node_of(report, label->rule),
                "the label %s has %zu values here", name, label->n);
    }
    for (size_t i = 0; i < report->rules->n_rules; i++)
        print_rule(report, i);
    print_end(report);
    return 0;
}

int sg_lint_against(
    struct sg_rules *rules, const struct sg_dump *dump, struct sg_findings *findings)
{
    struct report report = {
        .findings = findings,
        .rules = rules,
        .dump = dump,
        .tallies = calloc(rules->n_rules + 1, sizeof *report.tallies),
        .taken_by = calloc(dump->n + 1, sizeof *report.taken_by),
    };
    int r = report.tallies && report.taken_by ? 0 : -ENOMEM;

    sg_buf_init(&report.key, KEY_BYTES_MAX);
    for (int i = 0; i < COUNTERS; i++)
        sg_keyed_init(&report.counted[i], &counted_kind);
    for (size_t i = 0; i < rules->n_rules && !r; i++)
        sg_buf_init(&report.tallies[i].examples, KEY_BYTES_MAX);
    if (!r)
        r = sg_matcher_new(rules, &report.matcher);
    if (!r)
        r = run(&report);
    for (size_t i = 0; report.tallies && i < rules->n_rules; i++)
        sg_buf_done(&report.tallies[i].examples);
    (void)sg_matcher_free(report.matcher);
    free(report.tallies);
    free(report.taken_by);
    for (int i = 0; i < COUNTERS; i++)
        sg_keyed_done(&report.counted[i]);
    sg_buf_done(&report.key);
    return r;
}
