/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/header.h"

#include "base/utf8.h"

/*
 * 0.0.4 escapes the backslash and the line feed but not quotes; OpenMetrics escapes the quote as
 * well. HELP may contain text from outside: invalid UTF-8 is replaced.
 */
static void add_help(struct sg_buf *out, struct sg_str help, bool escape_quotes)
{
    for (size_t i = 0; i < help.len;) {
        char c = help.ptr[i];
        size_t n = sg_utf8_length(help.ptr + i, help.len - i);
        if (n == 0)
            sg_buf_add_str(out, SG_STR(SG_UTF8_REPLACEMENT));
        else if (c == '\n')
            sg_buf_add_str(out, SG_STR("\\n"));
        else if (c == '\\' || (c == '"' && escape_quotes))
            sg_buf_printf(out, "\\%c", c);
        else
            sg_buf_add(out, help.ptr + i, n);
        i += n ? n : 1;
    }
}

static void add_help_line(
    struct sg_buf *out, struct sg_str name, const char *help, bool escape_quotes)
{
    sg_buf_printf(out, "# HELP " SG_STR_FMT " ", SG_STR_ARG(name));
    add_help(out, sg_str_of(help), escape_quotes);
    sg_buf_add_char(out, '\n');
}

void sg_header_add_text(
    struct sg_buf *out, const struct sg_family *family, enum sg_metric_type type)
{
    add_help_line(out, sg_str_of(family->name), family->help, false);
    sg_buf_printf(out, "# TYPE %s %s\n", family->name, sg_metric_type_text(type));
}

static struct sg_str suffix_of(enum sg_metric_type type)
{
    switch (type) {
    case SG_METRIC_COUNTER:
        return SG_STR("_total");
    case SG_METRIC_INFO:
        return SG_STR("_info");
    default:
        return SG_STR("");
    }
}

enum sg_metric_type sg_header_openmetrics_type(const char *name, enum sg_metric_type type)
{
    struct sg_str suffix = suffix_of(type);
    struct sg_str text = sg_str_of(name);

    if (text.len > suffix.len && sg_str_ends_with(text, suffix))
        return type;
    return sg_header_loose_type(type);
}

enum sg_metric_type sg_header_loose_type(enum sg_metric_type type)
{
    bool is_state = type == SG_METRIC_INFO || type == SG_METRIC_STATESET;
    return is_state ? SG_METRIC_GAUGE : SG_METRIC_UNKNOWN;
}

struct sg_str sg_header_openmetrics_name(const char *name, enum sg_metric_type type)
{
    struct sg_str text = sg_str_of(name);
    text.len -= suffix_of(type).len;
    return text;
}

/* Base units with which names end; other names have no # UNIT, which is optional. */
static struct sg_str unit_of(struct sg_str name)
{
    static const struct sg_str units[] = { { "_bytes", 6 }, { "_ratio", 6 }, { "_seconds", 8 } };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (name.len > units[i].len && sg_str_ends_with(name, units[i]))
            return (struct sg_str){ units[i].ptr + 1, units[i].len - 1 };
    }
    return SG_STR("");
}

void sg_header_add_openmetrics(
    struct sg_buf *out, const struct sg_family *family, enum sg_metric_type type)
{
    static const char *const words[] = {
        [SG_METRIC_UNKNOWN] = "unknown",
        [SG_METRIC_GAUGE] = "gauge",
        [SG_METRIC_COUNTER] = "counter",
        [SG_METRIC_SUMMARY] = "summary",
        [SG_METRIC_INFO] = "info",
        [SG_METRIC_STATESET] = "stateset",
    };
    struct sg_str name = sg_header_openmetrics_name(family->name, type);
    struct sg_str unit = unit_of(name);
    bool has_unit = unit.len && type != SG_METRIC_INFO && type != SG_METRIC_STATESET;

    add_help_line(out, name, family->help, true);
    sg_buf_printf(out, "# TYPE " SG_STR_FMT " %s\n", SG_STR_ARG(name), words[type]);
    if (has_unit)
        sg_buf_printf(
            out, "# UNIT " SG_STR_FMT " " SG_STR_FMT "\n", SG_STR_ARG(name), SG_STR_ARG(unit));
}
