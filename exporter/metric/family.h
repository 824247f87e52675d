/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A metric family: name, type, HELP. Plain data; most are constants of a collector.
 *
 * The name is the one after # TYPE in text format 0.0.4: with _total for a counter, with _info for
 * an info metric. The OpenMetrics encoder removes the suffix where that format requires it.
 *
 * Source: OpenMetrics 1.0.0, "MetricFamily"; Prometheus exposition formats, "Text format details".
 */

#include "base/str.h"

#include <stdbool.h>

enum sg_metric_type {
    SG_METRIC_UNKNOWN,
    SG_METRIC_GAUGE,
    SG_METRIC_COUNTER,
    SG_METRIC_SUMMARY,
    SG_METRIC_INFO,
    SG_METRIC_STATESET,
};

struct sg_family {
    const char *name;
    enum sg_metric_type type;
    const char *help; /* unescaped */
};

enum {
    SG_LABELS_MAX = 32, /* of one series */
};

struct sg_label {
    struct sg_str name;
    struct sg_str value;
};

/** Spelled as text format 0.0.4 spells it, which has no info, stateset or unknown. */
const char *sg_metric_type_text(enum sg_metric_type type);

/** Is it [a-zA-Z_:][a-zA-Z0-9_:]*? */
bool sg_metric_name_valid(struct sg_str name);

/** Is it [a-zA-Z_][a-zA-Z0-9_]*, and not reserved by Prometheus (__…)? */
bool sg_label_name_valid(struct sg_str name);
