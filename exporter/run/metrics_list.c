/* SPDX-License-Identifier: Apache-2.0 */
#include "run/metrics_list.h"

#include "collectors/collector.h"
#include "config/compat.h"
#include "config/table_catalogues.h"
#include "metric/family.h"

#include <errno.h>
#include <inttypes.h>

static const char *type_text(enum sg_metric_type type)
{
    switch (type) {
    case SG_METRIC_INFO:
        return "info";
    case SG_METRIC_STATESET:
        return "stateset";
    default:
        return sg_metric_type_text(type);
    }
}

/* A vertical bar would end the table cell. */
static void print_text(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '|')
            (void)fputc('\\', out);
        (void)fputc(*c, out);
    }
}

static void print_family(
    FILE *out, const struct sg_family *family, const struct sg_str *labels, size_t n_labels)
{
    (void)fprintf(out, "| `%s` | %s | ", family->name, type_text(family->type));
    for (size_t i = 0; i < n_labels; i++)
        (void)fprintf(out, "%s`" SG_STR_FMT "`", i ? ", " : "", SG_STR_ARG(labels[i]));
    (void)fputs(n_labels ? " | " : "| ", out);
    print_text(out, family->help);
    (void)fputs(" |\n", out);
}

/* ---- Collectors ---- */

/* A section of the document; its table begins with the first metric. */
struct part {
    FILE *out;
    bool has_head;
};

static void print_metric(
    void *context, const struct sg_family *family, const struct sg_str *labels, size_t n_labels)
{
    struct part *part = context;

    if (!part->has_head)
        (void)fputs(
            "\n| Metric | Type | Labels | Meaning and source |\n|---|---|---|---|\n", part->out);
    part->has_head = true;
    print_family(part->out, family, labels, n_labels);
}

/* A section without metrics of its own has no table. */
static void print_section(void *context, const char *title, const char *name, const char *text)
{
    struct part *part = context;

    (void)fprintf(part->out, "\n### %s: `%s`\n\n%s\n", title, name, text);
    part->has_head = false;
}

static int print_collector(FILE *out, const struct sg_collector *collector)
{
    struct part part = { .out = out };
    struct sg_error err = { "" };

    (void)fprintf(out, "\n## %s\n\n%s\n", collector->title, collector->intro);
    if (!collector->list_metrics) {
        for (const struct sg_family *family = collector->families; family->name; family++)
            print_metric(&part, family, NULL, 0);
        return 0;
    }
    if (collector->list_metrics(
            &(struct sg_metrics_list){ print_section, print_metric, &part }, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return -EINVAL;
    }
    return 0;
}

/* The exporter itself comes first. */
static int print_collectors(FILE *out)
{
    for (int is_program = 1; is_program >= 0; is_program--) {
        for (size_t i = 0; i < sg_n_collectors; i++) {
            if ((sg_collectors[i]->scope == SG_SCOPE_PROGRAM) != is_program)
                continue;
            int r = print_collector(out, sg_collectors[i]);
            if (r)
                return r;
        }
    }
    return 0;
}

/* ---- Other exporters' names ---- */

static const char *combine_text(enum sg_alias_combine combine)
{
    switch (combine) {
    case SG_ALIAS_MAX:
        return "maximum of ";
    case SG_ALIAS_SUM:
        return "sum of ";
    default:
        return "";
    }
}

static void print_alias(FILE *out, const struct sg_alias *alias)
{
    (void)fprintf(out, "| `%s` | %s | ", alias->to, type_text(alias->type));
    for (size_t i = 0; i < alias->n_labels; i++)
        (void)fprintf(out, "%s`%s`", i ? ", " : "", alias->labels[i].to);
    (void)fprintf(out, " | %s`%s`", combine_text(alias->combine), alias->from);
    if (alias->where_label)
        (void)fprintf(out, " with `%s=\"%s\"`", alias->where_label, alias->where_value);
    if (alias->factor != 0)
        (void)fprintf(out, " times %g", alias->factor);
    for (size_t i = 0; i < alias->n_values; i++)
        (void)fprintf(out, "%s`%s` %" PRId64, i ? ", " : ": ", alias->values[i].text,
            alias->values[i].number);
    (void)fputs(" |\n", out);
}

/* "Begin `a`, `b`end" of those that are needed, or replaced; nothing when there are none. */
static void print_catalogues(FILE *out,
    const struct sg_table_catalogues *catalogues,
    bool are_replaced,
    const char *begin,
    const char *end)
{
    size_t n = 0;

    for (size_t i = 0; i < catalogues->n; i++) {
        if (catalogues->list[i].is_replaced == are_replaced)
            (void)fprintf(out, "%s`%s`", n++ ? ", " : begin, catalogues->list[i].name);
    }
    if (n)
        (void)fputs(end, out);
}

static int print_table(FILE *out, const struct sg_embedded *file)
{
    struct sg_aliases aliases = { 0 };
    struct sg_table_catalogues catalogues = { 0 };
    struct sg_error err = { "" };

    int r = sg_compat_add(file, "kafka_cluster", &aliases, &catalogues, &err);
    (void)fprintf(out, "\n### `%s`\n\n", file->set);
    print_catalogues(out, &catalogues, false, "Adds to the default of `jolokia.rules`: ", ".\n\n");
    print_catalogues(
        out, &catalogues, true, "Has names of the catalogue ", ", which is refused beside it.\n\n");
    (void)fputs("| Metric | Type | Labels | Its value |\n|---|---|---|---|\n", out);
    for (size_t i = 0; !r && i < aliases.n; i++)
        print_alias(out, &aliases.list[i]);
    sg_aliases_done(&aliases);
    sg_table_catalogues_done(&catalogues);
    if (!r)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return -EINVAL;
}

static int print_compat(FILE *out)
{
    int r = 0;

    (void)fputs("\n## Under other exporters' names\n\n"
                "With `compat:` in the configuration, see [migrating.md](migrating.md).\n",
        out);
    for (const struct sg_embedded *file = sg_compat_files; file->set && !r; file++)
        r = print_table(out, file);
    return r;
}

int sg_metrics_list(FILE *out)
{
    (void)fputs("# Metrics\n\n"
                "Generated by `streamgauge --metrics.list`; a test checks that it is current. A "
                "value that is not known is absent, never 0 or -1. "
                "[metrics-use.md](metrics-use.md) says which panels and alerts use each.\n",
        out);
    int r = print_collectors(out);
    if (!r)
        r = print_compat(out);
    return r ? r : ferror(out) ? -EIO : 0;
}
