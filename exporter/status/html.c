/* SPDX-License-Identifier: Apache-2.0 */
#include "status/html.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum {
    PLOT_WIDTH = 120,
    PLOT_HEIGHT = 22
};

int sg_html_text(struct sg_buf *html, struct sg_str text)
{
    int r = 0;

    for (size_t i = 0; i < text.len && !r;) {
        size_t n = sg_utf8_length(text.ptr + i, text.len - i);
        unsigned char c = (unsigned char)text.ptr[i];
        if (n == 0 || (c < 0x20 && c != '\n' && c != '\t')) {
            r = sg_buf_add_str(html, SG_STR(SG_UTF8_REPLACEMENT));
            n = n ? n : 1;
        } else if (c == '&') {
            r = sg_buf_add_str(html, SG_STR("&amp;"));
        } else if (c == '<') {
            r = sg_buf_add_str(html, SG_STR("&lt;"));
        } else if (c == '>') {
            r = sg_buf_add_str(html, SG_STR("&gt;"));
        } else if (c == '"') {
            r = sg_buf_add_str(html, SG_STR("&quot;"));
        } else {
            r = sg_buf_add(html, text.ptr + i, n);
        }
        i += n;
    }
    return r;
}

int sg_html_plot(struct sg_buf *html, const float *points, size_t n, const char *what)
{
    float most = 0;
    bool drawing = false;
    bool any = false;
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isnan(points[i])) {
            any = true;
            most = points[i] > most ? points[i] : most;
        }
    }
    if (!any || n < 2)
        return 0;
    r = sg_buf_printf(html,
        "<svg class=\"plot\" role=\"img\" aria-label=\"%s\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\"><path d=\"",
        what, PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
    for (size_t i = 0; i < n && !r; i++) {
        if (isnan(points[i])) {
            drawing = false;
            continue;
        }
        double x = (double)i * PLOT_WIDTH / (double)(n - 1);
        double share = most > 0 ? (double)(points[i] / most) : 0;
        double y = PLOT_HEIGHT - 1 - share * (PLOT_HEIGHT - 2);
        bool alone = !drawing && (i + 1 == n || isnan(points[i + 1]));
        r = sg_buf_printf(html, "%s%.1f %.1f%s", drawing ? "L" : "M", x, y, alone ? "h1" : "");
        drawing = true;
    }
    return r ? r : sg_buf_add_str(html, SG_STR("\"/></svg>"));
}

int sg_html_bytes(struct sg_buf *html, double bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t unit = 0;

    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    return sg_buf_printf(
        html, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

int sg_html_duration(struct sg_buf *html, double seconds)
{
    int64_t whole = (int64_t)seconds;

    if (seconds < 0.0005)
        return sg_buf_add_str(html, SG_STR("0 s"));
    if (seconds < 1)
        return sg_buf_printf(html, "%.0f ms", seconds * 1000);
    if (seconds < 10)
        return sg_buf_printf(html, "%.1f s", seconds);
    if (whole < 120)
        return sg_buf_printf(html, "%" PRId64 " s", whole);
    if (whole < 7200)
        return sg_buf_printf(html, "%" PRId64 " min %" PRId64 " s", whole / 60, whole % 60);
    if (whole < 172800)
        return sg_buf_printf(html, "%" PRId64 " h %" PRId64 " min", whole / 3600, whole / 60 % 60);
    return sg_buf_printf(html, "%" PRId64 " days", whole / 86400);
}

int sg_html_count(struct sg_buf *html, double count)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", count);
    int r = 0;

    for (int i = 0; i < n && !r; i++) {
        if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
            r = sg_buf_add_char(html, ',');
        if (!r)
            r = sg_buf_add_char(html, digits[i]);
    }
    return r;
}
