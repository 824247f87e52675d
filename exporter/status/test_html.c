/* SPDX-License-Identifier: Apache-2.0 */
#include "status/html.h"
#include "status/plot.h"
#include "test.h"

#include <math.h>

static void test_html_text_is_escaped(void **state)
{
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 1000);
    sg_html_text(&html, SG_STR("<b a=\"1\">&\x01\xff"));
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_string_equal(html.ptr, "&lt;b a=&quot;1&quot;&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd");
    sg_buf_clear(&html);
    sg_html_text(&html, SG_STR("a\tb\n\xe2\x80\xae"
                               "c\xc3\xa4")); /* with U+202E */
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_string_equal(html.ptr, "a\tb\n\xef\xbf\xbd"
                                  "c\xc3\xa4");
    sg_buf_done(&html);
}

static void test_html_chip_has_a_shape_beside_its_word(void **state)
{
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 1000);
    sg_html_chip(&html, "crit", "none");
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_string_equal(html.ptr,
        "<span class=\"s crit\"><svg class=\"i crit\" aria-hidden=\"true\">"
        "<use href=\"#crit\"/></svg>none</span>");
    sg_buf_done(&html);
}

/* The small plot's line, between the quotes of its path; empty without a plot. */
static const char *line_of(const float *points, size_t n)
{
    static char line[256];
    const struct sg_plot_drawing drawing = { .title = "Lag",
        .class = "p3",
        .unit = SG_PLOT_COUNT,
        .points = points,
        .n = n,
        .point_ms = 30000,
        .limit = (double)NAN };
    struct sg_buf html;

    sg_buf_init(&html, 4096);
    sg_plot_write_small(&html, &drawing);
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    const char *at = strstr(html.ptr, "class=\"l\" d=\"");
    (void)snprintf(
        line, sizeof line, "%.*s", at ? (int)strcspn(at + 13, "\"") : 0, at ? at + 13 : "");
    sg_buf_done(&html);
    return line;
}

static void test_plot_is_as_high_as_its_largest_point(void **state)
{
    (void)state;

    assert_string_equal(line_of((const float[]){ 0, 8, 2, 4 }, 4), "M0 24L1 0L2 18L3 12");
    assert_string_equal(line_of((const float[]){ 0, 0 }, 2), "M0 24L1 24");
}

static void test_plot_is_interrupted_where_the_value_is_unknown(void **state)
{
    (void)state;

    assert_string_equal(line_of((const float[]){ NAN, 1, NAN, 1, 1 }, 5), "M1 0h1M3 0L4 0");
    assert_string_equal(line_of((const float[]){ 1, NAN, NAN, NAN, 1 }, 5), "M0 0h1M4 0h1");
    assert_string_equal(line_of((const float[]){ NAN, NAN }, 2), "");
}

static void test_figure_has_scale_times_mark_and_limit(void **state)
{
    const float points[] = { 100, NAN, 4300 };
    const struct sg_plot_drawing drawing = { .title = "Lag",
        .class = "p3",
        .unit = SG_PLOT_SECONDS,
        .points = points,
        .n = 3,
        .point_ms = 600000,
        .end_unix_ms = 7200000,
        .mark_unix_ms = 6600000,
        .limit = 3600 };
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 16384);
    sg_plot_write(&html, &drawing);
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_non_null(strstr(html.ptr, "<span>2 h</span><span>1 h</span><span>0 s</span>"));
    assert_non_null(strstr(html.ptr, "<span>01:40</span>"));
    assert_non_null(strstr(html.ptr, "<span>02:00</span></div>"));
    assert_non_null(strstr(html.ptr, "at most 1 h 11 min at 02:00"));
    assert_non_null(strstr(html.ptr, "aria-label=\"Lag: at least 100 s, at most 1 h 11 min\""));
    assert_non_null(strstr(html.ptr, "class=\"mk\" d=\"M1 0V100\""));
    assert_non_null(strstr(html.ptr, "class=\"lim\" d=\"M0 50H2\""));
    assert_non_null(strstr(html.ptr, "data-v=\"100,,4300\""));
    sg_buf_done(&html);
}

/* A limit at the very top, such as 100 % of a share, is drawn. */
static void test_figure_shows_a_limit_up_to_its_top(void **state)
{
    static const struct {
        double limit;
        bool is_drawn;
    } cases[] = { { 0, true }, { 7200, true }, { 7201, false }, { (double)NAN, false } };
    const float points[] = { 100, 4300 };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_plot_drawing drawing = { .title = "Lag",
            .class = "p3",
            .unit = SG_PLOT_SECONDS,
            .points = points,
            .n = 2,
            .point_ms = 600000,
            .end_unix_ms = 7200000,
            .limit = cases[i].limit };
        struct sg_buf html;
        sg_buf_init(&html, 16384);
        sg_plot_write(&html, &drawing);
        assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
        assert_int_equal(strstr(html.ptr, "class=\"lim\"") != NULL, cases[i].is_drawn);
        sg_buf_done(&html);
    }
}

static void test_times_have_a_date_unless_they_are_of_today(void **state)
{
    static const int64_t day_ms = 24 * 3600 * 1000, now = 400 * 24 * 3600 * (int64_t)1000;
    static const struct {
        int64_t then;
        const char *text;
    } cases[] = { { now + 5000, ">00:00:05<" }, { now - day_ms, ">04 Feb 00:00<" },
        { 0, ">01 Jan 1970<" } };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_buf html;
        sg_buf_init(&html, 1000);
        sg_html_time(&html, cases[i].then, now + 3600000);
        assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
        assert_non_null(strstr(html.ptr, cases[i].text));
        sg_buf_done(&html);
    }
}

static void test_url_has_only_plain_letters(void **state)
{
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 1000);
    sg_html_url(&html, SG_STR("aZ09-._~ /&\"<\xc3\xa4"));
    assert_int_equal(sg_buf_add_char(&html, '\0'), 0);
    assert_string_equal(html.ptr, "aZ09-._~%20%2F%26%22%3C%C3%A4");
    sg_buf_done(&html);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_text_is_escaped),
        cmocka_unit_test(test_plot_is_as_high_as_its_largest_point),
        cmocka_unit_test(test_plot_is_interrupted_where_the_value_is_unknown),
        cmocka_unit_test(test_html_chip_has_a_shape_beside_its_word),
        cmocka_unit_test(test_figure_has_scale_times_mark_and_limit),
        cmocka_unit_test(test_figure_shows_a_limit_up_to_its_top),
        cmocka_unit_test(test_times_have_a_date_unless_they_are_of_today),
        cmocka_unit_test(test_url_has_only_plain_letters),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
