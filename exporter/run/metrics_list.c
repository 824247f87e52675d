/* SPDX-License-Identifier: Apache-2.0 */
#include "run/metrics_list.h"

#include "admin/export/families.h"
#include "config/compat.h"
#include "jmx/catalogue/catalogue.h"
#include "metric/family.h"
#include "self/self.h"

#include <errno.h>

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

/* A bar would end the table's cell. */
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

static const char table_head[] =
    "\n| Metric | Type | Labels | Meaning and source |\n|---|---|---|---|\n";

static void print_heading(FILE *out, const char *title, const char *text)
{
    (void)fprintf(out, "\n## %s\n\n%s\n%s", title, text, table_head);
}

struct catalogue_table {
    FILE *out;
    bool has_head;
};

static void print_catalogue_metric(void *context, const struct sg_catalogue_metric *metric)
{
    struct catalogue_table *table = context;

    if (!table->has_head)
        (void)fputs(table_head, table->out);
    table->has_head = true;
    print_family(table->out, &metric->family, metric->labels, metric->n_labels);
}

/* A catalogue with metrics of other catalogues only has no table. */
static int print_catalogue(FILE *out, const struct sg_catalogue *catalogue)
{
    struct catalogue_table table = { .out = out };
    struct sg_error err = { "" };

    (void)fprintf(
        out, "\n### %s: `%s`\n\n%s\n", catalogue->title, catalogue->name, catalogue->text);
    int r = sg_catalogue_each_metric(catalogue->name, print_catalogue_metric, &table, &err);
    if (r) {
        (void)fprintf(stderr, "catalogue %s: %s\n", catalogue->name, err.text);
        return -EINVAL;
    }
    return 0;
}

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
    (void)fprintf(out, " | %s`%s` |\n", combine_text(alias->combine), alias->from);
}

static int print_compat(FILE *out)
{
    (void)fputs("\n## Under other exporters' names\n\n"
                "With `compat:` in the configuration, see [migrating.md](migrating.md).\n",
        out);
    for (const struct sg_embedded *file = sg_compat_files; file->set; file++) {
        struct sg_aliases aliases = { 0 };
        struct sg_error err = { "" };
        int r = sg_compat_add(file, "kafka_cluster", &aliases, &err);
        (void)fprintf(out,
            "\n### `%s`\n\n| Metric | Type | Labels | Its value |\n|---|---|---|---|\n", file->set);
        for (size_t i = 0; !r && i < aliases.n; i++)
            print_alias(out, &aliases.list[i]);
        sg_aliases_done(&aliases);
        if (r) {
            (void)fprintf(stderr, "%s\n", err.text);
            return -EINVAL;
        }
    }
    return 0;
}

int sg_metrics_list(FILE *out)
{
    (void)fputs("# Metrics\n\n"
                "Made by `streamgauge --metrics.list`; a test keeps it true. A value that is not "
                "known is absent, never 0 or -1.\n",
        out);
    print_heading(out, "The exporter itself",
        "`kafka_cluster`, and `broker` for a broker; `collector` and `target` say which collection "
        "it is about. `process_*` are not Streamgauge's: on its page those are the brokers' and "
        "JVMs', under the names that jmx_exporter gives them.");
    for (const struct sg_family *family = sg_self_families; family->name; family++)
        print_family(out, family, NULL, 0);
    print_heading(out, "The cluster, from Kafka's own protocol",
        "Names and labels are kafka_exporter's, with `kafka_cluster` added: `topic` and "
        "`partition` "
        "for partitions, `consumergroup` for groups, with `topic` and `partition` for what they "
        "have committed.");
    for (size_t i = 0; i < sg_admin_n_families; i++)
        print_family(out, &sg_admin_families[i], NULL, 0);
    (void)fputs("\n## JVMs, through Jolokia\n\n"
                "By catalogue, see [catalogues.md](catalogues.md). Each series has `kafka_cluster` "
                "and `broker`, or `jvm` where it is no broker, besides the labels named here. A "
                "metric that several catalogues have is under the first.\n",
        out);
    for (const struct sg_catalogue *catalogue = sg_catalogues; catalogue->name; catalogue++) {
        int r = print_catalogue(out, catalogue);
        if (r)
            return r;
    }
    int r = print_compat(out);
    return r ? r : ferror(out) ? -EIO : 0;
}
