/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/room.h"
#include "test.h"

#include <stdlib.h>

enum {
    GUESTS = SG_ROOM_PLACES + 8,
    ATTACKER = 1,
    SCRAPER = 2,
};

struct hotel {
    struct sg_room room;
    size_t n;
    struct sg_room_guest guests[GUESTS];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct hotel));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct hotel *hotel = *state;

    for (size_t i = 0; i < hotel->n; i++) {
        if (hotel->guests[i].peer)
            sg_room_leave(&hotel->room, &hotel->guests[i]);
    }
    assert_null(hotel->room.first);
    assert_null(hotel->room.peers);
    free(hotel);
    return 0;
}

static struct sg_room_guest *enter(struct hotel *hotel, uint64_t address, enum sg_room_kind kind)
{
    struct sg_room_guest *guest = &hotel->guests[hotel->n++];

    assert_true(hotel->n <= GUESTS);
    assert_int_equal(sg_room_enter(&hotel->room, guest, address), 0);
    if (kind != SG_ROOM_NEW)
        sg_room_change(&hotel->room, guest, kind);
    return guest;
}

static bool nobody_in_use(const struct sg_room_guest *guest)
{
    (void)guest;
    return false;
}

/* That many new connections, each displacing one. @return did the guest keep its place? */
static bool survives(struct hotel *hotel, const struct sg_room_guest *guest, size_t n_newcomers)
{
    struct sg_room_guest *newcomers = calloc(n_newcomers, sizeof *newcomers);

    assert_non_null(newcomers);
    for (size_t i = 0; i < n_newcomers; i++) {
        if (sg_room_is_full(&hotel->room)) {
            struct sg_room_guest *least = sg_room_find_least(&hotel->room, nobody_in_use);
            sg_room_change(&hotel->room, least, SG_ROOM_OUT);
        }
        assert_int_equal(sg_room_enter(&hotel->room, &newcomers[i], ATTACKER), 0);
    }
    for (size_t i = 0; i < n_newcomers; i++)
        sg_room_leave(&hotel->room, &newcomers[i]);
    free(newcomers);
    return guest->kind != SG_ROOM_OUT;
}

static void test_nobody_has_to_go_while_there_is_room(void **state)
{
    struct hotel *hotel = *state;

    assert_null(sg_room_find_least(&hotel->room, nobody_in_use));
    for (size_t i = 0; i < SG_ROOM_PLACES; i++) {
        assert_false(sg_room_is_full(&hotel->room));
        (void)enter(hotel, ATTACKER, SG_ROOM_NEW);
    }
    assert_true(sg_room_is_full(&hotel->room));
    sg_room_change(&hotel->room, &hotel->guests[3], SG_ROOM_OUT);
    assert_false(sg_room_is_full(&hotel->room));
}

/* From the same address as the attacker, as behind a proxy: it has the time of hundreds of
   connections to send a request. */
static void test_newcomer_has_time_to_ask_whoever_came_first(void **state)
{
    static const enum sg_room_kind kinds[] = { SG_ROOM_REFUSED, SG_ROOM_NEW, SG_ROOM_SERVED,
        SG_ROOM_ANSWERS, SG_ROOM_PROVED };

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct hotel *hotel = *state;
        for (size_t i = 0; i < SG_ROOM_PLACES; i++)
            (void)enter(hotel, ATTACKER, kinds[k]);
        sg_room_change(&hotel->room, sg_room_find_least(&hotel->room, nobody_in_use), SG_ROOM_OUT);
        const struct sg_room_guest *newcomer = enter(hotel, ATTACKER, SG_ROOM_NEW);
        assert_true(survives(hotel, newcomer, 100));
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_kept_connections_outlive_a_flood_of_silent_and_of_refused_ones(void **state)
{
    struct hotel *hotel = *state;

    const struct sg_room_guest *proved = enter(hotel, ATTACKER, SG_ROOM_PROVED);
    const struct sg_room_guest *served = enter(hotel, ATTACKER, SG_ROOM_SERVED);
    while (!sg_room_is_full(&hotel->room))
        (void)enter(hotel, ATTACKER, SG_ROOM_REFUSED);
    assert_true(survives(hotel, proved, 5000));
    assert_true(served->kind == SG_ROOM_SERVED);
}

static void test_of_those_that_are_kept_the_youngest_goes(void **state)
{
    struct hotel *hotel = *state;
    struct sg_room_guest *scraper = enter(hotel, ATTACKER, SG_ROOM_SERVED);

    while (!sg_room_is_full(&hotel->room))
        (void)enter(hotel, ATTACKER, SG_ROOM_SERVED);
    sg_room_change(&hotel->room, scraper, SG_ROOM_ANSWERS);
    sg_room_change(&hotel->room, scraper, SG_ROOM_SERVED); /* what came last is not the youngest */
    assert_ptr_equal(sg_room_find_least(&hotel->room, nobody_in_use), &hotel->guests[hotel->n - 1]);
}

static void test_address_with_most_connections_loses_one_of_its_own(void **state)
{
    static const enum sg_room_kind kinds[] = { SG_ROOM_REFUSED, SG_ROOM_NEW, SG_ROOM_SERVED,
        SG_ROOM_ANSWERS, SG_ROOM_PROVED };

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct hotel *hotel = *state;
        (void)enter(hotel, SCRAPER, kinds[k]);
        while (hotel->n < SG_ROOM_PLACES - 1)
            (void)enter(hotel, ATTACKER, kinds[k]);
        (void)enter(hotel, SCRAPER, kinds[k]);
        assert_int_equal(sg_room_find_least(&hotel->room, nobody_in_use)->peer->address, ATTACKER);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* Both are past their shares by as many. */
static void test_of_kinds_that_are_equally_past_their_shares_the_lesser_goes(void **state)
{
    struct hotel *hotel = *state;

    for (size_t i = 0; i < 100; i++) {
        (void)enter(hotel, ATTACKER, SG_ROOM_ANSWERS);
        (void)enter(hotel, ATTACKER, SG_ROOM_SERVED);
    }
    assert_int_equal(sg_room_find_least(&hotel->room, nobody_in_use)->kind, SG_ROOM_SERVED);
    (void)enter(hotel, ATTACKER, SG_ROOM_ANSWERS);
    assert_int_equal(sg_room_find_least(&hotel->room, nobody_in_use)->kind, SG_ROOM_ANSWERS);
}

static bool older_half_in_use(const struct sg_room_guest *guest)
{
    return guest->came <= 10;
}

static bool all_in_use(const struct sg_room_guest *guest)
{
    (void)guest;
    return true;
}

static void test_one_in_use_goes_only_when_all_are(void **state)
{
    struct hotel *hotel = *state;

    for (size_t i = 0; i < 20; i++)
        (void)enter(hotel, ATTACKER, SG_ROOM_NEW);
    const struct sg_room_guest *least = sg_room_find_least(&hotel->room, older_half_in_use);
    assert_true(least->came > 10);
    assert_ptr_equal(sg_room_find_least(&hotel->room, all_in_use), &hotel->guests[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_nobody_has_to_go_while_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_newcomer_has_time_to_ask_whoever_came_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_kept_connections_outlive_a_flood_of_silent_and_of_refused_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_of_those_that_are_kept_the_youngest_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_address_with_most_connections_loses_one_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_of_kinds_that_are_equally_past_their_shares_the_lesser_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_in_use_goes_only_when_all_are, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
