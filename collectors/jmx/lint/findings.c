/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/findings.h"

#include <stdarg.h>

const struct sg_yaml_node *sg_findings_rule(const struct sg_findings *findings, size_t i)
{
    return sg_yaml_item(sg_yaml_find(sg_yaml_root(findings->yaml), "rules"), i);
}

void sg_findings_warn(
    struct sg_findings *findings, const struct sg_yaml_node *node, const char *format, ...)
{
    va_list args;

    (void)fprintf(findings->out, "%s:%zu:%zu: warning: ", sg_yaml_name(findings->yaml),
        node ? sg_yaml_line(node) : 1, node ? sg_yaml_column(node) : 1);
    va_start(args, format);
    (void)vfprintf(findings->out, format, args);
    va_end(args);
    (void)fputc('\n', findings->out);
    findings->n++;
}
