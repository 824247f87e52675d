/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Pieces of HTML, appended to a buffer, which keeps the first failure. Any text that is not a
 * constant must go through sg_html_text(). Pure functions.
 */

#include "base/buf.h"

#include <stdbool.h>

/** Text, escaped for elements and for attributes in double quotes; invalid UTF-8 is replaced. */
void sg_html_text(struct sg_buf *html, struct sg_str text);

/**
 * A small plot as inline SVG, scaled to the largest point.
 * @param points  oldest first; NaN where the value is unknown @param what description, for screen
 * readers
 */
void sg_html_plot(struct sg_buf *html, const float *points, size_t n, const char *what);

/** A size, from 0 B to 999 TB. */
void sg_html_bytes(struct sg_buf *html, double bytes);

/** 250 ms, 3.2 s, 5 min 20 s, 3 h 5 min, 12 days. */
void sg_html_duration(struct sg_buf *html, double seconds);

/** 1,234,567 */
void sg_html_count(struct sg_buf *html, double count);

/**
 * The head of a table, in a box that scrolls separately and can be focused with the keyboard.
 * @param label    of the box, for screen readers; a constant @param name continues it
 * @param columns  their titles, ending with NULL; a # in front means numbers
 */
void sg_html_table_begin(
    struct sg_buf *html, const char *label, const char *name, const char *const *columns);

/**
 * Its end, and how many rows were left out.
 * @param n     all rows @param n_shown  rows that were written
 * @param more  there are more rows than n @param rest  " more brokers"
 */
void sg_html_table_end(struct sg_buf *html, size_t n, size_t n_shown, bool more, const char *rest);
