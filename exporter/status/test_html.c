/* SPDX-License-Identifier: Apache-2.0 */
#include "status/html.h"
#include "test.h"

#include <math.h>

static void assert_plot(const float *points, size_t n, const char *path)
{
    char expected[256] = "";
    struct sg_buf html;

    if (path)
        (void)snprintf(expected, sizeof expected,
            "<svg class=\"plot\" role=\"img\" aria-label=\"Lag\" width=\"120\" height=\"22\" "
            "viewBox=\"0 0 120 22\"><path d=\"%s\"/></svg>",
            path);
    sg_buf_init(&html, 4096);
    sg_html_plot(&html, points, n, "Lag");
    assert_true(sg_str_equal(sg_buf_get(&html), sg_str_of(expected)));
    sg_buf_done(&html);
}

static void test_plot_is_as_high_as_its_largest_point(void **state)
{
    (void)state;

    assert_plot((const float[]){ 0, 8, 2, 4 }, 4, "M0.0 21.0L40.0 1.0L80.0 16.0L120.0 11.0");
    assert_plot((const float[]){ 0, 0 }, 2, "M0.0 21.0L120.0 21.0");
}

static void test_plot_is_interrupted_where_the_value_is_unknown(void **state)
{
    (void)state;

    assert_plot((const float[]){ NAN, 1, NAN, 1, 1 }, 5, "M30.0 1.0h1M90.0 1.0L120.0 1.0");
    assert_plot((const float[]){ 1, NAN, NAN, NAN, 1 }, 5, "M0.0 1.0h1M120.0 1.0h1");
    assert_plot((const float[]){ NAN, NAN }, 2, NULL);
    assert_plot((const float[]){ 1 }, 1, NULL);
    assert_plot(NULL, 0, NULL);
}

static void test_sizes_have_two_digits_at_least_and_the_unit_that_fits(void **state)
{
    static const struct {
        double bytes;
        const char *expected;
    } cases[] = {
        { 0, "0 B" },
        { 999, "999 B" },
        { 1000, "1.0 kB" },
        { 9940, "9.9 kB" },
        { 9960, "10 kB" },
        { 999400, "999 kB" },
        { 999500, "1.0 MB" },
        { 2.5e9, "2.5 GB" },
        { 2.5e12, "2.5 TB" },
        { 2.5e15, "2500 TB" },
    };
    struct sg_buf html;
    (void)state;

    sg_buf_init(&html, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sg_html_bytes(&html, cases[i].bytes);
        assert_true(sg_str_equal(sg_buf_get(&html), sg_str_of(cases[i].expected)));
        sg_buf_clear(&html);
    }
    sg_buf_done(&html);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plot_is_as_high_as_its_largest_point),
        cmocka_unit_test(test_plot_is_interrupted_where_the_value_is_unknown),
        cmocka_unit_test(test_sizes_have_two_digits_at_least_and_the_unit_that_fits),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
