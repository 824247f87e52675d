/* SPDX-License-Identifier: Apache-2.0 */
#include "base/test_clock.h"
#include "store/pager.h"
#include "store/store.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>

/* A pager whose page has one series, and a selection that counts how often it is asked. */
struct fixture {
    struct sg_store *store;
    struct sg_slot *slot;
    struct sg_pager *pager;
    struct sg_selection selection;
    int n_made;
};

static enum sg_choice choose(const void *context, const struct sg_source *source)
{
    struct fixture *f = (struct fixture *)(uintptr_t)context;

    f->n_made += source->collector[0] == 't';
    return SG_CHOICE_ALL;
}

/* @param n_large  series with long labels, a kilobyte each, besides the one of the value */
static void collect_large(struct fixture *f, int64_t value, int n_large)
{
    const struct sg_family family = { "m", SG_METRIC_GAUGE, "Help." };
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    char text[1001];
    const struct sg_label label = { SG_STR("l"), { text, 1000 } };
    uint32_t id;

    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    sg_series_table_begin(table);
    for (int i = 0; i < n_large; i++) {
        (void)snprintf(text, sizeof text, "%01000d", i);
        assert_int_equal(sg_series_table_put_int(table, id, &label, 1, 0), 0);
    }
    assert_int_equal(sg_series_table_put_int(table, id, NULL, 0, value), 0);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    (void)sg_series_table_free(table);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set);
    assert_int_equal(sg_pager_make(f->pager), 0);
}

static void collect(struct fixture *f, int64_t value)
{
    collect_large(f, value, 0);
}

static int setup(void **state)
{
    static struct fixture f;

    now_ms = 1000000;
    f = (struct fixture){ .selection = { .source = choose, .context = &f } };
    assert_int_equal(sg_store_new(&test_clock, 3600000, &f.store), 0);
    assert_int_equal(sg_store_slot(f.store, "c", "test", "1", &f.slot), 0);
    assert_int_equal(sg_pager_new(f.store, &test_clock, "", NULL, NULL, &f.pager), 0);
    collect(&f, 1);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    (void)sg_pager_free(f->pager);
    (void)sg_slot_free(f->slot);
    (void)sg_store_free(f->store);
    return 0;
}

static struct sg_body *take(struct fixture *f, const char *name, enum sg_coding coding)
{
    const struct sg_page_wanted wanted = { &f->selection, sg_str_of(name), SG_FORMAT_TEXT, coding };
    struct sg_body *part = NULL;

    assert_int_equal(sg_pager_ask(f->pager, &wanted, &part), 0);
    return part;
}

static void assert_ends(const struct sg_body *part, const char *end)
{
    assert_true(sg_str_ends_with(sg_body_get(part), sg_str_of(end)));
}

/* What the pager adds besides the store's samples; it fails when told to. */
struct extra {
    int value; /* negative: it fails */
};

static int give_extra(void *context, struct sg_sample_set **ret_set)
{
    static const struct sg_family family = { "x", SG_METRIC_GAUGE, "Extra." };
    const struct extra *extra = context;
    struct sg_series_table *table = NULL;
    uint32_t id;

    if (extra->value < 0)
        return -ENOMEM;
    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    sg_series_table_begin(table);
    assert_int_equal(sg_series_table_put_int(table, id, NULL, 0, extra->value), 0);
    int r = sg_series_table_snapshot(table, ret_set);
    (void)sg_series_table_free(table);
    return r;
}

static void assert_page_is(struct sg_pager *pager, const char *expected)
{
    struct sg_page *page = sg_pager_take(pager);
    const struct sg_page_wanted wanted = { .format = SG_FORMAT_TEXT };
    struct sg_body *body = NULL;

    assert_int_equal(sg_page_take_body(page, &wanted, &body), 0);
    assert_true(sg_str_equal(sg_body_get(body), sg_str_of(expected)));
    (void)sg_body_unref(body);
    (void)sg_page_unref(page);
}

static void test_extra_samples_are_on_the_page_which_stays_when_they_fail(void **state)
{
    struct fixture *f = *state;
    struct sg_pager *pager = NULL;
    struct extra extra = { -1 };

    assert_int_equal(
        sg_pager_new(f->store, &test_clock, "own", give_extra, &extra, &pager), -ENOMEM);
    assert_null(pager);
    extra.value = 5;
    assert_int_equal(sg_pager_new(f->store, &test_clock, "own", give_extra, &extra, &pager), 0);
    assert_page_is(
        pager, "# HELP m Help.\n# TYPE m gauge\nm 1\n# HELP x Extra.\n# TYPE x gauge\nx 5\n");
    extra.value = -1;
    assert_int_equal(sg_pager_make(pager), -ENOMEM);
    assert_page_is(
        pager, "# HELP m Help.\n# TYPE m gauge\nm 1\n# HELP x Extra.\n# TYPE x gauge\nx 5\n");
    extra.value = 6;
    assert_int_equal(sg_pager_make(pager), 0);
    assert_page_is(
        pager, "# HELP m Help.\n# TYPE m gauge\nm 1\n# HELP x Extra.\n# TYPE x gauge\nx 6\n");
    (void)sg_pager_free(pager);
}

static void test_part_asked_twice_is_made_once(void **state)
{
    struct fixture *f = *state;
    struct sg_body *first = take(f, "a", SG_CODING_IDENTITY);
    struct sg_body *second = take(f, "a", SG_CODING_IDENTITY);

    assert_ptr_equal(first, second);
    assert_int_equal(f->n_made, 1);
    assert_ends(first, "m 1\n");
    (void)sg_body_unref(first);
    (void)sg_body_unref(second);
}

static void test_part_of_another_name_or_coding_is_another(void **state)
{
    struct fixture *f = *state;
    struct sg_body *parts[] = { take(f, "a", SG_CODING_IDENTITY), take(f, "b", SG_CODING_IDENTITY),
        take(f, "a", SG_CODING_GZIP), take(f, "aa", SG_CODING_IDENTITY) };

    assert_int_equal(f->n_made, 4);
    for (size_t i = 0; i < 4; i++)
        (void)sg_body_unref(parts[i]);
}

static void test_new_page_has_new_parts_and_old_ones_live_on(void **state)
{
    struct fixture *f = *state;
    struct sg_body *old = take(f, "a", SG_CODING_IDENTITY);

    collect(f, 2);
    struct sg_body *new = take(f, "a", SG_CODING_IDENTITY);
    assert_ends(new, "m 2\n");
    assert_ends(old, "m 1\n");
    (void)sg_body_unref(old);
    (void)sg_body_unref(new);
}

static void test_parts_past_the_cap_are_made_and_not_kept(void **state)
{
    struct fixture *f = *state;
    char name[16];

    for (int i = 0; i < SG_PAGE_PARTS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        (void)sg_body_unref(take(f, name, SG_CODING_IDENTITY));
    }
    assert_int_equal(f->n_made, SG_PAGE_PARTS_MAX);
    for (int i = 0; i < 2; i++) {
        struct sg_body *part = take(f, "more", SG_CODING_IDENTITY);
        assert_ends(part, "m 1\n");
        (void)sg_body_unref(part);
    }
    assert_int_equal(f->n_made, SG_PAGE_PARTS_MAX + 2);
    (void)sg_body_unref(take(f, "0", SG_CODING_IDENTITY));
    assert_int_equal(f->n_made, SG_PAGE_PARTS_MAX + 2);
}

static bool is_made_ahead(struct fixture *f)
{
    const struct sg_page_wanted wanted = { .format = SG_FORMAT_TEXT, .coding = SG_CODING_GZIP };

    assert_int_equal(sg_pager_make(f->pager), 0);
    struct sg_page *page = sg_pager_take(f->pager);
    bool there = sg_page_has_body(page, &wanted);
    (void)sg_page_unref(page);
    return there;
}

static void test_parts_past_the_cap_of_bytes_are_made_and_not_kept(void **state)
{
    static const char *const names[] = { "a", "b", "c", "a", "b", "c" };
    static const int made[] = { 1, 2, 3, 3, 3, 4 };
    struct fixture *f = *state;

    collect_large(f, 1, SG_PAGE_PARTS_BYTES_MAX / 1000 / 5 * 2); /* two parts fit */
    for (size_t i = 0; i < 6; i++) {
        struct sg_body *part = take(f, names[i], SG_CODING_IDENTITY);
        assert_ends(part, "m 1\n");
        assert_int_equal(f->n_made, made[i]);
        (void)sg_body_unref(part);
    }
}

static void test_whole_page_is_made_ahead_for_five_minutes_of_the_clock(void **state)
{
    struct fixture *f = *state;
    const struct sg_page_wanted wanted = { .format = SG_FORMAT_TEXT, .coding = SG_CODING_GZIP };
    struct sg_body *body = NULL;

    assert_false(is_made_ahead(f));
    assert_int_equal(sg_pager_ask(f->pager, &wanted, &body), 0);
    (void)sg_body_unref(body);
    now_ms += 5 * 60 * 1000 - 1;
    assert_true(is_made_ahead(f));
    now_ms += 1;
    assert_false(is_made_ahead(f));
}

static void test_whole_page_has_no_share_in_the_cap_of_parts(void **state)
{
    struct fixture *f = *state;
    const struct sg_page_wanted wanted = { .format = SG_FORMAT_OPENMETRICS };
    struct sg_body *whole[2];
    char name[16];

    for (int i = 0; i < SG_PAGE_PARTS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        (void)sg_body_unref(take(f, name, SG_CODING_IDENTITY));
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(sg_pager_ask(f->pager, &wanted, &whole[i]), 0);
    assert_ptr_equal(whole[0], whole[1]);
    for (int i = 0; i < 2; i++)
        (void)sg_body_unref(whole[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_extra_samples_are_on_the_page_which_stays_when_they_fail, setup, teardown),
        cmocka_unit_test_setup_teardown(test_part_asked_twice_is_made_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_part_of_another_name_or_coding_is_another, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_new_page_has_new_parts_and_old_ones_live_on, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_parts_past_the_cap_are_made_and_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_parts_past_the_cap_of_bytes_are_made_and_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_page_is_made_ahead_for_five_minutes_of_the_clock, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_page_has_no_share_in_the_cap_of_parts, setup, teardown),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
