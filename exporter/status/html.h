/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Pieces of HTML. Whatever text is not a constant goes through sg_html_text(). Pure functions. */

#include "base/buf.h"

/** Text, escaped for elements and for attributes in double quotes; invalid UTF-8 is replaced. */
int sg_html_text(struct sg_buf *html, struct sg_str text);

/**
 * A small plot as inline SVG, scaled to the largest point.
 * @param points  oldest first; NaN where nothing is known @param what  for those who do not see it
 */
int sg_html_plot(struct sg_buf *html, const float *points, size_t n, const char *what);

/** 0 B to 999 TB, as people read it. */
int sg_html_bytes(struct sg_buf *html, double bytes);

/** 250 ms, 3.2 s, 5 min 20 s, 3 h 5 min, 12 days. */
int sg_html_duration(struct sg_buf *html, double seconds);

/** 1,234,567 */
int sg_html_count(struct sg_buf *html, double count);
