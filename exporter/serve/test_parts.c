/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "serve/parts.h"
#include "store/store.h"
#include "test.h"

#include <stdio.h>

/* A pager whose page has one series, and a selection that counts how often it is asked. */
struct fixture {
    struct sg_store *store;
    struct sg_slot *slot;
    struct sg_pager *pager;
    struct sg_parts *parts;
    struct sg_selection selection;
    int n_made;
};

static enum sg_choice choose(const void *context, const struct sg_source *source)
{
    struct fixture *f = (struct fixture *)(uintptr_t)context;

    f->n_made += source->collector[0] == 't';
    return SG_CHOICE_ALL;
}

static void collect(struct fixture *f, int64_t value)
{
    const struct sg_family family = { "m", SG_METRIC_GAUGE, "Help." };
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    uint32_t id;

    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    sg_series_table_begin(table);
    assert_int_equal(sg_series_table_put_int(table, id, NULL, 0, value), 0);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    (void)sg_series_table_free(table);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set);
    assert_int_equal(sg_pager_make(f->pager), 0);
}

static int setup(void **state)
{
    static struct fixture f;

    f = (struct fixture){ .selection = { .source = choose, .context = &f } };
    assert_int_equal(sg_store_new(&sg_clock_system, 3600000, &f.store), 0);
    assert_int_equal(sg_store_slot(f.store, "c", "test", "1", &f.slot), 0);
    assert_int_equal(sg_pager_new(f.store, NULL, NULL, &f.pager), 0);
    assert_int_equal(sg_parts_new(&f.parts), 0);
    collect(&f, 1);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    (void)sg_parts_free(f->parts);
    (void)sg_pager_free(f->pager);
    (void)sg_slot_free(f->slot);
    (void)sg_store_free(f->store);
    return 0;
}

static struct sg_part *take(struct fixture *f, const char *name, enum sg_coding coding)
{
    const struct sg_part_wanted wanted = { sg_str_of(name), &f->selection, SG_FORMAT_TEXT, coding };
    struct sg_part *part = NULL;

    assert_int_equal(sg_parts_take(f->parts, f->pager, &wanted, &part), 0);
    return part;
}

static void assert_ends(const struct sg_part *part, const char *end)
{
    assert_true(sg_str_ends_with(part->body, sg_str_of(end)));
}

static void test_part_asked_twice_is_made_once(void **state)
{
    struct fixture *f = *state;
    struct sg_part *first = take(f, "a", SG_CODING_IDENTITY);
    struct sg_part *second = take(f, "a", SG_CODING_IDENTITY);

    assert_ptr_equal(first, second);
    assert_int_equal(f->n_made, 1);
    assert_ends(first, "m 1\n");
    (void)sg_part_unref(first);
    (void)sg_part_unref(second);
}

static void test_part_of_another_name_or_coding_is_another(void **state)
{
    struct fixture *f = *state;
    struct sg_part *parts[] = { take(f, "a", SG_CODING_IDENTITY), take(f, "b", SG_CODING_IDENTITY),
        take(f, "a", SG_CODING_GZIP), take(f, "aa", SG_CODING_IDENTITY) };

    assert_int_equal(f->n_made, 4);
    for (size_t i = 0; i < 4; i++)
        (void)sg_part_unref(parts[i]);
}

static void test_new_page_has_new_parts_and_old_ones_live_on(void **state)
{
    struct fixture *f = *state;
    struct sg_part *old = take(f, "a", SG_CODING_IDENTITY);

    collect(f, 2);
    struct sg_part *new = take(f, "a", SG_CODING_IDENTITY);
    assert_ends(new, "m 2\n");
    assert_ends(old, "m 1\n");
    (void)sg_part_unref(old);
    (void)sg_part_unref(new);
}

static void test_parts_past_the_cap_are_made_and_not_kept(void **state)
{
    struct fixture *f = *state;
    char name[16];

    for (int i = 0; i < SG_PARTS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        (void)sg_part_unref(take(f, name, SG_CODING_IDENTITY));
    }
    assert_int_equal(f->n_made, SG_PARTS_MAX);
    for (int i = 0; i < 2; i++) {
        struct sg_part *part = take(f, "more", SG_CODING_IDENTITY);
        assert_ends(part, "m 1\n");
        (void)sg_part_unref(part);
    }
    assert_int_equal(f->n_made, SG_PARTS_MAX + 2);
    (void)sg_part_unref(take(f, "0", SG_CODING_IDENTITY));
    assert_int_equal(f->n_made, SG_PARTS_MAX + 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_part_asked_twice_is_made_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_part_of_another_name_or_coding_is_another, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_new_page_has_new_parts_and_old_ones_live_on, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_parts_past_the_cap_are_made_and_not_kept, setup, teardown),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
