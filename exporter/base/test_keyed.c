/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>

/* This many allocations succeed, all later ones fail; negative: none fails. */
static int n_allocations_left = -1;

static bool may_allocate(void)
{
    if (n_allocations_left == 0)
        return false;
    n_allocations_left -= n_allocations_left > 0;
    return true;
}

static void *test_malloc(size_t n)
{
    return may_allocate() ? malloc(n) : NULL;
}

static void *test_calloc(size_t n, size_t size)
{
    return may_allocate() ? calloc(n, size) : NULL;
}

static void *test_realloc(void *pointer, size_t n)
{
    return may_allocate() ? realloc(pointer, n) : NULL;
}

#define malloc  test_malloc
#define calloc  test_calloc
#define realloc test_realloc
#include "arena.c"
#include "index.c"
#include "keyed.c"
#undef malloc
#undef calloc
#undef realloc

#include "test.h"

#include <stdio.h>

static int n_dropped;

struct thing {
    struct sg_keyed_text key;
    int value;
};

static void drop_thing(void *thing)
{
    n_dropped += ((struct thing *)thing)->value;
}

static const struct sg_keyed_kind thing_kind = {
    .size = sizeof(struct thing),
    .key_at = offsetof(struct thing, key),
    .seen_at = offsetof(struct thing, key.seen),
    .terminated = true,
    .drop = drop_thing,
};

static struct sg_str name_of(int i, char text[32])
{
    return (struct sg_str){ text, (size_t)snprintf(text, 32, "thing-%d", i) };
}

static uint32_t add(struct sg_keyed *keyed, int i)
{
    char text[32];
    uint32_t number = 0;
    bool is_new;

    assert_int_equal(sg_keyed_add(keyed, name_of(i, text), &number, &is_new), 0);
    if (is_new)
        ((struct thing *)sg_keyed_at(keyed, number))->value = i;
    return number;
}

/* Every item is found by its key. */
static void assert_whole(const struct sg_keyed *keyed)
{
    char text[32];

    for (uint32_t i = 0; i < keyed->n; i++) {
        const struct thing *thing = sg_keyed_at(keyed, i);
        assert_int_equal(sg_keyed_find(keyed, name_of(thing->value, text)), i);
        assert_string_equal(thing->key.ptr, text);
    }
}

static void test_keyed_finds_all_and_only_what_was_added(void **state)
{
    enum {
        N = 5000 /* more than one of 16 free places is taken: keys meet */
    };
    struct sg_keyed keyed;
    (void)state;

    sg_keyed_init(&keyed, &thing_kind);
    assert_int_equal(sg_keyed_find(&keyed, SG_STR("thing-0")), SG_INDEX_NONE);
    for (int i = 0; i < N; i++)
        assert_int_equal(add(&keyed, i), i);
    for (int i = 0; i < N; i++)
        assert_int_equal(add(&keyed, i), i);
    assert_int_equal(keyed.n, N);
    assert_whole(&keyed);
    assert_int_equal(sg_keyed_find(&keyed, SG_STR("thing-")), SG_INDEX_NONE);
    assert_int_equal(sg_keyed_find(&keyed, SG_STR("")), SG_INDEX_NONE);
    sg_keyed_done(&keyed);
}

static void test_keyed_whose_hashes_all_collide_compares_keys(void **state)
{
    struct sg_keyed keyed;
    char text[32];
    (void)state;

    sg_keyed_init(&keyed, &thing_kind);
    for (int i = 0; i < 10; i++)
        (void)add(&keyed, i);
    for (uint32_t i = 0; i < keyed.index.n_entries; i++)
        keyed.index.entries[i].id_plus_1 = 0;
    keyed.index.n_used = 0;
    uint32_t hash = sg_index_hash(&keyed.index, name_of(7, text));
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(sg_index_add(&keyed.index, hash, i), 0);
    assert_int_equal(sg_keyed_find(&keyed, name_of(7, text)), 7);
    sg_keyed_done(&keyed);
}

static void test_keyed_past_its_cap_is_full_but_finds(void **state)
{
    struct sg_keyed keyed;
    uint32_t number;
    (void)state;

    sg_keyed_init(&keyed, &thing_kind);
    keyed.max = 2;
    (void)add(&keyed, 0);
    (void)add(&keyed, 1);
    assert_int_equal(sg_keyed_add(&keyed, SG_STR("thing-2"), &number, NULL), SG_KEYED_E_FULL);
    assert_int_equal(sg_keyed_add(&keyed, SG_STR("thing-1"), &number, NULL), 0);
    assert_int_equal(number, 1);
    sg_keyed_done(&keyed);
}

/* 200 items, of which the even ones are seen in the next generation. */
static void fill(struct sg_keyed *keyed)
{
    sg_keyed_init(keyed, &thing_kind);
    for (int i = 0; i < 200; i++)
        (void)add(keyed, i);
    keyed->generation++;
    for (uint32_t i = 0; i < 200; i += 2)
        *sg_keyed_seen(keyed, i) = keyed->generation;
    n_dropped = 0;
}

static void test_keyed_forgets_what_was_not_seen_and_tells_the_new_numbers(void **state)
{
    struct sg_keyed keyed;
    uint32_t *numbers = NULL;
    (void)state;

    fill(&keyed);
    struct sg_arena *before = sg_arena_ref(keyed.arena);
    const char *old_text = ((struct thing *)keyed.list)[100].key.ptr;
    assert_int_equal(sg_keyed_forget(&keyed, 0, &numbers), 0);
    assert_int_equal(keyed.n, 100);
    assert_int_equal(n_dropped, 100 * 100); /* 1 + 3 + … + 199 */
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(numbers[i], i % 2 ? SG_INDEX_NONE : i / 2);
    free(numbers);
    assert_whole(&keyed);
    assert_string_equal(old_text, "thing-100"); /* as a reference to the old arena remains */
    (void)sg_arena_unref(before);
    assert_int_equal(add(&keyed, 1), 100);
    assert_whole(&keyed);
    sg_keyed_done(&keyed);
}

static void test_keyed_forgets_by_its_rule_alone(void **state)
{
    struct sg_keyed keyed;
    (void)state;

    fill(&keyed);
    assert_false(sg_keyed_forget_by(&keyed, &(struct sg_keyed_rule){ 1, 1, 200 }));
    assert_false(sg_keyed_forget_by(&keyed, &(struct sg_keyed_rule){ 0, 101, 200 }));
    assert_false(sg_keyed_forget_by(&keyed, &(struct sg_keyed_rule){ 0, 1, 2 }));
    assert_int_equal(keyed.n, 200);
    assert_true(sg_keyed_forget_by(&keyed, &(struct sg_keyed_rule){ 0, 100, 3 }));
    assert_int_equal(keyed.n, 100);
    assert_false(sg_keyed_forget_by(&keyed, &(struct sg_keyed_rule){ 0, 0, 3 }));
    sg_keyed_clear(&keyed);
    assert_int_equal(n_dropped, 199 * 200 / 2);
    assert_int_equal(add(&keyed, 3), 0);
    sg_keyed_done(&keyed);
}

static void test_keyed_by_bytes_is_found_by_its_new_keys_when_told(void **state)
{
    struct pair {
        uint32_t key[2];
        uint32_t seen;
    };
    static const struct sg_keyed_kind kind = {
        .size = sizeof(struct pair),
        .key_at = offsetof(struct pair, key),
        .key_bytes = sizeof(uint32_t[2]),
        .seen_at = offsetof(struct pair, seen),
    };
    struct sg_keyed keyed;
    uint32_t number;
    (void)state;

    sg_keyed_init(&keyed, &kind);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t key[] = { i, 7 };
        assert_int_equal(sg_keyed_add(&keyed, SG_KEYED_BYTES(key), &number, NULL), 0);
    }
    for (uint32_t i = 0; i < 100; i++)
        ((struct pair *)keyed.list)[i].key[0] += 1000;
    sg_keyed_rekey(&keyed);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t key[] = { 1000 + i, 7 };
        assert_int_equal(sg_keyed_find(&keyed, SG_KEYED_BYTES(key)), i);
    }
    assert_null(keyed.arena);
    sg_keyed_done(&keyed);
}

static void test_keyed_short_of_memory_is_as_it_was(void **state)
{
    struct sg_keyed keyed;
    uint32_t *numbers = NULL;
    uint32_t number;
    int n = 0;
    (void)state;

    fill(&keyed);
    for (n_allocations_left = 0; sg_keyed_forget(&keyed, 0, &numbers) == -ENOMEM;
         n_allocations_left = ++n) {
        n_allocations_left = -1;
        assert_int_equal(keyed.n, 200);
        assert_int_equal(n_dropped, 0);
        assert_whole(&keyed);
    }
    n_allocations_left = -1;
    assert_true(n >= 3);
    assert_int_equal(keyed.n, 100);
    assert_whole(&keyed);
    free(numbers);
    sg_keyed_done(&keyed);

    sg_keyed_init(&keyed, &thing_kind);
    for (n = 0, n_allocations_left = 0;
         sg_keyed_add(&keyed, SG_STR("thing-0"), &number, NULL) == -ENOMEM;
         n_allocations_left = ++n)
        assert_int_equal(keyed.n, 0);
    n_allocations_left = -1;
    assert_true(n >= 3);
    assert_int_equal(number, 0);
    assert_whole(&keyed);
    sg_keyed_done(&keyed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyed_finds_all_and_only_what_was_added),
        cmocka_unit_test(test_keyed_whose_hashes_all_collide_compares_keys),
        cmocka_unit_test(test_keyed_past_its_cap_is_full_but_finds),
        cmocka_unit_test(test_keyed_forgets_what_was_not_seen_and_tells_the_new_numbers),
        cmocka_unit_test(test_keyed_forgets_by_its_rule_alone),
        cmocka_unit_test(test_keyed_by_bytes_is_found_by_its_new_keys_when_told),
        cmocka_unit_test(test_keyed_short_of_memory_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
