/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/encode.h"
#include "metric/series.h"
#include "test.h"

#include <stdlib.h>

static const struct sg_family lag_family = { "lag", SG_METRIC_GAUGE, "Lag." };
static const struct sg_family in_family = { "in_total", SG_METRIC_COUNTER, "a\\b\n\"c\"" };

static struct sg_series_table *new_table(const char *broker)
{
    struct sg_series_table *table = NULL;
    struct sg_label label = { SG_STR("broker"), sg_str_of(broker) };

    assert_int_equal(sg_series_table_new(&label, broker ? 1 : 0, 0, &table), 0);
    return table;
}

static uint32_t add_family(struct sg_series_table *table, const struct sg_family *family)
{
    uint32_t id = 0;
    assert_int_equal(sg_series_table_add_family(table, family, &id), 0);
    return id;
}

static int put(struct sg_series_table *table, uint32_t family, const char *topic, int64_t value)
{
    struct sg_label label = { SG_STR("topic"), sg_str_of(topic) };
    return sg_series_table_put_int(table, family, &label, topic ? 1 : 0, value);
}

static char *encode(struct sg_sample_set **sets, size_t n)
{
    struct sg_layout *layouts[8];
    struct sg_plan *plan = NULL;
    struct sg_buf out;

    for (size_t i = 0; i < n; i++)
        layouts[i] = sets[i] ? sets[i]->layout : NULL;
    assert_int_equal(sg_plan_new(layouts, n, &plan), 0);
    assert_true(sg_plan_fits(plan, layouts, n));
    sg_buf_init(&out, 1 << 20);
    assert_int_equal(sg_encode_text(plan, (const struct sg_sample_set *const *)sets, &out), 0);
    (void)sg_plan_free(plan);
    return sg_buf_take(&out);
}

static void test_encode_two_slots_share_one_header_in_order(void **state)
{
    struct sg_series_table *one = new_table("1");
    struct sg_series_table *two = new_table("2");
    struct sg_sample_set *sets[3] = { NULL };
    (void)state;

    uint32_t lag = add_family(one, &lag_family);
    uint32_t in = add_family(one, &in_family);
    sg_series_table_begin(one);
    assert_int_equal(put(one, lag, "b", 5), 0);
    assert_int_equal(put(one, in, NULL, INT64_MAX), 0);
    assert_int_equal(put(one, lag, "a", 4), 0);
    assert_int_equal(sg_series_table_snapshot(one, &sets[0]), 0);
    lag = add_family(two, &lag_family);
    sg_series_table_begin(two);
    assert_int_equal(sg_series_table_put_double(two, lag, NULL, 0, 0.5), 0);
    assert_int_equal(sg_series_table_snapshot(two, &sets[2]), 0);

    char *text = encode(sets, 3);
    assert_string_equal(text, "# HELP in_total a\\\\b\\n\"c\"\n# TYPE in_total counter\n"
                              "in_total{broker=\"1\"} 9223372036854775807\n"
                              "# HELP lag Lag.\n# TYPE lag gauge\n"
                              "lag{broker=\"1\",topic=\"b\"} 5\nlag{broker=\"1\",topic=\"a\"} 4\n"
                              "lag{broker=\"2\"} 0.5\n");
    free(text);
    (void)sg_sample_set_unref(sets[0]);
    (void)sg_sample_set_unref(sets[2]);
    (void)sg_series_table_free(one);
    (void)sg_series_table_free(two);
}

static void test_encode_absent_values_give_no_line_and_no_header(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    struct sg_sample_set *first = NULL;
    struct sg_sample_set *second = NULL;
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    uint32_t in = add_family(table, &in_family);
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 1), 0);
    assert_int_equal(put(table, in, NULL, 2), 0);
    assert_int_equal(sg_series_table_snapshot(table, &first), 0);
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 3), 0);
    assert_int_equal(sg_series_table_snapshot(table, &second), 0);

    assert_ptr_equal(first->layout, second->layout); /* nothing new: nothing rendered again */
    assert_int_equal(second->n_present, 1);
    char *text = encode(&second, 1);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag gauge\nlag{topic=\"a\"} 3\n");
    free(text);
    (void)sg_sample_set_unref(first);
    (void)sg_sample_set_unref(second);
    (void)sg_series_table_free(table);
}

static void test_encode_types_that_differ_become_untyped(void **state)
{
    static const struct sg_family as_counter = { "lag", SG_METRIC_COUNTER, "Other." };
    struct sg_series_table *tables[2] = { new_table("1"), new_table("2") };
    struct sg_sample_set *sets[2];
    (void)state;

    for (int i = 0; i < 2; i++) {
        uint32_t family = add_family(tables[i], i ? &as_counter : &lag_family);
        sg_series_table_begin(tables[i]);
        assert_int_equal(put(tables[i], family, NULL, i), 0);
        assert_int_equal(sg_series_table_snapshot(tables[i], &sets[i]), 0);
    }
    char *text = encode(sets, 2);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag untyped\n"
                              "lag{broker=\"1\"} 0\nlag{broker=\"2\"} 1\n");
    free(text);
    for (int i = 0; i < 2; i++) {
        (void)sg_sample_set_unref(sets[i]);
        (void)sg_series_table_free(tables[i]);
    }
}

static void test_add_label_values_are_escaped_and_repaired(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    uint32_t lag = add_family(table, &lag_family);
    struct sg_label label = { SG_STR("topic"), SG_STR("q\"b\\n\n\xff\xC3\xA9") };
    uint32_t series = 0;
    (void)state;

    assert_int_equal(sg_series_table_add(table, lag, SG_STR("_sum"), &label, 1, &series), 0);
    struct sg_str text = sg_series_table_text(table, series);
    assert_true(
        sg_str_equal(text, SG_STR("lag_sum{topic=\"q\\\"b\\\\n\\n\xEF\xBF\xBD\xC3\xA9\"} ")));
    (void)sg_series_table_free(table);
}

static void test_add_label_named_as_constant_one_is_exported(void **state)
{
    struct sg_series_table *table = new_table("1");
    uint32_t lag = add_family(table, &lag_family);
    struct sg_label labels[] = { { SG_STR("broker"), SG_STR("x") }, { SG_STR("e"), SG_STR("") } };
    uint32_t series = 0;
    (void)state;

    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), labels, 2, &series), 0);
    assert_true(sg_str_equal(
        sg_series_table_text(table, series), SG_STR("lag{broker=\"1\",exported_broker=\"x\"} ")));
    (void)sg_series_table_free(table);
}

static void test_add_bad_names_long_values_and_caps_are_refused(void **state)
{
    static const struct sg_family bad_family = { "1x", SG_METRIC_GAUGE, "" };
    struct sg_series_table *table = NULL;
    static char longest[SG_LABEL_VALUE_BYTES_MAX + 1];
    uint32_t id = 0;
    (void)state;

    assert_int_equal(sg_series_table_new(NULL, 0, 2, &table), 0);
    uint32_t lag = add_family(table, &lag_family);
    assert_int_equal(sg_series_table_add_family(table, &bad_family, &id), SG_SERIES_E_NAME);
    struct sg_label label = { SG_STR("a-b"), SG_STR("v") };
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_NAME);
    label.name = SG_STR("__name__");
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_NAME);
    memset(longest, 'x', sizeof longest);
    label = (struct sg_label){ SG_STR("a"), { longest, sizeof longest } };
    assert_int_equal(
        sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_TOO_LONG);

    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 1), 0);
    assert_int_equal(put(table, lag, "b", 1), 0);
    assert_int_equal(put(table, lag, "c", 1), SG_SERIES_E_FULL);
    assert_int_equal(put(table, lag, "a", 2), SG_SERIES_E_DUPLICATE);
    (void)sg_series_table_free(table);
}

static void test_begin_many_series_gone_for_long_are_forgotten(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    struct sg_sample_set *set = NULL;
    struct sg_sample_set *before = NULL;
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    sg_series_table_begin(table);
    for (int i = 0; i < 200; i++) {
        char topic[16];
        (void)snprintf(topic, sizeof topic, "t%d", i);
        assert_int_equal(put(table, lag, topic, i), 0);
    }
    assert_int_equal(sg_series_table_snapshot(table, &before), 0);
    uint32_t epoch = sg_series_table_epoch(table);
    for (int i = 0; i < 10; i++) {
        sg_series_table_begin(table);
        assert_int_equal(put(table, lag, "t7", 70 + i), 0);
    }
    assert_int_not_equal(sg_series_table_epoch(table), epoch);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    char *text = encode(&set, 1);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag gauge\nlag{topic=\"t7\"} 79\n");
    free(text);
    /* A snapshot of before still has all its texts. */
    text = encode(&before, 1);
    assert_non_null(strstr(text, "lag{topic=\"t199\"} 199\n"));
    free(text);
    (void)sg_sample_set_unref(set);
    (void)sg_sample_set_unref(before);
    (void)sg_series_table_free(table);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_two_slots_share_one_header_in_order),
        cmocka_unit_test(test_encode_absent_values_give_no_line_and_no_header),
        cmocka_unit_test(test_encode_types_that_differ_become_untyped),
        cmocka_unit_test(test_add_label_values_are_escaped_and_repaired),
        cmocka_unit_test(test_add_label_named_as_constant_one_is_exported),
        cmocka_unit_test(test_add_bad_names_long_values_and_caps_are_refused),
        cmocka_unit_test(test_begin_many_series_gone_for_long_are_forgotten),
    };
    return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
