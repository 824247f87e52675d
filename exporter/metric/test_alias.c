/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/alias.h"
#include "test.h"

static char *text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

static const char *render(const struct sg_alias *alias, struct sg_str series)
{
    static char out[200];
    struct sg_buf buf;

    sg_buf_init(&buf, sizeof out - 1);
    sg_alias_render(alias, series, &buf);
    (void)snprintf(out, sizeof out, SG_STR_FMT, SG_STR_ARG(sg_buf_get(&buf)));
    sg_buf_done(&buf);
    return out;
}

static void test_alias_has_the_labels_that_the_series_has_in_its_own_order(void **state)
{
    const struct sg_alias alias = { .from = text("f"),
        .to = text("other"),
        .n_labels = 3,
        .labels = {
            { text("c"), text("C") }, { text("a"), text("A") }, { text("b"), text("B") } } };
    (void)state;

    assert_string_equal(render(&alias, SG_STR("f{a=\"1\",b=\"2\",c=\"3\",d=\"4\"} ")),
        "other{C=\"3\",A=\"1\",B=\"2\"} ");
    assert_string_equal(render(&alias, SG_STR("f{b=\"2\"} ")), "other{B=\"2\"} ");
    assert_string_equal(render(&alias, SG_STR("f{c=\"3\",b=\"2\"} ")),
        "other{C=\"3\",B=\"2\"} "); /* the one between them is missing */
    assert_string_equal(render(&alias, SG_STR("f{d=\"4\"} ")), "other ");
    assert_string_equal(render(&alias, SG_STR("f_sum{a=\"1\"} ")), "other_sum{A=\"1\"} ");
    assert_string_equal(render(&alias, SG_STR("f_count ")), "other_count ");
}

static void test_alias_fits_series_with_its_label_and_a_state_that_it_knows(void **state)
{
    const struct sg_alias plain = { .from = text("f") };
    const struct sg_alias where = {
        .from = text("f"), .where_label = text("l"), .where_value = text("v")
    };
    const struct sg_alias states = { .from = text("f"),
        .states = text("s"),
        .n_values = 2,
        .values = { { text("up"), 4 }, { text("down"), 7 } } };
    int64_t number = 1;
    (void)state;

    assert_true(sg_alias_fits(&plain, SG_STR("f "), &number));
    assert_true(sg_alias_fits(&where, SG_STR("f{l=\"v\"} "), &number));
    assert_false(sg_alias_fits(&where, SG_STR("f{l=\"w\"} "), &number));
    assert_false(sg_alias_fits(&where, SG_STR("f{k=\"v\"} "), &number));
    assert_int_equal(number, 1);
    assert_true(sg_alias_fits(&states, SG_STR("f{s=\"up\"} "), &number));
    assert_int_equal(number, 4);
    assert_true(sg_alias_fits(&states, SG_STR("f{s=\"down\"} "), &number));
    assert_int_equal(number, 7);
    assert_false(sg_alias_fits(&states, SG_STR("f{s=\"gone\"} "), &number));
    assert_false(sg_alias_fits(&states, SG_STR("f{t=\"up\"} "), &number));
    assert_int_equal(number, 7);
}

static void test_aliases_are_found_wherever_they_are_in_the_list(void **state)
{
    struct sg_alias list[] = { { .from = text("b"), .factor = 1 }, { .from = text("d") },
        { .from = text("a") }, { .from = text("b"), .factor = 2 }, { .from = text("f") } };
    struct sg_aliases aliases = { sizeof list / sizeof list[0], list };
    static const struct {
        const char *name;
        size_t at, n;
    } cases[] = { { "a", 0, 1 }, { "b", 1, 2 }, { "d", 3, 1 }, { "f", 4, 1 }, { "", 0, 0 },
        { "aa", 0, 0 }, { "c", 0, 0 }, { "g", 0, 0 } };
    size_t n = 9;
    (void)state;

    sg_aliases_sort(&aliases);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_alias *found = sg_aliases_find(&aliases, sg_str_of(cases[i].name), &n);
        assert_int_equal(n, cases[i].n);
        assert_ptr_equal(found, cases[i].n ? &list[cases[i].at] : NULL);
    }
    assert_null(sg_aliases_find(NULL, SG_STR("a"), &n));
    assert_int_equal(n, 0);
    sg_aliases_sort(&(struct sg_aliases){ 0, NULL });
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alias_has_the_labels_that_the_series_has_in_its_own_order),
        cmocka_unit_test(test_alias_fits_series_with_its_label_and_a_state_that_it_knows),
        cmocka_unit_test(test_aliases_are_found_wherever_they_are_in_the_list),
    };
    return cmocka_run_group_tests_name("alias", tests, NULL, NULL);
}
