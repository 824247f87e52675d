/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The header of a family: # HELP, # TYPE and, in OpenMetrics, # UNIT. Pure functions; any thread.
 *
 * A series has the same name and labels in every format: which series Prometheus stores must not
 * depend on what it negotiated. Where OpenMetrics requires a name or values that a family does not
 * have, the type is replaced:
 *
 *   a counter without _total      unknown (as Prometheus' own client library writes it)
 *   an info metric without _info  gauge
 *   a stateset whose label is not named like the family    gauge
 *   a counter or info metric whose short name, or one of the names that come with it (_created),
 *   another family has            unknown, or gauge
 *   a counter with a value that is negative or NaN, an info metric that is not 1, a stateset that
 *   is neither 0 nor 1            unknown, or gauge, while it has that value
 */

#include "base/buf.h"
#include "metric/family.h"

enum sg_format {
    SG_FORMAT_TEXT, /* 0.0.4; with legacy names 1.0.0 is the same */
    SG_FORMAT_OPENMETRICS,
    SG_FORMATS,
};

/** Append the header in text format 0.0.4. */
void sg_header_add_text(
    struct sg_buf *out, const struct sg_family *family, enum sg_metric_type type);

/** Which type can it have in OpenMetrics, by its name alone? */
enum sg_metric_type sg_header_openmetrics_type(const char *name, enum sg_metric_type type);

/** What a type is replaced by. */
enum sg_metric_type sg_header_loose_type(enum sg_metric_type type);

/** The name of # TYPE in OpenMetrics for a type that its name allows: without _total, _info. */
struct sg_str sg_header_openmetrics_name(const char *name, enum sg_metric_type type);

/** Append the header in OpenMetrics. @param type  one that its name allows */
void sg_header_add_openmetrics(
    struct sg_buf *out, const struct sg_family *family, enum sg_metric_type type);
