/* SPDX-License-Identifier: Apache-2.0 */
#include "run/metrics_list.h"

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

static void print_family(FILE *out, const struct sg_family *family)
{
    (void)fprintf(out, "| `%s` | %s | ", family->name, type_text(family->type));
    for (const char *c = family->help; *c; c++)
        (void)fputs(*c == '|' ? "\\|" : (char[]){ *c, '\0' }, out);
    (void)fputs(" |\n", out);
}

static void print_heading(FILE *out, const char *title, const char *text)
{
    (void)fprintf(out, "\n## %s\n\n%s\n\n| Metric | Type | Meaning and source |\n|---|---|---|\n",
        title, text);
}

int sg_metrics_list(FILE *out)
{
    (void)fputs("# Metrics\n\n"
                "Made by `streamgauge --metrics.list`; a test keeps it true.\n",
        out);
    print_heading(out, "The exporter itself",
        "Labels: `kafka_cluster`, `broker`; `collector` and `target` say which collection it is "
        "about.");
    for (const struct sg_family *family = sg_self_families; family->name; family++)
        print_family(out, family);
    return ferror(out) ? -EIO : 0;
}
