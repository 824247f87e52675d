/* SPDX-License-Identifier: Apache-2.0 */
#include "status/plot.h"

#include "base/words.h"
#include "status/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <time.h>

/*
 * Paths are in whole units of a box that is stretched to the width of its place; texts are outside
 * of it, so that they are not. Points of which only one is known are short lines.
 */

enum {
    SMALL_HEIGHT = 24,
    HEIGHT = 100,
};

void sg_plot_write_value(struct sg_buf *html, enum sg_plot_unit unit, double value)
{
    switch (unit) {
    case SG_PLOT_BYTES_RATE:
        (void)sg_buf_printf(html, "%s/s", sg_words_bytes(value).text);
        break;
    case SG_PLOT_RATE:
        (void)sg_buf_printf(html, value > 0 && value < 9.95 ? "%.1f/s" : "%.0f/s", value);
        break;
    case SG_PLOT_SECONDS:
        if (value <= 0)
            (void)sg_buf_add_str(html, SG_STR("0 s"));
        else
            (void)sg_buf_printf(html, "%s", sg_words_age((int64_t)(value * 1000)).text);
        break;
    case SG_PLOT_COUNT:
        (void)sg_buf_printf(html, "%s", sg_words_number(value).text);
        break;
    default:
        (void)sg_buf_printf(html, "%.0f %%", value * 100);
    }
}

/* What is known of the points. */
struct extent {
    size_t n_known, at_most;
    double most, least;
};

static struct extent extent_of(const struct sg_plot_drawing *drawing)
{
    struct extent extent = { 0, 0, 0, (double)INFINITY };

    for (size_t i = 0; i < drawing->n; i++) {
        double value = (double)drawing->points[i];
        if (isnan(value))
            continue;
        if (extent.n_known++ == 0 || value > extent.most) {
            extent.most = value;
            extent.at_most = i;
        }
        extent.least = value < extent.least ? value : extent.least;
    }
    return extent;
}

/* A round number at or above the value, for the top of the axis. */
static double nice(double value, enum sg_plot_unit unit)
{
    static const double steps_s[] = { 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400,
        28800, 86400, 172800, 604800 };

    if (unit == SG_PLOT_SHARE)
        return 1;
    for (size_t i = 0; unit == SG_PLOT_SECONDS && i < sizeof steps_s / sizeof steps_s[0]; i++) {
        if (value <= steps_s[i])
            return steps_s[i];
    }
    if (!(value > 0))
        return 1;
    double power = pow(10, floor(log10(value)));
    double lead = value / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static int place_of(double value, double top, int height)
{
    double share = top > 0 ? value / top : 0;

    return (int)lround((double)height - share * (double)height);
}

/* One line for each run of known values; `closed` goes down to the axis on both ends. */
static void write_path(
    struct sg_buf *html, const struct sg_plot_drawing *drawing, double top, int height, bool closed)
{
    bool drawn = false;

    (void)sg_buf_printf(html, "<path class=\"%s\" d=\"", closed ? "a" : "l");
    for (size_t i = 0; i < drawing->n; i++) {
        double value = (double)drawing->points[i];
        bool is_known = !isnan(value);
        bool next_known = i + 1 < drawing->n && !isnan(drawing->points[i + 1]);
        if (!is_known)
            continue;
        int y = place_of(value, top, height);
        if (!drawn && closed)
            (void)sg_buf_printf(html, "M%zu %dV%d", i, height, y);
        else
            (void)sg_buf_printf(html, "%s%zu %d", drawn ? "L" : "M", i, y);
        if (!drawn && !next_known)
            (void)sg_buf_add_str(html, SG_STR("h1"));
        if (!next_known && closed)
            (void)sg_buf_printf(html, "V%dZ", height);
        drawn = next_known;
    }
    (void)sg_buf_add_str(html, SG_STR("\"/>"));
}

void sg_plot_write_small(struct sg_buf *html, const struct sg_plot_drawing *drawing)
{
    struct extent extent = extent_of(drawing);

    if (extent.n_known == 0)
        return;
    (void)sg_buf_printf(html,
        "<span class=\"sp %s\"><svg viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" "
        "role=\"img\" aria-label=\"%s, last hour: at most ",
        drawing->class, drawing->n - 1, SMALL_HEIGHT, drawing->title);
    sg_plot_write_value(html, drawing->unit, extent.most);
    (void)sg_buf_add_str(html, SG_STR("\">"));
    write_path(html, drawing, extent.most, SMALL_HEIGHT, true);
    write_path(html, drawing, extent.most, SMALL_HEIGHT, false);
    (void)sg_buf_add_str(html, SG_STR("</svg><small>at most "));
    sg_plot_write_value(html, drawing->unit, extent.most);
    (void)sg_buf_add_str(html, SG_STR("</small></span>"));
}

/* ---- Figures ---- */

static int64_t time_of(const struct sg_plot_drawing *drawing, size_t point)
{
    return drawing->end_unix_ms - (int64_t)(drawing->n - 1 - point) * drawing->point_ms;
}

static void write_clock(struct sg_buf *html, int64_t unix_ms)
{
    time_t then = (time_t)(unix_ms / 1000);
    struct tm parts;
    char text[16];

    (void)gmtime_r(&then, &parts);
    (void)strftime(text, sizeof text, "%H:%M", &parts);
    (void)sg_buf_printf(html, "%s", text);
}

static void write_caption(
    struct sg_buf *html, const struct sg_plot_drawing *drawing, const struct extent *extent)
{
    double now = (double)drawing->points[drawing->n - 1];

    if (isnan(now) && drawing->n > 1) /* the latest point may have just begun */
        now = (double)drawing->points[drawing->n - 2];
    (void)sg_buf_printf(html, "<figcaption><b>%s</b> <output></output>", drawing->title);
    if (!isnan(now)) {
        (void)sg_buf_add_str(html, SG_STR("<span>now "));
        sg_plot_write_value(html, drawing->unit, now);
        (void)sg_buf_add_str(html, SG_STR("</span>"));
    }
    (void)sg_buf_add_str(html, SG_STR("<span class=\"end\">at most "));
    sg_plot_write_value(html, drawing->unit, extent->most);
    (void)sg_buf_add_str(html, SG_STR(" at "));
    write_clock(html, time_of(drawing, extent->at_most));
    (void)sg_buf_add_str(html, SG_STR("</span></figcaption>"));
}

static void write_scale(struct sg_buf *html, enum sg_plot_unit unit, double top)
{
    (void)sg_buf_add_str(html, SG_STR("<div class=\"y\" aria-hidden=\"true\">"));
    for (int i = 2; i >= 0; i--) {
        (void)sg_buf_add_str(html, SG_STR("<span>"));
        sg_plot_write_value(html, unit, top * i / 2);
        (void)sg_buf_add_str(html, SG_STR("</span>"));
    }
    (void)sg_buf_add_str(html, SG_STR("</div>"));
}

/* Where the present state began, and a limit. */
static void write_lines(struct sg_buf *html, const struct sg_plot_drawing *drawing, double top)
{
    int64_t first_ms = time_of(drawing, 0);

    if (drawing->mark_unix_ms > first_ms && drawing->mark_unix_ms <= drawing->end_unix_ms)
        (void)sg_buf_printf(html, "<path class=\"mk\" d=\"M%" PRId64 " 0V%d\"/>",
            (drawing->mark_unix_ms - first_ms) / drawing->point_ms, HEIGHT);
    if (drawing->limit <= top)
        (void)sg_buf_printf(html, "<path class=\"lim\" d=\"M0 %dH%zu\"/>",
            place_of(drawing->limit, top, HEIGHT), drawing->n - 1);
}

/* The ends of the time axis and its middle. */
static void write_times(struct sg_buf *html, const struct sg_plot_drawing *drawing)
{
    (void)sg_buf_add_str(html, SG_STR("<div class=\"x\" aria-hidden=\"true\">"));
    for (size_t i = 0; i < 5; i++) {
        (void)sg_buf_add_str(html, SG_STR("<span>"));
        write_clock(html, time_of(drawing, (drawing->n - 1) * i / 4));
        (void)sg_buf_add_str(html, SG_STR("</span>"));
    }
    (void)sg_buf_add_str(html, SG_STR("</div>"));
}

/* For the script: the values in the plot's unit. */
static void write_data(struct sg_buf *html, const struct sg_plot_drawing *drawing)
{
    static const char *const units[] = { "B/s", "/s", "s", "", "%" };

    (void)sg_buf_printf(html,
        " data-unit=\"%s\" data-end=\"%" PRId64 "\" data-step=\"%" PRId64 "\" data-v=\"",
        units[drawing->unit], drawing->end_unix_ms, drawing->point_ms);
    for (size_t i = 0; i < drawing->n; i++) {
        double value = (double)drawing->points[i];
        if (!isnan(value))
            (void)sg_buf_printf(html, "%.4g", value);
        (void)sg_buf_add_str(html, i + 1 < drawing->n ? SG_STR(",") : SG_STR("\""));
    }
}

void sg_plot_write(struct sg_buf *html, const struct sg_plot_drawing *drawing)
{
    struct extent extent = extent_of(drawing);

    (void)sg_buf_printf(html, "<figure class=\"plot card %s\">", drawing->class);
    if (extent.n_known == 0) {
        (void)sg_buf_printf(html,
            "<figcaption><b>%s</b></figcaption><p class=\"q\">Nothing is known of this "
            "time.</p></figure>\n",
            drawing->title);
        return;
    }
    double top = nice(extent.most, drawing->unit);
    write_caption(html, drawing, &extent);
    (void)sg_buf_add_str(html, SG_STR("<div class=\"pb\">"));
    write_scale(html, drawing->unit, top);
    (void)sg_buf_printf(html,
        "<svg viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" role=\"img\" tabindex=\"0\" "
        "aria-label=\"%s: at least ",
        drawing->n - 1, HEIGHT, drawing->title);
    sg_plot_write_value(html, drawing->unit, extent.least);
    (void)sg_buf_add_str(html, SG_STR(", at most "));
    sg_plot_write_value(html, drawing->unit, extent.most);
    (void)sg_buf_add_char(html, '"');
    write_data(html, drawing);
    (void)sg_buf_printf(html, "><path class=\"gr\" d=\"M0 0H%zuM0 %dH%zu\"/>", drawing->n - 1,
        HEIGHT / 2, drawing->n - 1);
    write_path(html, drawing, top, HEIGHT, true);
    write_path(html, drawing, top, HEIGHT, false);
    write_lines(html, drawing, top);
    (void)sg_buf_printf(html, "<path class=\"ax\" d=\"M0 %dH%zu\"/></svg>", HEIGHT, drawing->n - 1);
    write_times(html, drawing);
    (void)sg_buf_add_str(html, SG_STR("</div></figure>\n"));
}
