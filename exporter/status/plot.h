/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Plots as inline SVG. Pure functions; what they write is appended to a buffer. */

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum sg_plot_unit {
    SG_PLOT_BYTES_RATE,
    SG_PLOT_RATE, /* per second */
    SG_PLOT_SECONDS,
    SG_PLOT_COUNT,
    SG_PLOT_SHARE, /* 0 to 1 */
};

struct sg_plot_drawing {
    const char *title; /* a constant */
    const char *class; /* of its colour: "p1", "p2", "p3" */
    enum sg_plot_unit unit;
    const float *points; /* oldest first; NaN where the value is not known */
    size_t n;
    int64_t point_ms;
    int64_t end_unix_ms;  /* of the last point */
    int64_t mark_unix_ms; /* where the present state began; 0: none */
    double limit;         /* a dashed line; NaN: none */
};

/** A small plot without axes, and its largest value. Nothing if no value is known. */
void sg_plot_write_small(struct sg_buf *html, const struct sg_plot_drawing *drawing);

/** A figure with axes, the value now and the largest one. */
void sg_plot_write(struct sg_buf *html, const struct sg_plot_drawing *drawing);

/** A value with its unit. */
void sg_plot_write_value(struct sg_buf *html, enum sg_plot_unit unit, double value);
