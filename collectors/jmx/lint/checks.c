/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/checks.h"

#include "base/buf.h"
#include "jmx/lint/pattern_examples.h"
#include "jmx/rules/naming.h"
#include "jmx/rules/value_scope.h"

#include <errno.h>

enum {
    EXAMPLES = 48, /* of a pattern, to find out whether earlier rules match them all */
};

/* One rule, as the file has it and as it was read. */
struct subject {
    struct sg_findings *findings;
    const struct sg_rules *rules;
    size_t index;
    const struct sg_rule *rule;
    const struct sg_yaml_node *node;
    struct sg_str pattern; /* empty when it has none */
};

static const struct sg_yaml_node *place(const struct subject *subject, const char *key)
{
    const struct sg_yaml_node *node = sg_yaml_find(subject->node, key);
    return node ? node : subject->node;
}

bool sg_lint_holds_properties(struct sg_str text)
{
    const char *comma = text.len ? memmem(text.ptr, text.len, ", ", 2) : NULL;

    return comma && memchr(comma, '=', text.len - (size_t)(comma - text.ptr));
}

/* ---- Rules that are never reached ---- */

/* The first rule before this one that matches the text; both must see the same text. */
static const struct sg_rule *earlier_match(const struct subject *subject, struct sg_str text)
{
    for (size_t i = 0; i < subject->index; i++) {
        const struct sg_rule *earlier = &subject->rules->rules[i];
        if (!earlier->pattern)
            return earlier;
        if (earlier->cache == subject->rule->cache &&
            earlier->snake_case == subject->rule->snake_case &&
            sg_regex_match(earlier->pattern, text))
            return earlier;
    }
    return NULL;
}

/*
 * Patterns match anywhere in the text, so an earlier rule that matches an example of this pattern
 * matches everything around it too. A rule with one example that no earlier rule matches is
 * reached.
 */
static int check_reached(const struct subject *subject)
{
    const struct sg_rule *earlier = NULL;
    struct sg_buf example;

    for (size_t i = 0; i < subject->index; i++) {
        if (subject->rules->rules[i].pattern)
            continue;
        sg_findings_warn(subject->findings, subject->node,
            "never reached: the rule at line %zu has no pattern and matches everything",
            subject->rules->rules[i].line);
        return 0;
    }
    if (!subject->rule->pattern || subject->index == 0)
        return 0;
    sg_buf_init(&example, SG_EXAMPLE_BYTES_MAX);
    int r = sg_buf_reserve(&example, 1);
    for (unsigned variant = 0; variant < EXAMPLES && !r; variant++) {
        earlier = sg_pattern_example(subject->pattern, variant, &example)
                      ? earlier_match(subject, sg_buf_get(&example))
                      : NULL;
        if (!earlier)
            break;
    }
    if (earlier)
        sg_findings_warn(subject->findings, place(subject, "pattern"),
            "never reached: the rule at line %zu comes first and matches all that this one "
            "matches, e.g. \"%.*s\"",
            earlier->line, (int)(example.len < 160 ? example.len : 160), example.ptr);
    sg_buf_done(&example);
    return r;
}

/* ---- Patterns ---- */

static bool contains(struct sg_str text, const char *part)
{
    return text.ptr && text.len && memmem(text.ptr, text.len, part, strlen(part));
}

static void check_pattern(const struct subject *subject)
{
    struct sg_str pattern = subject->pattern;

    if (!subject->rule->pattern)
        return;
    if (!contains(pattern, "<") && (contains(pattern, ":type=") || contains(pattern, ":name=")))
        sg_findings_warn(subject->findings, place(subject, "pattern"),
            "never matches: patterns see domain<type=…, name=…><>attribute: value, this one is "
            "written like an ObjectName");
    if (subject->rule->cache && sg_value_scope_of(pattern, false).sees_value &&
        contains(pattern, ": "))
        sg_findings_warn(subject->findings, place(subject, "pattern"),
            "never matches: with \"cache\" the value is not there, patterns see \"<cache>\" "
            "instead");
}

/* The place after the group's opening bracket, or 0. Named groups count, others do not. */
static size_t group_start(struct sg_str pattern, unsigned group)
{
    bool in_class = false;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (c == '\\') {
            i++;
        } else if (c == '[' || c == ']') {
            in_class = c == '[';
        } else if (c == '(' && !in_class) {
            bool special = i + 1 < pattern.len && pattern.ptr[i + 1] == '?';
            bool named = special && i + 3 < pattern.len && pattern.ptr[i + 2] == '<' &&
                         pattern.ptr[i + 3] != '=' && pattern.ptr[i + 3] != '!';
            if ((!special || named) && --group == 0)
                return i + 1;
        }
    }
    return 0;
}

static bool is_in_label(const struct sg_rule *rule, unsigned group)
{
    for (size_t i = 0; i < rule->n_labels; i++) {
        if (sg_template_uses(&rule->labels[i].name, group) ||
            sg_template_uses(&rule->labels[i].value, group))
            return true;
    }
    return false;
}

/* The key property whose value starts where the group starts, as in "client-id=(.+)". */
static struct sg_str key_before(struct sg_str pattern, size_t start)
{
    size_t end = start - 1; /* of the text before the bracket */

    while (end > 0 && (pattern.ptr[end - 1] == '"' || pattern.ptr[end - 1] == '\\'))
        end--;
    if (end == 0 || pattern.ptr[end - 1] != '=')
        return SG_STR("");
    size_t begin = --end;
    while (begin > 0 && !strchr("<, (|", pattern.ptr[begin - 1]))
        begin--;
    return (struct sg_str){ pattern.ptr + begin, end - begin };
}

/* Key properties that clients choose, or that count up. */
static bool is_unbounded(struct sg_str key)
{
    static const char *const keys[] = {
        "broker-host",
        "client-id",
        "clientId",
        "client_id",
        "clientSoftwareName",
        "connection-id",
        "partition",
        "session",
        "thread-id",
        "threadNum",
        "user",
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (sg_str_equal(key, sg_str_of(keys[i])))
            return true;
    }
    return false;
}

static bool repeats(struct sg_str pattern, size_t start)
{
    for (size_t i = start; i < pattern.len && pattern.ptr[i] != ')'; i++) {
        if (pattern.ptr[i] == '\\')
            i++;
        else if (pattern.ptr[i] == '+' || pattern.ptr[i] == '*')
            return true;
    }
    return false;
}

static void check_groups(const struct subject *subject)
{
    const struct sg_rule *rule = subject->rule;

    if (!rule->pattern || !rule->has_name || (rule->name.n_pieces == 0))
        return;
    for (unsigned group = 1; group <= sg_regex_n_groups(rule->pattern); group++) {
        size_t start = group_start(subject->pattern, group);
        if (start == 0)
            continue;
        struct sg_str key = key_before(subject->pattern, start);
        bool in_name = sg_template_uses(&rule->name, group);
        bool in_label = is_in_label(rule, group);
        if (in_name && is_unbounded(key))
            sg_findings_warn(subject->findings, place(subject, "name"),
                "the value of " SG_STR_FMT " becomes part of the metric's name; make it a label",
                SG_STR_ARG(key));
        else if (in_label && is_unbounded(key))
            sg_findings_warn(subject->findings, place(subject, "labels"),
                "an unbounded label: one series for every " SG_STR_FMT " that ever exists",
                SG_STR_ARG(key));
        if (!in_name && !in_label && repeats(subject->pattern, start) &&
            !sg_template_uses(&rule->value, group) && !sg_template_uses(&rule->help, group))
            sg_findings_warn(subject->findings, place(subject, "pattern"),
                "group %u is used in no name and no label: MBeans that differ only there give "
                "series that collide",
                group);
    }
}

/* ---- Names and types ---- */

/* The literal end of a template, empty when it ends with a group. */
static struct sg_str literal_end(const struct sg_template *template)
{
    if (template->n_pieces == 0 || !template->pieces[template->n_pieces - 1].text.ptr)
        return SG_STR("");
    return template->pieces[template->n_pieces - 1].text;
}

static const char *type_text(enum sg_metric_type type)
{
    switch (type) {
    case SG_METRIC_COUNTER:
        return "COUNTER";
    case SG_METRIC_GAUGE:
        return "GAUGE";
    case SG_METRIC_INFO:
        return "INFO";
    case SG_METRIC_SUMMARY:
        return "SUMMARY";
    default:
        return "UNTYPED";
    }
}

static void check_suffix(const struct subject *subject)
{
    static const struct sg_str count = { "_count", 6 };
    const struct sg_rule *rule = subject->rule;
    struct sg_str end = literal_end(&rule->name);
    struct sg_str base = sg_naming_base(end);
    bool becomes_counter =
        subject->rules->infer_counters && sg_str_ends_with(end, SG_STR("_total"));

    if (rule->type == SG_METRIC_COUNTER || becomes_counter) {
        if (sg_str_ends_with(end, count))
            sg_findings_warn(subject->findings, place(subject, "name"),
                "a COUNTER is exported with _total: this one as …_count_total");
    } else if (rule->type != SG_METRIC_INFO && base.len < end.len) {
        sg_findings_warn(subject->findings, place(subject, "name"),
            "a %s is exported without \"" SG_STR_FMT "\"; %s", type_text(rule->type),
            SG_STR_ARG(((struct sg_str){ end.ptr + base.len, end.len - base.len })),
            sg_str_ends_with(end, SG_STR("_total")) ? "is it a COUNTER?"
                                                    : "the format reserves that suffix");
    }
}

/* Attributes whose meaning does not match the rule's type. */
static void check_meaning(const struct subject *subject)
{
    static const struct sg_str largest = { "max", 3 };
    const struct sg_rule *rule = subject->rule;

    if (rule->type == SG_METRIC_COUNTER && (sg_str_ends_with(literal_end(&rule->name), largest) ||
                                               sg_str_ends_with(subject->pattern, largest)))
        sg_findings_warn(subject->findings, place(subject, "type"),
            "a maximum is not a COUNTER: it can fall, and rate() takes each fall for a reset");
    if (contains(subject->pattern, ">MeanRate"))
        sg_findings_warn(subject->findings, place(subject, "pattern"),
            "MeanRate is the mean since the start and cannot show what happens now; use Count with "
            "rate()");
}

static void check_name(const struct subject *subject)
{
    const struct sg_rule *rule = subject->rule;
    struct sg_str text;

    for (size_t i = 0; i < rule->name.n_pieces; i++) {
        text = rule->name.pieces[i].text;
        if (text.ptr && (memchr(text.ptr, '{', text.len) || memchr(text.ptr, '"', text.len))) {
            sg_findings_warn(subject->findings, place(subject, "name"),
                "a name cannot hold labels: they become part of it; write them under \"labels\"");
            return;
        }
    }
    check_suffix(subject);
    if (!sg_template_literal(&rule->name, &text))
        return;
    for (size_t i = 0; i < subject->index; i++) {
        const struct sg_rule *earlier = &subject->rules->rules[i];
        struct sg_str other;
        if (earlier->type == rule->type || !earlier->has_name ||
            !sg_template_literal(&earlier->name, &other) || !sg_str_equal(text, other))
            continue;
        sg_findings_warn(subject->findings, place(subject, "type"),
            "the rule at line %zu gives the same name another type (%s and %s): exported as "
            "untyped",
            earlier->line, type_text(earlier->type), type_text(rule->type));
        return;
    }
}

static void check_labels(const struct subject *subject)
{
    static const char *const taken[] = { "broker", "instance", "job", "jvm", "kafka_cluster" };
    const struct sg_rule *rule = subject->rule;
    struct sg_str name;

    for (size_t i = 0; i < rule->n_labels; i++) {
        if (!sg_template_literal(&rule->labels[i].name, &name))
            continue;
        for (size_t j = 0; j < sizeof taken / sizeof taken[0]; j++) {
            if (sg_str_equal(name, sg_str_of(taken[j])))
                sg_findings_warn(subject->findings, place(subject, "labels"),
                    "the label %s is set by %s: rename this one", taken[j],
                    taken[j][0] == 'i' || taken[j][1] == 'o' ? "Prometheus" : "Streamgauge");
        }
    }
}

static void check_value(const struct subject *subject)
{
    const struct sg_yaml_node *value = sg_yaml_find(subject->node, "value");

    if (value && sg_yaml_is_null(value))
        sg_findings_warn(subject->findings, value,
            "a value without text is \"null\", which is not a number: what this rule matches is "
            "dropped");
}

static int check_rule(const struct subject *subject)
{
    check_pattern(subject);
    if (subject->rule->has_name) {
        check_name(subject);
        check_meaning(subject);
        check_labels(subject);
        check_groups(subject);
    }
    check_value(subject);
    return check_reached(subject);
}

/* ---- The file ---- */

static void check_file(const struct sg_rules *rules, struct sg_findings *findings)
{
    const struct sg_yaml_node *list = sg_yaml_find(sg_yaml_root(findings->yaml), "rules");

    if (list && rules->n_rules == 0)
        sg_findings_warn(findings, list, "without a rule in it, the file exports nothing");
    if (rules->includes.n == 0 && rules->requests.n == 0)
        sg_findings_warn(findings, NULL,
            "neither \"includeObjectNames\" nor \"requests\": every MBean of the JVM is read");
}

int sg_lint_checks(struct sg_rules *rules, struct sg_findings *findings)
{
    int r = 0;

    check_file(rules, findings);
    for (size_t i = 0; i < rules->n_rules && !r; i++) {
        const struct sg_yaml_node *node = sg_findings_rule(findings, i);
        const struct subject subject = {
            .findings = findings,
            .rules = rules,
            .index = i,
            .rule = &rules->rules[i],
            .node = node,
            .pattern = sg_yaml_text(sg_yaml_find(node, "pattern")),
        };
        r = check_rule(&subject);
    }
    return r;
}
