/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/header.h"
#include "test.h"

#include <stdlib.h>

static void assert_headers(
    const struct sg_family *family, const char *expected_text, const char *expected_openmetrics)
{
    struct sg_buf out;

    sg_buf_init(&out, 4096);
    sg_header_add_text(&out, family, family->type);
    assert_true(sg_str_equal(sg_buf_get(&out), sg_str_of(expected_text)));
    sg_buf_clear(&out);
    sg_header_add_openmetrics(&out, family, family->type);
    assert_true(sg_str_equal(sg_buf_get(&out), sg_str_of(expected_openmetrics)));
    sg_buf_done(&out);
}

static void test_help_is_escaped_and_its_invalid_bytes_are_replaced(void **state)
{
    const struct sg_family family = { "a", SG_METRIC_GAUGE, "\xc3\xa4\xff \\ \n \"b\"\xc3" };
    (void)state;

    assert_headers(&family,
        "# HELP a \xc3\xa4\xef\xbf\xbd \\\\ \\n \"b\"\xef\xbf\xbd\n"
        "# TYPE a gauge\n",
        "# HELP a \xc3\xa4\xef\xbf\xbd \\\\ \\n \\\"b\\\"\xef\xbf\xbd\n"
        "# TYPE a gauge\n");
}

static void test_unit_is_the_end_of_the_name_and_not_the_whole_of_it(void **state)
{
    static const struct {
        struct sg_family family;
        const char *text, *openmetrics;
    } cases[] = {
        { { "a_bytes", SG_METRIC_GAUGE, "" }, "# HELP a_bytes \n# TYPE a_bytes gauge\n",
            "# HELP a_bytes \n# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n" },
        { { "a_ratio", SG_METRIC_GAUGE, "" }, "# HELP a_ratio \n# TYPE a_ratio gauge\n",
            "# HELP a_ratio \n# TYPE a_ratio gauge\n# UNIT a_ratio ratio\n" },
        { { "a_seconds_total", SG_METRIC_COUNTER, "" },
            "# HELP a_seconds_total \n# TYPE a_seconds_total counter\n",
            "# HELP a_seconds \n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n" },
        { { "_bytes", SG_METRIC_GAUGE, "" }, "# HELP _bytes \n# TYPE _bytes gauge\n",
            "# HELP _bytes \n# TYPE _bytes gauge\n" },
        { { "a_bytes_info", SG_METRIC_INFO, "" },
            "# HELP a_bytes_info \n# TYPE a_bytes_info gauge\n",
            "# HELP a_bytes \n# TYPE a_bytes info\n" },
        { { "a_bytes", SG_METRIC_STATESET, "" }, "# HELP a_bytes \n# TYPE a_bytes gauge\n",
            "# HELP a_bytes \n# TYPE a_bytes stateset\n" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_headers(&cases[i].family, cases[i].text, cases[i].openmetrics);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_is_escaped_and_its_invalid_bytes_are_replaced),
        cmocka_unit_test(test_unit_is_the_end_of_the_name_and_not_the_whole_of_it),
    };
    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
