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

static struct sg_str entity_of(char c)
{
    switch (c) {
    case '&':
        return SG_STR("&amp;");
    case '<':
        return SG_STR("&lt;");
    case '>':
        return SG_STR("&gt;");
    case '"':
        return SG_STR("&quot;");
    default:
        return SG_STR("");
    }
}

void sg_html_text(struct sg_buf *html, struct sg_str text)
{
    for (size_t i = 0, n; i < text.len; i += n) {
        unsigned char c = (unsigned char)text.ptr[i];
        struct sg_str entity = entity_of(text.ptr[i]);
        n = sg_utf8_length(text.ptr + i, text.len - i);
        if (n == 0 || (c < 0x20 && c != '\n' && c != '\t'))
            (void)sg_buf_add_str(html, SG_STR(SG_UTF8_REPLACEMENT));
        else if (entity.len)
            (void)sg_buf_add_str(html, entity);
        else
            (void)sg_buf_add(html, text.ptr + i, n);
        n = n ? n : 1;
    }
}

void sg_html_plot(struct sg_buf *html, const float *points, size_t n, const char *what)
{
    float most = 0;
    bool drawing = false;
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (!isnan(points[i])) {
            any = true;
            most = points[i] > most ? points[i] : most;
        }
    }
    if (!any || n < 2)
        return;
    (void)sg_buf_printf(html,
        "<svg class=\"plot\" role=\"img\" aria-label=\"%s\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\"><path d=\"",
        what, PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
    for (size_t i = 0; i < n; i++) {
        if (isnan(points[i])) {
            drawing = false;
            continue;
        }
        double x = (double)i * PLOT_WIDTH / (double)(n - 1);
        double share = most > 0 ? (double)(points[i] / most) : 0;
        double y = PLOT_HEIGHT - 1 - share * (PLOT_HEIGHT - 2);
        bool alone = !drawing && (i + 1 == n || isnan(points[i + 1]));
        (void)sg_buf_printf(html, "%s%.1f %.1f%s", drawing ? "L" : "M", x, y, alone ? "h1" : "");
        drawing = true;
    }
    (void)sg_buf_add_str(html, SG_STR("\"/></svg>"));
}

void sg_html_bytes(struct sg_buf *html, double bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t unit = 0;

    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    (void)sg_buf_printf(html, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void sg_html_duration(struct sg_buf *html, double seconds)
{
    int64_t whole = (int64_t)seconds;

    if (seconds < 0.0005)
        (void)sg_buf_add_str(html, SG_STR("0 s"));
    else if (seconds < 1)
        (void)sg_buf_printf(html, "%.0f ms", seconds * 1000);
    else if (seconds < 10)
        (void)sg_buf_printf(html, "%.1f s", seconds);
    else if (whole < 120)
        (void)sg_buf_printf(html, "%" PRId64 " s", whole);
    else if (whole < 7200)
        (void)sg_buf_printf(html, "%" PRId64 " min %" PRId64 " s", whole / 60, whole % 60);
    else if (whole < 172800)
        (void)sg_buf_printf(html, "%" PRId64 " h %" PRId64 " min", whole / 3600, whole / 60 % 60);
    else
        (void)sg_buf_printf(html, "%" PRId64 " days", whole / 86400);
}

void sg_html_count(struct sg_buf *html, double count)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", count);

    if (n >= (int)sizeof digits) {
        (void)sg_buf_printf(html, "%.3g", count);
        return;
    }
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
            (void)sg_buf_add_char(html, ',');
        (void)sg_buf_add_char(html, digits[i]);
    }
}

void sg_html_table_begin(
    struct sg_buf *html, const char *label, const char *name, const char *const *columns)
{
    (void)sg_buf_printf(
        html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s", label);
    sg_html_text(html, sg_str_of(name));
    (void)sg_buf_add_str(html, SG_STR("\"><table><thead><tr>"));
    for (; *columns; columns++) {
        bool is_number = **columns == '#';
        (void)sg_buf_printf(html, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"n\"" : "",
            *columns + is_number);
    }
    (void)sg_buf_add_str(html, SG_STR("</tr></thead>\n<tbody>\n"));
}

void sg_html_table_end(struct sg_buf *html, size_t n, size_t n_shown, bool more, const char *rest)
{
    (void)sg_buf_add_str(html, SG_STR("</tbody></table></div>\n"));
    if (n <= n_shown)
        return;
    (void)sg_buf_printf(html, "<p class=\"quiet\">and %s", more ? "at least " : "");
    sg_html_count(html, (double)(n - n_shown));
    (void)sg_buf_printf(html, "%s</p>\n", rest);
}
